"""Mutual information gap of latents, from histograms."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._chance import beyond_chance, noise_doubts
from explorer.measures.disentanglement.base import ROUNDING, FactorMeasure, Matrix, of_living
from explorer.settings import Range


@dataclass(frozen=True)
class MIGSup(FactorMeasure):
    r"""Gap between the two factors of which a latent tells most, as shares of their entropies.

    .. math:: \sum_j w_j \left( \bar I_{j(1)} - \bar I_{j(2)} \right), \quad
        \bar I_{jk} = \hat I(z_j; v_k) / \hat H(v_k)

    over latents that change: the gap of `mig` taken along latents, low where factors share one. As published it is the
    mean, w = 1/d; latents of noise then read a gap of chance and pull a perfect code down. By default every latent
    weighs as much as it tells of its best factor, w_j proportional to the largest of its shares. Details hold both.

    Args:
        bins: cells of each latent, and of each real factor.
        strategy: cells of equal width, or of equal frequency, which no single value far away can stretch.
        weight: "information" weighs a latent by what it tells; "mean" counts every latent that changes alike.

    Raises:
        SampleError: with one factor only, or when every latent is constant.

    References: li2020; chen2018.
    """

    view: ClassVar[str] = "latents"
    misses: ClassVar[str] = "It is 1 though several latents hold the same factor, and though factors are in no latent."
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ()
    effort: ClassVar[tuple[float, ...]] = (0.002, 1.7e-7, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"
    weight: Literal["information", "mean"] = "information"

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The weighted gap; details hold it by latent, the weights, both means, and the matrix."""
        if len(v.names) < 2:
            raise SampleError("there is 1 factor; a gap between the factors of a latent needs two")
        found = Matrix.of(z, v, self.bins, self.strategy)
        shares, place = (found.information / found.entropies).topk(2, 1)
        gaps, most = shares[:, 0] - shares[:, 1], shares[:, 0]
        weights = most / most.sum().clamp(min=ROUNDING)  # all 0 where no latent tells anything
        mean, weighted = float(gaps[found.alive].mean()), float((weights * gaps).sum())
        details = {
            "per_unit": of_living(gaps, found.alive),
            "weights": weights.tolist(),
            "best": of_living(place[:, 0], found.alive),
            "second": of_living(place[:, 1], found.alive),
            "mean": mean,
            "weighted": weighted,
            "matrix": found.information.tolist(),
            "entropies": found.entropies.tolist(),
            "dead": int((~found.alive).sum()),
        }
        if self.weight == "information":
            return Reading(weighted, details=details, doubts=found.doubts)
        without = f"; weighted by what they tell it is {weighted:.3f}"
        doubts = noise_doubts(found, beyond_chance(found, v), without)
        return Reading(mean, details=details, doubts=(*found.doubts, *doubts))
