"""Samples as points of the unit sphere."""

import torch

from explorer.errors import SampleError
from explorer.result import Doubt

UNIT_ROWS = Doubt("unit rows", "Rows were scaled to length 1.", note=True)
"""What is said where rows were."""


def unit_rows(values: torch.Tensor, name: str = "z") -> torch.Tensor:
    """The rows of (n, d) values scaled to length 1.

    Raises:
        SampleError: for a row of zeros, which has no direction.
    """
    largest = values.abs().amax(1, keepdim=True)
    zero = (largest[:, 0] == 0).nonzero()[:, 0]
    if len(zero):
        rule = "a row that is the same 0 in every column has no direction"
        raise SampleError(f"{name} has {len(zero)} row(s) of zeros, the first in row {int(zero[0])}; {rule}")
    inner = values / largest
    return inner / inner.norm(dim=1, keepdim=True)
