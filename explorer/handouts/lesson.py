"""A lesson on paper and as a notebook: what is asked, figures along its one manipulation, the answers at the end."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from explorer.catalogue import labs, lessons
from explorer.handouts import sheet
from explorer.handouts.lab import python
from explorer.handouts.notebook import notebook as written
from explorer.lab_runs import Asked
from explorer.lessons.base import Lesson, Number, Question
from explorer.settings import Setting, typed

BEFORE = "Only after the prediction is written down: the figure"
AFTER = "Answers"


def frames(name: str) -> list[tuple[str, Asked]]:
    """What stands for playing on paper: the lab at a few values of the setting that is free, each with its words."""
    play = lessons[name]().play
    setting = next(one for one in labs.card(play.lab).settings if one.name == play.free[0])
    values = _spread(setting, play.state.get(setting.name, setting.default))
    word = setting.name.replace("_", " ")
    return [(f"{word} = {typed(one)}", Asked(play.lab, {**play.state, setting.name: one}).checked()) for one in values]


def page(name: str, figures: Sequence[Any]) -> str:
    """A lesson as a page in one file, for the screen and the printer.

    Args:
        figures: of its `frames`, on a light ground.
    """
    lesson, card = lessons[name](), lessons.card(name)
    labels = [label for label, _ in frames(name)]
    drawn = [f"<h3>{html.escape(label)}</h3>{one}" for label, one in zip(labels, sheet.figures(figures), strict=True)]
    played = [sheet.prose(f"**Do:** {lesson.play.do}"), *drawn, "<h2>Then</h2>", _asked(lesson.ask)]
    head = [sheet.prose(f"About {card.constants['MINUTES']} minutes.\n\n{lesson.opening}")]
    first = [*head, "<h2>First</h2>", _asked(lesson.predict)]
    parts = [*first, sheet.later(BEFORE, played), sheet.later(AFTER, [sheet.prose(_answers(lesson))])]
    return sheet.page(card.constants["TITLE"], parts)


def notebook(name: str) -> str:
    """A lesson as a notebook: predict, run and change, answer; the answers are folded away."""
    lesson, card = lessons[name](), lessons.card(name)
    code = python(lesson.play.lab, _state(lesson.play.state, lesson.play.free, lesson.play.lab))
    folded = f"<details><summary>{AFTER}</summary>\n\n{_answers(lesson)}\n\n</details>"
    return written(
        [
            ("markdown", f"# {card.constants['TITLE']}\n\n{lesson.opening}"),
            ("markdown", f"**First:** {_listed(lesson.predict)}"),
            ("markdown", f"**Then** run the cell below. **Do:** {lesson.play.do} Change the number and run it again."),
            ("code", code),
            ("markdown", _listed(lesson.ask)),
            ("markdown", folded),
        ]
    )


def changed_mind(text: str) -> str:
    """What would change one's mind, without the words that stand above it as its title."""
    rest = text.removeprefix("What would change your mind").lstrip(":? ").strip()
    return rest[:1].upper() + rest[1:]


def _state(state: Mapping[str, Any], free: Sequence[str], lab: str) -> dict[str, Any]:
    """The settings of the play, what is free among them also where it has its default."""
    usual = {one.name: one.default for one in labs.card(lab).settings}
    return {name: usual[name] for name in free} | dict(state)


def _spread(setting: Setting, start: Any) -> list[Any]:
    """Values of a setting, its start among them, from one end of its range to the other."""
    if setting.choices:
        return list(setting.choices[:4])
    if setting.type is bool:
        return [False, True]
    if setting.range is None:
        return [start]
    low, high = (setting.type(one) for one in (setting.range.low, setting.range.high))
    if low < start < high:
        return [low, start, high]
    wide = setting.range.log or (low > 0 and high / low > 1000)
    return [low, _near((low * high) ** 0.5 if wide else (low + high) / 2, setting), high]


def _near(value: float, setting: Setting) -> Any:
    """The value of the grid of a setting that is nearest."""
    step = (setting.range and setting.range.step) or (1 if setting.type is int else 0.01)
    low = setting.range.low if setting.range else 0.0
    return setting.type(round(low + round((value - low) / step) * step, 10))


def _asked(question: Question | Number) -> str:
    """A question for the pen: boxes to tick, or a line."""
    if isinstance(question, Number):
        return sheet.prose(f"{question.text}\n\nYour number: ______________ {question.unit}")
    ticks = "".join(f"<li>{_inline(one.text)}</li>" for one in question.answers)
    return f'{sheet.prose(question.text)}<ol class="answers">{ticks}</ol>'


def _inline(text: str) -> str:
    return sheet.prose(text).removeprefix("<p>").removesuffix("</p>\n")


def _listed(question: Question | Number) -> str:
    if isinstance(question, Number):
        return f"{question.text} (in {question.unit})" if question.unit else question.text
    return question.text + "\n\n" + "\n".join(f"- {one.text}" for one in question.answers)


def _answers(lesson: Lesson) -> str:
    """Every answer with what is said of it, why, and what would change one's mind."""
    parts = [_told("First", lesson.predict), _told("Then", lesson.ask), f"**Why.** {lesson.explain}"]
    return "\n\n".join([*parts, f"**What would change your mind?** {changed_mind(lesson.doubt)}"])


def _told(head: str, question: Question | Number) -> str:
    if isinstance(question, Number):
        given = f"{question.value:g} {question.unit}".strip()
        told = f"- Right: {question.feedback_right}\n- Another number: {question.feedback_wrong}"
        return f"**{head}.** {given}, give or take {question.tolerance:g}.\n\n{told}"
    marks = {True: "**right**", False: "not so"}
    lines = [f"- *{one.text}*: {marks[one.right]}. {one.feedback}" for one in question.answers]
    return f"**{head}.**\n\n" + "\n".join(lines)
