"""Modularity of latents, from histograms."""

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
class Modularity(FactorMeasure):
    r"""How far each latent tells of one factor alone, as a mean over latents.

    .. math:: 1 - \frac{\sum_{k \ne k^*} \hat I(z_j; v_k)^2}{(K - 1) \hat I(z_j; v_{k^*})^2}

    with k* the factor of which latent j tells most. Informations are in nats, not shares of an entropy: of two factors
    in one latent that of more levels is k*. A latent of noise reads what the chance of its cells makes of the ratio,
    anything from 0 to nearly 1; details hold the mean over the latents that tell more than chance.

    Args:
        bins: cells of each latent, and of each real factor.
        strategy: cells of equal width, or of equal frequency, which no single value far away can stretch.
        dead: constant latents are left out, or count as "zero", as in the library of the authors of the comparison.

    Raises:
        SampleError: with one factor only, or when every latent is constant.

    References: ridgeway2018; locatello2019.
    """

    view: ClassVar[str] = "latents"
    misses: ClassVar[str] = "It is 1 though several latents hold the same factor, and though factors are in no latent."
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ()
    effort: ClassVar[tuple[float, ...]] = (0.002, 1.7e-7, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"
    dead: Literal["left_out", "zero"] = "left_out"

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The mean over latents; details hold it by latent, over the telling ones, and the matrix."""
        if len(v.names) < 2:
            raise SampleError("there is 1 factor; modularity tells one factor from the others and needs two")
        found = Matrix.of(z, v, self.bins, self.strategy)
        scores, telling = _modularity(found.information), beyond_chance(found, v)
        kept = found.alive if self.dead == "left_out" else torch.ones_like(found.alive)
        above = float(scores[telling].mean()) if telling.any() else None
        details = {
            "per_unit": of_living(scores, found.alive),
            "best": of_living(found.information.argmax(1), found.alive),
            "telling": telling.tolist(),
            "mean_of_telling": above,
            "matrix": found.information.tolist(),
            "entropies": found.entropies.tolist(),
            "dead": int((~found.alive).sum()),
        }
        without = "" if above is None else f"; the mean of the others is {above:.3f}"
        doubts = (*found.doubts, *noise_doubts(found, telling, without))
        return Reading(float(scores[kept].mean()), details=details, doubts=doubts)


def _modularity(information: torch.Tensor) -> torch.Tensor:
    """Of every row of (d, K) nats; 0 where a latent tells nothing."""
    squares = information.square()
    most = squares.amax(1)
    others = (squares.sum(1) - most) / (most * (squares.shape[1] - 1))
    return torch.where(most > ROUNDING**2, 1 - others, 0.0)
