"""The least information that two sources can have about a target when each keeps its own: Bertschinger's optimum."""

from dataclasses import dataclass

import numpy as np

from explorer.errors import InputError

GAP = 1e-9
"""Nats within which the optimum is certified to be, where rounding lets it."""

STEPS = 200
"""Newton steps at most; twenty to sixty are common."""

SHRINK = 0.2
"""By how much the weight of the barrier falls from one centre to the next."""


@dataclass(frozen=True)
class Broja:
    """The atoms of a table, in nats.

    Attributes:
        atoms: redundancy, unique of the first, unique of the second, synergy; they add up to I(X1, X2; Y).
        informations: I(X1; Y), I(X2; Y), I(X1, X2; Y).
        gap: certified: the exact redundancy is at least this one and at most this one plus the gap; so the synergy.
        table: the optimal joint distribution, shape of the given one.
        steps: of Newton.
    """

    atoms: tuple[float, float, float, float]
    informations: tuple[float, float, float]
    gap: float
    table: np.ndarray
    steps: int


def broja(p: np.ndarray) -> Broja:
    """The decomposition of bertschinger2014 of a table p of X1, X2 and Y, in nats.

    Over all tables Q with the margins (X1, Y) and (X2, Y) of p, I_Q(X1, X2; Y) is least at Q*; then synergy is
    I_P - I_Q*, unique information I_Q*(X1; Y | X2), and redundancy the rest. The problem is convex: Newton steps on a
    barrier of Q > 0 that keep the margins, and a feasible point of the dual that bounds what is missing.

    Args:
        p: shape (L1, L2, M), not negative, sum 1.

    Raises:
        InputError: for another shape, negative numbers or another sum.

    References: bertschinger2014; makkeh2018.
    """
    p = np.asarray(p, float)
    if p.ndim != 3 or not (p >= 0).all() or abs(p.sum() - 1) > 1e-9:
        raise InputError(f"p has shape {p.shape} and sum {p.sum():.9g}; it must be a table of X1, X2 and Y with sum 1")
    first, second, both = information(p.sum(1)), information(p.sum(0)), information(p.reshape(-1, p.shape[2]))
    q, gap, steps = least_table(p.sum(1), p.sum(0))
    least = min(information(q.reshape(-1, p.shape[2])), both)  # p itself is one of the tables
    shared = first + second - least
    return Broja((shared, least - second, least - first, both - least), (first, second, both), gap, q, steps)


def least_table(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, float, int]:
    """The table of least I(X1, X2; Y) with the margins (X1, Y) and (X2, Y).

    Args:
        one, two: (L1, M) and (L2, M), with the same sums over X1 and over X2.

    Returns:
        The table (L1, L2, M), how far its information can be from the least, in nats, and the Newton steps taken.
    """
    of = one.sum(0)
    q = one[:, None] * two[None] / np.where(of > 0, of, 1)  # X1 and X2 independent given Y
    free = q > 0
    weight, gap, best, steps = 0.1 / max(1, free.sum()), np.inf, q, 0
    while gap > GAP and steps < STEPS:
        step, potentials = _direction(q, free, weight)
        length = _length(q, step, free, weight)
        q, steps = _fitted(q + length * step, one, two), steps + 1
        found = _value(q) - _dual(potentials, one, two)
        if found < gap:
            gap, best = found, q
        if length == 0 or np.abs(step[free] / q[free]).max() < 0.3:  # stuck, or near the centre
            weight *= SHRINK
        if weight < 1e-17:
            break
    return best, max(gap, 0.0), steps


def _direction(q: np.ndarray, free: np.ndarray, weight: float) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Newton's step that keeps both margins, and the potentials lambda (L1, M) and mu (L2, M) of the margins.

    The Hessian of sum q ln(q / q_12) - weight sum ln q is a diagonal less a rank one in every cell (x1, x2), which is
    inverted by hand: D + u u' / c with D = q^2 / (q + weight) and c = sum weight q / (q + weight).
    """
    n1, n2, m = q.shape
    safe = np.where(free, q, 1.0)
    diagonal = np.where(free, q * (q / (q + weight)), 0.0)
    left = np.where(free, weight * (q / (q + weight)), 0.0).sum(2, keepdims=True)
    slope = np.where(free, np.log(safe / np.where(free.any(2), q.sum(2), 1.0)[..., None]) - weight / safe, 0.0)
    inverse = diagonal[..., None] * np.eye(m) + diagonal[..., None] * diagonal[..., None, :] / _safe(left)[..., None]
    moved = _times(inverse, slope)
    matrix = np.zeros((n1 + n2, m, n1 + n2, m))
    rows, columns = np.arange(n1), n1 + np.arange(n2)
    matrix[rows, :, rows, :] = inverse.sum(1)
    matrix[columns, :, columns, :] = inverse.sum(0)
    matrix[:n1, :, n1:, :] = inverse.transpose(0, 2, 1, 3)
    matrix[n1:, :, :n1, :] = inverse.transpose(1, 2, 0, 3)
    right = np.concatenate([moved.sum(1), moved.sum(0)])
    nu = _solved(matrix.reshape((n1 + n2) * m, -1), right.ravel()).reshape(n1 + n2, m)
    potentials = nu[:n1], nu[n1:]
    step = _times(inverse, potentials[0][:, None] + potentials[1][None]) - moved
    return np.where(free, step, 0.0), potentials


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The least solution of a positive system with dependent rows, scaled to a diagonal of ones."""
    scale = 1 / np.sqrt(_safe(np.diag(matrix)))
    found = np.linalg.lstsq(scale[:, None] * matrix * scale, scale * right, rcond=1e-14)[0]
    return scale * found


def _length(q: np.ndarray, step: np.ndarray, free: np.ndarray, weight: float) -> float:
    """How far to go: inside q > 0 and, halved as often as needed, not uphill."""
    ratio = step[free] / q[free]
    length = min(1.0, 0.95 / max(-ratio.min(), 1e-300))
    here = _value(q) - weight * np.log(q[free]).sum()
    for _ in range(30):
        there = q + length * step
        if _value(there) - weight * np.log(there[free]).sum() <= here + 1e-14 * (1 + abs(here)):
            return length
        length /= 2
    return 0.0


def _fitted(q: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """q with both margins to the last digit, where Newton's system left rounding."""
    for _ in range(1000):
        q = q * (one / _safe(q.sum(1)))[:, None]
        off = two / _safe(q.sum(0))
        q = q * off[None]
        if np.abs(off[two > 0] - 1).max() < 1e-15:
            break
    return q


def _value(q: np.ndarray) -> float:
    """-H(Y | X1, X2) of a table."""
    return float(_x_log_x(q).sum() - _x_log_x(q.sum(2)).sum())


def _dual(potentials: tuple[np.ndarray, np.ndarray], one: np.ndarray, two: np.ndarray) -> float:
    """A lower bound on -H(Y | X1, X2): sum p lambda + sum p mu, shifted until ln sum_y e^(lambda + mu) <= 0."""
    own, other = (np.where(margin > 0, part, -np.inf) for part, margin in zip(potentials, (one, two), strict=True))
    top = np.logaddexp.reduce(own[:, None] + other[None], axis=2)  # (L1, L2)
    raw = float((one * np.where(one > 0, own, 0)).sum() + (two * np.where(two > 0, other, 0)).sum())
    shifts = [
        float(margin.sum(1) @ np.where(np.isfinite(worst := top.max(axis)), worst, 0))
        for margin, axis in ((one, 1), (two, 0))
    ]
    return raw - min(shifts)


def information(table: np.ndarray) -> float:
    """I(X; Y) in nats of a table with two axes."""
    return float(_x_log_x(table).sum() - _x_log_x(table.sum(0)).sum() - _x_log_x(table.sum(1)).sum())


def _x_log_x(p: np.ndarray) -> np.ndarray:
    return p * np.log(_safe(p))


def _safe(p: np.ndarray) -> np.ndarray:
    return np.where(p > 0, p, 1.0)


def _times(blocks: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return (blocks @ vectors[..., None])[..., 0]
