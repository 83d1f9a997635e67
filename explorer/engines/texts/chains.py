"""Texts from a source whose every PMI is known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.engines.texts.corpus import Sentences
from explorer.engines.texts.pairs import Pairs, count
from explorer.errors import SettingError


@dataclass(frozen=True)
class WordChain:
    """A Markov chain of words: with probability `strength` the next word is the partner of the last, else any word.

    Any word is drawn with Zipf's law, p(w) proportional to 1 / rank; the partner of a word is the next by rank, that of
    the last the first.

    Attributes:
        size: words of the vocabulary.
        strength: 0 for independent words.

    Raises:
        SettingError: for fewer than two words, or a strength outside [0, 1).
    """

    size: int = 30
    strength: float = 0.5

    def __post_init__(self) -> None:
        if self.size < 2 or not 0 <= self.strength < 1:
            text = f"size={self.size!r} and strength={self.strength!r} must be at least 2 and in [0, 1)"
            raise SettingError(text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """w1, w2, ... by rank."""
        return tuple(f"w{i}" for i in range(1, self.size + 1))

    @cached_property
    def fresh(self) -> np.ndarray:
        """Zipf's law, (V,)."""
        return 1 / np.arange(1, self.size + 1) / (1 / np.arange(1, self.size + 1)).sum()

    @cached_property
    def steps(self) -> np.ndarray:
        """p(next | word), (V, V)."""
        partners = np.roll(np.eye(self.size), 1, axis=1)
        return (1 - self.strength) * self.fresh[None] + self.strength * partners

    @cached_property
    def shares(self) -> np.ndarray:
        """The stationary distribution, (V,): strength^k of it fell k partners ago."""
        partners = np.roll(np.eye(self.size), 1, axis=1)
        return np.linalg.solve(np.eye(self.size) - self.strength * partners.T, (1 - self.strength) * self.fresh)

    def exact(self, window: int = 1) -> Pairs:
        """The table that `count` of an endless text goes to, as shares of its sum."""
        powers = [np.linalg.matrix_power(self.steps, distance) for distance in range(1, window + 1)]
        joint = self.shares[:, None] * np.mean(powers, axis=0)
        return Pairs(self.words, (joint + joint.T) / 2)

    def text(self, n: int, seed: int = 0) -> Sentences:
        """One sentence of n words, from the stationary chain."""
        rng = np.random.default_rng(seed)
        jumps = rng.random(n) >= self.strength
        jumps[0] = True
        started = np.maximum.accumulate(np.where(jumps, np.arange(n), 0))  # where each run of partners began
        first = rng.choice(self.size, n, p=self.fresh)
        first[0] = rng.choice(self.size, p=self.shares)
        ids = (first[started] + np.arange(n) - started) % self.size
        return (tuple(self.words[i] for i in ids),)


@dataclass(frozen=True, eq=False)
class Learning:
    """What counts of texts of growing length say of the information between words, in nats.

    Attributes:
        lengths: of the texts in words, (m,).
        own: mean PMI over the pairs of the text that was counted, by text and seed, (seeds, m).
        fresh: mean of the shrunk PMI over the pairs of an endless text of the same source, (seeds, m).
        exact: the true mean PMI, I(A; B).
        expected: `exact` and the bias of `own` to first order, V (V - 1) / 4 n at window 1, (m,).
    """

    lengths: np.ndarray
    own: np.ndarray
    fresh: np.ndarray
    exact: float
    expected: np.ndarray


def learning(chain: WordChain, lengths: tuple[int, ...], shrink: float, seeds: int = 8) -> Learning:
    """Count neighbouring words in texts of some lengths, each from several seeds.

    The bias is that of a symmetric table under independence: half its V (V - 1) free cells, over 2 n.

    Args:
        shrink: of the PMI that meets new text, above 0; see `Pairs.pmi`.

    Raises:
        SettingError: for `shrink` of 0.
    """
    if not shrink > 0:
        raise SettingError(f"shrink={shrink!r} must be above 0: new text holds pairs never seen")
    truth = chain.exact()
    own, fresh = np.empty((2, seeds, len(lengths)))
    for place, n in enumerate(lengths):
        for seed in range(seeds):
            pairs = count(chain.text(n, seed), window=1)
            own[seed, place], fresh[seed, place] = pairs.information(), _met(pairs, truth, shrink)
    bias = chain.size * (chain.size - 1) / 4 / np.array(lengths)
    return Learning(np.array(lengths), own, fresh, truth.information(), truth.information() + bias)


def _met(pairs: Pairs, truth: Pairs, shrink: float) -> float:
    """Mean shrunk PMI over the pairs of the source; 0 for those with a word that was never counted."""
    known = truth.places(pairs.words)
    return float((truth.table[np.ix_(known, known)] * pairs.pmi(shrink)).sum())
