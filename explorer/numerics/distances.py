"""Distances between all pairs of samples, in blocks of rows."""

from collections.abc import Iterator

import torch

from explorer.device import rows_per_chunk

FEW = 2**21
"""Distances that are few enough to be sorted at once."""

EXACT = "donot_use_mm_for_euclid_dist"
"""Differences first, then squares: nothing cancels."""

DIGIT = 16
"""Bits of a float64 that one pass over all pairs settles."""


def median_distance(values: torch.Tensor) -> torch.Tensor:
    """The median distance between samples (n, d) that differ, the lower of two in the middle; 0 where none differ.

    Exact. Distances are not negative, so their order is that of their bits read as integers: a pass over all pairs
    counts how often each value of the next 16 bits occurs, until the distances that agree with the median so far
    are few enough to be sorted. Memory is one block of rows x n.
    """
    prefix, shift, count, rank = 0, 64, FEW + 1, 0
    while count > FEW and shift > 0:
        shift -= DIGIT
        table = torch.zeros(2**DIGIT, dtype=torch.int64, device=values.device)
        for bits in _distance_bits(values):
            table += _digits(bits, prefix, shift)
        if shift == 64 - DIGIT:
            rank = (int(table.sum()) - 1) // 2
        if rank < 0:
            return values.new_zeros(())
        digit = int(torch.searchsorted(table.cumsum(0), rank, right=True))
        rank, count = rank - int(table[:digit].sum()), int(table[digit])
        prefix = (prefix << DIGIT) + digit
    alike = [bits[bits >> shift == prefix] for bits in _distance_bits(values)] if shift else []
    found = torch.cat(alike).kthvalue(rank + 1).values if shift else torch.tensor(prefix, device=values.device)
    return found.view(torch.float64)


def _digits(bits: torch.Tensor, prefix: int, shift: int) -> torch.Tensor:
    """How often each value of the 16 bits above `shift` occurs after the bits `prefix`."""
    digits = (bits >> shift) - (prefix << DIGIT)
    return torch.bincount(digits[(digits >= 0) & (digits < 2**DIGIT)], minlength=2**DIGIT)


def _distance_bits(values: torch.Tensor) -> Iterator[torch.Tensor]:
    """The positive distances of all pairs as integers, in blocks."""
    rows = rows_per_chunk(64 * len(values), values.device)
    for start in range(0, len(values), rows):
        block = torch.cdist(values[start : start + rows], values[start:], compute_mode=EXACT).triu_(1)
        yield block[block > 0].view(torch.int64)
