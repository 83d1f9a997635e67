"""A normal pair behind two rectifiers."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from scipy.special import entr, ndtr, ndtri

from explorer.distributions.base import Distribution, even, quadrature
from explorer.distributions.bivariate_normal import BivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class RectifiedNormal(Distribution):
    r"""A normal pair (A, B) behind two rectifiers, as the units of a ReLU layer see it.

    X = max(A - t, 0) and Y = max(B - t, 0) with a threshold t that makes P(X = 0) = P(Y = 0) = z. The pair has an
    atom where both are 0, two lines where one is, and a density where none is; I(X; Y) is the sum over the
    three of the mean log ratio of joint to independent measure:

    .. math:: q \ln \frac{q}{z^2} + 2 \int_t^\infty \varphi(a) c(a) \ln \frac{c(a)}{z} da
        + \int_t^\infty \!\! \int_t^\infty \varphi_\rho(a, b)
        \ln \frac{\varphi_\rho(a, b)}{\varphi(a) \varphi(b)} \, da \, db

    with c(a) = P(B < t | A = a) and q = P(A < t, B < t). The inner integral over b is solved by hand, the outer
    ones by Gauss-Legendre quadrature, accurate to 1e-9. X and Y have no entropy.
    Samples have shapes (n, 1) and (n, 1).

    Args:
        rho: correlation of A and B.
        zeros: probability z that a rectifier gives 0.

    References: gao2017.
    """

    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75
    zeros: Annotated[float, Range(0.01, 0.99)] = 0.5

    @cached_property
    def nats(self) -> float:
        """Atom, lines and density."""
        (low, low_weights), (high, high_weights) = (self._nodes(-9, self.threshold), self._nodes(self.threshold, 9))
        both = float(low_weights @ ndtr(self._beyond(low)))
        one = ndtr(self._beyond(high))
        atom = -float(entr(both)) - 2 * both * math.log(self.zeros)
        lines = -float(high_weights @ (entr(one) + one * math.log(self.zeros)))
        return atom + 2 * lines + float(high_weights @ self._mean_log_ratio(high))

    @property
    def threshold(self) -> float:
        """The threshold t."""
        return float(ndtri(self.zeros))

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The normal pair, rectified."""
        a, b = BivariateNormal(self.rho).draw(n, rng)
        return np.maximum(a - self.threshold, 0), np.maximum(b - self.threshold, 0)

    @property
    def _width(self) -> float:
        return math.sqrt(1 - self.rho**2)

    def _nodes(self, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
        """Nodes of A and their probabilities."""
        a, weights = quadrature(even(low, high, min(0.5, self._width)))
        return a, weights * np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)

    def _beyond(self, a: np.ndarray) -> np.ndarray:
        """The threshold on the scale on which B is standard normal given A = a."""
        return (self.threshold - self.rho * a) / self._width

    def _mean_log_ratio(self, a: np.ndarray) -> np.ndarray:
        """The integral over b > t of p(b | a) ln [p(b | a) / p(b)], from the moments of a cut normal."""
        cut = self._beyond(a)
        edge = np.exp(-(cut**2) / 2) / math.sqrt(2 * math.pi)
        constant = self.rho**2 * (a**2 - 1) / 2 - math.log(self._width)
        return ndtr(-cut) * constant + edge * self.rho * (a * self._width - self.rho * cut / 2)
