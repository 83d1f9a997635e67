"""Information gap of the latents that are meant for factors, which knows of dependent factors."""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._assignment import Assigned
from explorer.measures.disentanglement.base import FactorMeasure, of_living
from explorer.settings import Range


@dataclass(frozen=True)
class DLIG(FactorMeasure):
    r"""Gap between the factor that a latent is meant for and the best other, as a share of what is left to be told.

    .. math:: \frac1K \sum_k
        \frac{\hat I(v_k; z_{r_k}) - \max_{l \ne k} \hat I(v_l; z_{r_k})}{\hat H(v_k \mid v_l)}

    where z_{r_k} is the latent of factor k: `dmig` taken along latents. The gap equals
    I(v_k; z | v_l) - I(v_l; z | v_k), so it is never above 1; it is below 0 where the latent tells more of another
    factor, and falls without limit as factors come to coincide. Details hold numerator and denominator apart, and by
    latent None where it is dead or meant for no factor. Entropies are those of levels and cells: an entropy of a real
    factor as its information with itself from nearest neighbours would grow as ln n.

    Args:
        bins: cells of each latent, and of each real factor.
        strategy: cells of equal width, or of equal frequency, which no single value far away can stretch.
        assignment: "order" means latent k for factor k; "hungarian" takes what tells most together.

    Raises:
        SampleError: with one factor, fewer latents than factors, a factor that another one determines, or when every
            latent is constant.

    References: watcharasupat2021thesis; watcharasupat2021.
    """

    view: ClassVar[str] = "latents"
    misses: ClassVar[str] = "It is 1 though other latents hold the same factors: it reads one latent a factor."
    limits: ClassVar[tuple[float | None, float | None]] = (None, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ()
    effort: ClassVar[tuple[float, ...]] = (0.005, 1.7e-7, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"
    assignment: Literal["order", "hungarian"] = "order"

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The mean ratio; details hold it by factor and latent, its parts, and the matrix."""
        if len(v.names) < 2:
            raise SampleError("there is 1 factor; a gap between the factors of a latent needs two")
        found = Assigned.of(z, v, self)
        information = found.matrix.information[found.latents]
        most = information.diagonal()
        second, place = (information - torch.diag(torch.full_like(most, torch.inf))).max(1)
        left = found.conditional.gather(1, place[:, None])[:, 0]
        reading = found.ratios(most - second, left, {"second": place.tolist()})
        of_factor = [*reading.details["per_factor"], None]  # -1 is the last
        per_unit = of_living([of_factor[k] for k in found.factor_of.tolist()], found.matrix.alive)
        return replace(reading, details={**reading.details, "per_unit": per_unit})
