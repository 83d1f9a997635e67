"""Two streams of bits that drive each other, and directed information between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import bits, entropy, margin, probabilities, settled
from explorer.errors import InputError

LONGEST = 6
"""Steps of a stream at most: the table then has 4096 cells."""


@dataclass(frozen=True)
class Directed:
    """What two streams tell of each other, in bits.

    Attributes:
        forward: directed information from X to Y, the sum over t of I(X_1..X_t; Y_t | Y_1..Y_t-1).
        backward: from the past of Y to X, the sum over t of I(Y_1..Y_t-1; X_t | X_1..X_t-1).
        mutual: I(X_1..X_T; Y_1..Y_T), the sum of both.
    """

    forward: float
    backward: float
    mutual: float


def driven_streams(steps: int, drive: float, feedback: float) -> np.ndarray:
    """The table of X_1, Y_1, X_2, Y_2, ..., X_T, Y_T: 2 T axes with 2 levels each.

    X_t copies Y_t-1 with probability `feedback`, else it is a fair coin (X_1 always is); then Y_t copies X_t with
    probability `drive`, else it is a fair coin.

    Raises:
        InputError: for a number of steps out of 1 to 6.
    """
    if not 1 <= steps <= LONGEST:
        raise InputError(f"steps={steps} must be 1 to {LONGEST}, for the whole table is held")
    table = np.ones(())
    for place in range(2 * steps):
        copied = drive if place % 2 else feedback * (place > 0)
        next_given_last = copied * np.eye(2) + (1 - copied) / 2
        table = table[..., None] * (next_given_last if place else np.full(2, 0.5))
    return table


def directed_information(p: ArrayLike) -> Directed:
    """Directed information in both directions of a table with axes X_1, Y_1, X_2, Y_2, ..., X_T, Y_T.

    Without feedback all of I(X; Y) goes forward.

    Raises:
        InputError: for an odd number of axes.

    References: massey1990; massey2005.
    """
    p = probabilities(p)
    if p.ndim % 2:
        raise InputError(f"p has {p.ndim} axes; X_1, Y_1, X_2, Y_2 ... are an even number")
    xs, ys = range(0, p.ndim, 2), range(1, p.ndim, 2)
    forward = sum(_conditional(p, xs[: t + 1], ys[t], ys[:t]) for t in range(len(ys)))
    backward = sum(_conditional(p, ys[:t], xs[t], xs[:t]) for t in range(len(xs)))
    mutual = settled(_entropy(p, *xs) + _entropy(p, *ys) - entropy(p))
    return Directed(*(float(value) for value in bits([forward, backward, mutual])))


def _conditional(p: np.ndarray, one: range, other: int, known: range) -> float:
    """I(one; other | known) in nats, of groups of axes."""
    whole = _entropy(p, *one, other, *known) + _entropy(p, *known)
    return settled(_entropy(p, *one, *known) + _entropy(p, other, *known) - whole)


def _entropy(p: np.ndarray, *axes: int) -> float:
    return entropy(margin(p, *axes)) if axes else 0.0
