"""A sentence that somebody typed, and what the pairs of a text know of its words."""

from dataclasses import dataclass

import numpy as np

from explorer.engines.texts.corpus import words_of
from explorer.engines.texts.pairs import Pairs
from explorer.errors import InputError

LONGEST = 18
"""Words that a typed sentence may have."""


@dataclass(frozen=True, eq=False)
class Typed:
    """The words of a sentence that a text knows.

    Attributes:
        words: those that the text has, in order.
        unknown: those that it lacks, which are left out.
        places: of the words in the vocabulary, (m,).
        pmi: of the words with the whole vocabulary in nats, (m, V), finite.
        shares: p(w) of the vocabulary, (V,).
    """

    words: tuple[str, ...]
    unknown: tuple[str, ...]
    places: np.ndarray
    pmi: np.ndarray
    shares: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """PMI between the words of the sentence in nats, (m, m)."""
        return self.pmi[:, self.places]

    @property
    def remark(self) -> str:
        """A sentence on the words that the text lacks; empty where it has all."""
        return f"; not in the text: {', '.join(self.unknown)}" if self.unknown else ""


def typed(sentence: str, pairs: Pairs, shrink: float = 1.0) -> Typed:
    """The words of a typed sentence.

    Args:
        sentence: a text; words that `pairs` lacks are left out, and named in the result.
        pairs: counts of a text.
        shrink: see `Pairs.pmi`; above 0, as words that were never seen together have no finite information.

    Raises:
        InputError: for fewer than two known words, more than `LONGEST` words, or `shrink` of 0.
    """
    words = words_of(sentence)
    known = tuple(word for word in words if word in pairs.words)
    unknown = tuple(dict.fromkeys(word for word in words if word not in pairs.words))
    if len(known) < 2:
        raise InputError(f"sentence={sentence!r} has {len(known)} of the words of the text; it takes at least 2")
    if len(words) > LONGEST:
        raise InputError(f"sentence has {len(words)} words; it takes at most {LONGEST}")
    if not shrink > 0:
        raise InputError(f"shrink={shrink!r} must be above 0: pairs never seen would have no finite information")
    places = pairs.places(known)
    return Typed(known, unknown, places, pairs.pmi(shrink, places), pairs.shares)
