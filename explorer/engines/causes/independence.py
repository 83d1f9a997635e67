"""Whether two columns of numbers are independent: HSIC, and its distribution where they are."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

from explorer.errors import SampleError

MOST = 2000
"""Samples of which all pairs are kept."""


@dataclass(frozen=True)
class Dependence:
    """HSIC of two columns.

    Attributes:
        value: tr(KHLH) / (n - 1)^2 with Gaussian kernels whose widths are the medians of the distances above 0, as
            the measure `hsic` reads it.
        p_value: the chance of at least this value for independent columns, by a Gamma distribution.
        expected: what independent columns read on average.
    """

    value: float
    p_value: float
    expected: float


def dependence(x: np.ndarray, y: np.ndarray) -> Dependence:
    """HSIC of two columns of numbers and the p-value of independence.

    The null distribution is the Gamma distribution with the mean and the variance that independent columns give the
    statistic, an approximation that holds for some hundred samples.

    Args:
        x, y: (n,) numbers, not all equal.

    Raises:
        SampleError: for columns of different lengths, a constant one, or n outside [6, 2000].

    References: gretton2005, equation 9; gretton2007.
    """
    n = len(x)
    if x.shape != y.shape or x.ndim != 1 or not 6 <= n <= MOST:
        raise SampleError(f"x and y have shapes {x.shape} and {y.shape}; they must be (n,), n from 6 to {MOST}")
    first, second = _kernel(x), _kernel(y)
    product = _centred(first) * _centred(second)
    total = float(product.sum())
    means = [(kernel.sum() - n) / (n * (n - 1)) for kernel in (first, second)]
    expected = (1 + means[0] * means[1] - sum(means)) / n
    squares = (product**2).sum() - (np.diag(product) ** 2).sum()
    variance = 2 * (n - 4) * (n - 5) / (n * (n - 1) * (n - 2) * (n - 3)) * squares / (n * (n - 1))
    chance = gammaincc(expected**2 / variance, total / n**2 * expected / variance)
    return Dependence(total / (n - 1) ** 2, float(chance), float(expected * n**2 / (n - 1) ** 2))


def _kernel(values: np.ndarray) -> np.ndarray:
    """The Gaussian kernel of all pairs, (n, n)."""
    square = (values[:, None] - values) ** 2
    apart = square[np.triu_indices(len(values), 1)]
    apart = apart[apart > 0]
    if not len(apart):
        raise SampleError("a column whose values are all equal has no width")
    middle = (len(apart) - 1) // 2
    return np.exp(-square / (2 * np.partition(apart, middle)[middle]))


def _centred(kernel: np.ndarray) -> np.ndarray:
    rows = kernel.mean(0)
    return kernel - rows - rows[:, None] + rows.mean()
