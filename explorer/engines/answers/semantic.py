"""Entropy over what answers mean: programs that compute the same are one answer."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from explorer.engines.answers.programs import QUESTIONS, Program, Question
from explorer.engines.finite.tables import entropy
from explorer.errors import SettingError


def semantic_entropy(meanings: Sequence[Hashable]) -> float:
    """Plug-in entropy in nats of the meanings of some answers, each answer as likely.

    At most ln of the number of answers. With m answers of C meanings it is too small by about (C - 1) / 2 m on average.

    Raises:
        SettingError: without an answer.

    References: kuhn2023; sharma2025.
    """
    if not meanings:
        raise SettingError("meanings is empty; an entropy needs at least one answer")
    return entropy(np.array(list(Counter(meanings).values())) / len(meanings))


def meaning(program: Program, inputs: Sequence[tuple[Any, ...]]) -> tuple[Hashable, ...]:
    """What a program computes of some inputs: the texts of its results, or the names of the errors it raises."""
    return tuple(_outcome(program, arguments) for arguments in inputs)


def _outcome(program: Program, arguments: tuple[Any, ...]) -> str:
    try:
        found = program(*arguments)
    except (ArithmeticError, LookupError, TypeError, ValueError, StopIteration) as error:
        return type(error).__name__
    return repr(float(found)) if isinstance(found, int | float) else repr(found)


@dataclass(frozen=True, eq=False)
class Study:
    """How unsure the answers to every question are, and how often they are wrong.

    Attributes:
        asked: the questions.
        entropy: over what the programs compute of the inputs tried, in nats, (q,).
        wrong: share of the programs that fail on one of all inputs, (q,).
        groups: how many different meanings there are, (q,).
    """

    asked: tuple[str, ...]
    entropy: np.ndarray
    wrong: np.ndarray
    groups: np.ndarray

    def abstaining(self, above: float) -> tuple[float, float]:
        """Share of the questions answered when no entropy above a bound is, and share of wrong answers among those.

        The answer to a question is one of its programs drawn at random. NaN where nothing is answered.
        """
        kept = self.entropy <= above
        return float(kept.mean()), float(self.wrong[kept].mean()) if kept.any() else float("nan")

    def correlation(self) -> float:
        """Spearman's between entropy and share of wrong programs; 0 where either is constant."""
        ranks = [_ranks(self.entropy), _ranks(self.wrong)]
        return 0.0 if min(one.std() for one in ranks) == 0 else float(np.corrcoef(ranks)[0, 1])


@cache
def studied(inputs: int = 8, answers: int = 10) -> Study:
    """The twelve questions, with the first so many inputs tried and the first so many programs taken.

    Args:
        inputs: tried to tell programs apart, 1 to 8. Few of them take different programs for one.
        answers: programs of each question, 2 to 10.

    Raises:
        SettingError: outside of these.
    """
    if not 1 <= inputs <= 8 or not 2 <= answers <= 10:
        raise SettingError(f"inputs={inputs!r} and answers={answers!r} must lie in 1 .. 8 and 2 .. 10")
    meanings = [[meaning(one, asked.inputs[:inputs]) for one in asked.programs[:answers]] for asked in QUESTIONS]
    return Study(
        tuple(question.asked for question in QUESTIONS),
        np.array([semantic_entropy(one) for one in meanings]),
        np.array([_wrong(question, answers) for question in QUESTIONS]),
        np.array([len(set(one)) for one in meanings]),
    )


def _wrong(question: Question, answers: int) -> float:
    right = meaning(question.right, question.inputs)
    return float(np.mean([meaning(one, question.inputs) != right for one in question.programs[:answers]]))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Mean ranks, ties sharing theirs."""
    return ((values[:, None] > values).sum(1) + (values[:, None] >= values).sum(1)) / 2
