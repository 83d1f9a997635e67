"""Diffusion spectral entropy."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.diffusion.base import Walk, dead, probed, width
from explorer.settings import Range


@dataclass(frozen=True)
class DiffusionSpectralEntropy(Measure):
    r"""Diffusion spectral entropy (DSE): how many directions a random walk over the samples knows, in bits.

    .. math:: -\sum_i p_i \log_2 p_i, \quad p_i = |\lambda_i|^t / \sum_j |\lambda_j|^t

    over the eigenvalues of a diffusion between samples by the kernel
    :math:`G_{ij} = \exp(-|z_i - z_j|^2 / 2\sigma^2)`. It is 0 for samples that coincide, log2 k for k groups far apart
    of samples that coincide, and at most log2 n. It sees clusters and curved shapes in any dimension where cells of
    equal size are all empty or all single.

    It is no entropy in the units of the data: 2 z with sigma=10 is z with sigma=5. Outside a range of sigma it reads 0
    or log2 n whatever the data, and a doubt says so. It grows with n: compare equal numbers of samples. At t=1 noise in
    many dimensions adds to it; larger t damps that.

    Against the paper: the authors' code decomposes :math:`D^{-1/2} G D^{-1/2}`, and says that this has the eigenvalues
    of the density-corrected walk of the paper. It has those of the plain walk :math:`D^{-1} G`. "official" gives the
    numbers of the code (to 1e-6 bits in float64), which are "anisotropic" with alpha=0; "anisotropic" with alpha=0.5
    is the walk of the paper. The code takes 10 000 random rows of larger samples, and rounds eigenvalues that it saves
    to float16; here neither is done.

    Args:
        sigma: width of the kernel, in the units of z, for bandwidth="fixed".
        t: power of the eigenvalues; larger ones damp small eigenvalues, so that the entropy never grows with t.
        normalization: "official" as in the authors' code, "anisotropic" corrects for the density of samples by alpha.
        alpha: how far the density is divided out: 0 not at all, 1 wholly; only for normalization="anisotropic".
        bandwidth: "fixed" takes sigma, "median" the median distance between samples, "sqrt_d" the root of the columns.
        method: "exact" takes all eigenvalues; "lanczos" estimates the sums from random probes in float32, with an
            interval of 3 standard errors and the bounds of its quadrature, in 4 n^2 bytes and the time of 33
            products with 32 vectors; "auto" is exact, in 16 n^2 bytes, up to 5000 samples.
        precision: of the exact eigenvalues; "float32" is twice as fast and errs by up to 1e-4 bits.

    Raises:
        SampleError: where memory cannot hold all pairs; for samples that all coincide with bandwidth="median".

    References: liao2024; coifman2006; ubaru2017; golub2010.
    """

    unit: ClassVar[str] = "bits"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.003, 2e-8, 1e-8, 4.1e-11)

    sigma: Annotated[float, Range(1e-6, 1e6, log=True)] = 10.0
    t: Annotated[float, Range(1.0, 64.0, log=True)] = 1.0
    normalization: Literal["official", "anisotropic"] = "official"
    alpha: Annotated[float, Range(0.0, 1.0, step=0.5)] = 0.5
    bandwidth: Literal["fixed", "median", "sqrt_d"] = "fixed"
    method: Literal["auto", "exact", "lanczos"] = "auto"
    precision: Literal["float64", "float32"] = "float64"

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold sigma, the ceiling and the largest eigenvalues."""
        sigma = width(z, self.bandwidth, self.sigma)
        alpha = self.alpha if self.normalization == "anisotropic" else 0.0
        found = Walk(sigma, alpha, getattr(torch, self.precision)).entropy(z, self.t, self.method)
        return Reading(
            found.bits,
            interval=(found.bits - found.bar, found.bits + found.bar) if found.bar else None,
            details={"sigma": sigma, "ceiling": math.log2(len(z)), "spectrum": found.spectrum.tolist()},
            doubts=(*dead(found.bits, z, sigma), *probed(found, len(z))),
            level=0.99,
        )

    @property
    def draws(self) -> bool:
        """Random probes, unless all eigenvalues are asked for."""
        return self.method != "exact"
