"""Two sets of samples, checked."""

from typing import Any

import torch

from explorer.checks import variable
from explorer.device import resolve
from explorer.errors import SampleError


def clouds(x: Any, y: Any, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples (n, d) and (m, d) as float64 on a device.

    Raises:
        SampleError: for samples that are no real numbers, or differ in their number of columns.
    """
    first, second = (
        variable(one, name, "continuous", device=resolve(device)).values for one, name in ((x, "x"), (y, "y"))
    )
    if first.shape[1] != second.shape[1]:
        rule = "a divergence compares samples of the same columns"
        raise SampleError(f"x has {first.shape[1]} columns and y has {second.shape[1]}; {rule}")
    return first, second
