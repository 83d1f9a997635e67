"""Linear dependence of two sets of columns, many sets of samples at once."""

from dataclasses import dataclass

import torch

from explorer.numerics.covariance import log_det_bias

TOP = 4
"""Canonical correlations that are told one by one."""


@dataclass(frozen=True)
class Canonical:
    """Whitened columns turned into pairs of canonical variables.

    Attributes:
        x, y: (sets, n, d_x) and (sets, n, d_y), each column of mean 0 and variance 1, uncorrelated within x and y.
        correlations: (sets, min(d_x, d_y)) descending.
    """

    x: torch.Tensor
    y: torch.Tensor
    correlations: torch.Tensor

    @classmethod
    def of(cls, x: torch.Tensor, y: torch.Tensor) -> "Canonical":
        """Of (sets, n, d) float64; columns must not determine each other."""
        n = x.shape[1]
        a, b = _white(x), _white(y)
        left, singular, right = torch.linalg.svd(a.mT @ b / (n - 1))
        return cls(a @ left, b @ right.mT, singular.clamp(max=1 - 1e-12))  # above 1 by rounding alone

    def leading(self, k: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The first k pairs of canonical variables, or as many as there are."""
        k = min(k, self.correlations.shape[1])
        return self.x[..., :k], self.y[..., :k]

    def summaries(self) -> dict[str, torch.Tensor]:
        """Gaussian information, its parts, and how the lengths of x and y depend on each other."""
        n, d_x, d_y = self.x.shape[1], self.x.shape[2], self.y.shape[2]
        parts = -torch.log1p(-self.correlations.square()) / 2
        bias = (log_det_bias(d_x, n) + log_det_bias(d_y, n) - log_det_bias(d_x + d_y, n)) / 2
        padded = torch.nn.functional.pad(parts, (0, max(0, TOP - parts.shape[1])))
        found = {f"part_{i}": padded[:, i] for i in range(TOP)}
        found |= {"gaussian_plain": parts.sum(1), "gaussian": parts.sum(1) - bias, "rest": parts[:, 1:].sum(1)}
        return found | self._lengths()

    def _lengths(self) -> dict[str, torch.Tensor]:
        d_x, d_y = self.x.shape[2], self.y.shape[2]
        a, b = self.x.square().sum(2), self.y.square().sum(2)
        joint = a + b
        tails = [one.square().mean(1) / (d * (d + 2)) for one, d in ((a, d_x), (b, d_y))]
        products = (self.x[..., :1] * self.y[..., :1]).squeeze(2)
        return {
            "length": _correlation(a, b),
            "log_length": _correlation((a + 1e-6).log(), (b + 1e-6).log()),
            "tail_joint": joint.square().mean(1) / ((d_x + d_y) * (d_x + d_y + 2)),
            "tail_more": torch.maximum(*tails),
            "tail_less": torch.minimum(*tails),
            "product": products.std(1),
        }


def _white(values: torch.Tensor) -> torch.Tensor:
    centred = values - values.mean(1, keepdim=True)
    left, _, right = torch.linalg.svd(centred, full_matrices=False)
    return left @ right * (values.shape[1] - 1) ** 0.5


def _correlation(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    a, b = a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True)
    return (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)).clamp(min=1e-30)
