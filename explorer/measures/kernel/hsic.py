"""Hilbert-Schmidt independence criterion."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.checks import varying
from explorer.measures.base import Measure, Reading
from explorer.numerics.distances import median_distance
from explorer.numerics.kernels import upper_blocks, upper_blocks_of_labels
from explorer.settings import Range


@dataclass(frozen=True)
class HSIC(Measure):
    r"""Hilbert-Schmidt independence criterion: a kernel's covariance between a layer and a target.

    .. math:: \frac{1}{(n - 1)^2} \operatorname{tr}(K H L H), \qquad
              K_{ij} = \exp\Big(-\frac{|z_i - z_j|^2}{2 \sigma^2}\Big), \quad H = I - \tfrac1n 1 1^\top

    0 where the two are independent; L is the kernel of y, for labels 1 between equal ones and 0 between others. The
    value depends on both widths, has no unit and no fixed maximum: compare it at stated widths only, or take a
    normalised form such as `rbf_cka`. Independent samples read above 0, about in proportion to 1/n; `unbiased` takes
    this off and can be negative. A constant has no dependence: 0.

    Args:
        sigma_z: width of the Gaussian kernel of z, in its units; None takes the median distance between samples that
            differ, the lower of two in the middle. The details name it.
        sigma_y: the same of y, where y holds values; labels have none.
        unbiased: the estimate without bias.

    References: gretton2005, equation 9; song2012.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels or values"
    least: ClassVar[int] = 4
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.002, 0.0, 1.1e-08, 0.0, 0.0, 4.6e-10)

    sigma_z: Annotated[float | None, Range(1e-9, 1e9, log=True)] = None
    sigma_y: Annotated[float | None, Range(1e-9, 1e9, log=True)] = None
    unbiased: bool = False

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The formula; details hold the widths."""
        sigma_z = _width(z, self.sigma_z)
        sigma_y = _width(y, self.sigma_y) if y.is_floating_point() else None
        sums = _Sums.of(z / sigma_z, y / sigma_y if sigma_y else y)
        found = sums.unbiased() if self.unbiased else sums.biased()
        return Reading(float(found), details={"sigma_z": sigma_z} | ({"sigma_y": sigma_y} if sigma_y else {}))


def _width(values: torch.Tensor, sigma: float | None) -> float:
    """Sigma; 1 for a constant, whose kernel is 1 at any width."""
    return sigma or (float(median_distance(values)) if varying(values).shape[1] else 1.0)


def _blocks(values: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
    return upper_blocks(values, 1.0) if values.is_floating_point() else upper_blocks_of_labels(values)


@dataclass(frozen=True)
class _Sums:
    """Sums of two kernels without their diagonals, which are 1: each by rows (n,), and of their product."""

    first: torch.Tensor
    second: torch.Tensor
    both: torch.Tensor

    @classmethod
    def of(cls, z: torch.Tensor, y: torch.Tensor) -> "_Sums":
        """One pass over all pairs; memory is a block of each kernel."""
        rows = torch.zeros(2, len(z), dtype=torch.float64, device=z.device)
        both = rows.new_zeros(())
        for (start, first), (_, second) in zip(_blocks(z), _blocks(y), strict=True):
            first, second = first.triu(1), second.triu(1)
            for total, kernel in zip(rows, (first, second), strict=True):
                total[start : start + len(kernel)] += kernel.sum(1)
                total[start:] += kernel.sum(0)
            both += 2 * (first * second).sum()
        return cls(rows[0], rows[1], both)

    def biased(self) -> torch.Tensor:
        """tr(KHLH) / (n - 1)^2."""
        n = len(self.first)
        first, second = self.first + 1, self.second + 1
        return (self.both + n - 2 / n * first @ second + first.sum() * second.sum() / n**2) / (n - 1) ** 2

    def unbiased(self) -> torch.Tensor:
        """The same without the terms in which a sample meets itself."""
        n = len(self.first)
        product = self.first.sum() * self.second.sum() / ((n - 1) * (n - 2))
        return (self.both + product - 2 / (n - 2) * self.first @ self.second) / (n * (n - 3))
