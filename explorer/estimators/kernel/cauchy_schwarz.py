"""Dependence as the Cauchy-Schwarz divergence of the joint density from the product of its margins."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch

from explorer.checks import varying
from explorer.estimators.base import Estimator, Point, Reading
from explorer.estimators.neighbours.base import uneven
from explorer.numerics.distances import median_distance
from explorer.numerics.kernels import upper_blocks, upper_blocks_of_labels
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class CauchySchwarz(Estimator):
    r"""Cauchy-Schwarz quadratic mutual information from Gaussian kernels, a dependence that is not Shannon's.

    .. math:: I_{CS} = \ln \frac{\langle K_{ij} L_{ij} \rangle_{ij} \, \langle K_{ij} \rangle_{ij} \,
              \langle L_{ij} \rangle_{ij}}{\langle \langle K_{ij} \rangle_j \langle L_{ij} \rangle_j \rangle_i^2},
              \qquad K_{ij} = \exp\left(-\frac{|x_i - x_j|^2}{2 \sigma^2}\right)

    the Cauchy-Schwarz divergence of kernel densities, never negative, 0 where X and Y are independent, and at most
    about ln n. L is the kernel of Y; of labels the kernel is 1 between equal ones and 0 between others. The value
    depends on sigma: it goes to 0 as sigma grows, to ln n for distinct samples as sigma shrinks. Independent samples
    read above 0. Compare it only with itself, at one sigma; data processing does not bound it.

    Args:
        sigma: of the Gaussian kernel, in units of the data, the same for X and Y; None takes for each
            variable the median distance between its samples that differ. The details of the result name both.

    In nats; the published code has log base 2, and a default sigma, ten times the median of squared distances, that
    is so wide that the value vanishes.

    References: principe2010; yu2024.
    """

    quantity: ClassVar[str] = "I_CS(X;Y)"
    finds: ClassVar[tuple[str, ...]] = ()
    invariant: ClassVar[tuple[str, ...]] = ("relabelling", "shift", "scaling", "rotation")

    sigma: Annotated[float | None, Range(1e-9, 1e9, log=True)] = None

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Reading:
        a, b = self.prepared(x), self.prepared(y)
        return Reading(_informations(a, [b])[0], details={"sigma_x": a.sigma, "sigma_y": b.sigma})

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        wide = [one for one in (x, y) if one is not None and one.is_floating_point() and one.shape[1] > 1]
        return tuple(doubt for one in wide for doubt in uneven([one]))

    def prepared(self, x: torch.Tensor) -> "_Scaled":
        if not x.is_floating_point():
            return _Scaled(x)
        if not varying(x).shape[1]:
            return _Scaled(torch.zeros_like(x), self.sigma)
        if self.sigma:
            return _Scaled(x / self.sigma, self.sigma)
        scale = (x - x.mean(0)).abs().max()
        inner = (x - x.mean(0)) / scale
        median = median_distance(inner)
        return _Scaled(inner / median, float(scale * median))

    def shuffled(self, x: torch.Tensor, y: torch.Tensor) -> Callable[[torch.Tensor], float]:
        a, b = self.prepared(x), self.prepared(y)
        return lambda order: _informations(a, [_Scaled(b.values[order])])[0]

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        first, *rest = _informations(self.prepared(t), [x, *map(self.prepared, ys)])
        return Point(first, rest)


@dataclass(frozen=True)
class _Scaled:
    """Values in units of sigma, or labels."""

    values: torch.Tensor
    sigma: float | None = None

    def blocks(self) -> Iterator[tuple[int, torch.Tensor]]:
        """Blocks of the kernel from the diagonal rightwards."""
        return (
            upper_blocks(self.values, 1.0) if self.values.is_floating_point() else upper_blocks_of_labels(self.values)
        )


def _informations(x: _Scaled, ys: Sequence[_Scaled]) -> list[float]:
    """I_CS of x and each y; the kernel of x is computed once, and memory is one block of each."""
    n = len(x.values)
    sums = torch.zeros(1 + len(ys), n, dtype=torch.float64, device=x.values.device)
    both = sums.new_zeros(len(ys))
    for blocks in zip(*(one.blocks() for one in (x, *ys)), strict=True):
        start, first = blocks[0]
        stop = start + len(first)
        for i, (_, kernel) in enumerate(blocks):
            sums[i, start:stop] += kernel.sum(1)
            sums[i, stop:] += kernel[:, stop - start :].sum(0)
            if i:
                product = first * kernel
                both[i - 1] += product.sum() + product[:, stop - start :].sum()
    alone = sums.sum(1).log()
    return (both.log() - 2 * (sums[1:] @ sums[0]).log() + alone[0] + alone[1:]).tolist()
