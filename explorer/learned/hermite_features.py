"""How single columns depend on each other after bends, many sets of samples at once."""

import torch

DEGREES = 4
"""Hermite polynomials of a column; they are made uncorrelated."""


def pairs(x: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
    """The largest correlation of bent columns as information, and the sums over all pairs; (sets,) each.

    For a pair of columns the largest correlation of two polynomials of degree 4 stands for their maximal correlation.

    Args:
        x: (sets, n, d_x) float64.
        y: (sets, n, d_y).
    """
    a, b = _polynomials(x), _polynomials(y)
    across = torch.einsum("sinp,sjnq->sijpq", a, b)
    largest = torch.linalg.svdvals(across)[..., 0].clamp(max=1 - 1e-6)
    parts = -torch.log1p(-largest.square()) / 2
    best = torch.minimum(parts.amax(2).sum(1), parts.amax(1).sum(1))
    return {"bent_top": parts.amax((1, 2)), "bent_best": best, "bent_all": across.square().sum((1, 2, 3, 4))}


def _polynomials(values: torch.Tensor) -> torch.Tensor:
    """(sets, d, n, degrees), orthonormal."""
    found = [torch.ones_like(values), values]
    for degree in range(1, DEGREES):
        found.append(values * found[-1] - degree * found[-2])
    stacked = torch.stack(found[1:], 3).transpose(1, 2)
    return torch.linalg.qr(stacked - stacked.mean(2, keepdim=True)).Q
