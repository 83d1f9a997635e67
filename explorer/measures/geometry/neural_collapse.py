"""Neural collapse."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.geometry._spectrum import ROUNDING
from explorer.numerics.groups import group_means
from explorer.result import Doubt

LEAST = 1e-8
"""Length of a direction between class means, as a share of the longest, below which it is rounding."""

NOISE = 0.5
"""Share of the variance between classes that sampling noise of the means explains, from which a doubt says so."""


@dataclass(frozen=True)
class NeuralCollapse(Measure):
    r"""Neural collapse: variance within classes relative to that between their means.

    .. math:: \tfrac1C \operatorname{tr}(\Sigma_W \Sigma_B^+), \qquad
              \Sigma_B = \tfrac1C \sum_c (\mu_c - \bar\mu)(\mu_c - \bar\mu)^\top

    the first sign (NC1): it goes to 0 as every class shrinks to its mean late in training. Sigma_W is the covariance
    around the class means over all samples, mu-bar the mean of the class means. The pseudo-inverse looks only at the
    C - 1 directions between the means, and weighs each by the inverse of its variance; "trace" is tr Sigma_W /
    tr Sigma_B, which one weak direction cannot blow up. Directions shorter than 1e-8 of the longest are left out of
    the pseudo-inverse. The details hold the second sign (NC2): spread of the lengths of the centred means over their
    mean, spread of the cosines between them, and their mean distance from the -1 / (C - 1) of a simplex; all go to 0.

    Class means of few samples differ by noise alone: a doubt says where that explains half of the variance between.

    Args:
        ratio: "pseudo_inverse" as in the paper, or "trace".

    Raises:
        SampleError: for one class, or class means that all coincide.

    References: papyan2020.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    side: ClassVar[str] = "low"
    effort: ClassVar[tuple[float, ...]] = (0.0005, 1e-8, 0.0, 0.0)

    ratio: Literal["pseudo_inverse", "trace"] = "pseudo_inverse"

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The formula; details hold the second sign, and for each class its variance over that between classes."""
        means, sizes = group_means(z, y)
        if len(sizes) < 2:
            raise SampleError(f"all {len(z)} samples have the same label; collapse needs at least two classes")
        centred, around = means - means.mean(0), z - means[y]
        if centred.abs().max() <= ROUNDING * z.abs().max():
            raise SampleError("the class means of z coincide: no variance lies between classes")
        between = float(centred.square().sum() / len(sizes))
        squared = around.square().sum(1)
        variance = torch.zeros_like(means[:, 0]).index_add_(0, y, squared) / sizes
        value = float(squared.mean()) / between if self.ratio == "trace" else _pseudo_inverse(around, centred)
        details = {"per_class": (variance / between).tolist()} | _simplex(centred)
        return Reading(value, details=details, doubts=_noisy(variance, sizes, between))


def _pseudo_inverse(around: torch.Tensor, centred: torch.Tensor) -> float:
    """tr(Sigma_W Sigma_B^+) / C from the singular vectors of the means: no d x d matrix is made."""
    _, lengths, directions = torch.linalg.svd(centred, full_matrices=False)
    kept = lengths > LEAST * lengths[0]
    within = (around @ directions[kept].T).square().mean(0)
    return float((within / lengths[kept].square()).sum())


def _simplex(centred: torch.Tensor) -> dict[str, Any]:
    lengths = centred.norm(dim=1)
    units = centred / lengths[:, None].clamp(min=torch.finfo(centred.dtype).tiny)
    pairs = torch.ones(len(units), len(units), dtype=torch.bool, device=units.device).triu(1)
    cosines = (units @ units.T)[pairs]
    return {
        "unequal_lengths": float(lengths.std(correction=0) / lengths.mean()),
        "unequal_angles": float(cosines.std(correction=0)),
        "from_simplex": float((cosines + 1 / (len(units) - 1)).abs().mean()),
    }


def _noisy(variance: torch.Tensor, sizes: torch.Tensor, between: float) -> tuple[Doubt, ...]:
    share = float((variance / sizes).mean()) * (len(sizes) - 1) / len(sizes) / between
    text = f"Sampling noise of the class means explains {share:.0%} of the variance between them; take more samples."
    return (Doubt("samples", text),) if share > NOISE else ()
