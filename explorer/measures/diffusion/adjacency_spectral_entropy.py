"""Adjacency spectral entropy."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.diffusion.base import SHOWN, Walk, dead, spectral_bits, width
from explorer.numerics.spectra import eigenvalues, gaussian
from explorer.settings import Range


def adjacency_eigenvalues(walk: Walk, z: torch.Tensor, graph: str, neighbors: int) -> torch.Tensor:
    """Magnitudes of the eigenvalues of the graph, descending.

    Raises:
        SampleError: for fewer samples than neighbours.
    """
    squares = walk.squares(z)
    if graph == "gaussian":
        return eigenvalues(gaussian(squares, walk.sigma))
    if len(z) < neighbors:
        raise SampleError(f"z has {len(z)} samples in it or in one class, fewer than neighbors={neighbors}")
    farthest = squares.kthvalue(neighbors, dim=1).values
    edges = (squares <= farthest[:, None]).double()
    if torch.equal(edges, edges.T):
        return eigenvalues(edges)
    return torch.linalg.eigvals(edges).abs().sort(descending=True).values


@dataclass(frozen=True)
class AdjacencySpectralEntropy(Measure):
    r"""Adjacency spectral entropy (ASE): entropy of the spectrum of the graph of samples itself, in bits.

    .. math:: -\sum_i p_i \log_2 p_i, \quad p_i = |\lambda_i| / \sum_j |\lambda_j|

    over the eigenvalues of a Gaussian kernel, or of the graph that joins every sample with its nearest neighbours.
    Nothing is divided by the density, so that crowded places rule. Of the Gaussian kernel it is the von Neumann entropy
    of the kernel divided by n.

    The graph of neighbours does not depend on the scale of z. It has a direction: its eigenvalues are complex, their
    magnitudes are taken, and those near 0 are ill-conditioned, so that programs differ in the third digit. A sample
    counts among its own neighbours, as in the authors' code.

    Args:
        graph: "gaussian" weights all pairs by the kernel, "neighbors" joins each sample with its nearest.
        sigma: width of the kernel, in the units of z, for bandwidth="fixed".
        bandwidth: "fixed" takes sigma, "median" the median distance between samples, "sqrt_d" the root of the columns.
        neighbors: that a sample is joined with, itself included; only for graph="neighbors".

    Raises:
        SampleError: where memory cannot hold all pairs; for fewer samples than neighbors.

    References: liao2024.
    """

    unit: ClassVar[str] = "bits"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.003, 2e-8, 1e-8, 4.1e-11)

    graph: Literal["gaussian", "neighbors"] = "gaussian"
    sigma: Annotated[float, Range(1e-6, 1e6, log=True)] = 10.0
    bandwidth: Literal["fixed", "median", "sqrt_d"] = "fixed"
    neighbors: Annotated[int, Range(2, 100)] = 10

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the ceiling, the largest eigenvalues and, of the Gaussian kernel, sigma."""
        sigma = width(z, self.bandwidth, self.sigma)
        found = adjacency_eigenvalues(Walk(sigma), z, self.graph, self.neighbors)
        details = {"ceiling": math.log2(len(z)), "spectrum": found[:SHOWN].tolist()}
        bits = spectral_bits(found)
        if self.graph != "gaussian":
            return Reading(bits, None, details)
        return Reading(bits, None, details | {"sigma": sigma}, dead(bits, z, sigma))
