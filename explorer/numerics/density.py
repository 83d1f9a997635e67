"""Smooth densities of many pairs of columns at once: linear binning on a grid, then a Gaussian kernel by FFT."""

from dataclasses import dataclass

import torch

MARGIN = 5.0
"""Bandwidths of room at either end of a grid; what leaves it enters at the other end, 3e-7 of a kernel at most."""


@dataclass(frozen=True)
class Axis:
    """n samples of m columns on evenly spaced points, or labels.

    Attributes:
        place: (m, n) float64 in steps from the first point, or (1, n) integer labels.
        size: points, or labels.
        width: the kernel's deviation in steps, (m, 1), or (m, labels) where each label of the other axis has its
            own; empty for labels, which are not smoothed.
    """

    place: torch.Tensor
    size: int
    width: torch.Tensor

    @property
    def shares(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The points among which every sample is divided, and their shares of it."""
        if not self.place.is_floating_point():
            return [(self.place, torch.ones_like(self.place, dtype=torch.float64))]
        lower = self.place.floor().clamp(0, self.size - 2)
        upper_share = self.place - lower
        return [(lower.long(), 1 - upper_share), (lower.long() + 1, upper_share)]


def unit(columns: torch.Tensor) -> torch.Tensor:
    """Columns (m, n) mapped to [0, 1]; constant columns become 0."""
    low, high = columns.amin(1, keepdim=True), columns.amax(1, keepdim=True)
    return (columns - low) / torch.where(high > low, high - low, 1.0)


def silverman(columns: torch.Tensor, dimensions: int) -> torch.Tensor:
    """0.9 min(s, IQR / 1.349) n^(-1/5) for every column (m, n), s the deviation; s alone where the IQR is 0.

    Made for one dimension and used for each axis by itself.

    References: silverman1986, equation 3.31.
    """
    n, deviation = columns.shape[1], columns.std(1, correction=0)
    quartiles = columns.sort(1).values[:, [round(0.25 * (n - 1)), round(0.75 * (n - 1))]]
    robust = (quartiles[:, 1] - quartiles[:, 0]) / 1.349
    return 0.9 * torch.where(robust > 0, torch.minimum(deviation, robust), deviation) * n**-0.2


def scott(columns: torch.Tensor, dimensions: int) -> torch.Tensor:
    """s n^(-1 / (dimensions + 4)) for every column (m, n), s the deviation.

    References: scott1992.
    """
    return columns.std(1, correction=0) * columns.shape[1] ** (-1 / (dimensions + 4))


def laid_out(columns: torch.Tensor, widths: torch.Tensor, size: int) -> Axis:
    """Columns (m, n) within [0, 1] on grids that leave room for kernels of the given widths (m, k)."""
    room = MARGIN * widths.amax(1, keepdim=True)
    step = (1 + 2 * room) / (size - 1)
    return Axis((columns + room) / step, size, widths / step)


def labelled(codes: torch.Tensor) -> Axis:
    """Labels from 0, (n,), as an axis."""
    return Axis(codes[None], int(codes.max()) + 1, torch.empty(0, device=codes.device))


def masses(x: Axis, y: Axis) -> torch.Tensor:
    """The smoothed probability of every cell, (m, y.size, x.size); x is real, y real or labels.

    Each table sums to 1. A linear binning widens the samples by a sixth of a squared step, which is taken off the
    kernel's variance. Fourier sums leave values of -1e-18 where there is nothing; they count as 0.
    """
    spectrum = torch.fft.rfft(_binned(x, y)) * torch.fft.rfft(_kernel(x.width, x.size)).real
    if len(y.width):
        along_y = torch.fft.fft(_kernel(y.width, y.size)).real.transpose(1, 2)
        spectrum = torch.fft.ifft(torch.fft.fft(spectrum, dim=1).mul_(along_y), dim=1)
    return torch.fft.irfft(spectrum, n=x.size).clamp_(min=0)


def _binned(x: Axis, y: Axis) -> torch.Tensor:
    """The share of the samples at every pair of points, (m, y.size, x.size)."""
    m, n = x.place.shape
    first = (torch.arange(m, device=x.place.device) * (y.size * x.size))[:, None]
    total = torch.zeros(m * y.size * x.size, dtype=torch.float64, device=x.place.device)
    for row, share in y.shares:
        for column, other in x.shares:
            total += torch.bincount((first + row * x.size + column).flatten(), (share * other).flatten(), len(total))
    return total.reshape(m, y.size, x.size) / n


def _kernel(width: torch.Tensor, size: int) -> torch.Tensor:
    """Gaussian kernels (m, k) on a ring of points, each of sum 1, (m, k, size)."""
    steps = torch.arange(size, device=width.device)
    away = torch.minimum(steps, size - steps).double() ** 2
    kernel = torch.exp(-away / (2 * (width**2 - 1 / 6).clamp(min=1e-6)[:, :, None]))
    return kernel / kernel.sum(2, keepdim=True)
