"""Uniformity on the sphere."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.measures.base import Measure, Reading
from explorer.numerics.directions import UNIT_ROWS, unit_rows
from explorer.numerics.kernels import upper_blocks
from explorer.settings import Range


@dataclass(frozen=True)
class Uniformity(Measure):
    r"""Uniformity: how evenly the directions of the samples cover the sphere.

    .. math:: \ln \frac{2}{n (n - 1)} \sum_{i < j} \exp(-t |u_i - u_j|^2), \qquad u_i = z_i / |z_i|

    the loss of contrastive learning, lower for more even directions: 0 when all agree, and not below -4t. Evenly
    spread over the sphere in d columns it reads ln 0F1(d/2; t^2) - 2t, which goes to -2t as d grows. Rows are scaled to
    length 1, as in the paper; a note says so. A layer without negative values covers a part of the sphere only.

    Args:
        t: sharpness of the kernel.

    Raises:
        SampleError: for a row of zeros, which has no direction.

    References: wang2020.
    """

    unit: ClassVar[str] = ""
    limits: ClassVar[tuple[float | None, float | None]] = (None, 0.0)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "stretching")
    effort: ClassVar[tuple[float, ...]] = (0.001, 0.0, 8.8e-10, 0.0, 0.0, 2.4e-11)

    t: Annotated[float, Range(0.01, 100.0, log=True)] = 2.0

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula."""
        n, total = len(z), z.new_zeros(())
        for _, kernel in upper_blocks(unit_rows(z), 1 / (2 * self.t)):
            total += kernel.triu(1).sum()
        return Reading(float((2 * total / (n * (n - 1))).log()), doubts=(UNIT_ROWS,))
