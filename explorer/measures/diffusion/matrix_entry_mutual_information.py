"""Matrix entry mutual information."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.diffusion._classes import classes, reading, split
from explorer.measures.diffusion.base import width
from explorer.measures.diffusion.matrix_entry_entropy import entry_bits
from explorer.settings import Range


@dataclass(frozen=True)
class MatrixEntryMutualInformation(Measure):
    r"""Matrix entry mutual information: what classes of y take from the matrix entry entropy of z, in bits.

    As diffusion spectral mutual information, with the entropy of the entries of the walk. The sign is turned: in a
    class samples are nearer, a step spreads wider, and classes that tell something give a value below 0. It needs no
    eigenvalues.

    Args:
        sigma: width of the kernel, in the units of z, for bandwidth="fixed".
        bandwidth: "fixed" takes sigma, "median" the median distance between samples, "sqrt_d" the root of the columns.
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
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear", "copies")
    side: ClassVar[str] = "both"
    effort: ClassVar[tuple[float, ...]] = (0.002, 2e-08, 2.6e-09, 0.0, 0.0, 3.1e-11)

    sigma: Annotated[float, Range(1e-6, 1e6, log=True)] = 10.0
    bandwidth: Literal["fixed", "median", "sqrt_d"] = "fixed"
    repetitions: Annotated[int, Range(1, 100)] = 5
    clusters: Annotated[int, Range(2, 100)] = 10
    seeding: Literal["official", "seeded"] = "official"

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The formula; details hold the part of every class and the value of every repetition."""
        cut = classes(y, self.clusters)
        sigma = width(z, self.bandwidth, self.sigma)
        found = split(lambda rows: entry_bits(z[rows], sigma), cut.codes, self.repetitions, self.seeding)
        return reading(found, cut, sigma)
