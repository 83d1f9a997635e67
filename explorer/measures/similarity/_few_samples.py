"""The nuclear norm of a cross-covariance from few samples, by moments of its singular values."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.device import rows_per_chunk
from explorer.errors import SampleError
from explorer.numerics.moments import chain_moments, contrasts, root_weights

GROUPS = 20
"""Parts of the samples that are left out in turn for the variances."""


@dataclass(frozen=True)
class Nuclear:
    """An estimated sum of singular values.

    Attributes:
        deviation: standard deviation of `value`, by leaving out groups of samples.
        bias: at most, of either sign, where the moments are right.
        moments: of the singular values over the largest one in sample, for p = 1, 2, ...
    """

    value: float
    deviation: float
    bias: float
    moments: tuple[float, ...]


def nuclear_norm(x: torch.Tensor, y: torch.Tensor, highest: int, weight: float) -> Nuclear:
    """Of the covariance of x (n, d_x) and y (n, d_y), both centred.

    The rows are taken in a random order, since the sums over chains of rows depend on it. They depend as well on the
    side with which a chain begins: the narrower one, or for equal widths the mean of both ways, so that x and y may
    change places. Leaving out 20 groups of rows in turn gives the covariance of the moments.

    Raises:
        SampleError: for samples too few for the highest moment.
    """
    n = len(x)
    if n - 1 - math.ceil(n / GROUPS) < 2 * highest:
        raise SampleError(f"z and y have {n} samples; moments={highest} needs {_least(highest)} or more")
    x, y = (x, y) if x.shape[1] <= y.shape[1] else (y, x)
    largest = torch.linalg.matrix_norm(x.T @ y, 2) / (n - 1)
    order = torch.from_numpy(np.random.default_rng(int(torch.randint(2**31, ()))).permutation(n)).to(x.device)
    found = torch.cat(list(_moments(x[order] / largest.sqrt(), y[order] / largest.sqrt(), highest))).cpu().numpy()
    whole, parts = found[0], found[1:]
    covariance = (GROUPS - 1) * np.cov(parts.T, bias=True).reshape(highest, highest)
    gamma, error = root_weights(covariance, x.shape[1], weight)
    scale, deviation = float(largest), math.sqrt(gamma @ covariance @ gamma)
    return Nuclear(scale * float(gamma @ whole), scale * deviation, scale * error * x.shape[1], tuple(whole.tolist()))


def _moments(x: torch.Tensor, y: torch.Tensor, highest: int) -> Iterator[torch.Tensor]:
    """Moments of all rows, then without each group, as many at a time as memory allows."""
    n, group = len(x), torch.arange(len(x), device=x.device) % GROUPS
    kept = [group >= 0, *(group != one for one in range(GROUPS))]
    size = rows_per_chunk(8 * 4 * highest * x.shape[1] * y.shape[1], x.device)
    for start in range(0, len(kept), size):
        some = kept[start : start + size]
        counts = torch.tensor([int(rows.sum()) - 1 for rows in some])
        first, second = (torch.stack([_padded(contrasts(side[rows]), n - 1) for rows in some]) for side in (x, y))
        found = chain_moments(first, second, counts, highest)
        if x.shape[1] == y.shape[1]:
            found = (found + chain_moments(second, first, counts, highest)) / 2
        yield found


def _padded(values: torch.Tensor, rows: int) -> torch.Tensor:
    return torch.nn.functional.pad(values, (0, 0, 0, rows - len(values)))


def _least(highest: int) -> int:
    return next(n for n in range(2 * highest, 4 * highest + 8) if n - 1 - math.ceil(n / GROUPS) >= 2 * highest)
