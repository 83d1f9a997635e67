"""Entropies whose bias vanishes for the frequencies of rare values."""

import math
from dataclasses import dataclass

import torch

from explorer.estimators.discrete.base import Counted


@dataclass(frozen=True)
class Grassberger(Counted):
    r"""Grassberger estimate of 2003: the logarithm of every count replaced by one of less bias.

    .. math:: \hat H = \ln n - \frac{1}{n} \sum_k n_k G(n_k), \qquad
              G(n) = \psi(n) + \frac{(-1)^n}{2} \left[ \psi\left(\frac{n+1}{2}\right)
              - \psi\left(\frac{n}{2}\right) \right]

    The bias falls exponentially with n p_k, so it is small once values occur a few times each, and well
    below that of Miller and Madow when many occur once. It pays with a larger variance, knows nothing of
    values that never occur, and can give a negative information, which is left as it is. His correction
    of 1988 (grassberger1988), which bears his name too, has a simpler alternating term and is not this one.

    References: grassberger2003; grassberger1988.
    """

    def entropy_of(self, occupied: torch.Tensor) -> torch.Tensor:
        n = float(occupied.sum())
        return math.log(n) - (occupied * logarithm(occupied)).sum() / n


def logarithm(count: torch.Tensor) -> torch.Tensor:
    """G(n), which stands for the logarithm of a count."""
    sign = 1 - 2 * count.remainder(2)
    return torch.digamma(count) + sign / 2 * (torch.digamma((count + 1) / 2) - torch.digamma(count / 2))
