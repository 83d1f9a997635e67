"""Which feature to ask for next, and what asking in turn misses."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from explorer.engines.answers.two_halves import Part, two_halves
from explorer.engines.finite.tables import binary_entropy, margin, mutual_information
from explorer.errors import SettingError

SMOOTH = 1.0
"""Counts added to each value of a feature in each class."""
RANDOM_ORDERS = 5


@dataclass(frozen=True, eq=False)
class Guesser:
    """Naive Bayes on features of two values: given the class they are independent.

    Attributes:
        prior: p(y), (K,).
        chances: p(x_i = 1 | y), (K, d), strictly between 0 and 1.
    """

    prior: np.ndarray
    chances: np.ndarray

    def log_posterior(self, x: np.ndarray, asked: np.ndarray) -> np.ndarray:
        """ln p(y | features asked), (n, K), from features x and a mask of those asked, both (n, d) of 0 and 1."""
        yes, no = np.log(self.chances), np.log1p(-self.chances)
        scores = np.log(self.prior) + (asked * x) @ yes.T + (asked * (1 - x)) @ no.T
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

    def told(self, log_posterior: np.ndarray) -> np.ndarray:
        r"""What each feature would tell of the class now, in nats, (n, d).

        .. math:: I(Y; X_i \mid x_S) = H(X_i \mid x_S) - H(X_i \mid Y)

        exactly, for features that were not asked and are independent given the class.
        """
        p = np.exp(log_posterior)
        return binary_entropy(p @ self.chances) - p @ binary_entropy(self.chances)


def fitted(x: np.ndarray, y: np.ndarray) -> Guesser:
    """Naive Bayes from features (n, d) of 0 and 1 and classes (n,) from 0 on; `SMOOTH` counts are added."""
    classes = np.arange(y.max() + 1)
    counts = np.array([[(y == k).sum()] for k in classes])
    ones = np.array([x[y == k].sum(0) for k in classes])
    return Guesser(counts[:, 0] / len(y), (ones + SMOOTH) / (counts + 2 * SMOOTH))


@cache
def digit_guesser() -> Guesser:
    """Naive Bayes on the black and white pixels of one half of scikit-learn's digits."""
    return fitted(*_as_bits("digits")[0])


@dataclass(frozen=True, eq=False)
class Quiz:
    """How well the class is guessed after each question, by three ways of asking; rows follow `WAYS`.

    Attributes:
        right: share of the held-out samples guessed right after 0, 1, ... questions, (3, questions + 1).
        error: standard error of `right`.
        left: mean H(Y | answers) of the guesser's own posterior in nats, (3, questions + 1).
        features: how many there are.
        samples: held out.
    """

    right: np.ndarray
    error: np.ndarray
    left: np.ndarray
    features: int
    samples: int


WAYS = ("chosen anew", "one order", "any order")
"""Ways of asking: by the information given the answers so far, the best fixed order, an order drawn at random."""


@cache
def quiz(data: str = "digits", questions: int = 20) -> Quiz:
    """Guess the class of one half of scikit-learn's digits or wines from few features; the other half is learnt.

    A pixel is 1 where it has half of full ink or more, a measurement of a wine where it is above its median.

    Args:
        data: "digits" (64 pixels, 10 classes) or "wine" (13 measurements, 3 classes).
        questions: how many features are asked for, at most all.

    References: gadgil2024.
    """
    (x, y), (new_x, new_y) = _as_bits(data)
    guesser, count = fitted(x, y), min(questions, x.shape[1])
    order = _one_order(guesser, x, count)
    rng = np.random.default_rng(0)
    drawn: list[list[int] | None] = [rng.permutation(x.shape[1]).tolist() for _ in range(RANDOM_ORDERS)]
    orders: list[list[list[int] | None]] = [[None], [order], drawn]
    runs = [[_asked(guesser, new_x, new_y, count, one) for one in way] for way in orders]
    right, left = (np.array([np.mean([run[part] for run in way], 0) for way in runs]) for part in (0, 1))
    return Quiz(right, np.sqrt(right * (1 - right) / len(new_y)), left, x.shape[1], len(new_y))


def _asked(
    guesser: Guesser, x: np.ndarray, y: np.ndarray, count: int, order: list[int] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Share guessed right and mean entropy left after 0, 1, ... questions, both (count + 1,); without an order, what
    tells most is asked."""
    asked, rows = np.zeros(x.shape), np.arange(len(x))
    right, left = [], []
    for step in range(count + 1):
        log_p = guesser.log_posterior(x, asked)
        right.append(float((log_p.argmax(1) == y).mean()))
        left.append(float(-(np.exp(log_p) * log_p).sum(1).mean()))
        if step < count:
            best = np.where(asked > 0, -np.inf, guesser.told(log_p)).argmax(1) if order is None else order[step]
            asked[rows, best] = 1
    return np.array(right), np.array(left)


def _one_order(guesser: Guesser, x: np.ndarray, count: int) -> list[int]:
    """Features in the order of what they tell on average over samples, given those before."""
    asked = np.zeros(x.shape)
    order: list[int] = []
    for _ in range(count):
        told = guesser.told(guesser.log_posterior(x, asked)).mean(0)
        told[order] = -np.inf
        order.append(int(told.argmax()))
        asked[:, order[-1]] = 1
    return order


def _as_bits(data: str) -> tuple[Part, Part]:
    """Both halves with 0 and 1 for columns, cut as `quiz` says."""
    (x, y), (new_x, new_y) = two_halves(data)
    limits = 8.0 if data == "digits" else np.median(x, 0) + 1e-12
    return ((x >= limits).astype(float), y), ((new_x >= limits).astype(float), new_y)


def puzzle(together: float) -> np.ndarray:
    """p(y, a, b, c, d, e), (2, 2, 2, 2, 2, 2): Y follows A xor B with chance `together`, else C; the rest are hints.

    All features are fair bits; D and E are copies of C that err once in five. Y takes the opposite of what it follows
    once in fifty.

    Raises:
        SettingError: for a chance outside [0, 1].
    """
    if not 0 <= together <= 1:
        raise SettingError(f"together={together!r} must lie in [0, 1]")
    table = np.zeros((2,) * 6)
    for a, b, c, d, e in np.ndindex(2, 2, 2, 2, 2):
        chance = 0.125 * (0.8 if d == c else 0.2) * (0.8 if e == c else 0.2)
        for followed, share in ((a ^ b, together), (c, 1 - together)):
            table[followed, a, b, c, d, e] += chance * share * 0.98
            table[1 - followed, a, b, c, d, e] += chance * share * 0.02
    return table


def subset_information(table: np.ndarray, features: tuple[int, ...]) -> float:
    """I(Y; X_S) in nats of a table p(y, x_1, ..., x_d); features count from 1."""
    if not features:
        return 0.0
    joint = margin(table, 0, *sorted(features))
    return mutual_information(joint.reshape(len(joint), -1))


@dataclass(frozen=True, eq=False)
class Choice:
    """Sets of 0, 1, ... features chosen one at a time, and the best of each size, with what they tell in nats."""

    in_turn: tuple[int, ...]
    told: np.ndarray
    best: tuple[tuple[int, ...], ...]
    most: np.ndarray


def chosen(table: np.ndarray) -> Choice:
    """Greedy choice by conditional information against all sets, exactly.

    Ties go to the later feature, so that a feature which tells nothing by itself is not taken for its place.
    """
    order: tuple[int, ...] = ()
    features = range(1, table.ndim)
    for _ in features:
        rest = [one for one in features if one not in order]
        gains = [round(subset_information(table, (*order, one)), 12) for one in rest]
        order = (*order, max(zip(gains, rest, strict=True))[1])
    told = [subset_information(table, order[:size]) for size in range(len(order) + 1)]
    sets = [tuple(combinations(features, size)) for size in range(len(order) + 1)]
    best = tuple(max(group, key=lambda one: round(subset_information(table, one), 12)) for group in sets)
    return Choice(order, np.array(told), best, np.array([subset_information(table, one) for one in best]))
