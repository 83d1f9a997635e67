"""Range-partition entropy."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from sklearn.cluster import KMeans

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.geometry._distinct import distinct
from explorer.measures.geometry._spectrum import entropy
from explorer.result import Doubt, in_both
from explorer.settings import Range

STARTS = 4
"""Starts of k-means, of which the best is kept."""

SOFT = 0.1
"""Nats between the soft and the hard entropy from which the cells are said to overlap."""


@dataclass(frozen=True)
class RangePartitionEntropy(Measure):
    r"""Range-partition entropy: how evenly the samples spread over soft cells around anchors.

    .. math:: -\sum_j p_j \ln p_j, \qquad p_j = \frac1n \sum_i
              \frac{\exp(-\alpha |z_i - c_j|^2)}{\sum_l \exp(-\alpha |z_i - c_l|^2)}

    From 0, all samples in one cell, to ln(anchors). The anchors are the centres that k-means finds, from seeded
    starts; the paper also learns them. It stands in for the range-partition entropy, the least entropy over the valid
    partitions of the samples, and is in general neither an upper nor a lower bound of it. Sharp cells around true
    centres give the entropy of the cluster sizes; as alpha goes to 0 every cloud reads ln(anchors), and a doubt says
    when the soft value is 0.1 nats from the one of hard cells. k-means chooses compact cells of similar spread, so
    most clouds read near ln(anchors); the number speaks where clusters are fewer than anchors or uneven.

    Args:
        anchors: cells, at most as many as samples that differ.
        alpha: sharpness of the cells, in units of z to the power -2; scale z and it means something else.

    Raises:
        SampleError: with fewer samples that differ than anchors.

    References: shihab2025; eppstein2025.
    """

    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    random: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.006, 1e-7, 0.0, 0.0)

    anchors: Annotated[int, Range(2, 256)] = 16
    alpha: Annotated[float, Range(1e-6, 1e6, log=True)] = 10.0

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the entropy of hard cells and the shares of the cells, descending."""
        rows, _ = distinct(z)
        if len(rows) < self.anchors:
            rule = f"the others coincide with them; anchors={self.anchors} needs at least as many"
            raise SampleError(f"z has {len(rows)} samples that differ, {rule}")
        share, hard = self._shares(z)
        nats, sharp = entropy(share), entropy(hard)
        text = f"The cells overlap: {in_both(nats, '.2f')}, and {in_both(sharp, '.2f')} with hard cells"
        text += f"; alpha={self.alpha:g} is small."
        doubts = (Doubt("soft cells", text),) if abs(nats - sharp) > SOFT else ()
        details = {"hard_entropy": sharp, "spectrum": share.sort(descending=True).values.tolist()}
        return Reading(nats, details=details, doubts=doubts)

    def _shares(self, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Soft and hard shares of the samples in each cell."""
        seed = int(torch.randint(2**31, ()))
        found = KMeans(self.anchors, n_init=STARTS, random_state=seed).fit(z.cpu().numpy())
        anchors = torch.as_tensor(found.cluster_centers_, dtype=z.dtype, device=z.device)
        squared = torch.cdist(z, anchors).square()
        hard = torch.bincount(squared.argmin(1), minlength=self.anchors).to(z.dtype)
        return torch.softmax(-self.alpha * squared, 1).mean(0), hard / len(z)
