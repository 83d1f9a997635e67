"""Von Neumann entropy."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.checks import varying
from explorer.device import memory_free
from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.geometry._spectrum import SHOWN, covariance_spectrum, entropy, few
from explorer.numerics.distances import median_distance
from explorer.numerics.kernels import upper_blocks
from explorer.settings import Range

COPIES = 4
"""Arrays of n x n that the eigenvalues of a kernel take."""


@dataclass(frozen=True)
class VonNeumannEntropy(Measure):
    r"""Von Neumann entropy of the covariance divided by its trace.

    .. math:: S(\rho) = -\operatorname{tr} \rho \ln \rho, \qquad \rho = C / \operatorname{tr} C

    ln d when all directions vary alike, 0 when one has all the variance; the details hold the effective dimension
    e^S. It sees second moments alone: a ring and a disc read the same. With the Gaussian kernel rho is the matrix of
    kernels between samples over n, and S counts the clusters that the width tells apart, from 0 to ln n; a sample
    that is far from all others is a cluster. With few samples both read too low: for a covariance of m equal
    variances by about m / 2n, from 0.1 nats on with a doubt.

    Args:
        kernel: "linear" for the covariance, "gaussian" for the kernel between samples, of which n x n are kept.
        sigma: width of the Gaussian kernel in units of z; None takes the median distance between samples that
            differ. The linear kernel has none.

    Raises:
        SampleError: for a constant z with the linear kernel; when n x n kernels do not fit in memory.

    References: cheng2025; giraldo2015, with alpha to 1.
    """

    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.0005, 0.0, 0.0, 0.0, 9.6e-11)

    kernel: Literal["linear", "gaussian"] = "linear"
    sigma: Annotated[float | None, Range(1e-9, 1e9, log=True)] = None

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the effective dimension and the largest 256 eigenvalues."""
        sigma = self._width(z) if self.kernel == "gaussian" else None
        found = covariance_spectrum(z) if sigma is None else _kernel_spectrum(z / sigma)
        found = found / found.sum()
        nats = entropy(found)
        details = {"effective_dimension": math.exp(nats), "spectrum": found[:SHOWN].tolist()}
        return Reading(nats, details=details | ({"sigma": sigma} if sigma else {}), doubts=few(math.exp(nats), len(z)))

    def _width(self, z: torch.Tensor) -> float:
        """Sigma; 1 for a constant z, whose kernel is 1 at any width."""
        return self.sigma or (float(median_distance(z)) if varying(z).shape[1] else 1.0)


def _kernel_spectrum(z: torch.Tensor) -> torch.Tensor:
    """Eigenvalues of exp(-|z_i - z_j|^2 / 2), descending; those that rounding brought below 0 are 0."""
    n = len(z)
    if COPIES * 8 * n * n > memory_free(z.device):
        raise SampleError(f"z has {n} samples, and n x n kernels do not fit in memory; take fewer, or kernel='linear'")
    kernels = z.new_zeros(n, n)
    for start, block in upper_blocks(z, 1.0):
        kernels[start : start + len(block), start:] = block
    return torch.linalg.eigvalsh(kernels, UPLO="U").flip(0).clamp(min=0)
