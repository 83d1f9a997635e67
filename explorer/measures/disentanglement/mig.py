"""Mutual information gap, from histograms."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement.base import FactorMeasure, Matrix
from explorer.settings import Range


@dataclass(frozen=True)
class MIG(FactorMeasure):
    r"""Gap between the two latents that tell most of a factor, as a share of its entropy.

    .. math:: \frac1K \sum_k \frac{\hat I(z_{(1)}; v_k) - \hat I(z_{(2)}; v_k)}{\hat H(v_k)}

    with plug-in informations of latents cut into cells, as a mean over factors. With 20 cells of equal width it is the
    number that most libraries give. Nothing is corrected for bias: what chance reads is in the null. A real factor is
    cut like a latent, and its entropy is that of the cells. Compare only values of equal bins, samples and factors;
    the form with posteriors, `mig_posterior`, is another number.

    Args:
        bins: cells of each latent, and of each real factor.
        strategy: cells of equal width, or of equal frequency, which no single value far away can stretch.

    Raises:
        SampleError: with one latent only, or when every latent is constant.

    References: chen2018; locatello2019.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = (
        "It is 1 though two factors share one latent, and 0 though two latents hold one factor alike."
    )
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.002, 1.7e-7, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The mean gap; details hold it by factor, which latents tell most, and the matrix."""
        if z.shape[1] < 2:
            raise SampleError("z has 1 latent; a gap needs two")
        found = Matrix.of(z, v, self.bins, self.strategy)
        top, place = found.information.topk(2, 0)
        gaps = (top[0] - top[1]) / found.entropies
        details = {
            "per_factor": gaps.tolist(),
            "best": place[0].tolist(),
            "second": place[1].tolist(),
            "matrix": found.information.tolist(),
            "entropies": found.entropies.tolist(),
            "dead": int((~found.alive).sum()),
        }
        return Reading(float(gaps.mean()), details=details, doubts=found.doubts)
