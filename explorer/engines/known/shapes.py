"""Pairs of representations whose shape distance is known."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import SettingError


@dataclass(frozen=True)
class PairedShapes:
    r"""Two normal representations of d columns that share their directions one by one, and each other's turn.

    x is standard normal, and y = (x diag(s) + sqrt(1 - s^2) noise) Q with Q a rotation: their covariance has the
    singular values s, here `likeness` times 1 down to `last`, in equal steps. Both have variance d; the angle is

    .. math:: \theta = \arccos \frac{\sum_i s_i}{d}

    Attributes:
        columns: d.
        likeness: the largest singular value.
        last: the smallest one as a share of the largest.

    Raises:
        SettingError: for numbers outside their ranges.

    References: williams2021; pospisil2024.
    """

    columns: int = 10
    likeness: float = 0.9
    last: float = 0.1

    def __post_init__(self) -> None:
        if self.columns < 1 or not 0 <= self.likeness <= 1 or not 0 <= self.last <= 1:
            given = f"columns={self.columns}, likeness={self.likeness:g}, last={self.last:g}"
            raise SettingError(f"{given}: columns must be at least 1, likeness and last lie in [0, 1]")

    @property
    def singular(self) -> np.ndarray:
        """s, (d,)."""
        return self.likeness * np.linspace(1, self.last, self.columns)

    @property
    def angle(self) -> float:
        """The true angle in radians."""
        return math.acos(float(self.singular.mean()))

    def sample(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """n rows of both, (n, d) each."""
        rng = np.random.default_rng(seed)
        x, noise = rng.standard_normal((2, n, self.columns))
        turn = np.linalg.qr(rng.standard_normal((self.columns, self.columns)))[0]
        return x, (x * self.singular + np.sqrt(1 - self.singular**2) * noise) @ turn
