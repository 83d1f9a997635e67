"""Information carried by words that claim something: truth functions in the place of conditional probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import bits, margin, mutual_information, probabilities
from explorer.errors import InputError


@dataclass(frozen=True)
class Semantic:
    """What words tell when each is taken at its meaning.

    Attributes:
        shannon: I(X; Y) of event and word, in nats.
        semantic: what a listener who trusts the meanings gains on average, in nats; never above `shannon`, below 0
            where the words mislead, minus infinity where a word is said of an event that it excludes.
    """

    shannon: float
    semantic: float


def semantic_information(p: ArrayLike, truth: ArrayLike) -> Semantic:
    """Semantic mutual information: the mean of ln(T(word | event) / T(word)) over what happens and is said.

    T(word) = sum over events of P(event) T(word | event) is the logical probability. A listener who hears a word
    believes P(event) T(word | event) / T(word); I(X; Y) less the semantic information is the mean divergence of what
    follows the word in truth from what the listener believes. They are equal where T(word | event) is proportional
    to P(word | event).

    Args:
        p: the joint table of event and word, shape (events, words).
        truth: how true each word is of each event, in [0, 1], shape (events, words).

    Raises:
        InputError: for truth values outside [0, 1] or of another shape, or a word that is true of no event.

    References: lu2019; lu2025.
    """
    p, truth = probabilities(p, 2), np.asarray(truth, float)
    if truth.shape != p.shape or not ((truth >= 0) & (truth <= 1)).all():
        raise InputError(f"truth has shape {truth.shape}; it must hold numbers in [0, 1], shape {p.shape}")
    logical = margin(p, 0) @ truth
    if not (logical > 0).all():
        raise InputError("truth makes a word true of no event that can happen")
    with np.errstate(divide="ignore"):  # a word said of an event that it excludes costs minus infinity
        gain = p * np.log(np.where(p > 0, truth / logical, 1.0))
    return Semantic(mutual_information(p), float(gain.sum()))


WORDS = ("dry", "light rain", "heavy rain")
"""What the forecaster can say."""
EDGES = (1.0, 10.0)
"""Millimetres at which one word gives way to the next."""
MILLIMETRES = np.arange(0, 31)
"""The events: rain of tomorrow, rounded to a millimetre."""
MEAN = 6.0
"""Mean rain, in millimetres, of the falling distribution before it is cut at the last event."""


def meanings(softness: float, doubt: float) -> np.ndarray:
    """How true each word is of each event, shape (events, words).

    Args:
        softness: over how many millimetres a word fades out; 0 for sharp edges.
        doubt: what truth a word keeps where it does not fit, in [0, 1]; 1 for a word that says nothing.
    """
    low, high = (_beyond(MILLIMETRES + 0.5, edge, softness) for edge in EDGES)
    fits = np.stack([1 - low, low * (1 - high), high], 1)
    return doubt + (1 - doubt) * fits


def forecast(skill: float) -> np.ndarray:
    """The joint table of rain and word, shape (events, words).

    With probability `skill` the word fits the rain; else it is drawn as words are on the average day.
    """
    rain = np.exp(-MILLIMETRES / MEAN)
    rain /= rain.sum()
    fits = meanings(0.0, 0.0)
    return rain[:, None] * (skill * fits + (1 - skill) * (rain @ fits))


@dataclass(frozen=True)
class Trust:
    """What a listener gains at every doubt, in bits.

    Attributes:
        doubts, gains: the curve, shape (D,).
        here: the gain at the doubt asked for.
        best, best_doubt: the largest gain of the curve, and where it is.
        shannon: what the words carry.
    """

    doubts: np.ndarray
    gains: np.ndarray
    here: float
    best: float
    best_doubt: float
    shannon: float


def trust(skill: float, softness: float, doubt: float) -> Trust:
    """Semantic information of the forecast over doubts from 0.001 to 1, and at one of them."""
    p, doubts = forecast(skill), np.geomspace(0.001, 1, 121)
    gains = bits([semantic_information(p, meanings(softness, one)).semantic for one in (doubt, *doubts)])
    most = int(gains[1:].argmax())
    shannon = float(bits(mutual_information(p)))
    return Trust(doubts, gains[1:], float(gains[0]), float(gains[1 + most]), float(doubts[most]), shannon)


def _beyond(x: np.ndarray, edge: float, softness: float) -> np.ndarray:
    """0 before the edge and 1 behind it, softly."""
    return (x > edge).astype(float) if softness == 0 else 1 / (1 + np.exp(-(x - edge) / softness))
