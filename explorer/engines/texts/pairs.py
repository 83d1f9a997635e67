"""How often words stand near each other, and their pointwise mutual information."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, compress

import numpy as np

from explorer.engines.finite.tables import mutual_information
from explorer.engines.texts.corpus import documents
from explorer.errors import SampleError, SettingError, UnknownNameError

LARGEST = 4000
"""Different words that a table may have: 128 MB of float64."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Counts of pairs of words.

    Attributes:
        words: the vocabulary, the most frequent first.
        table: (V, V), how often two words stood near each other, each pair counted both ways; symmetric.
    """

    words: tuple[str, ...]
    table: np.ndarray

    @cached_property
    def total(self) -> float:
        """Sum of the table."""
        return float(self.table.sum())

    @cached_property
    def sums(self) -> np.ndarray:
        """Sum of every row, (V,)."""
        return self.table.sum(1)

    @cached_property
    def shares(self) -> np.ndarray:
        """p(a) = sum_b p(a, b), (V,)."""
        return self.sums / self.total

    @property
    def expected(self) -> np.ndarray:
        """What the table would hold if words were independent, (V, V)."""
        return np.outer(self.sums, self.shares)

    def pmi(self, shrink: float = 0.0, places: np.ndarray | None = None) -> np.ndarray:
        r"""Pointwise mutual information of every pair in nats, (V, V), or of the words at some places with all.

        .. math:: \ln \frac{c_{ab} + k}{e_{ab} + k}, \qquad e_{ab} = c_a c_b / c

        with k = `shrink`. k = 0 is the plug-in ln p(a, b) / (p(a) p(b)): minus infinity for a pair never seen, and
        largest for pairs of rare words seen once. k > 0 is the posterior mean of c / e under a Gamma(k, k) prior,
        which expects independence: pairs with few expected counts are drawn to 0.

        Raises:
            SettingError: for a negative `shrink`.

        References: church1990; dumouchel1999.
        """
        if shrink < 0:
            raise SettingError(f"shrink={shrink!r} must be 0 or more")
        rows = slice(None) if places is None else places
        with np.errstate(divide="ignore"):
            return np.log((self.table[rows] + shrink) / (np.outer(self.sums[rows], self.shares) + shrink))

    def information(self) -> float:
        """Plug-in I(A; B) in nats of a pair drawn from the table: the mean of its PMI. Biased up by sampling."""
        return mutual_information(self.table / self.total)

    def places(self, words: Iterable[str]) -> np.ndarray:
        """Where words stand in the vocabulary.

        Raises:
            UnknownNameError: for a word that is not in it.
        """
        place = {word: i for i, word in enumerate(self.words)}
        for word in (words := list(words)):
            if word not in place:
                raise UnknownNameError("word", word, self.words)
        return np.array([place[word] for word in words], int)


def count(sentences: Sequence[Sequence[str]], window: int = 5, least: int = 1) -> Pairs:
    """Pairs of words at most `window` places apart in one sentence.

    Words that occur fewer than `least` times keep their place and are not counted; those that pair with none are
    left out of the vocabulary.

    Args:
        window: largest distance in words.
        least: occurrences that a word of the vocabulary needs.

    Raises:
        SettingError: for a window below 1.
        SampleError: without a pair, or with more than `LARGEST` different words.
    """
    if window < 1:
        raise SettingError(f"window={window!r} must be at least 1")
    words, ids, sentence = _coded(sentences, least)
    table = np.zeros((len(words), len(words)))
    for distance in range(1, min(window, len(ids) - 1) + 1):
        first, second = ids[:-distance], ids[distance:]
        fits = (sentence[:-distance] == sentence[distance:]) & (first >= 0) & (second >= 0)
        cells = first[fits] * len(words) + second[fits]
        table += np.bincount(cells, minlength=table.size).reshape(table.shape)
    if not table.any():
        raise SampleError(f"sentences hold no pair of words that occur {least} times and stand {window} apart or less")
    table += table.T
    paired = np.asarray(table.any(1))
    return Pairs(tuple(compress(words, paired.tolist())), table[np.ix_(paired, paired)])


@cache
def of_documents(window: int = 5, least: int = 3) -> Pairs:
    """Pairs of the words of this program's own documents."""
    return count(documents(), window, least)


def _coded(sentences: Sequence[Sequence[str]], least: int) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """The vocabulary, the place of every word of the text in it (-1 for a rare one), and its sentence."""
    found = Counter(chain.from_iterable(sentences))
    words = tuple(word for word, times in sorted(found.items(), key=lambda one: (-one[1], one[0])) if times >= least)
    if len(words) > LARGEST:
        raise SampleError(f"sentences have {len(words)} different words; at most {LARGEST} fit a table, raise `least`")
    place = {word: i for i, word in enumerate(words)}
    ids = np.array([place.get(word, -1) for word in chain.from_iterable(sentences)], int)
    return words, ids, np.repeat(np.arange(len(sentences)), [len(one) for one in sentences])
