"""Interventional robustness."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._held_out import classes_of, cut_doubts, rare_doubts
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts, of_living
from explorer.settings import Range


@dataclass(frozen=True)
class IRS(FactorMeasure):
    r"""How still a latent stays while its factor is held and the others change.

    .. math:: \sum_j w_j \max_k \left( 1 - \frac{1}{L_k m_j} \sum_{l=1}^{L_k}
        Q_q \big\{ |z_{ij} - \bar z_{jl}| : v_{ik} = l \big\} \right), \qquad
        w_j \propto m_j = \max_i |z_{ij} - \bar z_j|

    with Q_q the q-quantile over the samples of a level, and their mean in it. The paper takes the maximum, q = 1;
    libraries take 0.99. Levels weigh alike, and latents by how far they reach, so that the unit of a latent counts.
    Samples stand for interventions: factors must be crossed and independent, or a latent of one moves with another. A
    level of few samples is still by chance, one sample entirely. Noise is never moved all its reach: a uniform latent
    reads 0.01, a normal one 0.2 to 0.4. A value below 0 is possible and left. Libraries cut
    counted factors into 20 cells too; here their levels are kept. The reach is a maximum and Q lies far out, of both of
    which a bootstrap knows little: an interval of 90 % holds what is read on average in 72 to 84 of 100, and says so.

    Args:
        quantile: q, which deviation counts as the largest.
        bins: cells of a real factor.
        strategy: cells of equal width, or of equal frequency.

    Raises:
        SampleError: when every latent is constant, or a factor is.

    References: suter2019; locatello2019.
    """

    view: ClassVar[str] = "latents"
    misses: ClassVar[str] = (
        "It is 1 though a factor is in no latent or in two, and five latents of noise pull three perfect ones to 0.5."
    )
    limits: ClassVar[tuple[float | None, float | None]] = (None, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "scaling", "copies")
    extremal: ClassVar[bool] = True
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "stretching")
    effort: ClassVar[tuple[float, ...]] = (0.001, 1e-6, 0.0, 0.0)

    quantile: Annotated[float, Range(0.5, 1.0)] = 0.99
    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The weighted mean; details hold it by latent, the factor it stands for, the best by factor, the matrix."""
        living, classes = alive(z), classes_of(v, self.bins, self.strategy)
        reach = (z - z.mean(0)).abs().amax(0)
        moved = torch.stack([deviations(z, codes, self.quantile) for codes in classes.T], 1)
        matrix = torch.where(living[:, None], 1 - moved / reach[:, None], 0.0)
        robust, parent = matrix.max(1)
        details = {
            "per_unit": of_living(robust, living),
            "per_factor": matrix[living].amax(0).tolist(),
            "best": of_living(parent, living),
            "weights": (reach / reach[living].sum() * living).tolist(),
            "matrix": matrix.tolist(),
            "dead": int((~living).sum()),
        }
        doubts = (*dead_doubts(living), *cut_doubts(v, self.bins, self.strategy), *rare_doubts(classes, v.names))
        value = float((robust * reach)[living].sum() / reach[living].sum())
        return Reading(value, details=details, doubts=doubts)


def deviations(z: torch.Tensor, codes: torch.Tensor, quantile: float) -> torch.Tensor:
    """The quantile of |z - mean| among samples of one code, as a mean over codes, (d,); interpolated as NumPy does."""
    order = codes.argsort(stable=True)
    sizes = torch.bincount(codes)
    means = torch.stack([part.mean(0) for part in z[order].split(sizes.tolist())])
    away = (z - means[codes]).abs()
    rank = away.argsort(0)
    ordered = away.gather(0, rank.gather(0, codes[rank].argsort(dim=0, stable=True)))
    place = quantile * (sizes - 1).double()
    below = place.floor().long()
    first = sizes.cumsum(0) - sizes
    low, high = ordered[first + below], ordered[first + torch.minimum(below + 1, sizes - 1)]
    return torch.lerp(low, high, (place - below)[:, None]).mean(0)
