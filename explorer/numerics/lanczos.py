"""Sums of a function over the eigenvalues of a large symmetric matrix, with the error of the sum."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from explorer.device import rows_per_chunk

BLOCK, EXPANSIONS = 32, 8
"""Columns of the block that finds the largest eigenvalues, and products with the matrix that it gets."""

PROBES, STEPS, GROUPS = 32, 24, 4
"""Random vectors for the rest of the spectrum, products with the matrix that each gets, and parts that judge parts."""

SETTLED = 3e-3
"""Largest residual of an eigenpair that is taken for exact, over its eigenvalue: sums err by the square of it."""

NEW = 1e-5
"""Share of a vector that must be new to the Krylov space; what is less is rounding in single precision."""

LEFT = 1e-12
"""Share of a sum over all eigenvalues from which what the largest leave of it is no rounding."""

Function = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Density:
    """What is known of the eigenvalues of a positive semidefinite matrix of n rows.

    Attributes:
        largest: eigenvalues that are known, (k,), descending.
        moments: count, sum and sum of squares of all the others, exact; the last only where rounding leaves them.
        nodes, weights: for each random probe, points and weights of two quadratures of the others, (2, probes, m + 1):
            Gauss and Gauss-Radau with a point at 0. They lie on either side of the truth for powers of x times log x.
        noise: size of the eigenvalues that rounding alone gives.
    """

    largest: torch.Tensor
    moments: torch.Tensor
    nodes: torch.Tensor
    weights: torch.Tensor
    noise: float

    def sums(self, function: Function) -> tuple[torch.Tensor, float]:
        """The sum of the function over all eigenvalues by each probe, (probes,), and the error they have in common.

        The function less a parabola is summed by the probes; the sum of the parabola is known from the moments. The
        parabola is the nearest to the function on the eigenvalues as the other groups of probes see them, so that
        little is left to chance and nothing is biased.
        """
        values, powers = function(self.nodes), torch.stack([self.nodes**i for i in range(len(self.moments))], -1)
        group = torch.arange(self.nodes.shape[1], device=self.nodes.device) % GROUPS
        found = torch.empty_like(self.nodes[..., 0])
        for own in (group == i for i in range(GROUPS)):
            parabola = _fitted(powers[:, ~own], values[:, ~own], self.weights[:, ~own])
            rest = self.weights[:, own] * (values[:, own] - powers[:, own] @ parabola)
            found[:, own] = rest.sum(-1) + self.moments @ parabola
        rounding = self.moments[0] * function(self.moments.new_tensor(self.noise)).abs()
        common = (found[0] - found[1]).mean().abs() / 2 + rounding
        return function(self.largest).sum() + found.mean(0), float(common)


def density(matrix: torch.Tensor) -> Density:
    """The eigenvalues of a positive semidefinite (n, n), from products with blocks of vectors.

    The largest are found by a block Krylov space and deflated, the rest is told by stochastic Lanczos quadrature.
    Random numbers come from torch's generator. A matrix of single precision takes half the time and memory; the noise
    then says what that costs.
    """
    vectors, largest, images = settled(matrix)
    total, squares = matrix.diagonal().sum(dtype=torch.float64), _sum_of_squares(matrix)
    outside = squares - 2 * images.square().sum() + (vectors.T @ images).square().sum()
    others = total.new_tensor(len(matrix) - len(largest)), total - largest.sum(), outside
    moments = torch.stack(others[: 1 + int(others[1] > LEFT * total) + int(outside > LEFT * squares)])
    rounding = torch.finfo(matrix.dtype).eps * float(squares / len(matrix)) ** 0.5
    diagonal, beside, lengths = tridiagonals(matrix, vectors.to(matrix.dtype), rounding)
    rules = _rule(diagonal[:, :-1], beside[:, :-1]), _rule(_with_zero(diagonal, beside), beside)
    nodes, weights = (torch.stack([_padded(first), second]) for first, second in zip(*rules, strict=True))
    return Density(largest, moments, nodes, weights * lengths[:, None], 4 * rounding)


def settled(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The largest eigenvalues that a block Krylov space settles: vectors (n, k), values (k,), matrix @ vectors."""
    n, block = len(matrix), min(BLOCK, len(matrix))
    new = torch.randn(n, block, dtype=matrix.dtype, device=matrix.device)
    basis = images = new[:, :0]
    for _ in range(min(EXPANSIONS, n // block)):
        new = _new_directions(basis, new)
        basis, new = torch.cat([basis, new], 1), matrix @ new
        images = torch.cat([images, new], 1)
        if not new.shape[1]:
            break
    values, turns = torch.linalg.eigh((basis.T @ images).double())
    residuals = (images.double() @ turns - (basis.double() @ turns) * values).norm(dim=0)
    keep = (residuals < SETTLED * values).nonzero()[:, 0].flip(0)
    vectors = torch.linalg.qr(basis.double() @ turns[:, keep])[0]
    images = _product(matrix, vectors)
    return vectors, (vectors * images).sum(0), images


def tridiagonals(
    matrix: torch.Tensor, vectors: torch.Tensor, rounding: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Lanczos of every random probe on the matrix without the space of the vectors.

    A probe ends where the next direction is no longer than rounding.

    Returns:
        Diagonals (probes, m + 1), what stands beside them (probes, m), and the squared lengths of the probes.
    """
    signs = torch.randint(2, (len(matrix), PROBES), device=matrix.device).to(matrix.dtype) * 2 - 1
    now = signs - vectors @ (vectors.T @ signs)
    lengths = now.norm(dim=0)
    before, now, beta = torch.zeros_like(now), _over(now, lengths), torch.zeros_like(lengths)
    diagonal, beside = [], []
    for _ in range(STEPS + 1):
        image = matrix @ now
        image -= vectors @ (vectors.T @ image)
        image -= before * beta
        alpha = (image * now).sum(0)
        image -= now * alpha
        beta = torch.nn.functional.threshold(image.norm(dim=0), rounding, 0.0)
        diagonal.append(alpha.double())
        beside.append(beta.double())
        before, now = now, _over(image, beta)
    return torch.stack(diagonal, 1), torch.stack(beside[:-1], 1), lengths.double().square()


def _new_directions(basis: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """An orthonormal basis of what the vectors add to a basis."""
    length = vectors.norm(dim=0).max()
    once, triangle = torch.linalg.qr(vectors - basis @ (basis.T @ vectors))
    once = once[:, triangle.diagonal().abs() > NEW * length]
    return torch.linalg.qr(once - basis @ (basis.T @ once))[0]


def _product(matrix: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """matrix @ vectors in float64, in blocks of rows."""
    rows = rows_per_chunk(8 * len(matrix), matrix.device)
    return torch.cat([part.double() @ vectors for part in matrix.split(rows)])


def _sum_of_squares(matrix: torch.Tensor) -> torch.Tensor:
    rows = rows_per_chunk(8 * len(matrix), matrix.device)
    return torch.stack([part.double().square().sum() for part in matrix.split(rows)]).sum()


def _over(columns: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    return torch.where(lengths > 0, columns / lengths, 0.0)


def _with_zero(diagonal: torch.Tensor, beside: torch.Tensor) -> torch.Tensor:
    """The diagonal whose last entry makes 0 an eigenvalue; as it was where rounding has made one negative."""
    pivot, positive = diagonal[:, 0], diagonal[:, 0] > 0
    for i in range(1, beside.shape[1]):
        pivot = diagonal[:, i] - beside[:, i - 1].square() / pivot
        positive = positive & (pivot > 0)
    last = torch.where(positive, beside[:, -1].square() / pivot, diagonal[:, -1])
    return torch.cat([diagonal[:, :-1], last[:, None]], 1)


def _rule(diagonal: torch.Tensor, beside: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Points and weights, (probes, m) each."""
    jacobi = torch.diag_embed(diagonal) + torch.diag_embed(beside, 1) + torch.diag_embed(beside, -1)
    nodes, vectors = torch.linalg.eigh(jacobi)
    return nodes, vectors[:, 0].square()


def _padded(part: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.pad(part, (0, 1))


def _fitted(powers: torch.Tensor, values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Coefficients of the powers that come nearest to the values, by weighted least squares."""
    root, scale = weights.sqrt()[..., None], powers.abs().amax((0, 1, 2)).clamp(min=1e-300)
    table, target = (root * powers / scale).flatten(0, 2), (root[..., 0] * values).flatten()
    left, sizes, right = torch.linalg.svd(table, full_matrices=False)
    inverse = torch.where(sizes > 1e-12 * sizes[0], 1 / sizes, 0.0)
    return right.T @ (inverse * (left.T @ target)) / scale
