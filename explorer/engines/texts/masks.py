"""Which words of a sentence to hide, so that the words left tell most of them."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from explorer.errors import InputError


@dataclass(frozen=True, eq=False)
class Mask:
    """The best words to hide, among all sets of as many.

    Attributes:
        places: of the hidden words, ascending.
        relevance: sum of the PMI between hidden and visible words, in nats.
        drawn: the same of the best of a few sets drawn at random, on average.
        chance: of one set drawn at random, on average.
        lowest: of the worst set.
        draws: sets of which the best was kept.
    """

    places: tuple[int, ...]
    relevance: float
    drawn: float
    chance: float
    lowest: float
    draws: int


def relevances(weights: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Every set M of `size` words, (sets, size), and its relevance in nats, (sets,).

    .. math:: \sum_{m \in M} \sum_{u \notin M} \ln \frac{p(m, u)}{p(m) p(u)}

    Args:
        weights: PMI of the words of a sentence, (m, m).
        size: how many are hidden, below m.

    Raises:
        InputError: for a size that hides none or all.

    References: sadeq2022.
    """
    if not 0 < size < len(weights):
        raise InputError(f"size={size!r} must hide at least one word of {len(weights)} and leave one")
    sets = np.array(list(combinations(range(len(weights)), size)))
    hidden = np.zeros((len(sets), len(weights)))
    np.put_along_axis(hidden, sets, 1.0, axis=1)
    return sets, ((hidden @ weights) * (1 - hidden)).sum(1)


def best_mask(weights: np.ndarray, share: float, draws: int = 30) -> Mask:
    """The most relevant set of words, and what drawing would give.

    Args:
        weights: PMI of the words of a sentence, (m, m).
        share: of the words that is hidden; at least one is, and one is left.
        draws: sets drawn with replacement, of which the best is kept, as is published.

    References: sadeq2022.
    """
    size = min(max(1, round(share * len(weights))), len(weights) - 1)
    sets, found = relevances(weights, size)
    ascending = np.sort(found)
    ranks = np.arange(len(found) + 1) / len(found)
    drawn = float(ascending @ np.diff(ranks**draws))  # P(best of the draws is at this rank)
    best = int(found.argmax())
    return Mask(tuple(sets[best].tolist()), float(found[best]), drawn, float(found.mean()), float(ascending[0]), draws)
