"""Participation ratio."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.geometry._spectrum import SHOWN, covariance_spectrum, few, participation


@dataclass(frozen=True)
class ParticipationRatio(Measure):
    r"""Participation ratio: how many principal directions share the variance.

    .. math:: (\sum_i \lambda_i)^2 / \sum_i \lambda_i^2

    of the eigenvalues of the covariance: d when all directions vary alike, 1 when one has all the variance. A few
    strong directions outweigh many weak ones. With few samples it is biased down: it cannot pass n - 1. A doubt
    says so where n is below five times the value.

    Raises:
        SampleError: for a constant z.

    References: gao2017b, equation 5.
    """

    unit: ClassVar[str] = "dimensions"
    limits: ClassVar[tuple[float | None, float | None]] = (1.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching",)
    effort: ClassVar[tuple[float, ...]] = (0.0005, 6.9e-10, 0.0, 0.0, 9.3e-11)

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the largest 256 variances."""
        found = covariance_spectrum(z)
        ratio = participation(found)
        return Reading(ratio, details={"spectrum": found[:SHOWN].tolist()}, doubts=few(ratio, len(z)))
