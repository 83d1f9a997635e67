"""Which reply to choose: the likeliest, or the one that tells most of the message."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from explorer.engines.texts.talk import Line, heard, new, plain
from explorer.errors import InputError

Words = tuple[str, ...]

BIGRAM, UNIGRAM, EVEN = 0.6, 0.3, 0.1
"""Shares of the counts of pairs, of single words and of equal chances in the next word of a reply."""
TOLD = 0.7
"""Share of the message in the next word of a reply; the rest is the reply's own last word."""
ROUNDS = 10
"""Of expectation maximisation."""
EVERYWHERE = 3
"""Topics in which a reply was given that is called bland."""


@dataclass(frozen=True, eq=False)
class Replier:
    """A language model of replies, alone and given a message.

    The next word of a reply comes from its last word (a bigram model, interpolated) or from one word of the message (a
    table of translations). Both are distributions over all texts: they sum to 1.

    Attributes:
        lines: messages with their replies.
    """

    lines: tuple[Line, ...]

    @cached_property
    def candidates(self) -> tuple[Words, ...]:
        """The different replies, in the order in which they were first given."""
        return tuple(dict.fromkeys(reply for line in self.lines for reply in line.replies))

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """The place of every word of a reply; the end of a reply is one more, the last."""
        return {word: i for i, word in enumerate(sorted({word for one in self.candidates for word in one}))}

    @cached_property
    def heard(self) -> dict[str, int]:
        """The place of every word of a message; 0 is the empty word, which every message has."""
        return {word: i for i, word in enumerate(sorted({word for line in self.lines for word in line.message}), 1)}

    @cached_property
    def next_word(self) -> np.ndarray:
        """p(word | last word), (V + 1, V + 1): the last row follows the start, the last column is the end."""
        end = len(self.vocabulary)
        counts = np.zeros((end + 1, end + 1))
        for reply in (reply for line in self.lines for reply in line.replies):
            ids = [end, *(self.vocabulary[word] for word in reply), end]
            np.add.at(counts, (ids[:-1], ids[1:]), 1)
        alone = counts.sum(0) / counts.sum()
        return BIGRAM * counts / counts.sum(1, keepdims=True) + UNIGRAM * alone + EVEN / (end + 1)

    @cached_property
    def translations(self) -> np.ndarray:
        """p(word of the reply | word of the message), (words heard + 1, V), by expectation maximisation.

        Every word of a reply comes from one word of the message or the empty one, each as likely.

        References: brown1993.
        """
        table = np.full((len(self.heard) + 1, len(self.vocabulary)), 1.0 / len(self.vocabulary))
        for _ in range(ROUNDS):
            counts = np.zeros_like(table)
            for line in self.lines:
                said = self.places(line.message)
                for reply in line.replies:
                    cells = np.ix_(said, [self.vocabulary[word] for word in reply])
                    counts[cells] += table[cells] / table[cells].sum(0)
            table = counts / counts.sum(1, keepdims=True)
        return (1 - EVEN) * table + EVEN / len(self.vocabulary)

    def places(self, message: Sequence[str]) -> list[int]:
        """The different words of a message that were heard before, and the empty word."""
        return [0, *sorted({self.heard[word] for word in message if word in self.heard})]

    def log_words(self, reply: Sequence[str], message: Sequence[str] | None = None) -> np.ndarray:
        """ln p of each word of a reply and of its end, (words + 1,); given a message, or by itself.

        Raises:
            InputError: for a word that no reply had.
        """
        if strange := [word for word in reply if word not in self.vocabulary]:
            raise InputError(f"reply has {strange[0]!r}, a word that no reply had")
        end = len(self.vocabulary)
        ids = [end, *(self.vocabulary[word] for word in reply), end]
        own = self.next_word[ids[:-1], ids[1:]]
        if message is not None:
            goes_on = 1 - self.next_word[ids[:-2], end]
            told = self.translations[self.places(message)].mean(0)[ids[1:-1]]
            own[:-1] = (1 - TOLD) * own[:-1] + TOLD * goes_on * told
        return np.log(own)


@cache
def replier() -> Replier:
    """The model of the short talk."""
    return Replier(heard())


@cache
def _alone() -> np.ndarray:
    """ln p(T) of every candidate, (candidates,)."""
    return np.array([replier().log_words(reply).sum() for reply in replier().candidates])


def _given(message: Words) -> np.ndarray:
    """ln p(T | S) of every candidate, (candidates,)."""
    return np.array([replier().log_words(reply, message).sum() for reply in replier().candidates])


def mutual(given: np.ndarray, alone: np.ndarray, share: float) -> np.ndarray:
    r"""The score \ln p(T | S) - share \ln p(T): the likelihood for 0, pointwise mutual information for 1.

    References: li2016.
    """
    return given - share * alone


@dataclass(frozen=True, eq=False)
class Dial:
    """What is answered to the new messages along the dial.

    Attributes:
        shares: of ln p(T) that were taken off, (m,).
        different: different replies for all the messages, (m,).
        bland: share of the replies that were heard in three topics or more, (m,).
        on_topic: share of the replies that were heard in the topic of the message and in no other, (m,).
        likelihood: mean ln p(T | S) in nats, (m,).
        messages: how many there are.
    """

    shares: np.ndarray
    different: np.ndarray
    bland: np.ndarray
    on_topic: np.ndarray
    likelihood: np.ndarray
    messages: int

    def at(self, share: float) -> dict[str, float]:
        """The numbers at the nearest share of the dial."""
        i = int(np.abs(self.shares - share).argmin())
        known = {"different": self.different, "bland": self.bland, "on topic": self.on_topic}
        return {name: float(values[i]) for name, values in (known | {"likelihood": self.likelihood}).items()}


@cache
def dial(steps: int = 41) -> Dial:
    """Replies to the new messages, chosen from all that were heard, along shares from 0 to 2.

    References: li2016.
    """
    given, model = np.array([_given(line.message) for line in new()]), replier()
    shares = np.linspace(0, 2, steps)
    chosen = np.array([mutual(given, _alone(), share).argmax(1) for share in shares])  # (steps, messages)
    topics = [{line.topic for line in model.lines if reply in line.replies} for reply in model.candidates]
    bland = np.array([len(one) >= EVERYWHERE for one in topics])
    fits = np.array([[one == {line.topic} for one in topics] for line in new()])
    rows = np.arange(len(fits))
    return Dial(
        shares,
        np.array([len(set(row)) for row in chosen.tolist()]),
        bland[chosen].mean(1),
        fits[rows, chosen].mean(1),
        given[rows, chosen].mean(1),
        len(fits),
    )


@dataclass(frozen=True, eq=False)
class Answer:
    """Replies to one message, the best first.

    Attributes:
        replies: as texts.
        scores: ln p(T | S) - share ln p(T) in nats.
        unknown: words of the message that were never heard.
    """

    replies: tuple[str, ...]
    scores: np.ndarray
    unknown: Words


def answered(message: str, share: float, top: int = 5) -> Answer:
    """The best replies to a typed message.

    Args:
        message: a text; words that were never heard tell nothing, and are named.
        share: of ln p(T) that is taken off.
        top: how many replies.

    Raises:
        InputError: for a message without a word.
    """
    words, model = plain(message), replier()
    if not words:
        raise InputError(f"message={message!r} has no word")
    scores = mutual(_given(words), _alone(), share)
    best = np.argsort(-scores, kind="stable")[:top]
    unknown = tuple(dict.fromkeys(word for word in words if word not in model.heard))
    return Answer(tuple(" ".join(model.candidates[i]) for i in best), scores[best], unknown)
