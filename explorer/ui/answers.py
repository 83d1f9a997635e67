"""Answers in lessons: what a lesson shows follows its URL, and this session keeps them all for a file.

`predicted.NAME=b` is the second answer to the first question of the lesson NAME, `answered.NAME=0.53` a number.
"""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import streamlit as st

from explorer.catalogue import lessons
from explorer.errors import SettingError
from explorer.lessons.base import Lesson, Number, Question

Part = Literal["predicted", "answered"]
LOG = "lesson-answers"
LETTERS = "abcde"


@dataclass(frozen=True)
class Given:
    """One answer.

    Attributes:
        when: local time with its zone, as ISO 8601 writes it; "" for one that a URL brought.
    """

    lesson: str
    part: Part
    question: str
    answer: str
    right: bool
    when: str
    code: str


def question(lesson: Lesson, part: Part) -> Question | Number:
    """The question that a part of a lesson asks."""
    return lesson.predict if part == "predicted" else lesson.ask


def judged(asked: Question | Number, code: str) -> tuple[str, bool, str]:
    """The answer that a code stands for, whether it is right, and what is said of it.

    Raises:
        SettingError: for a code that stands for none.
    """
    if isinstance(asked, Number):
        try:
            value = float(code)
        except ValueError as error:
            raise SettingError(f"{code!r} is no number") from error
        if not math.isfinite(value):
            raise SettingError(f"{code!r} is no finite number")
        return f"{value:g} {asked.unit}".rstrip(), *asked.judged(value)
    known = dict(zip(LETTERS, (one.text for one in asked.answers), strict=False))
    if code not in known:
        raise SettingError(f"{code!r} is none of the answers {', '.join(known)}")
    return known[code], *asked.judged(known[code])


def code_of(asked: Question | Number, answer: Any) -> str:
    """What the URL says for an answer."""
    if isinstance(asked, Number):
        return f"{answer:g}"
    return LETTERS[[one.text for one in asked.answers].index(answer)]


def shown(name: str, part: Part) -> str | None:
    """The code of the answer that the URL gives; None where it gives none or none that can be."""
    code = st.query_params.get(f"{part}.{name}")
    try:
        return code if code is None or judged(question(lessons[name](), part), code) else None
    except SettingError:
        return None


def give(name: str, part: Part, code: str) -> None:
    """Keep an answer, and show the lesson as it goes on from there."""
    now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    _keep(_given(name, part, code, now))
    st.query_params[f"{part}.{name}"] = code


def again(name: str) -> None:
    """Show a lesson from its beginning; what was answered is kept."""
    for part in ("predicted", "answered", "told"):
        st.query_params.pop(f"{part}.{name}", None)


def log() -> list[Given]:
    """Every answer of this session and of its URL, the oldest first."""
    for key in st.query_params:
        part, dot, name = key.partition(".")
        if dot and part in ("predicted", "answered") and name in lessons:
            code = shown(name, part)  # type: ignore[arg-type]
            known = {(one.lesson, one.part, one.code) for one in st.session_state.get(LOG, ())}
            if code is not None and (name, part, code) not in known:
                _keep(_given(name, part, code, ""))  # type: ignore[arg-type]
    return list(st.session_state.get(LOG, ()))


def done() -> set[str]:
    """Lessons whose last question was answered."""
    return {one.lesson for one in log() if one.part == "answered"}


def parameters() -> dict[str, str]:
    """The last answers of all lessons as parameters of a URL, so that links carry them on."""
    return {f"{one.part}.{one.lesson}": one.code for one in log()}


def as_json(rows: Sequence[Given]) -> str:
    """The answers as a JSON list."""
    return json.dumps([_row(one) for one in rows], indent=1, ensure_ascii=False)


def as_csv(rows: Sequence[Given]) -> str:
    """The answers as a table."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["lesson", "part", "question", "answer", "right", "when"])
    writer.writeheader()
    writer.writerows(_row(one) for one in rows)
    return text.getvalue()


def _row(one: Given) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "code"}


def _given(name: str, part: Part, code: str, when: str) -> Given:
    asked = question(lessons[name](), part)
    answer, right, _ = judged(asked, code)
    return Given(name, part, asked.text, answer, right, when, code)


def _keep(one: Given) -> None:
    st.session_state[LOG] = [*st.session_state.get(LOG, ()), one]
