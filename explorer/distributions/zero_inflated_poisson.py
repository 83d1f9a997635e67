"""Counts with too many zeros, and their rate."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from scipy.special import digamma, entr, gammaln, xlogy

from explorer.distributions.base import Distribution
from explorer.settings import Range


@dataclass(frozen=True)
class ZeroInflatedPoisson(Distribution):
    r"""An exponential rate X, and a Poisson count Y with that rate which is lost, and reads 0, at random.

    P(Y = k) = (1 - p) / 2^{k+1} for k > 0, and P(Y = 0) = (1 + p) / 2 = q. With psi the digamma function,

    .. math:: I(X; Y) = -\frac{1 + p}{4} - \frac{p^2 \ln p}{2 (1 - p)} - q \ln q
        + (1 - p) \sum_{k \ge 1} \frac{k \psi(k + 1) - (k + 1) / 2 + \ln 2 - \ln k!}{2^{k + 1}}

    At p = 0 this is the 2 ln 2 - gamma - sum_k ln k / 2^k = 0.301 of gao2017. For p > 0 the paper gives 1 - p
    times that, as if a lost count could be told from a count of 0; the true value, given here, is smaller.
    h(X) = 1. Samples have shapes (n, 1) and (n, 1).

    Args:
        lost: probability p that a count is lost.

    References: gao2017.
    """

    lost: Annotated[float, Range(0.0, 0.99)] = 0.15
    kind_y: ClassVar[str] = "discrete"

    @property
    def nats(self) -> float:
        """The part of the zeros, and the series of the counts above 0."""
        p, k = self.lost, np.arange(1, 80)  # beyond lie 2^-80 of the mass
        zero = -(1 + p) / 4 - p * float(xlogy(p, p)) / (2 * (1 - p)) + float(entr((1 + p) / 2))
        terms = k * digamma(k + 1) - (k + 1) / 2 + math.log(2) - gammaln(k + 1)
        return zero + (1 - p) * float((terms / 2.0 ** (k + 1)).sum())

    @property
    def entropy_x(self) -> float:
        """1, that of an exponential variable."""
        return 1.0

    @property
    def entropy_y(self) -> float:
        """H of the zeros and of the geometric series."""
        return float(entr((1 + self.lost) / 2) + entr((1 - self.lost) / 2)) + (1 - self.lost) * math.log(2)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """X, and its count or 0."""
        x = rng.exponential(size=(n, 1))
        return x, rng.poisson(x) * (rng.random((n, 1)) >= self.lost)
