"""Log determinants of correlation matrices: exact bias, and shrinkage where samples are few."""

import math
from dataclasses import dataclass

import torch

from explorer.numerics.margins import standard

SINGULAR = 1e-12
"""Smallest eigenvalue a column, below which columns are taken to determine each other."""


@dataclass(frozen=True)
class Correlation:
    """The correlation matrix of (n, d) values, its off-diagonal entries shrunk toward 0 by `intensity`."""

    matrix: torch.Tensor
    n: int
    intensity: float = 0.0

    @classmethod
    def of(cls, values: torch.Tensor, shrink: bool) -> "Correlation":
        """The sample correlations, shrunk by the intensity with the least expected square error when asked.

        The intensity is sum var(r_ij) / sum r_ij^2 over the pairs of columns (schafer2005, their target D).
        """
        n, z = len(values), standard(values)
        matrix = z.T @ z / (n - 1)
        intensity = _intensity(z, matrix) if shrink else 0.0
        return cls(
            matrix * (1 - intensity) + intensity * torch.eye(z.shape[1], dtype=z.dtype, device=z.device), n, intensity
        )

    def log_det(self, columns: slice) -> torch.Tensor | None:
        """ln |R| over some columns; None where they determine each other."""
        block = self.matrix[columns][:, columns]
        if not len(block):
            return block.sum()
        eigenvalues = torch.linalg.eigvalsh(block)
        return eigenvalues.log().sum() if bool(eigenvalues[0] > SINGULAR * len(block)) else None


def log_det_bias(d: int, n: int) -> float:
    """E ln |S| - ln |Sigma| of the sample covariance S of n > d normal samples in d columns, exactly.

    The determinant is a product of chi-squared variables with n - 1, ..., n - d degrees of freedom
    (muirhead1982, theorem 3.2.15).
    """
    freedom = torch.arange(n - d, n, dtype=torch.float64) / 2
    return float(torch.digamma(freedom).sum()) + d * math.log(2 / (n - 1))


def _intensity(z: torch.Tensor, matrix: torch.Tensor) -> float:
    """Estimated variance of the correlations over their sum of squares, within 0 and 1."""
    n = len(z)
    off = ~torch.eye(len(matrix), dtype=torch.bool, device=z.device)
    products = z.square().T @ z.square() / n - (z.T @ z / n).square()  # (d, d): variance of z_i z_j
    variance = products[off].sum() * n**2 / (n - 1) ** 3
    total = matrix[off].square().sum()
    return float((variance / total).clamp(0, 1)) if bool(total > 0) else 0.0
