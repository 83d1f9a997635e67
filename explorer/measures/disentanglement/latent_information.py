"""What latents tell of each other, from histograms."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Reading
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts, of_living, outlier_doubts
from explorer.numerics.bins import binned
from explorer.numerics.cells import counts, information_bias
from explorer.numerics.tables import information_matrix
from explorer.result import Doubt, in_both
from explorer.settings import Range


@dataclass(frozen=True)
class LatentInformation(FactorMeasure):
    r"""Mean information of two latents on each other.

    .. math:: \frac{1}{d (d - 1)} \sum_{i \ne j} \hat I(z_i; z_j)

    in nats, over latents that change, each cut into cells. It reads pairs only and no factors: 0 says that no two
    latents depend on each other, not that a latent means anything. Nothing is corrected for bias: independent latents
    read about (m_i - 1)(m_j - 1) / 2n from m cells; details hold that mean as "chance". Cells hide what varies within
    them, so in expectation it is a lower bound but for that bias.

    Args:
        bins: cells of each latent.
        strategy: cells of equal width, or of equal frequency, which no single value far away can stretch.

    Raises:
        SampleError: with fewer than two latents that change.

    References: locatello2019; paninski2003.
    """

    unit: ClassVar[str] = "nats"
    against: ClassVar[str | None] = None
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    view: ClassVar[str] = "code"
    misses: ClassVar[str] = "It is 0 for any rotation of independent normal latents and for latents of noise."
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.002, 1.2e-7, 0.0, 0.0, 4.5e-9)

    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"

    def value(self, z: torch.Tensor) -> Reading:
        """The mean over pairs; details hold the symmetric matrix, with entropies of cells on its diagonal."""
        living = alive(z)
        if int(living.sum()) < 2:
            raise SampleError(f"z has {int(living.sum())} latent that changes; a pair needs two")
        codes = binned(z, self.bins, self.strategy)
        matrix = information_matrix(codes, codes).clamp(min=0)  # rounding is below 0 by 1e-15
        value, chance = _mean_of_pairs(matrix, living), _mean_of_pairs(_bias(codes), living)
        sums = matrix[:, living].sum(1) - matrix.diagonal()
        details = {
            "per_unit": of_living(sums / (living.sum() - 1), living),
            "matrix": matrix.tolist(),
            "chance": chance,
            "dead": int((~living).sum()),
        }
        doubts = dead_doubts(living)
        if self.strategy == "equal_width":
            doubts += outlier_doubts(z, self.bins)
        return Reading(value, details=details, doubts=(*doubts, *_of_chance(value, chance)))


def _mean_of_pairs(matrix: torch.Tensor, living: torch.Tensor) -> float:
    """Mean off the diagonal of the rows and columns that live."""
    kept = matrix[living][:, living]
    return float((kept.sum() - kept.diagonal().sum()) / (len(kept) * (len(kept) - 1)))


def _bias(codes: torch.Tensor) -> torch.Tensor:
    """What independent columns with as many occupied cells read to first order, (d, d) nats."""
    cells = torch.tensor([float(len(counts(column))) for column in codes.T], dtype=torch.float64, device=codes.device)
    return information_bias(cells[:, None] * cells, cells[:, None], cells, len(codes))


def _of_chance(value: float, chance: float) -> tuple[Doubt, ...]:
    """A note where the value is the bias of counting or less."""
    if value > 2 * chance:
        return ()
    text = f"Independent latents in as many cells would read about {in_both(chance)}, and these read {in_both(value)}"
    return (Doubt("chance", f"{text}: that is no evidence that they depend on each other.", note=True),)
