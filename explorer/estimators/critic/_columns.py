"""Columns as critics take them."""

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.numerics.margins import in_margins

LABELS = 1000
"""Labels that a variable may have: each becomes a column of a critic."""


def columns(values: torch.Tensor, margins: str) -> torch.Tensor:
    """Real columns that change at all, in their margins, or a column a label; float32.

    Raises:
        SampleError: for more labels than a critic takes.
    """
    if values.is_floating_point():
        return in_margins(varying(values), margins).float()
    count = int(values.max()) + 1 if len(values) else 0
    if count > LABELS:
        raise SampleError(f"{count} labels are too many for a critic, which takes {LABELS}; read them as real numbers")
    return torch.nn.functional.one_hot(values, count).float() if count > 1 else values.new_zeros(len(values), 0).float()
