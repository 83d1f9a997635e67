"""Linear centred kernel alignment."""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.similarity._alignment import aligned
from explorer.measures.similarity._centred import centred, room


@dataclass(frozen=True)
class LinearCKA(Measure):
    r"""Linear centred kernel alignment: whether the same samples are alike in both representations.

    .. math:: \|Y^\top Z\|_F^2 \,/\, (\|Z^\top Z\|_F \, \|Y^\top Y\|_F)

    of centred columns: the cosine between the two matrices of inner products. 1 for representations that a rotation,
    a shift and one factor turn into each other. Directions count by their variance squared, so that a few strong
    ones decide and what is small in variance is not seen; a rescaled column changes the value.

    With few samples it is biased up: shuffled rows read sqrt(P_z P_y) / (n - 1) on average, P the participation
    ratio, which is in the details as "chance" and doubted above 0.1. The debiased value leaves the diagonals of both
    matrices out; it reads 0 on average for shuffled rows and can be negative.

    Args:
        debiased: take the estimators of HSIC without bias, from which the bias of their ratio is nearly gone.

    Raises:
        SampleError: for a constant z or y, fewer than 4 samples when debiased, or where memory is short.

    References: kornblith2019; song2012; murphy2024.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "representation"
    limits: ClassVar[tuple[float | None, float | None]] = (-1.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    symmetric: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0006, 3.2e-09, 0.0, 0.0, 3.5e-11)

    debiased: bool = False

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The formula; details hold what shuffled rows read on average."""
        (z, _), (y, _) = centred(z, "z"), centred(y, "y")
        wide = max(z.shape[1], y.shape[1])
        room(16 * wide**2, f"products of {wide} columns with each other", z)
        cross, own_z, own_y = ((a.T @ b).square().sum() for a, b in ((z, y), (z, z), (y, y)))
        none = torch.zeros_like(z[:, 0])  # rows of inner products of centred samples sum to 0
        return aligned((cross, own_z, own_y), (none, none), (z.square().sum(1), y.square().sum(1)), self.debiased)
