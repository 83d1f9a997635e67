"""Gap of informations with the noise of the code in its cells."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._noise import Shared, in_order
from explorer.measures.disentanglement.base import FactorMeasure
from explorer.numerics.posteriors import Posterior
from explorer.settings import Range


@dataclass(frozen=True)
class RMIG(FactorMeasure):
    r"""Gap between the two latents that tell most of a factor, with q(z|x) integrated over cells.

    .. math:: \frac1K \sum_k \frac{I(z_{(1)}; v_k) - I(z_{(2)}; v_k)}{H(v_k)}, \qquad
        Q(b, v) = \frac1n \sum_{i: v^{(i)} = v} \int_b q(z_j|x_i)\, dz_j

    as a mean over factors, with the share of every posterior that falls into each cell b counted, where `mig` counts
    means alone. A code without noise falls into the cell it lies in, and the value is that of `mig` with as many bins.
    Masses are exact normal probabilities and the outermost cells are open, where published code takes the density at
    the middle of a cell and scales rows to 1. The published range is low=-4, high=4 in 100 cells, which fits latents
    close to N(0, 1); left out, the range of a latent goes from the lowest to the highest mean, each by 3 standard
    deviations of its posterior further. Nothing is corrected for bias.

    Args:
        bins: cells of equal width of each latent, and of each real factor.
        low: lower end of the range of all latents; None takes the range of each.
        high: upper end of the range of all latents; None takes the range of each.
        normalized: by the entropy of the factor; without it the gap is in nats.

    Raises:
        SampleError: with one latent only, or when no latent changes.
        SettingError: unless low lies below high.

    References: do2020; chen2018.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = (
        "It is 1 though two factors share one latent, and 0 though two latents hold the same factor."
    )
    posterior: ClassVar[str] = "taken"
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.004, 2.5e-6, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 100
    low: Annotated[float | None, Range(-1e6, 1e6)] = None
    high: Annotated[float | None, Range(-1e6, 1e6)] = None
    normalized: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        in_order(self.low, self.high)
        if not self.normalized:
            object.__setattr__(self, "unit", "nats")

    def value(self, z: Posterior, v: Factors) -> Reading:
        """The mean gap; details hold it by factor, which latents tell most, and the matrix."""
        found = Shared.of(z, v, self.bins, self.low, self.high)
        top, place = found.information.topk(2, 0)
        gaps = (top[0] - top[1]) / (found.entropies if self.normalized else 1)
        details = {
            "per_factor": gaps.tolist(),
            "best": place[0].tolist(),
            "second": place[1].tolist(),
            "matrix": found.information.tolist(),
            "entropies": found.entropies.tolist(),
            "dead": int((~found.alive).sum()),
            "outside": found.outside.tolist(),
        }
        return Reading(float(gaps.mean()), details=details, doubts=found.doubts)
