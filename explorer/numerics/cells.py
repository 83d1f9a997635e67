"""Integer codes of discrete rows, and how often they occur."""

import math
from collections.abc import Iterable
from typing import TypeVar

import torch

LARGEST = 2**62

Count = TypeVar("Count", float, torch.Tensor)


def grid_cells(values: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
    """How many points of an evenly spaced ascending grid are <= each value, as `torch.bucketize(right=True)`.

    Several times faster than a search: a quotient finds the nearest point, and only the comparison
    with that point decides, so the rounding of the quotient does not matter.
    """
    first, last = grid[[0, -1]].tolist()
    step = (last - first) / max(len(grid) - 1, 1)
    if not step > 1e-9 * max(abs(first), abs(last)):
        return torch.bucketize(values, grid, right=True)
    nearest = ((values - first) / step).round_().clamp_(0, len(grid) - 1).long()
    return nearest + (values >= grid[nearest])


def row_codes(digits: torch.Tensor | Iterable[torch.Tensor]) -> torch.Tensor:
    """Each distinct row of integers (n, d) as one code in 0..levels-1, shape (n,).

    The columns may come in blocks, each (n, some of them), of which one at a time is in memory.
    They are packed into one 64-bit number, base by base; whenever the next base
    would overflow, the codes so far are renumbered, so no two rows ever collide.
    Values must lie within 2^62 of zero.
    """
    codes, size = torch.zeros((), dtype=torch.int64), 1
    for block in (digits,) if isinstance(digits, torch.Tensor) else digits:
        block = block - block.amin(0)
        for column, base in zip(block.T, (block.amax(0) + 1).tolist(), strict=True):
            if size * base > LARGEST:
                codes, column = renumbered(codes), renumbered(column)
                size, base = int(codes.max()) + 1, int(column.max()) + 1
            codes, size = codes.to(column.device) * base + column, size * base
    return renumbered(codes)


def renumbered(codes: torch.Tensor) -> torch.Tensor:
    """The same partition with codes 0..levels-1, in ascending order of the old ones."""
    return torch.unique(codes, return_inverse=True)[1]


def joint(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Codes of the pairs (a, b), both (n,) and not negative; renumbered before they would overflow."""
    base = int(b.max()) + 1
    if base * (int(a.max()) + 1) > LARGEST:
        return joint(renumbered(a), renumbered(b))
    return a * base + b


def counts(codes: torch.Tensor) -> torch.Tensor:
    """How often each occurring code occurs, (levels,) in float64."""
    top = int(codes.max()) + 1
    if top <= 4 * len(codes) + 1024:
        table = torch.bincount(codes, minlength=top)
        return table[table > 0].double()
    return torch.unique(codes, return_counts=True)[1].double()


def entropy(codes: torch.Tensor) -> torch.Tensor:
    """Plug-in entropy of the codes in nats."""
    return entropy_of(counts(codes))


def entropy_of(occupied: torch.Tensor) -> torch.Tensor:
    """Plug-in entropy in nats from how often each value occurs: ln n - (1/n) sum_k n_k ln n_k."""
    n = float(occupied.sum())
    return math.log(n) - torch.special.xlogy(occupied, occupied).sum() / n


def entropy_bias(occurring: Count, n: float) -> Count:
    """By how much a plug-in entropy of n samples is too small to first order, (m - 1) / 2n nats of m occurring values.

    References: miller1955; paninski2003.
    """
    return (occurring - 1) / (2 * n)


def information_bias(pairs: Count, x: Count, y: Count, n: float) -> Count:
    """By how much a plug-in information is too large to first order, from how many pairs and values occur, in nats."""
    return entropy_bias(pairs, n) - entropy_bias(x, n) - entropy_bias(y, n)
