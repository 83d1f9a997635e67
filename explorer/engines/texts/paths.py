"""Lines of thought towards an answer, with exactly known chances: which one to follow?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from explorer.errors import SettingError

QUESTIONS, STEPS, COMMON = 8, 3, 2
"""Questions, steps of a path, and kinds of steps that suit every question."""
ASTRAY = 0.05
"""Share of the steps to the point that belong to another question."""

Score = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Reasoner:
    """Paths of three steps for eight questions; the steps are independent given the question.

    A step is common (2 kinds, alike for all questions) with a chance that grows from a quarter of `common` for the
    first question to `common` for the last. Of the others `ASTRAY` belong to other questions; for every second question
    a share `made_up` is a step that only this question calls forth and that is wrong; the rest are right.

    Attributes:
        common, made_up: see above.

    Raises:
        SettingError: for shares outside [0, 1), or with nothing left to be right.
    """

    common: float = 0.6
    made_up: float = 0.1

    def __post_init__(self) -> None:
        if not (0 <= self.common < 1 and 0 <= self.made_up < 1 - ASTRAY):
            text = f"common={self.common!r} and made_up={self.made_up!r} must lie in [0, 1) and [0, {1 - ASTRAY:g})"
            raise SettingError(text)

    @property
    def steps(self) -> np.ndarray:
        """p(step | question), (8, 18): common ones, the right one of each question, the made-up one of each."""
        same = np.eye(QUESTIONS)
        astray = ASTRAY * (1 - same) / (QUESTIONS - 1)
        made = np.where(np.arange(QUESTIONS) % 2, self.made_up, 0.0)[:, None]
        pointed = np.hstack([astray + (1 - ASTRAY - made) * same, made * same])
        common = self.common * np.linspace(0.25, 1, QUESTIONS)[:, None]
        return np.hstack([np.repeat(common / COMMON, COMMON, 1), (1 - common) * pointed])

    @property
    def log_paths(self) -> np.ndarray:
        """ln p(path | question), (8, 18^3); minus infinity where it cannot be."""
        with np.errstate(divide="ignore"):
            logs = np.log(self.steps)
        return np.array([np.sum(np.meshgrid(*[row] * STEPS, indexing="ij"), axis=0).ravel() for row in logs])


@cache
def answers() -> np.ndarray:
    """The answer that each path ends in, (18^3,): -1 where it is made up.

    A made-up step leads astray for good. Else the right steps vote, the first of equals winning, and a path of common
    steps ends in what most people say: 0.
    """
    found = []
    for path in product(range(COMMON + 2 * QUESTIONS), repeat=STEPS):
        pointed = [step - COMMON for step in path if step >= COMMON]
        wrong = any(one >= QUESTIONS for one in pointed)
        found.append(-1 if wrong else max(pointed, key=pointed.count) if pointed else 0)
    return np.array(found)


def scored(reasoner: Reasoner, share: float) -> np.ndarray:
    r"""\ln p(S | q) - share \ln p(S) of every path for every question, (8, 18^3): PMI for a share of 1.

    References: li2025.
    """
    given = reasoner.log_paths
    with np.errstate(invalid="ignore"):
        score = given - share * _marginal(given)
    return np.where(np.isfinite(given), score, -np.inf)


def beam(reasoner: Reasoner, share: float, width: int) -> np.ndarray:
    """The path of the highest score that a beam of this width finds, for each question, as an index, (8,).

    The beam keeps the best beginnings by the same score of the steps so far.

    Raises:
        SettingError: for a width below 1.
    """
    if width < 1:
        raise SettingError(f"width={width!r} must be at least 1")
    with np.errstate(divide="ignore"):
        logs = np.log(reasoner.steps)
    kinds, best = logs.shape[1], []
    for question in range(QUESTIONS):
        kept, totals = np.zeros(1, int), np.zeros((QUESTIONS, 1))
        for _ in range(STEPS):
            grown = (totals[:, :, None] + logs[:, None, :]).reshape(QUESTIONS, -1)
            paths = (kept[:, None] * kinds + np.arange(kinds)).ravel()
            with np.errstate(invalid="ignore"):
                score = np.where(np.isfinite(grown[question]), grown[question] - share * _marginal(grown), -np.inf)
            chosen = np.argsort(-score, kind="stable")[:width]
            kept, totals = paths[chosen], grown[:, chosen]
        best.append(int(kept[0]))
    return np.array(best)


@dataclass(frozen=True, eq=False)
class Rightness:
    """Share of the eight questions answered right, along shares of ln p(S) that are taken off.

    Attributes:
        shares: (m,).
        path: by the path of the highest score, (m,).
        beam: by the path that a narrow beam finds, (m,).
        likely_vote: where every path counts its chance.
        weighted_vote: where every path counts its chance times its PMI.
    """

    shares: np.ndarray
    path: np.ndarray
    beam: np.ndarray
    likely_vote: float
    weighted_vote: float


@cache
def rightness(common: float, made_up: float, width: int = 3, steps: int = 31) -> Rightness:
    """Answers by one path, and by votes, for shares from 0 to 1.5.

    References: li2025.
    """
    reasoner = Reasoner(common, made_up)
    shares, ends = np.linspace(0, 1.5, steps), answers()
    whole = [_right(ends[scored(reasoner, share).argmax(1)]) for share in shares]
    narrow = [_right(ends[beam(reasoner, share, width)]) for share in shares]
    chances, pmi = np.exp(reasoner.log_paths), np.where(np.isfinite(reasoner.log_paths), scored(reasoner, 1.0), 0.0)
    votes = [_right(_voted(weights, ends)) for weights in (chances, chances * pmi)]
    return Rightness(shares, np.array(whole), np.array(narrow), *votes)


def _marginal(given: np.ndarray) -> np.ndarray:
    """ln p(S) from ln p(S | q), questions being equally likely."""
    return np.logaddexp.reduce(given, axis=0) - np.log(len(given))


def _voted(weights: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The answer with the largest sum of weights for each question; a made-up answer is one of its own."""
    sums = [np.bincount(ends + 1, row, QUESTIONS + 1) for row in weights]
    return np.argmax(sums, axis=1) - 1


def _right(found: np.ndarray) -> float:
    return float((found == np.arange(QUESTIONS)).mean())
