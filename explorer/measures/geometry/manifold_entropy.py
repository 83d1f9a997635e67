"""Manifold entropy."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.numerics.intrinsic import neighbour_entropy, ratio_dimension
from explorer.numerics.nearest import nearest
from explorer.result import Doubt
from explorer.settings import Range

THIN = 0.7
"""Intrinsic dimension, as a share of the columns, below which an entropy in all columns has no meaning."""


@dataclass(frozen=True)
class ManifoldEntropy(Measure):
    r"""Manifold entropy: differential entropy of the embedding from distances to nearest neighbours.

    .. math:: \psi(n) - \psi(k) + \ln c_m + \frac mn \sum_i \ln \rho_k(z_i)

    the estimate of Kozachenko and Leonenko; rho_k is the Euclidean distance to the k-th neighbour and c_m the volume
    of the unit ball in m dimensions. Falls without limit as a cloud collapses, and scaling z by c adds m ln c: compare
    layers only in one unit. m is the number of columns, and where the cloud fills fewer the value goes to minus
    infinity with n: a doubt says so. "intrinsic" takes the dimension that the ratios of nearest distances show
    (facco2017) instead, which makes it the entropy on the manifold; entropies of different m have different units
    and do not compare. The published surrogate is `nearest_distance_entropy`.

    Args:
        k: neighbours; more of them have less noise and more bias.
        dimension: "columns" or "intrinsic"; the details name both.

    Raises:
        SampleError: with n <= k samples, or one that coincides with k others.

    References: liu2023; kozachenko1987; facco2017.
    """

    limits: ClassVar[tuple[float | None, float | None]] = (None, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.001, 0.0, 0.0, 0.0, 0.0, 3.1e-10)

    k: Annotated[int, Range(1, 100)] = 5
    dimension: Literal["columns", "intrinsic"] = "columns"

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the columns and the intrinsic dimension."""
        n, d = z.shape
        if n <= self.k:
            raise SampleError(f"{self.name} needs more than k={self.k} samples; got {n}")
        distance = nearest(z, z, min(max(self.k, 2) + 1, n), p=2.0)[0]
        radius = distance[:, self.k]
        if not bool((radius > 0).all()):
            alike = int((radius == 0).sum())
            raise SampleError(
                f"{alike} of {n} samples coincide with at least k={self.k} others, where no density exists"
            )
        intrinsic = ratio_dimension(distance)
        value = neighbour_entropy(radius, self.k, d if self.dimension == "columns" else intrinsic)
        return Reading(value, details={"columns": d, "intrinsic_dimension": intrinsic}, doubts=self._thin(intrinsic, d))

    def _thin(self, intrinsic: float, d: int) -> tuple[Doubt, ...]:
        if self.dimension == "intrinsic" or not intrinsic < THIN * d:
            return ()
        text = f"The samples fill about {intrinsic:.1f} of {d} columns; the entropy in {d} falls without limit with n."
        return (Doubt("dimension", text),)
