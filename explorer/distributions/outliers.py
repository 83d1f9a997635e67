"""A normal pair with pairs of pure noise among its samples."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from scipy.special import entr

from explorer.distributions.base import Distribution, even, quadrature
from explorer.settings import Range


@dataclass(frozen=True)
class Outliers(Distribution):
    r"""A normal pair of which some samples are replaced by two independent numbers from a wide normal.

    .. math:: p(x, y) = (1 - \varepsilon) N_{\rho}(x, y) + \varepsilon N(x / w) N(y / w) / w^2

    I(X; Y) = h(X) + h(Y) - h(X, Y), both entropies by Gauss-Legendre quadrature, accurate to 1e-8. Outliers
    carry information: one far value of X tells that Y is an outlier too. Samples have shapes (n, 1) and (n, 1).

    Args:
        rho: correlation of the pairs that are kept.
        share: probability that a pair is an outlier.
        width: standard deviation of the outliers; 1 for the kept pairs.

    References: czyz2025.
    """

    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75
    share: Annotated[float, Range(0.0, 1.0)] = 0.05
    width: Annotated[float, Range(1.0, 100.0, log=True)] = 5.0

    @cached_property
    def nats(self) -> float:
        """2 h(X) - h(X, Y)."""
        return 2 * self.entropy_x - self._joint

    @cached_property
    def entropy_x(self) -> float:
        """h of a mixture of two normal variables, by quadrature."""
        x, weights = quadrature(self._edges(1.0))
        density = (1 - self.share) * _normal(x) + self.share * _normal(x / self.width) / self.width
        return 2 * float(weights @ entr(density))

    @property
    def entropy_y(self) -> float:
        """That of X."""
        return self.entropy_x

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The normal pair, and wide noise in its place where a coin says so."""
        x, z, other_x, other_y = rng.standard_normal((4, n, 1))
        kept = rng.random((n, 1)) >= self.share
        y = self.rho * x + math.sqrt(1 - self.rho**2) * z
        return np.where(kept, x, self.width * other_x), np.where(kept, y, self.width * other_y)

    @property
    def _joint(self) -> float:
        """h(X, Y), over x > 0 and the distance t = y - rho x from the ridge; the other half is its mirror image."""
        narrow = math.sqrt(1 - self.rho**2)
        x, weights_x = quadrature(self._edges(1.0))
        edges = self._edges(narrow)
        t, weights_t = quadrature(np.concatenate([-edges[:0:-1], edges]))
        x = x[:, None]
        kept = _normal(x) * (_normal(t / narrow) / narrow)
        noise = _normal(x / self.width) * _normal((self.rho * x + t) / self.width) / self.width**2
        density = (1 - self.share) * kept + self.share * noise
        return 2 * float(weights_x @ entr(density) @ weights_t)

    def _edges(self, scale: float) -> np.ndarray:
        """From 0 over nine scales in equal pieces, then in growing ones out to where the noise ends."""
        end = 18 * self.width
        pieces = math.ceil(math.log(end / (9 * scale)) / math.log(1.5))
        return np.concatenate([even(0, 9 * scale, 0.75 * scale), np.geomspace(9 * scale, end, pieces + 1)[1:]])


def _normal(z: np.ndarray) -> np.ndarray:
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
