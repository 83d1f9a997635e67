"""Wasserstein distance of a normal distribution with the covariance of the codes from the product of its margins."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.measures.base import Reading
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts
from explorer.result import Doubt

BLIND = Doubt(
    "correlation alone",
    "It sees correlation alone, and latents of large variance most: dependence without correlation reads 0.",
    note=True,
)


@dataclass(frozen=True)
class WassersteinCorrelation(FactorMeasure):
    r"""Squared Wasserstein distance of normal codes from independent ones of the same variances.

    .. math:: 2 \operatorname{tr} \Sigma - 2 \operatorname{tr} (D^{1/2} \Sigma D^{1/2})^{1/2}, \qquad
        D = \operatorname{diag} \Sigma

    between N(0, Sigma) and N(0, D), with the covariance of the codes (divided by n - 1); normalized it is divided by
    the trace of Sigma. It stays finite where latents determine each other: d copies of one latent read
    2 - 2 / sqrt(d). Unlike the total correlation it changes when a latent is stretched. Independent latents read
    more than 0 in few samples.

    Args:
        normalized: by the total variance; without it the value is in the squared unit of the codes.

    Raises:
        SampleError: when no latent changes.

    References: locatello2019; gelbrich1990.
    """

    against: ClassVar[str | None] = None
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    side: ClassVar[str] = "low"
    view: ClassVar[str] = "code"
    misses: ClassVar[str] = "It is 0 for every rotation of independent latents of one variance, and looks at no factor."
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "rotation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.0003, 1e-8, 0.0, 0.0, 6e-10)

    normalized: bool = True

    def value(self, z: torch.Tensor) -> Reading:
        """The squared distance; details hold it in the squared unit of the codes, and the total variance."""
        living = alive(z)
        centred = (z[:, living] - z[:, living].mean(0)) / math.sqrt(len(z) - 1)
        variances = centred.square().sum(0)
        roots = torch.linalg.svdvals(centred * variances.sqrt())
        total = float(variances.sum())
        distance = max(0.0, 2 * total - 2 * float(roots.sum()))
        details = {"distance": distance, "total_variance": total, "dead": int((~living).sum())}
        found = distance / total if self.normalized else distance
        return Reading(found, details=details, doubts=(BLIND, *dead_doubts(living)))
