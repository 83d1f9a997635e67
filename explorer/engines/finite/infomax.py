"""Short codes of many symbols that tell as much of a label as they can."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import ROUNDING, bits, margin, mutual_information, probabilities, x_log_x
from explorer.errors import InputError

LARGEST = 4096
"""Code words that a code may have."""


def infomax_code(p: ArrayLike, symbols: int, length: int, *, sweeps: int = 6) -> np.ndarray:
    """A code word of `length` symbols for each item, with large I(word; label): shape (items, length).

    Starting from one word for all, one symbol of one item after the other is set to what tells most when all other
    symbols stay, place by place and then all places again. The information never falls, and it ends where no single
    symbol can be improved; that need not be the best code.

    Args:
        p: the joint table of item and label.
        symbols: kinds of each symbol.
        length: symbols of a word.
        sweeps: over each place at most, and over the whole code.

    Raises:
        InputError: for fewer than 2 symbols, no place, or more than 4096 words.

    References: lee2022.
    """
    p = probabilities(p, 2)
    if symbols < 2 or length < 1 or symbols**length > LARGEST:
        raise InputError(f"symbols={symbols} and length={length} must give 2 to {LARGEST} words")
    code = np.zeros((len(p), length), int)
    for places in [*([place] for place in range(length)), range(length)]:
        for _ in range(sweeps):
            before = code.copy()
            for place in places:
                for item in range(len(p)):
                    code[item, place] = _best_symbol(p, code, item, place, symbols)
            if (code == before).all():
                break
    return code


def random_code(items: int, symbols: int, length: int, seed: int = 0) -> np.ndarray:
    """Words drawn evenly, shape (items, length)."""
    return np.random.default_rng(seed).integers(0, symbols, (items, length))


def word_information(p: ArrayLike, code: np.ndarray) -> float:
    """I(word; label) in nats where each item has its word."""
    p = probabilities(p, 2)
    base = int(code.max()) + 1
    return float(_informations(p, (code @ base ** np.arange(code.shape[1]))[None])[0])


def _informations(p: np.ndarray, words: np.ndarray) -> np.ndarray:
    """I(word; label) in nats for several codes at once: words (codes, items), result (codes,)."""
    same = words[:, :, None] == words[:, None]  # (codes, items, items)
    told = same @ p  # what carries the item's word, by label: (codes, items, labels)
    mass = told.sum(-1, keepdims=True)
    follows = told / mass  # P(label | word of the item)
    logs = np.log(np.where(follows > 0, follows, 1.0))
    return (p * logs).sum((1, 2)) - x_log_x(margin(p, 1)).sum()


def _best_symbol(p: np.ndarray, code: np.ndarray, item: int, place: int, symbols: int) -> int:
    """The symbol that tells most, the present one where none tells more."""
    step = symbols**place
    words = np.tile(code @ symbols ** np.arange(code.shape[1]), (symbols, 1))
    words[:, item] += (np.arange(symbols) - code[item, place]) * step
    found = _informations(p, words)
    present = int(code[item, place])
    return int(found.argmax()) if found.max() > found[present] + ROUNDING else present


@dataclass(frozen=True)
class Lengths:
    """What words of 1, 2, ... symbols tell of the label, in bits, shape (lengths,).

    Attributes:
        lengths: symbols of a word.
        learned: of the infomax code.
        drawn: of random words, the mean over seeds; low, high: the least and the most of them.
        ceiling: what no code passes: the smaller of length x log2(symbols) and I(item; label).
        item: I(item; label).
    """

    lengths: np.ndarray
    learned: np.ndarray
    drawn: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ceiling: np.ndarray
    item: float


def confused_classes(classes: int, confusion: float) -> np.ndarray:
    """One item a class; its label is its class, or with probability `confusion` any class: shape (classes, classes)."""
    return ((1 - confusion) * np.eye(classes) + confusion / classes) / classes


def by_length(classes: int, symbols: int, confusion: float, most: int = 6) -> Lengths:
    """Codes of one item a class, for words of 1 to `most` symbols; 20 codes of random words each."""
    p, lengths = confused_classes(classes, confusion), range(1, most + 1)
    learned = bits([word_information(p, infomax_code(p, symbols, n)) for n in lengths])
    drawn = bits([[word_information(p, random_code(classes, symbols, n, seed)) for seed in range(20)] for n in lengths])
    item = float(bits(mutual_information(p)))
    ceiling = np.minimum(np.array(lengths) * np.log2(symbols), item)
    return Lengths(np.array(lengths), learned, drawn.mean(1), drawn.min(1), drawn.max(1), ceiling, item)
