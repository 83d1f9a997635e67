"""Whitening and canonical correlations of two sets of columns, also of rows that had no part in the fit."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Whitening:
    """An affine map of columns after which those it was fitted to are centred and orthonormal.

    Attributes:
        mean: (d,).
        axes: (d, r): principal directions over their singular values.
        columns: (n, r), the whitened columns that it was fitted to.
        products: (r, d), their inner products with the columns before.
    """

    mean: torch.Tensor
    axes: torch.Tensor
    columns: torch.Tensor
    products: torch.Tensor

    @property
    def rank(self) -> int:
        """r."""
        return self.axes.shape[1]

    @classmethod
    def of(cls, values: torch.Tensor, variance: float = 1.0) -> "Whitening":
        """Fitted to (n, d) values that are not constant.

        Args:
            variance: keep as many of the first principal directions as have this share of the variance; with 1 all
                whose singular values are above the rounding errors of the largest.
        """
        mean = values.mean(0)
        left, singular, right = torch.linalg.svd(values - mean, full_matrices=False)
        rank = int((singular > singular[0] * max(values.shape) * torch.finfo(values.dtype).eps).sum())
        if variance < 1:
            parts = (singular / singular[0]).square().cumsum(0)
            rank = min(rank, int((parts < variance * parts[-1]).sum()) + 1)
        found, right = singular[:rank], right[:rank]
        return cls(mean, right.T / found, left[:, :rank], right * found[:, None])

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        """Other rows (m, d) by the same map, (m, r)."""
        return (values - self.mean) @ self.axes


@dataclass(frozen=True)
class Canonical:
    """Pairs of directions in two sets of columns, in the order of their correlations.

    Attributes:
        x, y: the whitenings.
        turn_x, turn_y: (r_x, k) and (r_y, k) orthonormal, k the smaller of the two ranks.
        correlations: (k,) descending.
    """

    x: Whitening
    y: Whitening
    turn_x: torch.Tensor
    turn_y: torch.Tensor
    correlations: torch.Tensor

    @classmethod
    def of(cls, x: torch.Tensor, y: torch.Tensor, variance: float = 1.0) -> "Canonical":
        """Fitted to (n, d_x) and (n, d_y), neither of them constant, each reduced to a share of its variance."""
        first, second = Whitening.of(x, variance), Whitening.of(y, variance)
        left, singular, right = torch.linalg.svd(first.columns.T @ second.columns, full_matrices=False)
        return cls(first, second, left, right.T, singular.clamp(max=1.0))  # 1 is passed by rounding alone

    @property
    def chance(self) -> float:
        """The mean square of the correlations of shuffled rows, on average, exactly: the larger rank over n - 1."""
        n = len(self.x.columns)
        return max(self.x.rank, self.y.rank) / (n - 1)

    def correlations_on(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The correlations of the same pairs of directions over other rows; 0 where one is constant there."""
        first, second = self.x(x) @ self.turn_x, self.y(y) @ self.turn_y
        first, second = first - first.mean(0), second - second.mean(0)
        lengths = first.norm(dim=0) * second.norm(dim=0)
        return torch.where(lengths > 0, (first * second).sum(0) / lengths.clamp(min=1e-300), 0.0)

    @property
    def shares(self) -> torch.Tensor:
        """How much every direction of x accounts for the columns of x, (k,), sum 1.

        The sum over columns of the absolute inner product with the direction.
        """
        sums = (self.turn_x.T @ self.x.products).abs().sum(1)
        return sums / sums.sum()
