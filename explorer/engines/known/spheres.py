"""Two directions of which the second is the first with noise, and what they know of each other exactly."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.distributions.base import quadrature
from explorer.errors import SettingError
from explorer.numerics.sphere import entropy, log_area, log_constant

PIECES = 400
"""Pieces of the angle in a quadrature, 12 nodes each."""


@dataclass(frozen=True)
class DirectionChannel:
    r"""Z1 around a fixed direction, or uniform, on the unit sphere; Z2 around Z1; both von Mises-Fisher.

    .. math:: I(Z_1; Z_2) = h(Z_2) - h(\mathrm{vMF}(\kappa)), \qquad
              p(z_2) = \frac{C(a)\, C(\kappa)}{C(|a \mu + \kappa z_2|)}

    h(Z2) is an integral over the angle with mu, by Gauss-Legendre quadrature.

    Attributes:
        dim: columns of Z1 and Z2.
        precision: kappa of Z2 around Z1; 0 makes them independent.
        crowding: a of Z1 around mu, the first axis; 0 spreads it over the whole sphere.

    Raises:
        SettingError: for fewer than 2 dimensions, or a negative precision or crowding.

    References: mardia2000, section 9.3.2.
    """

    dim: int = 3
    precision: float = 10.0
    crowding: float = 0.0

    def __post_init__(self) -> None:
        if self.dim < 2 or min(self.precision, self.crowding) < 0:
            given = f"dim={self.dim}, precision={self.precision:g}, crowding={self.crowding:g}"
            raise SettingError(f"{given}: dim must be at least 2 and the others at least 0")

    @cached_property
    def entropy(self) -> float:
        """h(Z2) in nats, with regard to the area of the sphere."""
        angle, weights = quadrature(np.linspace(0, np.pi, PIECES + 1))
        d, a, k = self.dim, self.crowding, self.precision
        length = np.sqrt((a - k) ** 2 + 2 * a * k * (1 + np.cos(angle)))  # of a mu + kappa z, without cancellation
        log_p = log_constant(d, a) + log_constant(d, k) - log_constant(d, length)
        ring = weights * np.exp(log_area(d - 1) + log_p) * np.sin(angle) ** (d - 2)
        return float(-(ring * log_p).sum())

    @property
    def noise(self) -> float:
        """h(Z2 | Z1) in nats."""
        return float(entropy(self.dim, self.precision))

    @property
    def nats(self) -> float:
        """The true I(Z1; Z2)."""
        return self.entropy - self.noise

    def sample(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """n independent pairs of rows of length 1, (n, dim) each."""
        rng = np.random.default_rng(seed)
        axis = np.zeros((n, self.dim))
        axis[:, 0] = 1.0
        first = scattered(axis, self.crowding, rng)
        return first, scattered(first, self.precision, rng)


def scattered(means: np.ndarray, kappa: float, rng: np.random.Generator) -> np.ndarray:
    """One von Mises-Fisher sample around each row of length 1, (n, d), by rejection.

    References: mardia2000.
    """
    n, d = means.shape
    aside = rng.standard_normal((n, d))
    aside -= (aside * means).sum(1, keepdims=True) * means
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    cosine = _cosines(n, d, kappa, rng)[:, None]
    return cosine * means + np.sqrt(1 - cosine**2) * aside


def _cosines(n: int, d: int, kappa: float, rng: np.random.Generator) -> np.ndarray:
    """Cosines with the mean, of density proportional to exp(kappa t) (1 - t^2)^((d - 3) / 2)."""
    b = (d - 1) / (2 * kappa + np.hypot(2 * kappa, d - 1))
    x0 = (1 - b) / (1 + b)
    bound = kappa * x0 + (d - 1) * np.log(1 - x0**2)
    found = np.empty(0)
    while len(found) < n:
        z = rng.beta((d - 1) / 2, (d - 1) / 2, n)
        t = (1 - (1 + b) * z) / (1 - (1 - b) * z)
        kept = kappa * t + (d - 1) * np.log(1 - x0 * t) - bound >= np.log(rng.random(n))
        found = np.concatenate([found, t[kept]])
    return found[:n]
