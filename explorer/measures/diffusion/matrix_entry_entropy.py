"""Matrix entry entropy."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from torch.special import entr

from explorer.measures.base import Measure, Reading
from explorer.measures.diffusion.base import width
from explorer.numerics.spectra import gaussian, rows_of_squares
from explorer.result import Doubt, amount
from explorer.settings import Range


def entry_bits(z: torch.Tensor, sigma: float) -> float:
    """The entropy of a sample and its next by the walk, in bits; blocks of rows, twice."""
    density = torch.cat([gaussian(rows, sigma).sum(1) for _, rows in rows_of_squares(z, sigma)])
    total = 0.0
    for _, rows in rows_of_squares(z, sigma):
        steps = gaussian(rows, sigma).mul_(density.rsqrt())
        total += float(entr(steps.div_(steps.sum(1, keepdim=True))).sum())
    return math.log2(len(z)) + total / len(z) / math.log(2)


@dataclass(frozen=True)
class MatrixEntryEntropy(Measure):
    r"""Matrix entry entropy: how widely one step of a diffusion spreads over the samples, in bits.

    .. math:: -\sum_{ij} \frac{P_{ij}}{n} \log_2 \frac{P_{ij}}{n}

    of the walk :math:`P` by a Gaussian kernel whose density is divided out by half: the entropy of a random sample and
    the next one together. It is log2 n where no two samples are near and 2 log2 n where all are; it needs no
    eigenvalues, so that 50 000 samples are no trouble. It falls where diffusion spectral entropy rises.

    It is the authors' code with `matrix_entry_entropy=True`, whose walk, unlike the one of their spectral entropy, is
    that of the paper.

    Args:
        sigma: width of the kernel, in the units of z, for bandwidth="fixed".
        bandwidth: "fixed" takes sigma, "median" the median distance between samples, "sqrt_d" the root of the columns.

    Raises:
        SampleError: for samples that all coincide with bandwidth="median".

    References: liao2024; coifman2006.
    """

    unit: ClassVar[str] = "bits"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.002, 2e-08, 9.6e-09, 0.0, 0.0, 6.6e-11)

    sigma: Annotated[float, Range(1e-6, 1e6, log=True)] = 10.0
    bandwidth: Literal["fixed", "median", "sqrt_d"] = "fixed"

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold sigma, the floor log2 n and the ceiling 2 log2 n."""
        sigma, floor = width(z, self.bandwidth, self.sigma), math.log2(len(z))
        bits = entry_bits(z, sigma)
        return Reading(bits, None, {"sigma": sigma, "floor": floor, "ceiling": 2 * floor}, _dead(bits, floor, sigma))


def _dead(bits: float, floor: float, sigma: float) -> tuple[Doubt, ...]:
    share = bits / floor - 1
    if 0.01 < share < 0.99:
        return ()
    end, reach = ("log2 n", "small: no two samples are near") if share <= 0.01 else ("2 log2 n", "large: all are near")
    read = amount(f"{bits:.4g}", "bits")
    text = f"The entropy of {read} is that of any samples, {end}; sigma={sigma:g} is too {reach}."
    return (Doubt("dead zone", text),)
