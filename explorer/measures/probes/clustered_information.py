"""Information between clusters and labels."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from sklearn.cluster import KMeans

from explorer.errors import SettingError
from explorer.measures.base import Measure, Reading
from explorer.measures.probes._probe import some_of
from explorer.numerics.cells import counts, entropy, information_bias, joint
from explorer.result import LEAST, SHARE, Doubt, in_both
from explorer.settings import Range


@dataclass(frozen=True)
class ClusteredInformation(Measure):
    r"""Information on the labels in the k-means cluster of a sample.

    .. math:: \hat I(C; Y) - \frac{m_{CY} - m_C - m_Y + 1}{2n}, \qquad C = \arg\min_k \lVert z - c_k \rVert

    in nats, with the centres c_k fitted on one part of the samples and the information counted on the others; details
    give its share of H(Y). The fraction is the first-order bias of counting, from how many clusters, labels and pairs
    occur; with fewer than about five samples for each pair it takes off too little, which is said. More clusters lose
    less but cost samples: with clusters times labels near n the value rises towards H(Y) whatever z is. Clusters see
    distances, so a column of large variance rules; nothing is standardised. As a function of z the clusters give a
    lower bound of I(Z; Y), in expectation and up to the bias left. The paper fits 500 clusters or more to many frames
    by mini-batches and takes nothing off. k-means runs on the CPU.

    Args:
        clusters: number of clusters.
        held_out: share of the samples, the same of every class, on which the information is counted.
        correction: "miller_madow" takes the first-order bias off, "none" leaves the plug-in value.

    Raises:
        SettingError: for more clusters than different samples to fit them on.

    References: pasad2021; arthur2007; miller1955.
    """

    against: ClassVar[str | None] = "labels"
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching",)
    random: ClassVar[bool] = True
    usable: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0042, 1.1e-08, 0.0, 0.0)

    clusters: Annotated[int, Range(2, 1000)] = 20
    held_out: Annotated[float, Range(0.1, 0.9)] = 0.5
    correction: Literal["miller_madow", "none"] = "miller_madow"

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The information; details hold the plug-in value, the bias, and the share of the entropy of the labels."""
        counted = some_of(y, self.held_out)
        cells, own = self._clusters(z, counted), y[counted]
        plug_in = float(entropy(cells) + entropy(own) - entropy(joint(cells, own)))
        occurring, pairs = (len(counts(codes)) for codes in (cells, joint(cells, own)))
        bias = information_bias(pairs, occurring, len(counts(own)), len(own))
        value = plug_in - (bias if self.correction == "miller_madow" else 0.0)
        whole = float(entropy(own))
        share = value / whole if whole else 0.0
        details = {"share_of_label_entropy": share, "plug_in": plug_in, "bias": bias, "clusters_hit": occurring}
        return Reading(value, details=details, doubts=_doubts(bias, value))

    def _clusters(self, z: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
        """The cluster of every counted sample."""
        different = len(torch.unique(z[~counted], dim=0))
        if different < self.clusters:
            rule = f"must be at most the {different} different samples that they are fitted on; the others coincide"
            raise SettingError(f"clusters={self.clusters} {rule}")
        fit = z[~counted].cpu().numpy()
        means = KMeans(self.clusters, n_init=1, random_state=int(torch.randint(2**31, ()))).fit(fit)
        return torch.as_tensor(means.predict(z[counted].cpu().numpy()), device=z.device).long()


def _doubts(bias: float, value: float) -> tuple[Doubt, ...]:
    if bias <= max(LEAST, SHARE * value):
        return ()
    text = f"Counting few samples in many clusters makes a bias of {in_both(bias, '.2f')}"
    text += "; take fewer clusters or more samples."
    return (Doubt("undersampled", text),)
