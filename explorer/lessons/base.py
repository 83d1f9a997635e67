"""What a lesson is made of, and the lessons in their order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.catalogue import labs, lessons
from explorer.errors import SettingError
from explorer.settings import checked_settings


@dataclass(frozen=True)
class Answer:
    """One answer that can be chosen, and what is said of it: also a wrong one teaches."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with answers to choose from, exactly one of them right.

    Raises:
        SettingError: unless there are two to five answers with different texts, one of them right.
    """

    text: str
    answers: tuple[Answer, ...]

    def __post_init__(self) -> None:
        right, texts = sum(one.right for one in self.answers), {one.text for one in self.answers}
        if right != 1 or not 2 <= len(texts) == len(self.answers) <= 5:
            raise SettingError(f"the question {self.text!r} must have two to five different answers, one of them right")

    def judged(self, given: str) -> tuple[bool, str]:
        """Whether an answer is right, and what is said of it.

        Raises:
            SettingError: for an answer that cannot be chosen.
        """
        for one in self.answers:
            if one.text == given:
                return one.right, one.feedback
        raise SettingError(f"{given!r} is no answer to {self.text!r}")


@dataclass(frozen=True)
class Number:
    """A question whose answer is a number, right within a tolerance."""

    text: str
    value: float
    tolerance: float
    unit: str
    feedback_right: str
    feedback_wrong: str

    def judged(self, given: float) -> tuple[bool, str]:
        """Whether a number is near enough, and what is said of it."""
        right = abs(given - self.value) <= self.tolerance
        return right, self.feedback_right if right else self.feedback_wrong


@dataclass(frozen=True)
class Play:
    """One manipulation of one lab.

    Attributes:
        lab: its name.
        state: settings that it opens with; the others have their defaults.
        free: settings that can be changed; the others are not shown.
        do: what to do.

    Raises:
        SettingError: for a setting that the lab lacks, or a value out of its rule.
    """

    lab: str
    do: str
    free: tuple[str, ...]
    state: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = labs.card(self.lab).settings
        checked_settings(settings, self.state, f"the lab {self.lab}")
        unknown = set(self.free) - {one.name for one in settings}
        if unknown:
            raise SettingError(f"the lab {self.lab} has no setting called {' or '.join(sorted(unknown))}")


@dataclass(frozen=True)
class Lesson:
    """Five to eight minutes: predict, play, answer, explain.

    Attributes:
        opening: what it is about, before anything is asked.
        predict: asked before the figure is seen.
        ask: asked after playing.
        explain, doubt: why; and what would change one's mind. Markdown.
        onward: pages to go on to: {name of the page: its label}.
    """

    opening: str
    predict: Question
    play: Play
    ask: Question | Number
    explain: str
    doubt: str
    onward: Mapping[str, str] = field(default_factory=dict)


def ordered() -> list[str]:
    """Names of the lessons in the order in which they are taught; read without importing any."""
    return sorted(lessons, key=lambda name: lessons.card(name).constants["PLACE"])


def after(name: str) -> str | None:
    """The lesson that follows; None after the last."""
    names = ordered()
    place = names.index(lessons.card(name).name) + 1
    return names[place] if place < len(names) else None
