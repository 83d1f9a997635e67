"""Divergence from whose samples are among the nearest neighbours: the NNR estimate."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Formula, Reading
from explorer.estimators.neighbours.base import NearestNeighbours, uneven
from explorer.numerics.nearest import shares
from explorer.numerics.orders import NoWeights, least_weights
from explorer.result import Doubt, in_both
from explorer.settings import Range

STEPS = torch.linspace(0.3, 3.0, 20, dtype=torch.float64)
"""The ensemble's numbers of neighbours, in multiples of k."""


@dataclass(frozen=True)
class NearestNeighborRatio(NearestNeighbours):
    r"""Nearest-neighbour ratio estimate of D(p(x, y) || p(x) p(y)), which is I(X; Y).

    .. math:: \hat I = \frac1n \sum_i g\left(\frac{N_i}{M_i + 1}\right), \qquad g(t) = t \ln t

    Among the k nearest neighbours of the i-th pair with permuted y are N_i pairs as they were sampled and M_i other
    permuted ones, in the Euclidean norm; their ratio estimates p(x, y) / (p(x) p(y)). The permutation is drawn
    with the seed and does not depend on the order of the samples. The paper clips at 0; here it is not.

    Independent samples read about 2/k, and dependent ones too low as k/n grows, in many columns far too low. With
    `ensemble`, 20 numbers of neighbours from 0.3 k to 3 k are weighted such that terms in 1/k and
    (k/n)^{2/d} cancel, d the joint columns: independent samples read 0 and strong dependence comes closer in
    four columns and more, with two to five times the deviation. The paper's ensemble cancels
    (k/n)^{i/d} for i = 1 .. d, with weights whose magnitudes sum to over 1000 in four columns and about
    10^6 in six. One k can hardly read more than ln k.

    Args:
        k: neighbours; None takes the square root of n.
        ensemble: weight several numbers of neighbours to cancel bias; false takes k alone.

    Raises:
        SampleError: when there are too few samples for k, or k pairs coincide with one. k can be too small for
            the ensemble.

    References: noshad2017.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal",)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling")
    symmetric: ClassVar[bool] = False
    random: ClassVar[bool] = True

    k: Annotated[int | None, Range(1, 10_000, log=True)] = None
    ensemble: bool = False

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        x, y = varying(x), varying(y)
        if not x.shape[1] or not y.shape[1]:
            return 0.0
        pairs = torch.cat([x, y], 1)
        pairs = pairs[torch.unique(pairs, dim=0, return_inverse=True)[1].argsort(stable=True)]
        apart = torch.cat([pairs[:, : x.shape[1]], pairs[_permuted(len(x)).to(x.device), x.shape[1] :]], 1)
        return self.divergence(pairs, apart)

    def divergence(self, of: torch.Tensor, reference: torch.Tensor) -> Reading:
        """Kullback-Leibler divergence of the density that `of` (m, d) has from that of `reference` (n, d)."""
        ks, weights = self._orders(len(reference), len(of), of.shape[1])
        found, radius = shares(reference, of, ks)
        if not bool((radius > 0).all()):
            alike = int((radius == 0).sum())
            rule = f"{alike} of {len(radius)} coincide with at least {int(ks[0])} others"
            raise SampleError(f"{self.name} needs distinct samples: {rule}")
        ratio = len(reference) / len(of) * found.double() / (ks.to(found.device)[:, None] - found + 1)
        values = torch.special.xlogy(ratio, ratio).mean(1).cpu()
        return Reading(float(weights @ values), details={"k": ks.tolist(), "weights": weights.tolist()})

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        k = self.k or round(math.sqrt(len(x)))
        if value <= math.log(k) - 1:
            return tuple(uneven((x, y)))
        text = f"{in_both(value, '.2f')} is within 1 nat of ln k, {in_both(math.log(k), '.2f')}"
        text += f", about the most that k={k} can read."
        return (Doubt("ceiling", text), *uneven((x, y)))

    def _orders(self, n: int, m: int, d: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Numbers of neighbours and their weights."""
        k = self.k or round(math.sqrt(n))
        ks = torch.unique((STEPS * k).round().clamp(min=1).long()) if self.ensemble else torch.tensor([k])
        if int(ks[-1]) >= n + m:
            raise SampleError(f"{self.name} with k={k} looks at {int(ks[-1])} neighbours; {n} samples are too few")
        if not self.ensemble:
            return ks, torch.ones(1, dtype=torch.float64)
        steps = ks.double() / k
        try:
            return ks, least_weights([1 / steps, steps ** (2 / d)])
        except NoWeights as error:
            raise SampleError(f"ensemble=True cannot take k={k} in {d} columns: {error}; set ensemble=False") from error


def _permuted(n: int) -> torch.Tensor:
    """A random cycle through all n places: a permutation that leaves none where it was."""
    order = torch.randperm(n)
    return torch.empty_like(order).scatter_(0, order, order.roll(1))
