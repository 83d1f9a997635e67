"""The Student copula: one tail weight and one correlation matrix behind the ranks of all columns."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from scipy.special import stdtrit

from explorer.numerics.margins import mean_ranks
from explorer.numerics.posteriors import LOG_2_PI

FREEDOMS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0, math.inf)
"""Degrees of freedom that are tried; infinity is the Gaussian copula."""

STEPS, CONVERGED = 100, 1e-6
"""Iterations for the correlations at most, and the largest change that ends them."""


@dataclass(frozen=True)
class StudentCopula:
    """A fitted copula.

    Attributes:
        correlation: (d, d).
        freedom: degrees of freedom; infinity for the Gaussian copula.
        log_likelihood: sum over the samples of ln c(u), the density of the ranks.
    """

    correlation: torch.Tensor
    freedom: float
    log_likelihood: float

    def criterion(self, n: int) -> float:
        """BIC for n samples: the correlations and, where it is finite, the freedom are free numbers."""
        d = len(self.correlation)
        return (d * (d - 1) / 2 + math.isfinite(self.freedom)) * math.log(n) - 2 * self.log_likelihood


def fitted(values: torch.Tensor) -> StudentCopula | None:
    """The copula that describes the ranks of (n, d) values best; None where columns determine each other.

    The likelihood has one top over the degrees of freedom, so halving the list of them finds its place, and a
    parabola in their logarithm through the neighbours the top. They stay infinite, the Gaussian copula, unless
    BIC (schwarz1978) is lower with them.
    """
    shares = torch.stack([mean_ranks(column) for column in values.T], 1) / (len(values) + 1)
    tried = cache(partial(_at, shares))
    low, high = 0, len(FREEDOMS) - 1
    while low < high:
        middle = (low + high) // 2
        here, above = tried(FREEDOMS[middle]), tried(FREEDOMS[middle + 1])
        if here is None or above is None:
            return None
        low, high = (middle + 1, high) if here.log_likelihood < above.log_likelihood else (low, middle)
    best, normal = tried(_between(tried, low)), tried(math.inf)
    if best is None or normal is None:
        return None
    return best if best.criterion(len(values)) < normal.criterion(len(values)) else normal


def _between(tried: Callable[[float], StudentCopula | None], place: int) -> float:
    """The top of the parabola in ln freedom through a place of the list and its neighbours."""
    around = FREEDOMS[max(0, place - 1) : place + 2]
    levels = [one.log_likelihood for freedom in around if (one := tried(freedom))]
    if len(levels) < 3 or math.isinf(around[-1]):
        return FREEDOMS[place]
    square, slope, _ = np.polyfit(np.log(around), levels, 2)
    top = math.exp(-slope / (2 * square)) if square < 0 else FREEDOMS[place]
    return min(max(top, around[0]), around[-1])


def entropy(freedom: float, k: int) -> float:
    """Entropy in nats of k Student coordinates with dispersion 1, less that of the normal one's terms in |R|."""
    if math.isinf(freedom):
        return k * math.log(2 * math.pi * math.e) / 2
    a, b = freedom / 2, (freedom + k) / 2
    psi = torch.digamma(torch.tensor([b, a], dtype=torch.float64))
    return math.lgamma(a) - math.lgamma(b) + k / 2 * math.log(freedom * math.pi) + b * float(psi[0] - psi[1])


def _at(shares: torch.Tensor, freedom: float) -> StudentCopula | None:
    quantiles = _quantiles(shares, freedom)
    correlation = torch.corrcoef(_quantiles(shares, math.inf).T).reshape(shares.shape[1], -1)
    for _ in range(1 if math.isinf(freedom) else STEPS):
        factor, broken = torch.linalg.cholesky_ex(correlation)
        if int(broken):
            return None
        distance = _distance(quantiles, factor)
        if math.isinf(freedom):
            break
        weights = (freedom + shares.shape[1]) / (freedom + distance)
        second = (quantiles * weights[:, None]).T @ quantiles
        scale = second.diagonal().sqrt()
        before, correlation = correlation, second / scale[:, None] / scale
        if bool((correlation - before).abs().max() < CONVERGED):
            break
    whole = _log_density(_distance(quantiles, factor), freedom, shares.shape[1]) - factor.diagonal().log().sum()
    alone = _log_density(quantiles.square(), freedom, 1).sum(1)
    return StudentCopula(correlation, freedom, float((whole - alone).sum()))


def _quantiles(shares: torch.Tensor, freedom: float) -> torch.Tensor:
    if math.isinf(freedom):
        return torch.special.ndtri(shares)
    grid, place = torch.unique(shares, return_inverse=True)  # ranks repeat from column to column
    return torch.as_tensor(stdtrit(freedom, grid.cpu().numpy()), device=shares.device)[place]


def _distance(quantiles: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Squared Mahalanobis distance of every row, (n,)."""
    return torch.linalg.solve_triangular(factor, quantiles.T, upper=False).square().sum(0)


def _log_density(distance: torch.Tensor, freedom: float, k: int) -> torch.Tensor:
    """ln of the k-dimensional density with dispersion 1 at squared distances."""
    if math.isinf(freedom):
        return -(distance + k * LOG_2_PI) / 2
    top = math.lgamma((freedom + k) / 2) - math.lgamma(freedom / 2) - k / 2 * math.log(freedom * math.pi)
    return top - (freedom + k) / 2 * torch.log1p(distance / freedom)
