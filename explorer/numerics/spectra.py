"""Spectra of Gaussian kernels over all pairs of samples, and of the diffusion that they describe."""

from collections.abc import Iterator

import torch

from explorer.device import rows_per_chunk

STEADY = 1e6
"""Largest |z|^2 / 2 width^2 at which |a|^2 + |b|^2 - 2 a.b errs by less than 1e-9 of the kernel."""

FLOOR = {torch.float64: -700.0, torch.float32: -80.0}
"""Smallest exponents: what they give adds nothing to a sum of at least 1, and below them exp is slow."""


def squared_distances(z: torch.Tensor, width: float, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Squared Euclidean distances of all pairs of rows of (n, d), as exact as a kernel of this width needs them.

    Computed in float64 in blocks of rows, whatever type they are kept in.
    """
    found = torch.empty(len(z), len(z), dtype=dtype, device=z.device)
    for start, block in rows_of_squares(z, width):
        found[start : start + len(block)] = block
    return found


def rows_of_squares(z: torch.Tensor, width: float) -> Iterator[tuple[int, torch.Tensor]]:
    """Blocks of rows of the squared distances: (start, (rows, n) float64)."""
    centred = z - z.mean(0)
    squares = centred.square().sum(1)
    steady = bool(squares.max() < 2 * STEADY * width**2)
    rows = rows_per_chunk(16 * len(z), z.device)
    for start in range(0, len(z), rows):
        block = centred[start : start + rows]
        if steady:
            found = torch.addmm(squares, block, centred.T, alpha=-2).add_(squares[start : start + rows, None])
        else:
            found = torch.cdist(block, centred, compute_mode="donot_use_mm_for_euclid_dist").square_()
        found.clamp_(min=0.0).diagonal(start).fill_(0.0)  # rounding leaves some below 0
        yield start, found


def gaussian(squares: torch.Tensor, width: float) -> torch.Tensor:
    """exp(-squares / 2 width^2), written over the squares."""
    return squares.mul_(-0.5 / width**2).clamp_(min=FLOOR[squares.dtype]).exp_()


def diffusion(kernel: torch.Tensor, alpha: float = 0.0) -> torch.Tensor:
    r"""The symmetric form of the random walk on a kernel (n, n), written over it.

    The walk is :math:`P = D_\alpha^{-1} K_\alpha` with :math:`K_\alpha = D^{-\alpha} G D^{-\alpha}`, where D and
    :math:`D_\alpha` hold the row sums of G and :math:`K_\alpha`. What is returned,
    :math:`D_\alpha^{-1/2} K_\alpha D_\alpha^{-1/2}`, has the eigenvalues of P; the largest is 1.
    """
    density = kernel.sum(1, dtype=torch.float64).pow_(-alpha)
    degree = density * _product(kernel, density) if alpha else kernel.sum(1, dtype=torch.float64)
    scale = (density * degree.rsqrt()).to(kernel.dtype)
    return kernel.mul_(scale[:, None]).mul_(scale)


def eigenvalues(symmetric: torch.Tensor) -> torch.Tensor:
    """Magnitudes of all eigenvalues of a symmetric (n, n), float64, descending."""
    return torch.linalg.eigvalsh(symmetric).double().abs().sort(descending=True).values


def _product(matrix: torch.Tensor, vector: torch.Tensor) -> torch.Tensor:
    return (matrix @ vector.to(matrix.dtype)).double()
