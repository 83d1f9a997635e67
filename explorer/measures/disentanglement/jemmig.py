"""Joint entropy minus the gap of informations, with the noise of the code in its cells."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._noise import Shared, in_order
from explorer.measures.disentanglement.base import FactorMeasure
from explorer.numerics.posteriors import Posterior
from explorer.settings import Range


@dataclass(frozen=True)
class JEMMIG(FactorMeasure):
    r"""Joint entropy of a factor and its best latent, minus the gap to the second; low where a latent is the factor.

    .. math:: \frac1K \sum_k H(z_{(1)}, v_k) - I(z_{(1)}; v_k) + I(z_{(2)}; v_k)

    in nats, as a mean over factors: what the factor leaves open of its best latent and the latent of the factor, which
    the gap alone does not see, and what a second latent tells besides. It is 0 when one latent is the factor, cell by
    cell, and no other tells of it. H of a latent is that of its cells, with q(z|x) integrated over them as in `rmig`;
    it grows by ln 2 when the cells are halved, so that only values of equal cells compare. Normalized it is
    1 - JEMMIG / (H(v_k) + ln bins), high where good; the paper leaves out "1 -".

    Args:
        bins: cells of equal width of each latent, and of each real factor.
        low: lower end of the range of all latents; None takes the range of each.
        high: upper end of the range of all latents; None takes the range of each.
        normalized: to the unit interval, 1 for the best.

    Raises:
        SampleError: with one latent only, or when no latent changes.
        SettingError: unless low lies below high.

    References: do2020; chen2018.
    """

    unit: ClassVar[str] = "nats"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    side: ClassVar[str] = "low"
    view: ClassVar[str] = "both"
    misses: ClassVar[str] = "It takes noise within a latent for another factor, since both spread it over its cells."
    posterior: ClassVar[str] = "taken"
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.004, 2.5e-6, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 100
    low: Annotated[float | None, Range(-1e6, 1e6)] = None
    high: Annotated[float | None, Range(-1e6, 1e6)] = None
    normalized: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        in_order(self.low, self.high)
        if self.normalized:
            for name, own in (("unit", ""), ("side", "high"), ("limits", (0.0, 1.0))):
                object.__setattr__(self, name, own)

    def value(self, z: Posterior, v: Factors) -> Reading:
        """The mean over factors; details hold each, its joint entropy and which latents tell most."""
        found = Shared.of(z, v, self.bins, self.low, self.high)
        top, place = found.information.topk(2, 0)
        joint = found.joint.gather(0, place[:1])[0]
        each = joint - top[0] + top[1]
        if self.normalized:
            each = 1 - each / (found.entropies + math.log(self.bins))
        details = {
            "per_factor": each.tolist(),
            "joint": joint.tolist(),
            "gaps": (top[0] - top[1]).tolist(),
            "best": place[0].tolist(),
            "second": place[1].tolist(),
            "matrix": found.information.tolist(),
            "entropies": found.entropies.tolist(),
            "dead": int((~found.alive).sum()),
            "outside": found.outside.tolist(),
        }
        return Reading(float(each.mean()), details=details, doubts=found.doubts)
