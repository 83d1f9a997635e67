"""The information bottleneck of a joint table, by iteration over all betas at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import ROUNDING, margin, probabilities, x_log_x
from explorer.errors import InputError

TINY = 1e-300
"""What stands in for 0 inside a logarithm."""
COPY = 0.999
"""How much of each level the first code keeps apart. At 1 it would never leave a copy that says too much."""
SAME = 1e-3
"""Two values of T are one where their P(Y | T) differ by less than this in every entry."""
EMPTY = 1e-9
"""A value of T with less probability is not in use."""


@dataclass(frozen=True)
class Bottleneck:
    """The best codes found, one a beta.

    Attributes:
        betas: what a nat about Y is worth in nats about X, shape (B,).
        encoders: P(T = t | X = x), shape (B, levels of T, levels of X).
        compression, relevance: I(X; T) and I(T; Y) in nats, shape (B,).
        values: how many values of T are in use and tell different things of Y, shape (B,).
        steps: iterations of each beta.
        change: the largest change of I(X; T) - beta I(T; Y) in the last of them, in nats.
        tolerance: the change at which it stops; above it the codes are not finished.
    """

    betas: np.ndarray
    encoders: np.ndarray
    compression: np.ndarray
    relevance: np.ndarray
    values: np.ndarray
    steps: int
    change: float
    tolerance: float

    @property
    def converged(self) -> bool:
        """Whether the last step changed less than the tolerance."""
        return self.change < self.tolerance


def critical_beta(p: ArrayLike) -> float:
    """The beta at which forgetting all of X stops being a stable code: 1 / rho^2, rho the maximal correlation.

    rho is the second singular value of P(x, y) / sqrt(P(x) P(y)), lambda_2 = rho^2. Infinite for independent
    variables. The best code may leave nothing for something earlier, by a jump; it cannot do so below beta = 1.

    References: witsenhausen1975b; wu2019.
    """
    p = _used(probabilities(p, 2))
    rho = np.linalg.svd(p / np.sqrt(margin(p, 0))[:, None] / np.sqrt(margin(p, 1)), compute_uv=False)
    return float(1 / rho[1] ** 2) if len(rho) > 1 and rho[1] > 1e-8 else float("inf")


def bottleneck(p: ArrayLike, betas: ArrayLike, *, steps: int = 1500, tolerance: float = 1e-9) -> Bottleneck:
    """Codes T of X that minimise I(X; T) - beta I(T; Y), T with as many values as X.

    Blahut's and Arimoto's iteration, at all betas at once and twice: from almost the copy T = X, and from the code of
    the next larger beta (deterministic annealing, from the side on which everything is kept). Each beta then takes
    the best of all codes found and of keeping nothing, so I(X; T) and I(T; Y) grow with beta and the curve is concave.
    Every code is achievable: the curve is a lower bound of the true one, and nothing proves that no better code
    exists.

    Args:
        p: the joint table, shape (levels of X, levels of Y).
        betas: positive numbers in rising order, shape (B,).
        steps: iterations of each of the two passes at most.
        tolerance: a pass ends when no Lagrangian changes by as much, in nats.

    Raises:
        InputError: for betas that are not positive and rising.

    References: tishby1999; rose1998.
    """
    p, betas = _used(probabilities(p, 2)), np.asarray(betas, float)
    if betas.ndim != 1 or not len(betas) or not (betas > 0).all() or not (np.diff(betas) > 0).all():
        raise InputError("betas must be positive numbers in rising order")
    source, channel = margin(p, 0), p / p.sum(1, keepdims=True)
    levels = len(source)
    copies = np.tile(COPY * np.eye(levels) + (1 - COPY) / levels, (len(betas), 1, 1))
    first, sweeps, change = _iterated(copies, source, channel, betas, steps, tolerance)
    above = np.roll(_best(first, source, channel, betas), -1, axis=0)
    above[-1] = first[-1]
    second, more, last = _iterated(above, source, channel, betas, steps, tolerance)
    nothing = np.eye(levels, 1).repeat(levels, 1)[None]  # T = 0 whatever X is
    codes = _best(np.concatenate([first, second, nothing]), source, channel, betas)
    kept = informations(codes, source, channel)
    return Bottleneck(betas, codes, *kept, _values(codes, source, channel), sweeps + more, max(change, last), tolerance)


def informations(codes: np.ndarray, source: np.ndarray, channel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """I(X; T) and I(T; Y) in nats of codes (B, levels of T, levels of X): shapes (B,) and (B,)."""
    both = codes * source  # (B, T, X)
    values = both.sum(-1)
    of_values = x_log_x(values).sum(-1)
    told = x_log_x(both @ channel).sum((-1, -2)) - of_values - x_log_x(source @ channel).sum()
    return x_log_x(both).sum((-1, -2)) - of_values - x_log_x(source).sum(), told


def _used(p: np.ndarray) -> np.ndarray:
    """The table without levels that never occur."""
    return p[p.sum(1) > 0][:, p.sum(0) > 0]


def _iterated(
    codes: np.ndarray, source: np.ndarray, channel: np.ndarray, betas: np.ndarray, steps: int, tolerance: float
) -> tuple[np.ndarray, int, float]:
    """Codes after at most `steps` sweeps, how many it took, and the last change of a Lagrangian.

    P(t | x) is set to P(t) exp(-beta D(P(Y | x) || P(Y | t))) / Z, then P(t) and P(Y | t) follow.
    """
    worth, before, change, done = betas[:, None, None], np.inf, np.inf, 0
    while done < steps and change >= tolerance:
        both = codes * source
        log_values = np.log(np.maximum(both.sum(-1), TINY))[..., None]
        log_told = np.log(np.maximum(both @ channel, TINY)) - log_values  # ln P(y | t), (B, T, Y)
        weights = log_values + worth * (log_told @ channel.T)
        top = weights.max(1, keepdims=True)
        codes = np.exp(weights - top)
        total = codes.sum(1, keepdims=True)
        codes /= total
        free = -(source * (top + np.log(total))[:, 0]).sum(1)  # falls at every step
        change, before, done = float(np.abs(free - before).max()), free, done + 1
    return codes, done, change


def _best(pool: np.ndarray, source: np.ndarray, channel: np.ndarray, betas: np.ndarray) -> np.ndarray:
    """For each beta the code of the pool with the smallest I(X; T) - beta I(T; Y); its own unless one is better."""
    compression, relevance = informations(pool, source, channel)
    lagrangian = compression - betas[:, None] * relevance  # row: beta, column: whose code
    lagrangian[np.diag_indices(len(betas))] -= ROUNDING
    return pool[lagrangian.argmin(1)]


def _values(codes: np.ndarray, source: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """How many different P(Y | T) each code uses, shape (B,)."""
    return (_twins(codes, source, channel).diagonal(axis1=1, axis2=2)).sum(1)


def _twins(codes: np.ndarray, source: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """Row t holds the values of T that tell what t tells, for the first such t of each kind; (B, T, T) of bool."""
    both = codes * source
    mass = both.sum(-1)
    told = both @ channel / np.maximum(mass, TINY)[..., None]
    same = np.abs(told[:, :, None] - told[:, None]).max(-1) <= SAME
    same &= (mass > EMPTY)[:, None] & (mass > EMPTY)[..., None]
    return same & ~np.tril(same, -1).any(-1)[..., None]


def merged(p: ArrayLike, code: np.ndarray) -> np.ndarray:
    """One code with the values of T that tell the same added up: P(T = t | X = x), shape (values in use, levels of X).

    Args:
        p: the joint table, in which every level of X occurs.
        code: P(T = t | X = x), shape (levels of T, levels of X).
    """
    p = probabilities(p, 2)
    source = margin(p, 0)
    twins = _twins(code[None], source, p / source[:, None])[0]
    rows = twins[twins.any(1)].astype(float) @ code
    return rows[np.argsort(rows @ np.arange(len(source)) / rows.sum(1))]


def betas_with(most: float, *also: float, count: int = 36) -> np.ndarray:
    """Betas from 1 to `most` in equal ratios, and those of `also` that lie between; sorted."""
    return np.union1d(np.geomspace(1, most, count), [beta for beta in also if 1 <= beta <= most])
