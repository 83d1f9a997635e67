"""Invertible maps of columns, which leave the information as it is."""

from collections.abc import Callable

import torch
from torch import Tensor

MAPS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda v: v * v.abs().sqrt(),
    lambda v: v**3,
    lambda v: (2 * v).asinh(),
    lambda v: (1.5 * v).sinh(),
    torch.special.ndtr,
    lambda v: v + 0.4 * v.sin() + 0.2 * (1.7 * v + 1).sin() + 0.03 * (3.3 * v - 2.5).sin(),
    lambda v: v - 0.4 * (0.4 * v).sin() + 0.17 * (1.3 * v + 3.5).sin() + 0.02 * (4.3 * v - 2.5).sin(),
)
"""Rising maps of a column: half a cube, a cube, tails drawn in and stretched, uniform, and two wavy ones (czyz2023)."""

BENT, TURNED, SHEARED, BENT_AGAIN = 0.6, 0.7, 0.25, 0.3
"""How often columns are mapped, rotated together, sheared and mapped once more."""


def warped(values: Tensor, rng: torch.Generator) -> Tensor:
    """(sets, n, d) through maps drawn at random: one kind for all sets, with parameters of each set's own."""
    for often, step in ((BENT, _bent), (TURNED, _turned), (SHEARED, _sheared), (BENT_AGAIN, _bent)):
        if float(torch.rand((), generator=rng, device=rng.device)) < often:
            values = step(_unit(values), rng)
    return values


def lifted(values: Tensor, d: int, rng: torch.Generator) -> Tensor:
    """(sets, n, less) with functions of its columns added, up to d columns: samples on a curved surface."""
    sets, _, less = values.shape
    speed, phase = (
        torch.randn(sets, k, d - less, generator=rng, dtype=values.dtype, device=rng.device) for k in (less, 1)
    )
    return torch.cat([values, (2 * _unit(values) @ speed / less**0.5 + 3 * phase).sin()], 2)


def scores(values: Tensor) -> Tensor:
    """Normal scores of the columns of (sets, n, d) values without ties."""
    ranks = values.argsort(1).argsort(1) + 1
    return torch.special.ndtri(ranks.double() / (values.shape[1] + 1))


def _unit(values: Tensor) -> Tensor:
    return (values - values.mean(1, keepdim=True)) / values.std(1, keepdim=True)


def _bent(values: Tensor, rng: torch.Generator) -> Tensor:
    which = torch.randint(0, len(MAPS), (values.shape[2],), generator=rng, device=rng.device).tolist()
    return torch.stack([MAPS[i](values[..., column]) for column, i in enumerate(which)], 2)


def _turned(values: Tensor, rng: torch.Generator) -> Tensor:
    """A rotation for each set."""
    sets, _, d = values.shape
    noise = torch.randn(sets, d, d, generator=rng, dtype=values.dtype, device=rng.device)
    return values @ torch.linalg.qr(noise).Q


def _sheared(values: Tensor, rng: torch.Generator) -> Tensor:
    """Every column but the first moves by a sine of the one before it."""
    sets, _, d = values.shape
    speed, phase, height = torch.rand(3, sets, 1, d, generator=rng, dtype=values.dtype, device=rng.device)
    moved = 2 * height * (4 * speed * values + 6.3 * phase).sin()
    return torch.cat([values[..., :1], values[..., 1:] + moved[..., :-1]], 2)
