"""Plug-in estimates with the first-order bias taken off."""

from dataclasses import dataclass

import torch

from explorer.estimators.discrete.base import Counted
from explorer.numerics.cells import entropy_bias, entropy_of


@dataclass(frozen=True)
class MillerMadow(Counted):
    r"""Plug-in estimate plus the first-order bias correction of each entropy.

    .. math:: \hat H = \hat H_{plug-in} + \frac{m - 1}{2n}

    with m the number of values that occur. The information can come out negative; it is left so.

    References: miller1955; paninski2003.
    """

    def entropy_of(self, occupied: torch.Tensor) -> torch.Tensor:
        return entropy_of(occupied) + entropy_bias(len(occupied), float(occupied.sum()))
