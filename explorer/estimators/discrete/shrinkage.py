"""Entropies of frequencies pulled toward even ones."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.estimators.discrete.base import Counted, Entropies, combinations, together
from explorer.numerics.cells import counts


@dataclass(frozen=True)
class Shrinkage(Counted):
    r"""James-Stein estimate: frequencies shrunk toward the uniform distribution, by as much as their noise asks.

    .. math:: p_k = \frac{\lambda}{K} + (1 - \lambda) \frac{n_k}{n}, \qquad
              \lambda = \frac{1 - \sum_k (n_k / n)^2}{(n - 1) \sum_k (1 / K - n_k / n)^2}

    with lambda kept within [0, 1]. K counts the values that occur; of several variables it counts all combinations of
    their values. The information is that of the shrunk table of all variables, with one lambda, so it is never
    negative. Very good for frequencies that are nearly even and for weak dependence, even with few samples; strong
    dependence in a sparse table is shrunk away, so there it reads far too little.

    References: hausser2009.
    """

    finds: ClassVar[tuple[str, ...]] = ("binary_symmetric_channel", "discrete_table", "xor")
    unseen: ClassVar[float] = 0.05

    def entropies(self, *variables: torch.Tensor) -> Entropies:
        intensity = _intensity(counts(together(*variables)), combinations(*variables))
        return lambda *some: _entropy(counts(together(*some)), combinations(*some), intensity)


def _intensity(occupied: torch.Tensor, possible: float) -> float:
    """Lambda: the noise of the frequencies over their distance from even ones, at most 1."""
    n = float(occupied.sum())
    p = occupied / n
    away = float(((p - 1 / possible) ** 2).sum()) + (possible - len(p)) / possible**2
    noise = float((p * (1 - p)).sum()) / (n - 1)
    return min(1.0, noise / away) if away > 0 else 1.0


def _entropy(occupied: torch.Tensor, possible: float, intensity: float) -> torch.Tensor:
    """Entropy in nats of the shrunk frequencies, those of the values that do not occur among them."""
    even = intensity / possible
    p = even + (1 - intensity) * occupied / occupied.sum()
    rest = (possible - len(occupied)) * even * math.log(even) if even > 0 else 0.0
    return -torch.xlogy(p, p).sum() - rest
