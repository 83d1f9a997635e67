"""Mutual information gap that knows of factors that depend on each other."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._assignment import Assigned
from explorer.measures.disentanglement.base import FactorMeasure
from explorer.settings import Range


@dataclass(frozen=True)
class DMIG(FactorMeasure):
    r"""Gap between the latent meant for a factor and the best other, as a share of what the factors leave to be told.

    .. math:: \frac1K \sum_k \frac{\hat I(v_k; z_{r_k}) - \max_{j \ne r_k} \hat I(v_k; z_j)}{\hat H(v_k \mid v_l)}

    where z_{r_k} is the latent of factor k and v_l the factor whose latent j is; where j is nobody's, H(v_k). A perfect
    code of dependent factors has 1, and `mig` 1 - I / H. Only the ratio is new: a gap that is wrong stays wrong, so
    details hold numerator and denominator apart. It is below 0 where another latent tells more, and above 1 where the
    other latent tells less of the factor than its own factor does. Entropies are those of levels and cells: an entropy
    of a real factor as its information with itself from nearest neighbours would grow as ln n and the score fall.

    Args:
        bins: cells of each latent, and of each real factor.
        strategy: cells of equal width, or of equal frequency, which no single value far away can stretch.
        assignment: "order" means latent k for factor k; "hungarian" takes what tells most together.

    Raises:
        SampleError: with one latent, fewer latents than factors, a factor that another one determines, or when every
            latent is constant.

    References: watcharasupat2021; chen2018.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = "It is 0 for a factor in two latents alike, and explodes where factors nearly coincide."
    limits: ClassVar[tuple[float | None, float | None]] = (None, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.005, 1.7e-7, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"
    assignment: Literal["order", "hungarian"] = "order"

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The mean ratio; details hold it by factor, its parts, the latents and the matrix."""
        if z.shape[1] < 2:
            raise SampleError("z has 1 latent; a gap needs two")
        found = Assigned.of(z, v, self)
        information, own = found.matrix.information, found.latents[None]
        most = information.gather(0, own)[0]
        second, place = information.scatter(0, own, -torch.inf).max(0)
        owner = found.factor_of[place]
        left = found.conditional.gather(1, owner.clamp(min=0)[:, None])[:, 0]
        left = torch.where(owner < 0, found.matrix.entropies, left)
        return found.ratios(most - second, left, {"second": place.tolist()})
