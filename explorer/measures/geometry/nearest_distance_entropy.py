"""Nearest-distance entropy, the published surrogate of manifold entropy."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.numerics.nearest import nearest
from explorer.result import Doubt


@dataclass(frozen=True)
class NearestDistanceEntropy(Measure):
    r"""Nearest-distance entropy: logarithm of the mean squared distance to the nearest sample.

    .. math:: \ln \frac{1}{n d} \sum_i \min_{j \neq i} |z_i - z_j|^2

    the surrogate of MEE as its official code computes it, for comparison with published numbers; as an entropy take
    `manifold_entropy`. It is the logarithm of a mean where an entropy has the mean of logarithms, so a few far
    samples decide it, and the number of samples is not corrected for: the value falls as n grows.

    The official training loop compares a sample only with those that had the same place in past batches, from a
    buffer that drops a batch of rows for each row it adds: with 256 of 1024 it holds nothing but the last batch after
    five steps. Here every sample is compared with all others.

    Raises:
        SampleError: when every sample coincides with another.

    References: liu2023.
    """

    unit: ClassVar[str] = ""
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.001, 0.0, 0.0, 0.0, 0.0, 2.6e-10)

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula."""
        distance = nearest(z, z, 2, p=2.0)[0][:, 1]
        if not bool(distance.any()):
            raise SampleError(f"all {len(z)} samples of z coincide with others: the logarithm is minus infinity")
        alike = int((distance == 0).sum())
        text = f"{alike} of {len(z)} samples coincide with others and add 0 to the mean."
        doubts = (Doubt("ties", text, note=True),) if alike else ()
        return Reading(float((distance.square().mean() / z.shape[1]).log()), doubts=doubts)
