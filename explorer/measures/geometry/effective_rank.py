"""Effective rank."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.geometry._spectrum import SHOWN, entropy, few, singular_values


@dataclass(frozen=True)
class EffectiveRank(Measure):
    r"""Effective rank: the exponential of the entropy of the singular values.

    .. math:: \exp\Big(-\sum_i p_i \ln p_i\Big), \qquad p_i = \sigma_i / \sum_j \sigma_j

    Between 1 and the rank, and never more than the smaller of n and d. It is made of standard deviations, so weak
    directions weigh more than in `participation_ratio` and `von_neumann_entropy`, which are made of variances; noise
    in many columns raises it. Of self-supervised networks it is known as RankMe, which adds 1e-7 to every p; nothing
    is added here. The rows are taken as they are, as in the paper: where the mean is far from 0 it counts as one
    strong direction, which `centred` takes away. A doubt says where n is below five times the value, which is
    then too low.

    Args:
        centred: subtract the mean of every column first.

    Raises:
        SampleError: for a z of zeros, or a constant one that is centred.

    References: roy2007; garrido2023.
    """

    unit: ClassVar[str] = "dimensions"
    limits: ClassVar[tuple[float | None, float | None]] = (1.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "stretching", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.0005, 0.0, 0.0, 0.0, 8.8e-11)

    centred: bool = False

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the largest 256 singular values."""
        found = singular_values(z, self.centred)
        rank = math.exp(entropy(found))
        return Reading(rank, details={"spectrum": found[:SHOWN].tolist()}, doubts=few(rank, len(z)))
