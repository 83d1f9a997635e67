"""Entropies that make room for the values no sample has shown."""

from dataclasses import dataclass

import torch

from explorer.estimators.discrete.base import Counted


@dataclass(frozen=True)
class ChaoShen(Counted):
    r"""Chao-Shen estimate: frequencies scaled by the coverage, each weighted by its chance of being seen.

    .. math:: \hat H = - \sum_k \frac{C p_k \ln C p_k}{1 - (1 - C p_k)^n}, \qquad
              p_k = \frac{n_k}{n}, \quad C = 1 - \frac{f_1}{n}

    with f_1 the number of values that occur once; C estimates the probability of all values that occur
    (good1953). Good for many rare values, as in ecology and text; once all values occur more than once, it has
    the bias of the plug-in. When every value occurs once, f_1 is taken as n - 1, so that C = 1 / n and not 0.
    The information can come out negative; it is left so.

    References: chao2003; good1953.
    """

    def entropy_of(self, occupied: torch.Tensor) -> torch.Tensor:
        n = float(occupied.sum())
        once = min(float((occupied == 1).sum()), n - 1)
        p = (1 - once / n) * occupied / n
        return -(torch.xlogy(p, p) / -torch.expm1(n * torch.log1p(-p))).sum()
