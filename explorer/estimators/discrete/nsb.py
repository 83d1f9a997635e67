"""Bayesian entropies that do not settle the answer before the data are seen."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.errors import SampleError
from explorer.estimators.base import Formula, Reading
from explorer.estimators.discrete.base import Counted, Entropies, together
from explorer.numerics.cells import counts
from explorer.numerics.gamma import log_rising, trigamma, trigamma_step
from explorer.settings import Range

POINTS = 300


@dataclass(frozen=True)
class NSB(Counted):
    r"""Nemenman-Shafee-Bialek estimate: posterior mean of the entropy under a nearly flat prior of the entropy.

    .. math:: \hat H = \frac{\int_0^{\ln K} d\xi \, \rho(\beta) \, \langle H \rangle_\beta}
              {\int_0^{\ln K} d\xi \, \rho(\beta)}, \qquad
              \rho(\beta) = \frac{\Gamma(K\beta)}{\Gamma(n + K\beta)} \prod_k \frac{\Gamma(n_k + \beta)}{\Gamma(\beta)}

    with xi = psi(K beta + 1) - psi(beta + 1), the mean entropy of the symmetric Dirichlet prior with concentration
    beta, <H>_beta the posterior mean of H under it (wolpert1995), and K the number of possible values. The integral
    is taken over ln beta, by the trapezoid rule on 300 points where the integrand is not negligible.

    Good when the table is sparse: the joint entropy of x and y has K = K_x K_y, so combinations that no sample has
    shown count as possible. It needs samples that coincide; the entropy of long-tailed frequencies, and strong
    dependence in a sparse table, are read too low. An entropy has its posterior deviation as standard error, which
    takes K for known; an information has none, since its entropies have posteriors of their own, and can come out
    negative.

    Args:
        levels: possible values of each variable, seen or not; None counts those that occur.

    Raises:
        SampleError: with more values than `levels`.

    References: nemenman2002; wolpert1995; archer2013.
    """

    finds: ClassVar[tuple[str, ...]] = ("binary_symmetric_channel", "discrete_table", "xor")

    levels: Annotated[int | None, Range(2, 10**9)] = None

    def entropies(self, *variables: torch.Tensor) -> Entropies:
        return lambda *some: self._posterior(*some)[0]

    def entropy(self, x: torch.Tensor) -> Formula:
        mean, variance = self._posterior(x)
        return Reading(mean, standard_error=math.sqrt(variance))

    def _posterior(self, *some: torch.Tensor) -> tuple[float, float]:
        """Posterior mean and variance of the entropy of these variables together."""
        possible = math.prod(self._possible(v) for v in some)
        return posterior(counts(together(*some)), possible) if possible > 1 else (0.0, 0.0)

    def _possible(self, codes: torch.Tensor) -> float:
        """The number of values a variable can have; that of a constant is 1."""
        seen = len(counts(codes))
        if self.levels is not None and seen > self.levels:
            raise SampleError(f"levels={self.levels} is fewer than the {seen} values that occur")
        return float(seen if seen == 1 else self.levels or seen)


def posterior(occupied: torch.Tensor, possible: float) -> tuple[float, float]:
    """Posterior mean and variance of the entropy from how often each occurring value occurs.

    Args:
        occupied: counts of the values that occur.
        possible: how many values there are, at least 2.
    """
    sizes, times = torch.unique(occupied, return_counts=True)
    low, high = -80.0, 60.0
    for _ in range(3):
        grid = torch.linspace(low, high, POINTS, dtype=torch.float64, device=occupied.device)
        inside = torch.nonzero(_log_weight(grid.exp(), sizes, times, possible) > -40).flatten()
        low, high = float(grid[max(int(inside[0]) - 1, 0)]), float(grid[min(int(inside[-1]) + 1, POINTS - 1)])
    beta = torch.linspace(low, high, POINTS, dtype=torch.float64, device=occupied.device).exp()
    weight = torch.softmax(_log_weight(beta, sizes, times, possible), 0)
    unseen = possible - len(occupied)
    sizes, times = torch.cat([sizes, sizes.new_zeros(1)]), torch.cat([times.double(), sizes.new_full((1,), unseen)])
    first, second = _moments(sizes[:, None] + beta, times[:, None])
    mean = float(weight @ first)
    return mean, max(float(weight @ second) - mean**2, 0.0)  # rounding can take a variance of 0 below it


def _log_weight(beta: torch.Tensor, sizes: torch.Tensor, times: torch.Tensor, possible: float) -> torch.Tensor:
    """ln(rho d xi / d ln beta), its largest value 0."""
    seen = (times[:, None] * log_rising(beta, sizes[:, None])).sum(0)
    n = (times * sizes).sum()
    weight = seen - log_rising(possible * beta, n) + trigamma_step(beta, possible).log()
    return weight - weight.max()


def _moments(a: torch.Tensor, times: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean of H and of H^2 under Dirichlet distributions: `times` parameters equal to each row of a (rows, points)."""
    total = (times * a).sum(0)
    mean = torch.digamma(total + 1) - (times * a * torch.digamma(a + 1)).sum(0) / total
    wide = trigamma(total + 2)
    step = a * (torch.digamma(a + 1) - torch.digamma(total + 2))
    pairs = (times * step).sum(0) ** 2 - (times * step**2).sum(0) - wide * (total**2 - (times * a**2).sum(0))
    own = (torch.digamma(a + 2) - torch.digamma(total + 2)) ** 2 + trigamma(a + 2) - wide
    return mean, (pairs + (times * a * (a + 1) * own).sum(0)) / (total * (total + 1))
