"""Two round normal clouds, whose divergences are known."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import SettingError


@dataclass(frozen=True)
class Normals:
    r"""P = N(0, I) and Q = N(m, s^2 I) in d columns, with |m| = shift.

    .. math:: D(P \| Q) = \frac12 \left( \frac{d + |m|^2}{s^2} - d + d \ln s^2 \right), \qquad
              D_\alpha(P \| Q) = \frac{\alpha |m|^2}{2 v} + \frac d2 \ln s^2
              + \frac{d}{2 (\alpha - 1)} \ln \frac{s^2}{v}, \quad v = \alpha s^2 + 1 - \alpha

    both in nats; the second is infinite where v is not positive.

    Attributes:
        columns: d.
        shift: distance of the means.
        scale: deviation s of Q.

    Raises:
        SettingError: for no column, or a scale that is not positive.

    References: gil2013.
    """

    columns: int = 2
    shift: float = 1.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.columns < 1 or not self.scale > 0:
            raise SettingError(f"columns={self.columns} must be at least 1 and scale={self.scale} positive")

    @property
    def nats(self) -> float:
        """The true D(P || Q)."""
        d, variance = self.columns, self.scale**2
        return ((d + self.shift**2) / variance - d + d * math.log(variance)) / 2

    def renyi(self, alpha: float) -> float:
        """The Renyi divergence of order alpha in nats; at alpha = 1 that of Kullback and Leibler."""
        if alpha == 1:
            return self.nats
        variance = self.scale**2
        mixed = alpha * variance + 1 - alpha
        if mixed <= 0:
            return math.inf
        spread = self.columns / 2 * (math.log(variance) + math.log(variance / mixed) / (alpha - 1))
        return alpha * self.shift**2 / (2 * mixed) + spread

    def sample(self, n: int, m: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """n samples of P and m of Q, (n, columns) and (m, columns)."""
        rng = np.random.default_rng(seed)
        x, y = rng.standard_normal((n, self.columns)), self.scale * rng.standard_normal((m, self.columns))
        y[:, 0] += self.shift
        return x, y
