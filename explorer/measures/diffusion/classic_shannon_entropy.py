"""Classic Shannon entropy."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import torch
from torch.special import entr

from explorer.measures.base import Measure, Reading
from explorer.numerics.cells import counts, row_codes
from explorer.result import Doubt, amount
from explorer.settings import Range


def cells(z: torch.Tensor, bins: int) -> torch.Tensor:
    """Which of equal bins between the ends of its column each value is in, 1 to `bins`; 1 in a constant column."""
    low, high = z.amin(0), z.amax(0)
    unit = (z - low) / torch.where(high > low, high - low, 1.0)
    return torch.bucketize(unit, torch.as_tensor(np.linspace(0, 1, bins + 1)[:-1], device=z.device), right=True)


def cell_bits(digits: torch.Tensor) -> float:
    """Entropy in bits of rows of integers."""
    found = counts(row_codes(digits))
    return float(entr(found / len(digits)).sum()) / math.log(2)


@dataclass(frozen=True)
class ClassicShannonEntropy(Measure):
    r"""Classic Shannon entropy (CSE): entropy of the cells that samples fall into, in bits.

    .. math:: -\sum_b p_b \log_2 p_b

    over the cells b of a grid with equal bins between the ends of every column. It is what diffusion spectral entropy
    is compared with: in more than about log2 n columns every sample has a cell of its own, and it reads log2 n whatever
    the data, which a doubt says.

    The authors' code divides by 0 in a constant column; here all its samples are in one bin.

    Args:
        bins: in every column.

    References: liao2024; cover2006, chapter 8.
    """

    unit: ClassVar[str] = "bits"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.001, 1.2e-8, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 2

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the ceiling."""
        bits, ceiling = cell_bits(cells(z, self.bins)), math.log2(len(z))
        read = amount(f"{bits:.4g}", "bits")
        text = f"The entropy of {read} is within 1 % of log2 n: nearly every sample has a cell of its own."
        doubts = (Doubt("dead zone", text),) if bits >= 0.99 * ceiling else ()
        return Reading(bits, None, {"ceiling": ceiling}, doubts)
