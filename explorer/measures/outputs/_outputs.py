"""The outputs of a classifier as log-probabilities."""

import torch

from explorer.errors import SampleError
from explorer.result import Doubt

SUM = 1e-4
"""How far from 1 a row of probabilities may sum: rounding of single precision over many classes."""


def log_probabilities(z: torch.Tensor, form: str) -> tuple[torch.Tensor, tuple[Doubt, ...]]:
    """ln p of outputs (n, classes), and what they were read as. Probabilities are divided by their sum.

    Raises:
        SampleError: for a single column, or for probabilities that are none.
    """
    if z.shape[1] < 2:
        raise SampleError("z has 1 column; outputs of a classifier have one column a class, at least 2")
    found = are_probabilities(z)
    if form == "probabilities" and not found:
        rule = "probabilities are nonnegative and sum to 1 in every row"
        raise SampleError(f"form='probabilities' does not fit z, which holds {float(z.min()):.4g}: {rule}")
    chosen = ("probabilities" if found else "logits") if form == "auto" else form
    doubts = (Doubt("form", f"z was read as {chosen}.", note=True),) if form == "auto" else ()
    if chosen == "logits":
        return z.log_softmax(1), doubts
    return (z / z.sum(1, keepdim=True)).log(), doubts


def are_probabilities(z: torch.Tensor) -> bool:
    """Whether no value is negative and every row sums to 1."""
    return bool((z >= 0).all() and ((z.sum(1) - 1).abs() < SUM).all())
