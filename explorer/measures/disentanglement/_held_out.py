"""Factors as classes, and which samples a learner is not fitted on."""

import torch

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.probes._probe import some_of
from explorer.numerics.cells import renumbered
from explorer.result import Doubt

FEW = 5
"""Samples of a level below which what is read of it is left to chance."""


def classes_of(v: Factors, bins: int, strategy: str = "equal_frequency") -> torch.Tensor:
    """The levels that occur of every factor, real ones cut into cells, (n, K) int64 from 0.

    Raises:
        SampleError: for a factor that never changes.
    """
    codes = torch.stack([renumbered(column) for column in v.cells(bins, strategy).T], 1)
    for name, most in zip(v.names, codes.amax(0).tolist(), strict=True):
        if not most:
            raise SampleError(f"factor {name} never changes in these samples")
    return codes


def held_out(y: torch.Tensor, share: float, name: str) -> torch.Tensor:
    """A share of the samples at random, about the same of every class, (n,) bool; every class keeps some to fit.

    Raises:
        SampleError: when no class has a sample to spare.
    """
    held = some_of(y, share)
    fitted = torch.bincount(y[~held], minlength=int(y.max()) + 1)
    held &= fitted[y] > 0
    if not held.any():
        raise SampleError(f"factor {name} has no level with a sample to hold out: {len(y)} samples are too few")
    return held


def cut_doubts(v: Factors, bins: int, strategy: str = "equal_frequency") -> tuple[Doubt, ...]:
    """A note that says which factors are real and were read by cells."""
    names = ", ".join(v.names[k] for k in v.real)
    text = f"{names} is real and was read by {bins} cells ({strategy.replace('_', ' ')})."
    return (Doubt("cut factors", text, note=True),) if names else ()


def rare_doubts(codes: torch.Tensor, names: tuple[str, ...]) -> tuple[Doubt, ...]:
    """A doubt where levels of a factor have few samples; codes (n, K) are counted from 0."""
    sizes = [torch.bincount(column) for column in codes.T]
    rare = [
        f"{int((size < FEW).sum())} of {len(size)} levels of {name}"
        for name, size in zip(names, sizes, strict=True)
        if (size < FEW).any()
    ]
    text = f"{', '.join(rare)} have fewer than {FEW} samples; what is read of them is left to chance."
    return (Doubt("rare levels", text),) if rare else ()
