"""Which steps are recorded."""

import math
from collections.abc import Collection, Iterable
from typing import Any, Literal

from explorer.errors import SettingError

Schedule = int | Literal["log"] | Collection[int]

PER_DECADE = 15


def checked(every: Any) -> Schedule:
    """The schedule with its numbers as plain integers.

    Raises:
        SettingError: for an `every` that is no whole number from 1 up, "log" or steps.
    """
    rule = "must be a whole number from 1 upward, 'log' or a collection of steps"
    if isinstance(every, Iterable) and not isinstance(every, str | bytes):
        return frozenset(step_number(step, "every") for step in every)
    number = whole(every)
    if number is None and every == "log":
        return "log"
    if number is None or number < 1:
        raise SettingError(f"every={every!r} {rule}")
    return number


def on_schedule(step: int, every: Schedule) -> bool:
    """Whether a step is recorded: a multiple of a number, on the "log" schedule, or one of given steps."""
    if isinstance(every, int):
        return step % every == 0
    if isinstance(every, str):
        return step <= 10 or _place(step) > _place(step - 1)
    return step in every


def log_steps(last: int) -> list[int]:
    """The steps of the "log" schedule up to and with `last`."""
    return [step for step in range(last + 1) if on_schedule(step, "log") or step == last]


def step_number(step: Any, name: str = "step") -> int:
    """A step as a plain integer.

    Raises:
        SettingError: when it is none, or negative.
    """
    number = whole(step)
    if number is None or number < 0:
        raise SettingError(f"{name}={step!r} must be a whole number from 0 upward")
    return number


def whole(value: Any) -> int | None:
    """The integer that a number of any type equals, else None."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number == value else None


def _place(step: int) -> int:
    return math.floor(PER_DECADE * math.log10(step))
