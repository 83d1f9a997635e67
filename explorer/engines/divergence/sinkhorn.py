"""Entropic optimal transport by Sinkhorn's iterations, in logarithms."""

from dataclasses import dataclass

import numpy as np

from explorer.errors import SampleError, SettingError

CONVERGED, MOST, EVERY = 1e-9, 10_000, 5
"""Total error of the row sums that ends the iterations, how many there are at most, and how often it is looked at."""


@dataclass(frozen=True)
class Coupling:
    """A joint distribution of n and m samples with given margins.

    Attributes:
        plan: (n, m) probabilities; the column sums are exact.
        iterations: how many were made.
        error: sum of the absolute errors of the row sums.
        converged: whether the error is as small as was asked for.
        potential: (m,) of the columns in units of the cost, from which a next problem can start.
    """

    plan: np.ndarray
    iterations: int
    error: float
    converged: bool
    potential: np.ndarray


def coupling(
    cost: np.ndarray,
    epsilon: float,
    rows: np.ndarray | None = None,
    columns: np.ndarray | None = None,
    *,
    potential: np.ndarray | None = None,
    tolerance: float = CONVERGED,
    most: int = MOST,
) -> Coupling:
    r"""The coupling P with margins p and q that minimises

    .. math:: \langle C, P \rangle + \varepsilon \sum_{ij} P_{ij} \ln \frac{P_{ij}}{p_i q_j}

    where the sum is the mutual information of P. As epsilon falls it goes to an optimal transport, in ever more
    iterations; as it grows, to the product of the margins.

    Args:
        cost: C, (n, m).
        epsilon: weight of the information, in the units of the cost.
        rows, columns: p (n,) and q (m,), positive; equal masses where they are not given.
        potential: of the columns, to begin with.
        tolerance: total error of the row sums that ends the iterations.
        most: iterations at most; the result says whether they were enough.

    Raises:
        SampleError: for a cost that is no finite table, or margins that do not fit it.
        SettingError: for an epsilon that is not positive.

    References: cuturi2013; peyre2019, section 4.4.
    """
    cost = np.asarray(cost, float)
    if cost.ndim != 2 or not cost.size or not np.isfinite(cost).all():
        raise SampleError(f"cost must be a finite table (n, m); got shape {cost.shape}")
    if not epsilon > 0:
        raise SettingError(f"epsilon={epsilon} must be positive")
    log_p, log_q = (np.log(_margin(given, size)) for given, size in zip((rows, columns), cost.shape, strict=True))
    base = -cost / epsilon + log_p[:, None] + log_q
    f, g = np.zeros(len(cost)), np.zeros(cost.shape[1]) if potential is None else potential / epsilon
    error, iterations = np.inf, 0
    while error > tolerance and iterations < most:
        before, f = f, log_p - _log_sum(base + g, 1)
        error = float(np.abs(np.exp(log_p + before - f) - np.exp(log_p)).sum()) if iterations % EVERY == 0 else error
        g = log_q - _log_sum(base + f[:, None], 0)
        iterations += 1
    return Coupling(np.exp(base + f[:, None] + g), iterations, error, error <= tolerance, g * epsilon)


def _log_sum(values: np.ndarray, axis: int) -> np.ndarray:
    """The logarithm of the sums of exponentials along an axis."""
    top = values.max(axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis))


def _margin(given: np.ndarray | None, size: int) -> np.ndarray:
    masses = np.full(size, 1 / size) if given is None else np.asarray(given, float)
    if masses.shape != (size,) or not (masses > 0).all() or abs(masses.sum() - 1) > 1e-9:
        raise SampleError(f"a margin of {size} samples must be {size} positive masses that sum to 1")
    return masses
