"""A holdout that is asked again and again: what it reports, and what Thresholdout reports instead."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.errors import InputError

EFFECT = 4.0
"""Standard errors of the holdout by which a feature that tells agrees with the label more often than half."""


@dataclass(frozen=True)
class Split:
    """Whether each yes-or-no feature agrees with the label: 1 or -1, float32.

    Attributes:
        train, holdout, fresh: (n, d) each; fresh samples are never shown to whoever chooses.
        tells: (d,) the features that know something of the label.
    """

    train: np.ndarray
    holdout: np.ndarray
    fresh: np.ndarray
    tells: np.ndarray

    def __len__(self) -> int:
        return len(self.holdout)


def split(n: int, features: int, telling: int = 0, seed: int = 0) -> Split:
    """Features and labels of coin flips, but for a few features that tell.

    A feature that tells agrees with the label with chance 1/2 + 4 / (2 sqrt n): four standard errors of a share of
    n samples. Which ones do is drawn with the samples.

    Args:
        n: samples in each of the three sets.
        features: how many there are to choose from.
        telling: how many of them tell.

    Raises:
        InputError: unless 0 <= telling <= features and n is at least 16, below which no chance is that high.
    """
    if not 0 <= telling <= features or n < 16:
        raise InputError(f"telling={telling} must lie in [0, {features}] and n={n} be at least 16")
    rng = np.random.default_rng(seed)
    tells = np.zeros(features, dtype=bool)
    tells[rng.permutation(features)[:telling]] = True
    chance = (0.5 + tells * EFFECT / (2 * math.sqrt(n))).astype(np.float32)
    train, holdout, fresh = (_signs(rng.random((n, features), dtype=np.float32) < chance) for _ in range(3))
    return Split(train, holdout, fresh, tells)


def _signs(right: np.ndarray) -> np.ndarray:
    return np.float32(2) * right - np.float32(1)  # np.where takes far longer


@dataclass
class Thresholdout:
    """Answers from the training set while both sets agree, else from the holdout with noise.

    Two sets agree while their shares differ by less than the threshold, which is noisy. Answers of that kind tell
    nothing of the holdout but that; every other costs one of the budget, and when it is spent there are no answers.

    Args:
        threshold: T, the difference that counts as overfitting.
        noise: sigma of the Laplace noise: 2 sigma on the threshold, 4 sigma on each comparison, sigma on the answer.
        budget: answers from the holdout.
        seed: of the noise.

    References: dwork2015generalization, figure 1; dwork2015science.
    """

    threshold: float
    noise: float
    budget: int
    seed: int = 0
    spent: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng((self.seed, 1))
        self._level = self._noisy()

    def ask(self, train: float, holdout: float) -> float:
        """The answer to one question, of which both sets' shares are given; NaN once the budget is spent."""
        if self.spent >= self.budget:
            return math.nan
        if abs(holdout - train) <= self._level + self._rng.laplace(scale=4 * self.noise):
            return float(train)
        self.spent += 1
        self._level = self._noisy()
        return float(holdout + self._rng.laplace(scale=self.noise))

    def _noisy(self) -> float:
        return self.threshold + float(self._rng.laplace(scale=2 * self.noise))


def usual(n: int, budget: int, seed: int = 0) -> Thresholdout:
    """Thresholdout with T = 2 / sqrt(n), four standard errors of a share, and sigma a sixteenth of T."""
    return Thresholdout(2 / math.sqrt(n), 1 / (8 * math.sqrt(n)), budget, seed)


def steps(looks: int, count: int = 25) -> list[int]:
    """Whole numbers from 1 to `looks`, about evenly spaced, `looks` the last."""
    return sorted({max(1, round(looks * i / count)) for i in range(1, count + 1)})


@dataclass(frozen=True)
class Reports:
    """What is reported after each number of looks, and what the same choice reads on fresh samples.

    Attributes:
        looks: how many features had been asked about.
        reused, reused_fresh: shares of labels that the vote of the kept features reads right: on the holdout that
            chose them, and on fresh samples.
        guarded: what Thresholdout reports of the vote where all answers came from it.
        spent: answers that Thresholdout gave from the holdout, out of those to single features.
        kept: features that the reused holdout kept in the end.
    """

    looks: np.ndarray
    reused: np.ndarray
    reused_fresh: np.ndarray
    guarded: np.ndarray
    spent: int
    kept: int


def reports(data: Split, looks: Sequence[int], guard: Thresholdout) -> Reports:
    """Ask about one feature after the other, keep those on which training and holdout agree, let them vote.

    A feature votes with the sign that it has on the training set. The vote of the kept ones is read on the holdout
    itself, and again through the guard, after each of the given numbers of looks; a tie counts as half right.

    Args:
        looks: increasing numbers of features asked about, at most as many as there are.
        guard: answers the same questions; its budget must last for features and votes.

    Raises:
        InputError: for a number of looks that is below 1 or above the number of features.

    References: dwork2015science.
    """
    counts = np.asarray(looks)
    if not len(counts) or counts.min() < 1 or counts.max() > len(data.tells):
        raise InputError(f"looks={list(looks)} must lie in [1, {len(data.tells)}]")
    train, holdout = (values.mean(0, dtype=np.float64) / 2 + 0.5 for values in (data.train, data.holdout))
    answers = np.array([guard.ask(a, b) for a, b in zip(train, holdout, strict=True)])
    spent = guard.spent
    plain, safe = (_weights(train, shown, counts) for shown in (holdout, answers))
    reused, fresh = _right(data.holdout, plain), _right(data.fresh, plain)
    guarded = [guard.ask(*both) for both in zip(_right(data.train, safe), _right(data.holdout, safe), strict=True)]
    kept = int(np.count_nonzero(plain[:, -1]))
    return Reports(counts, reused, fresh, np.array(guarded), spent, kept)


def _weights(train: np.ndarray, shown: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The vote of each feature after each number of looks, (d, len(counts)): a sign, or 0 where it is not kept."""
    votes = np.where((train - 0.5) * (shown - 0.5) > 0, np.sign(train - 0.5), 0)
    return (votes[:, None] * (np.arange(len(train))[:, None] < counts)).astype(np.float32)


def _right(agreement: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The share of samples on which each vote is right."""
    return (np.sign(agreement @ weights).mean(0, dtype=np.float64) + 1) / 2


@dataclass(frozen=True)
class Draws:
    """What several draws of samples report, (draws, looks) each; see `Reports`."""

    looks: np.ndarray
    reused: np.ndarray
    fresh: np.ndarray
    guarded: np.ndarray
    spent: float


def draws(n: int, looks: int, telling: int, count: int) -> Draws:
    """Reports over growing numbers of looks, on `count` draws of features, labels and noise.

    Args:
        n: samples in each set.
        looks: features, all asked about in the end.
        telling: of them tell.
        count: draws, seeds 0, 1, ...
    """
    found = [reports(split(n, looks, telling, s), steps(looks), usual(n, 2 * looks, s)) for s in range(count)]
    reused, fresh, guarded = (np.array([getattr(one, what) for one in found]) for what in
                              ("reused", "reused_fresh", "guarded"))  # fmt: skip
    return Draws(found[0].looks, reused, fresh, guarded, float(np.mean([one.spent for one in found])))
