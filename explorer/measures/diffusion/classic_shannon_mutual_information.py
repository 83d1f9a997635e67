"""Classic Shannon mutual information by classes."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.diffusion._classes import classes, reading, split
from explorer.measures.diffusion.classic_shannon_entropy import cell_bits, cells
from explorer.settings import Range


@dataclass(frozen=True)
class ClassicShannonMutualInformation(Measure):
    r"""Classic Shannon mutual information (CSMI): what classes of y take from the entropy of the cells of z, in bits.

    As diffusion spectral mutual information, with the entropy of cells. The authors' code lays a grid anew over every
    class and subsample: the grid of a class is finer than that of all, which inflates its entropy and drives the value
    far below 0. scaling="shared" lays one grid over all samples, with which the value is the mutual information of
    cells and classes, up to what few samples in many cells do to it.

    Args:
        bins: in every column.
        scaling: "official" lays the grid over each class and subsample by itself, "shared" once over all samples.
        repetitions: subsamples of every class size; the interval is that of their mean at 95 %.
        clusters: classes that a real y is cut into.
        seeding: "official" draws the rows that the authors' code draws, "seeded" by the seed of the call.

    Raises:
        SampleError: for fewer samples than clusters.

    References: liao2024; damle2019.
    """

    unit: ClassVar[str] = "bits"
    against: ClassVar[str | None] = "labels or values"
    random: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "linear")
    side: ClassVar[str] = "both"
    effort: ClassVar[tuple[float, ...]] = (0.005, 3e-8, 0.0, 0.0)

    bins: Annotated[int, Range(2, 1000)] = 2
    scaling: Literal["official", "shared"] = "official"
    repetitions: Annotated[int, Range(1, 100)] = 5
    clusters: Annotated[int, Range(2, 100)] = 10
    seeding: Literal["official", "seeded"] = "official"

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The formula; details hold the part of every class and the value of every repetition."""
        cut = classes(y, self.clusters)
        whole = cells(z, self.bins)

        def entropy(rows: torch.Tensor) -> float:
            return cell_bits(cells(z[rows], self.bins) if self.scaling == "official" else whole[rows])

        return reading(split(entropy, cut.codes, self.repetitions, self.seeding), cut)
