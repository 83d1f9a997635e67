"""Plug-in estimates with the first-order bias taken off."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.estimators.base import Estimator
from explorer.numerics.cells import counts, entropy, joint


@dataclass(frozen=True)
class MillerMadow(Estimator):
    r"""Plug-in estimate plus the first-order bias correction of each entropy.

    .. math:: \hat H = \hat H_{plug-in} + \frac{m - 1}{2n}

    with m the number of values that occur. The information can come out negative; it is left so.

    References: miller1955; paninski2003.
    """

    needs: ClassVar[tuple[str, str]] = ("discrete", "discrete")
    invariant: ClassVar[tuple[str, ...]] = ("relabelling",)

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.entropy(x) + self.entropy(y) - self.entropy(joint(x, y))

    def entropy(self, x: torch.Tensor) -> torch.Tensor:
        return entropy(x) + (len(counts(x)) - 1) / (2 * len(x))
