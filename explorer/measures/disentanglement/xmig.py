"""Mutual information gap to the latents that are meant for no factor."""

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
class XMIG(FactorMeasure):
    r"""Gap between the latent meant for a factor and the best one meant for none, as a share of its entropy.

    .. math:: \frac1K \sum_k \frac{\hat I(v_k; z_{r_k}) - \max_{j \notin r} \hat I(v_k; z_j)}{\hat H(v_k)}

    where z_{r_k} is the latent of factor k and r the latents of all factors. It tells whether a factor leaks into
    latents that were left free, and nothing of how the factors' own latents mix; read it beside `dmig`. Entropies are
    those of levels and cells: an entropy of a real factor as its information with itself from nearest neighbours would
    grow as ln n and the score fall. From -1, where a free latent tells all, to 1.

    Args:
        bins: cells of each latent, and of each real factor.
        strategy: cells of equal width, or of equal frequency, which no single value far away can stretch.
        assignment: "order" means latent k for factor k; "hungarian" takes what tells most together.

    Raises:
        SampleError: without a latent more than factors, or when every latent is constant.

    References: watcharasupat2021thesis; watcharasupat2021.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = "It is 1 though the latents meant for the factors hold a mixture of all of them."
    limits: ClassVar[tuple[float | None, float | None]] = (-1.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation",)
    effort: ClassVar[tuple[float, ...]] = (0.005, 1.7e-7, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"
    assignment: Literal["order", "hungarian"] = "order"

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The mean ratio; details hold it by factor, its parts, the latents and the matrix."""
        if z.shape[1] <= len(v.names):
            raise SampleError(f"z has {z.shape[1]} latents for {len(v.names)} factors; one must be left for no factor")
        found = Assigned.of(z, v, self)
        information = found.matrix.information
        most = information.gather(0, found.latents[None])[0]
        second, place = torch.where(found.factor_of[:, None] < 0, information, -torch.inf).max(0)
        return found.ratios(most - second, found.matrix.entropies, {"second": place.tolist()})
