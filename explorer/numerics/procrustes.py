"""Turn one cloud of points onto another: orthogonal Procrustes."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Alignment:
    """A cloud that was turned onto another.

    Attributes:
        values: (n, d) the turned cloud.
        rotation: (d, d) orthogonal; its determinant is -1 where the cloud was mirrored too.
        scale: factor of size, 1 unless it was asked for.
        residual: share of either cloud's squares about its mean that the other does not explain, whatever their sizes:
            0 for clouds of one shape, at most 1; NaN where all points of a cloud are one.
    """

    values: torch.Tensor
    rotation: torch.Tensor
    scale: float
    residual: float

    @property
    def mirrored(self) -> bool:
        """Whether the cloud was mirrored."""
        return bool(torch.linalg.det(self.rotation) < 0)


def aligned(moving: torch.Tensor, onto: torch.Tensor, scale: bool = False) -> Alignment:
    r"""`moving` (n, d), rotated or mirrored, and shifted, as near to `onto` (n, d) as it comes, row by row.

    .. math:: R = U V^\top, \quad U S V^\top = A^\top B, \qquad
        \text{scale} = \operatorname{tr} S / \|A\|^2, \qquad
        \text{residual} = 1 - (\operatorname{tr} S)^2 / (\|A\|^2 \|B\|^2)

    where A and B are the clouds about their means. R minimises |A R - B| over all orthogonal matrices, with the scale
    and without it.

    References: schonemann1966; gower2004.
    """
    centre = onto.mean(0)
    a, b = moving - moving.mean(0), onto - centre
    u, s, vh = torch.linalg.svd(a.T @ b)
    rotation, size_a, size_b = u @ vh, a.square().sum(), b.square().sum()
    factor = float(s.sum() / size_a) if scale and size_a > 0 else 1.0
    residual = float(1 - s.sum().square() / (size_a * size_b))
    return Alignment(factor * a @ rotation + centre, rotation, factor, residual)
