"""The logarithm of the modified Bessel function of the first kind, also where the function itself is no float64."""

from functools import cache

import numpy as np
from numpy.polynomial import Polynomial
from scipy.special import gammaln, ive

LARGE = 50.0
"""Order from which the asymptotic series is used: its first term left out is below 1e-18 there."""

SMALL, TERMS, DEBYE = 2.0, 24, 12
"""Argument below which the power series is used, its terms, and the terms of the asymptotic series."""


def log_iv(v: float, x: np.ndarray | float) -> np.ndarray:
    r"""ln I_v(x) for an order v >= 0 and arguments x >= 0 of any shape, float64; -inf at x = 0 unless v = 0.

    The power series for small x, SciPy's scaled function for v < 50, and Debye's uniform asymptotic series above,
    where I_v(x) leaves the range of float64: ln I_500(0.001) is -6411. Errors are those of rounding.

    References: nist2010, sections 10.25.2 and 10.41.3.
    """
    x = np.asarray(x, float)
    if v >= LARGE:
        return _debye(v, x)
    large = np.maximum(x, SMALL)
    return np.where(x < SMALL, _power(v, np.minimum(x, SMALL)), np.log(ive(v, large)) + large)


def _power(v: float, x: np.ndarray) -> np.ndarray:
    """(x/2)^v / Gamma(v + 1) times the sum of (x^2/4)^k / k! (v + 1) ... (v + k), for x of at most 2."""
    k = np.arange(TERMS)
    sums = (np.exp(-gammaln(k + 1) - gammaln(v + k + 1) + gammaln(v + 1)) * (x[..., None] / 2) ** (2 * k)).sum(-1)
    return _log_power(v, x / 2) - gammaln(v + 1) + np.log(sums)


def _debye(v: float, x: np.ndarray) -> np.ndarray:
    """The series in 1/v whose error is uniform in x."""
    z = x / v
    root = np.sqrt(1 + z * z)
    sums = sum(u(1 / root) / v**k for k, u in enumerate(_polynomials()))
    rest = v * (root - np.log1p(root)) - np.log(2 * np.pi * v * root) / 2
    return rest + _log_power(v, z) + np.log(sums)


@cache
def _polynomials() -> tuple[Polynomial, ...]:
    """u_0, u_1, ... of the asymptotic series."""
    found, p = [Polynomial([1.0])], Polynomial([0.0, 1.0])
    for _ in range(DEBYE - 1):
        u = found[-1]
        found.append(p**2 * (1 - p**2) / 2 * u.deriv() + ((1 - 5 * p**2) * u).integ() / 8)
    return tuple(found)


def _log_power(v: float, x: np.ndarray) -> np.ndarray:
    """v ln x, 0 for v = 0 and -inf for x = 0 otherwise."""
    with np.errstate(divide="ignore"):
        return v * np.log(x) if v else np.zeros_like(x)
