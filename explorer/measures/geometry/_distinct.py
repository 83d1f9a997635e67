"""Samples that coincide, of which neighbours and clusters keep one."""

import torch

from explorer.result import Doubt


def distinct(z: torch.Tensor) -> tuple[torch.Tensor, tuple[Doubt, ...]]:
    """The rows of (n, d) that differ, sorted, and a note where some were left out."""
    rows = torch.unique(z, dim=0)
    alike = len(z) - len(rows)
    text = f"{alike} of {len(z)} samples coincide with others and were left out."
    return rows, ((Doubt("ties", text, note=True),) if alike else ())
