"""Joint tables with given margins, and the one among them with little entropy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import entropy, mutual_information, probabilities

GREEDY_GAP = 1 / np.e
"""The greedy coupling of two distributions has at most this much more entropy than the best one, in nats."""


def greedy_coupling(p: ArrayLike, q: ArrayLike) -> np.ndarray:
    """A joint table with margins p and q and little entropy, shape (len(p), len(q)).

    The largest mass left on one side meets the largest left on the other, until none is left. H(X, Y) lies between
    that of `floor` and 1/e nat (0.531 bit) above the least possible, so I(X; Y) = H(X) + H(Y) - H(X, Y) lies at
    most as much below the most possible.

    References: kocaoglu2017, algorithm 1; compton2023.
    """
    left, right = probabilities(p, 1).copy(), probabilities(q, 1).copy()
    table = np.zeros((len(left), len(right)))
    for _ in range(table.size):
        i, j = left.argmax(), right.argmax()
        mass = min(left[i], right[j])
        if mass <= 0:
            break
        table[i, j] += mass
        left[i], right[j] = (left[i] - mass) * (left[i] > right[j]), (right[j] - mass) * (right[j] > left[i])
    return table


def floor(p: ArrayLike, q: ArrayLike) -> np.ndarray:
    """The greatest distribution that both p and q majorize; its entropy is a lower bound of every coupling's.

    Returns:
        Probabilities in falling order, shape (max(len(p), len(q)),). The entropy is H(X) or H(Y), or more.

    References: cicalese2019.
    """
    sides = [np.sort(probabilities(one, 1))[::-1] for one in (p, q)]
    length = max(map(len, sides))
    least = np.minimum(*(np.cumsum(np.pad(one, (0, length - len(one)))) for one in sides))
    return np.diff(least, prepend=0.0)


def falling(levels: int, ratio: float) -> np.ndarray:
    """Probabilities that fall by one ratio from level to level, shape (levels,); uniform at ratio 1."""
    masses = ratio ** np.arange(levels)
    return masses / masses.sum()


@dataclass(frozen=True)
class Coupled:
    """Two given margins, coupled greedily.

    Attributes:
        independent, greedy: joint tables, shape (len(p), len(q)).
        shared: I(X; Y) of the greedy table, in nats.
        entropy_y: H(Y), in nats.
        most: what no table with these margins passes, H(X) + H(Y) less the entropy of the floor, in nats.
    """

    independent: np.ndarray
    greedy: np.ndarray
    shared: float
    most: float
    entropy_y: float


def coupled(p: ArrayLike, q: ArrayLike) -> Coupled:
    """Both tables of two margins, and how much their variables share."""
    p, q = probabilities(p, 1), probabilities(q, 1)
    table = greedy_coupling(p, q)
    most = entropy(p) + entropy(q) - entropy(floor(p, q))
    return Coupled(np.outer(p, q), table, mutual_information(table), most, entropy(q))
