"""The Kronecker product nearest to a mean of outer products of matrices, and low rank in the norm that it defines."""

from dataclasses import dataclass

import torch

from explorer.device import rows_per_chunk

STEPS, SETTLED = 500, 1e-12
"""Power iterations at most, and the relative change of the singular value that ends them."""


@dataclass(frozen=True)
class Kronecker:
    """B (x) A, the nearest to F = mean_i vec(G_i) vec(G_i)', with vec row by row (vanloan1993).

    Attributes:
        left: B, (a, a), positive semidefinite, of Frobenius norm 1.
        right: A, (b, b), positive semidefinite.
        share: part of the squared Frobenius norm of F that the product holds, at most 1.
    """

    left: torch.Tensor
    right: torch.Tensor
    share: float


def nearest_kronecker(left: torch.Tensor, right: torch.Tensor) -> Kronecker:
    """Of the a x b matrices G_i = left_i' right_i, by power iteration from the identity.

    F rearranged, the mean of G_i (x) G_i, maps b x b matrices V to the mean of G_i V G_i', and back. Both maps keep
    matrices positive semidefinite, so from the identity on no sign has to be chosen. No G_i is made from its factors:
    gradients of rank one take n (a + b) numbers.

    Args:
        left: (n, r, a), or (n, a) for r = 1.
        right: (n, r, b), or (n, b).
    """
    left, right = (part[:, None] if part.ndim == 2 else part for part in (left, right))
    inner = torch.eye(right.shape[2], dtype=right.dtype, device=right.device)
    size = before = 0.0
    for _ in range(STEPS):
        outer = _pushed(right, left, inner)
        outer = outer / outer.norm()
        inner = _pushed(left, right, outer)
        size = float(inner.norm())
        if abs(size - before) <= SETTLED * size:
            break
        before = size
    return Kronecker(outer, inner, size**2 / _squared_norm(left, right))


def _pushed(source: torch.Tensor, target: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """The mean of target_i' (source_i matrix source_i') target_i."""
    found = target.new_zeros(target.shape[2], target.shape[2])
    for s, t in zip(*(part.split(_rows(source, target)) for part in (source, target)), strict=True):
        inner = (s.flatten(0, 1) @ matrix).view_as(s) @ s.transpose(1, 2)  # (rows, r, r)
        found += (inner @ t).flatten(0, 1).T @ t.flatten(0, 1)
    return found / len(target)


def _squared_norm(left: torch.Tensor, right: torch.Tensor) -> float:
    """|F|^2, the mean of <G_i, G_j>^2 over all pairs, in blocks of them."""
    n, r, _ = left.shape
    total = left.new_zeros(())
    for rows in torch.arange(n, device=left.device).split(rows_per_chunk(32 * n * r**2, left.device)):
        products = (part[rows].flatten(0, 1) @ part.flatten(0, 1).T for part in (left, right))  # (rows r, n r)
        both = next(products) * next(products)
        total += both.view(len(rows), r, n, r).sum((1, 3)).square().sum()
    return float(total) / n**2


def _rows(source: torch.Tensor, target: torch.Tensor) -> int:
    return rows_per_chunk(32 * (source[0].numel() + target[0].numel()), source.device)


def root(matrix: torch.Tensor) -> torch.Tensor:
    """The symmetric square root of a positive semidefinite matrix; eigenvalues that rounding brought below 0 are 0."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def weighted_norm(error: torch.Tensor, product: Kronecker) -> torch.Tensor:
    """tr(D' B D A), which the product takes for the mean of <G_i, D>^2."""
    return ((product.left @ error @ product.right) * error).sum()
