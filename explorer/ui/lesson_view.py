"""One lesson: predict, play, answer, explain. Each part is there once the one before it is done; the URL says which."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from explorer.catalogue import Card, labs, lessons
from explorer.handouts.lesson import changed_mind, frames
from explorer.lab_runs import Asked
from explorer.lessons.base import Lesson, Number, Question, after, ordered
from explorer.settings import Setting, typed
from explorer.ui import answers, export, focus, lab_figure, lesson_handouts, teacher
from explorer.ui.answers import Part
from explorer.ui.form import tell_ignored
from explorer.ui.pages import link
from explorer.ui.teacher import Prepared

STEPS = ("Predict", "Play", "Answer", "Explain")


def panel(name: str, first: Mapping[str, list[str]]) -> None:
    """The lesson of that name as far as it has come.

    Args:
        first: parameters of the URL that no other part of the page reads, as they were before anything was drawn.

    Raises:
        UnknownNameError: when there is none.
    """
    card, prepared = lessons.card(name), Prepared.asked()
    lesson: Lesson = lessons[name]()
    predicted, answered = (answers.shown(name, part) for part in ("predicted", "answered"))
    _head(card, prepared, _step(name, lesson, predicted, answered))
    notice = st.container()
    if predicted is None or not prepared.projector:
        st.markdown(lesson.opening)
    if predicted is None:
        _ask(name, "predicted", lesson.predict, "Keep this prediction")
        with notice:
            tell_ignored({key: one for key, one in first.items() if not key.startswith(f"{name}.")}, f"ahead-{name}")
            _tell(prepared, lesson)
        lab_figure.ahead(lambda: _soon(name, lesson))
        return
    settings, explained = _played(name, lesson, predicted, answered, prepared)
    with notice:
        hidden = {f"{name}.{one}" for one in prepared.hide | prepared.lock}
        tell_ignored({key: one for key, one in first.items() if key not in hidden}, f"labs-{name}")
        _tell(prepared, lesson)
    if explained:
        _explain(name, lesson, predicted, settings, prepared)
        following = after(name)
        if following is not None:
            lab_figure.ahead(lambda: _soon(following, lessons[following]()))


def _tell(prepared: Prepared, lesson: Lesson) -> None:
    """What of the link does nothing here, or stands in the way of the lesson."""
    teacher.tell_unknown(prepared, _free(lesson), lesson_handouts.PARTS)
    teacher.tell_withheld(prepared, lesson.play.free)


def _soon(name: str, lesson: Lesson) -> list[Asked]:
    """What the play of a lesson opens with, and ends of its one manipulation."""
    opening = lab_figure.on_screen(lesson.play.lab, lesson.play.state)
    return [opening, *(replace(one, theme=opening.theme, narrow=opening.narrow) for _, one in frames(name))]


def _head(card: Card, prepared: Prepared, step: int) -> None:
    """The title, which lesson of how many it is, and how far it has come."""
    names = ordered()
    if not prepared.projector:
        link("labs", "All lessons", view="Lessons", **answers.parameters())
    teacher.head(card.constants["TITLE"], prepared)
    if prepared.projector and step:
        return
    words = [f"**{one}**" if place == step else f":gray[{one}]" for place, one in enumerate(STEPS)]
    where = f"Lesson {names.index(card.name) + 1} of {len(names)} · about {card.constants['MINUTES']} minutes"
    st.markdown(f"{where} · {' → '.join(words)}")


def _step(name: str, lesson: Lesson, predicted: str | None, answered: str | None) -> int:
    """Place in `STEPS` to which the lesson has come."""
    if predicted is None or answered is None:
        return 0 if predicted is None else 1
    return 3 if answers.judged(lesson.ask, answered)[1] or f"told.{name}" in st.query_params else 2


def _played(
    name: str, lesson: Lesson, predicted: str, answered: str | None, prepared: Prepared
) -> tuple[dict[str, Any], bool]:
    """Playing, and beside it the question after it; the settings as they are now, and whether to explain."""
    picture, side = teacher.halves(prepared)
    with picture:
        text, place = teacher.bar(prepared)
        text.markdown(f"**Do:** {lesson.play.do}")
        with place, st.container(key="lesson-play"):
            values = dict(lesson.play.state) | teacher.controls(_free(lesson), name, prepared)
            focus.first_of("lesson-play")
        lab_figure.panel(lab_figure.on_screen(lesson.play.lab, values), prepared.changed)
    with side:
        expected, _, _ = answers.judged(lesson.predict, predicted)
        st.markdown(f"**You expect:** {expected}")
        _ask(name, "answered", lesson.ask, "Answer", answered)
        return values, answered is not None and _settled(name, lesson.ask, answered)


def _free(lesson: Lesson) -> list[Setting]:
    """The settings that can be played with, opening as the lesson says."""
    rules = {one.name: one for one in labs.card(lesson.play.lab).settings}
    state = lesson.play.state
    return [replace(rules[one], default=state.get(one, rules[one].default)) for one in lesson.play.free]


def _ask(name: str, part: Part, question: Question | Number, label: str, code: str | None = None) -> None:
    """A question with its button; the answer of the URL is chosen in it."""
    key = f"{name}-{part}"
    _follow(key, question, code)
    st.markdown(f"**{question.text}**")
    if isinstance(question, Number):
        number = f"Your number ({question.unit})" if question.unit else "Your number"
        st.number_input(number, value=None, format="%g", key=key, placeholder="a number")
    else:
        texts = [one.text for one in question.answers]
        st.radio(question.text, texts, index=None, key=key, label_visibility="collapsed")
    st.button(label, type="primary", key=f"{key}-give", on_click=_give, args=(name, part, question, key))
    if st.session_state.pop(f"{key}-missing", False):
        st.caption("Give an answer first; a guess is as good as any.")


def _follow(key: str, question: Question | Number, code: str | None) -> None:
    """Choose the answer of the URL where that is another than at the last look: the back button changes it."""
    if key in st.session_state and st.session_state.get(f"{key}-code") == code:
        return
    st.session_state[f"{key}-code"] = code
    if code is None:
        st.session_state[key] = None
    elif isinstance(question, Number):
        st.session_state[key] = float(code)
    else:
        st.session_state[key] = question.answers[answers.LETTERS.index(code)].text


def _give(name: str, part: Part, question: Question | Number, key: str) -> None:
    """Keep what is chosen now: a number that was just typed is newer than the page it was typed on."""
    chosen = st.session_state.get(key)
    if chosen is None:
        st.session_state[f"{key}-missing"] = True
        return
    if part == "predicted":
        focus.moves_on()
    code = answers.code_of(question, chosen)
    answers.give(name, part, code)
    st.session_state[f"{key}-code"] = code  # what is chosen while the page is still drawn must not be taken back


def _settled(name: str, question: Question | Number, code: str) -> bool:
    """Say what is to be said of an answer; whether the explanation follows: at once after the right one, else asked."""
    _, right, feedback = answers.judged(question, code)
    if right:
        st.success(_worded(True, feedback), icon=":material/check_circle:")
        return True
    st.warning(_worded(False, feedback), icon=":material/replay:")
    told = f"told.{name}"
    if told not in st.query_params:
        st.button("Explain it", key=f"{name}-told", on_click=lambda: st.query_params.update({told: "1"}))
    return told in st.query_params


def _worded(right: bool, feedback: str) -> str:
    """What is said of an answer, after a word on it unless it begins with one."""
    own = ("right", "yes", "correct") if right else ("no", "not", "wrong")
    begins = feedback.lower().replace(",", " ").replace(".", " ").replace(":", " ").split()[:1]
    return feedback if begins and begins[0] in own else f"**{'Right' if right else 'Not so'}.** {feedback}"


def _explain(name: str, lesson: Lesson, predicted: str, settings: Mapping[str, Any], prepared: Prepared) -> None:
    """Why, what would change one's mind, and where it goes on."""
    text, ways = teacher.halves(prepared)
    with text:
        expected, right, feedback = answers.judged(lesson.predict, predicted)
        st.subheader("Why")
        st.markdown(f"You expected: *{expected}*. {_worded(right, feedback)}")
        st.markdown(lesson.explain)
        st.markdown(f"**What would change your mind?** {changed_mind(lesson.doubt)}")
    with ways:
        export.used(labs.card(lesson.play.lab).references)
        _onward(name, lesson, settings)
        lesson_handouts.panel(name, lesson, settings)


def _onward(name: str, lesson: Lesson, settings: Mapping[str, Any]) -> None:
    """The next lesson, the lab with all its controls, pages that go on from here."""
    following = after(name)
    if following is not None:
        card = lessons.card(following)
        label = f"Next lesson: {card.constants['TITLE']}, {card.constants['MINUTES']} minutes"
        link("labs", label, lesson=following, **answers.parameters())
    else:
        st.markdown("That was the last lesson.")
    lab = lesson.play.lab
    values = {f"{lab}.{key}": typed(one) for key, one in settings.items()}
    link("labs", "Play on with every control", lab=lab, **values)
    for where, label in lesson.onward.items():
        page, _, query = where.partition("?")
        link(page, label, **dict(part.split("=", 1) for part in query.split("&") if part))
    st.button("Begin this lesson again", key=f"{name}-again", on_click=answers.again, args=(name,), type="tertiary")
