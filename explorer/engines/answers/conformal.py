"""How much is left to know after some answers: by a model's own word, and by sets that hold the truth often enough."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from explorer.engines.answers.questions import Guesser, digit_guesser
from explorer.engines.finite.tables import binary_entropy
from explorer.errors import SettingError

SAMPLES = 1000
"""Of each half: one to set the size of the sets, one to read them."""


@dataclass(frozen=True, eq=False)
class Pursuit:
    """What is left to know after 0, 1, ... questions, in nats where it is information.

    Attributes:
        true: H(Y | answers), exactly, for the samples drawn, (m,).
        believed: mean entropy of the model's posterior, (m,).
        bound: what the sets allow at most, see `list_bound`, (m,).
        size: mean number of classes in a set, (m,).
        held: share of the sets that hold the truth, (m,).
    """

    true: np.ndarray
    believed: np.ndarray
    bound: np.ndarray
    size: np.ndarray
    held: np.ndarray


@cache
def pursued(sureness: float, miss: float, questions: int = 12) -> Pursuit:
    """Ask for pixels of digits drawn from naive Bayes, of which the posterior is therefore exact.

    The model that asks and guesses has the exact posterior to a power, made to sum to 1: above 1 it is too sure. Its
    sets hold every class whose probability is above a threshold, which the first half of the samples sets after each
    question so that at least 1 - `miss` of new sets hold the truth.

    Args:
        sureness: the power.
        miss: share of the sets that may miss the truth, in (0, 1).
        questions: pixels asked for, each where the model expects to learn most.

    Raises:
        SettingError: for a miss outside (0, 1) or a power that is not above 0.

    References: chan2025.
    """
    if not 0 < miss < 1 or not sureness > 0:
        raise SettingError(f"miss={miss!r} must lie in (0, 1) and sureness={sureness!r} above 0")
    guesser = digit_guesser()
    x, y = _drawn(guesser, 2 * SAMPLES)
    asked, rows = np.zeros(x.shape), []
    for step in range(questions + 1):
        exact = guesser.log_posterior(x, asked)
        model = sureness * exact
        model -= np.logaddexp.reduce(model, axis=1, keepdims=True)
        rows.append(_read(exact, model, y, miss))
        if step < questions:
            told = np.where(asked > 0, -np.inf, guesser.told(model))
            asked[np.arange(len(x)), told.argmax(1)] = 1
    return Pursuit(*np.array(rows).T)


def list_bound(sizes: np.ndarray, held: np.ndarray, classes: int) -> float:
    r"""An upper bound of H(Y | X) in nats from sets of classes: Fano's inequality for lists.

    .. math:: H(Y \mid X) \le h(m) + m \, E[\ln (K - |C|) \mid \text{missed}] + (1 - m) \, E[\ln |C| \mid \text{held}]

    with m the chance that the set misses. It holds for any sets, however they were made; from samples it is an
    estimate of that bound.

    Args:
        sizes: classes in each set, (n,).
        held: whether each holds the truth, (n,).
        classes: K.

    References: cover2006, section 2.10; chan2025.
    """
    missed = 1 - held.mean()
    outside = float(np.log(np.maximum(classes - sizes[~held], 1)).mean()) if missed else 0.0
    inside = float(np.log(np.maximum(sizes[held], 1)).mean()) if missed < 1 else 0.0
    return float(binary_entropy(missed)) + missed * outside + (1 - missed) * inside


def threshold(chances: np.ndarray, miss: float) -> float:
    """The largest threshold of a class's probability that keeps the truth in 1 - `miss` of the sets of new samples.

    Args:
        chances: the model's probability of the true class of n samples; new ones must be exchangeable with them.
        miss: share that may be missed; below 1 / (n + 1) only sets of all classes will do, and 0 is given.
    """
    rank = int(np.floor(miss * (len(chances) + 1)))
    return float(np.sort(chances)[rank - 1]) if rank else 0.0


def _drawn(guesser: Guesser, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.choice(len(guesser.prior), n, p=guesser.prior)
    return (rng.random((n, guesser.chances.shape[1])) < guesser.chances[y]).astype(float), y


def _read(exact: np.ndarray, model: np.ndarray, y: np.ndarray, miss: float) -> tuple[float, ...]:
    """A row of `Pursuit`: thresholds from the first half of the samples, all readings from the second."""
    p = np.exp(model)
    true_class = p[np.arange(len(y)), y]
    first, second = slice(None, len(y) // 2), slice(len(y) // 2, None)
    sets = p[second] >= threshold(true_class[first], miss)
    held, sizes = sets[np.arange(len(sets)), y[second]], sets.sum(1)
    entropies = [float(-(np.exp(one[second]) * one[second]).sum(1).mean()) for one in (exact, model)]
    return (*entropies, list_bound(sizes, held, p.shape[1]), float(sizes.mean()), float(held.mean()))
