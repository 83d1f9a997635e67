"""Handwritten digits in two halves, and a classifier that learnt the first."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

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
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    cut = len(y) // 2
    return tuple(Half(torch.tensor(x[rows] / 16), torch.tensor(y[rows])) for rows in (order[:cut], order[cut:]))  # type: ignore[return-value]


@cache
def classifier() -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (64, 10) and offsets (10,) of a softmax fitted to the first half."""
    taught, _ = halves()
    return fitted(taught.images, taught.digits, CLASSES, STRENGTH).layers[0]
