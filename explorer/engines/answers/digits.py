"""Handwritten digits in two halves, and a classifier that learnt the first."""

from dataclasses import dataclass
from functools import cache

import torch

from explorer.engines.answers.two_halves import two_halves
from explorer.numerics.softmax import fitted

CLASSES, SIDE = 10, 8
STRENGTH = 1.0
"""Penalty of the squared weights in the summed loss."""


@dataclass(frozen=True, eq=False)
class Half:
    """Images (n, 64) with pixels from 0 to 1, and their digits (n,)."""

    images: torch.Tensor
    digits: torch.Tensor

    def of(self, digit: int) -> torch.Tensor:
        """The images of one digit, in the order of the data, (m, 64)."""
        return self.images[self.digits == digit]


@cache
def halves() -> tuple[Half, Half]:
    """scikit-learn's 1797 digits, drawn into 898 to learn and 899 held out.

    References: alpaydin1998.
    """
    first, second = (Half(torch.tensor(x / 16), torch.tensor(y)) for x, y in two_halves("digits"))
    return first, second


@cache
def classifier() -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (64, 10) and offsets (10,) of a softmax fitted to the first half."""
    taught, _ = halves()
    return fitted(taught.images, taught.digits, CLASSES, STRENGTH).layers[0]
