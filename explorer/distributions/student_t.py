"""Student vectors, which depend on each other even when they do not correlate."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import digamma, gammaln

from explorer.distributions.base import Distribution
from explorer.distributions.multivariate_normal import MultivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class StudentT(Distribution):
    """Two Student vectors with one shared chi-squared scale, so that I(X; Y) > 0 even for rho = 0.

    I(X; Y) = I_normal + 2 h(d) - h(2d), where I_normal = -d ln(1 - rho^2) / 2 and h(k) is the entropy of
    k Student coordinates with dispersion 1:
    h(k) = lnG(df/2) - lnG((df+k)/2) + k ln(df pi) / 2 + (df+k)/2 [psi((df+k)/2) - psi(df/2)].
    Samples have shapes (n, dim) and (n, dim); there is no variance for df of 2 or less, no mean for 1 or less.

    Args:
        dim: coordinates of X, and of Y.
        df: degrees of freedom; few make the tails heavy.
        rho: dispersion between X_i and Y_i, their correlation where there is one.

    References: arellano2013; czyz2023, section 3.
    """

    dim: Annotated[int, Range(1, 200)] = 3
    df: Annotated[float, Range(0.5, 1000.0, log=True)] = 3.0
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.0

    @property
    def nats(self) -> float:
        """The information of the normal vectors, and that of the shared scale."""
        return self._normal.nats + 2 * self._entropy(self.dim) - self._entropy(2 * self.dim)

    @property
    def entropy_x(self) -> float:
        """h(d)."""
        return self._entropy(self.dim)

    @property
    def entropy_y(self) -> float:
        """That of X."""
        return self.entropy_x

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Normal pairs divided by sqrt(chi-squared / df), one scale a pair."""
        x, y = self._normal.draw(n, rng)
        scale = np.sqrt(rng.chisquare(self.df, (n, 1)) / self.df)
        return x / scale, y / scale

    @property
    def _normal(self) -> MultivariateNormal:
        return MultivariateNormal(self.dim, self.rho)

    def _entropy(self, k: int) -> float:
        """Entropy of k coordinates with dispersion 1."""
        a, b = self.df / 2, (self.df + k) / 2
        return float(gammaln(a) - gammaln(b) + k / 2 * math.log(self.df * math.pi) + b * (digamma(b) - digamma(a)))
