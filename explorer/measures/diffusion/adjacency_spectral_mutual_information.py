"""Adjacency spectral mutual information."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.diffusion._classes import classes, reading, split
from explorer.measures.diffusion.adjacency_spectral_entropy import adjacency_eigenvalues
from explorer.measures.diffusion.base import Walk, spectral_bits, width
from explorer.settings import Range


@dataclass(frozen=True)
class AdjacencySpectralMutualInformation(Measure):
    r"""Adjacency spectral mutual information (ASMI): what classes of y take from the adjacency entropy of z, in bits.

    As diffusion spectral mutual information, with the entropy of the spectrum of the graph itself. It is quick for what
    it shows, but nothing in it corrects for density: a crowded class outweighs the others.

    Args:
        graph: "gaussian" weights all pairs by the kernel, "neighbors" joins each sample with its nearest.
        sigma: width of the kernel, in the units of z, for bandwidth="fixed".
        bandwidth: "fixed" takes sigma, "median" the median distance between samples, "sqrt_d" the root of the columns.
        neighbors: that a sample is joined with, itself included; only for graph="neighbors".
        repetitions: subsamples of every class size; the interval is that of their mean at 95 %.
        clusters: classes that a real y is cut into.
        seeding: "official" draws the rows that the authors' code draws, "seeded" by the seed of the call.

    Raises:
        SampleError: where memory cannot hold all pairs; for a class with fewer samples than neighbors.

    References: liao2024; damle2019.
    """

    unit: ClassVar[str] = "bits"
    against: ClassVar[str | None] = "labels or values"
    random: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.003, 2e-8, 2e-9, 1e-12)

    graph: Literal["gaussian", "neighbors"] = "gaussian"
    sigma: Annotated[float, Range(1e-6, 1e6, log=True)] = 10.0
    bandwidth: Literal["fixed", "median", "sqrt_d"] = "fixed"
    neighbors: Annotated[int, Range(2, 100)] = 10
    repetitions: Annotated[int, Range(1, 100)] = 5
    clusters: Annotated[int, Range(2, 100)] = 10
    seeding: Literal["official", "seeded"] = "official"

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The formula; details hold the part of every class and the value of every repetition."""
        cut = classes(y, self.clusters)
        walk = Walk(width(z, self.bandwidth, self.sigma))

        def entropy(rows: torch.Tensor) -> float:
            return spectral_bits(adjacency_eigenvalues(walk, z[rows], self.graph, self.neighbors))

        return reading(split(entropy, cut.codes, self.repetitions, self.seeding), cut, walk.sigma)
