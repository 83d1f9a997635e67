"""What every lesson must do: predict, play, answer, explain, nothing given away; on paper and as a notebook too."""

import csv
import io
import json
import re
import tokenize
from datetime import datetime
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from pages_fixture import opened, quiet, texts  # noqa: F401
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from explorer import cli, lab_runs
from explorer.catalogue import Card, labs, lessons
from explorer.errors import InputError, SettingError, UnknownNameError
from explorer.figures.theme import THEMES
from explorer.handouts import lab as lab_handout
from explorer.handouts import lesson as handout
from explorer.handouts import sheet
from explorer.jobs import board
from explorer.labs.base import drawn, told, words
from explorer.lessons.base import Answer, Lesson, Number, Play, Question, after, ordered
from explorer.results.pictures import Bars
from explorer.settings import Range, Setting
from explorer.ui import answers
from explorer.ui.lesson_view import _worded
from explorer.ui.sliders import notches

pytestmark = pytest.mark.usefixtures("quiet")

PAGE = "8_labs.py"
NAMES = ordered()
FIRST = NAMES[0]
every_lesson = pytest.mark.parametrize("name", NAMES)
NUMBERS: dict[str, tuple[dict[str, Any], str]] = {
    "watch_tanh": ({"until": 8000}, "now"),
    "diffusion_entropy": ({"t": 4.0}, "DSE of 16"),
    "fool_yourself": ({"looks": 1000}, "reused holdout"),
}
"""Of every lesson that asks for a number: the settings at which its lab tells it, and under which name."""


def asked(lesson: Lesson) -> list[Question]:
    return [one for one in (lesson.predict, lesson.ask) if isinstance(one, Question)]


def said_in(lesson: Lesson) -> list[str]:
    """Every text of a lesson."""
    found = [lesson.opening, lesson.explain, lesson.doubt, lesson.play.do, lesson.predict.text, lesson.ask.text]
    for question in asked(lesson):
        found += [text for one in question.answers for text in (one.text, one.feedback)]
    if isinstance(lesson.ask, Number):
        found += [lesson.ask.feedback_right, lesson.ask.feedback_wrong]
    return found


def plainly(test: AppTest) -> str:
    """What the page says, warnings and praise too."""
    return "\n".join([texts(test), *(str(one.value) for one in test.success)])


def worked(test: AppTest) -> AppTest:
    """The page after a worker has done every job on the board."""
    for job in board.Board().live():
        lab_runs.run(**job.spec.arguments)
        board.Board().finish(job.id, "done", result="{}")
    return test.run()


def give(test: AppTest, name: str, part: str, answer: Any) -> AppTest:
    """Choose an answer and press the button below it."""
    key = f"{name}-{part}"
    widget = test.number_input(key=key) if isinstance(answer, float) else test.radio(key=key)
    widget.set_value(answer)
    button = test.button(key=f"{key}-give")
    assert button.label == {"predicted": "Keep this prediction", "answered": "Answer"}[part]
    return worked(button.click().run())


def right_and_wrong(question: Question | Number) -> tuple[Any, Any]:
    if isinstance(question, Number):
        return question.value, question.value + 10 * question.tolerance
    right = next(one.text for one in question.answers if one.right)
    return right, next(one.text for one in question.answers if not one.right)


def test_there_are_lessons_in_order_and_their_places_are_unique() -> None:
    places = [lessons.card(name).constants["PLACE"] for name in NAMES]
    assert places == sorted(set(places)) and len(NAMES) >= 1
    titles = [lessons.card(name).constants["TITLE"] for name in NAMES]
    assert len(set(titles)) == len(titles) and after(NAMES[-1]) is None
    assert [after(name) for name in NAMES[:-1]] == NAMES[1:]


@every_lesson
def test_a_lesson_is_short_has_one_manipulation_and_feedback_for_every_answer(name: str) -> None:
    card, lesson = lessons.card(name), lessons[name]()
    assert 5 <= card.constants["MINUTES"] <= 8 and len(card.constants["TITLE"]) < 60
    assert card.summary.endswith(".") and len(lesson.play.free) == 1
    assert len(lesson.opening.split()) <= 90 and len(lesson.explain.split()) <= 260
    assert all(text.strip() for text in said_in(lesson)) and lesson.doubt.rstrip().endswith((".", "?"))
    for question in asked(lesson):
        assert len({one.feedback for one in question.answers}) == len(question.answers)
        assert all(len(one.feedback.split()) >= 3 for one in question.answers)


@pytest.mark.parametrize("card", [*map(lessons.card, NAMES), *map(labs.card, labs)], ids=lambda one: one.module)
def test_no_space_is_lost_between_two_lines_of_a_text(card: Card) -> None:
    text = Path(str(find_spec(card.module).origin)).read_text(encoding="utf-8")
    tokens = [one for one in tokenize.generate_tokens(io.StringIO(text).readline) if one.type != tokenize.NL]
    for one, two in pairwise(tokens):
        if one.type == two.type == tokenize.STRING:
            left, right = one.string.rstrip("\"'"), two.string.lstrip("rbfRBF").lstrip("\"'")
            assert not (left[-1:].isalnum() and right[:1].isalnum()), f"{left[-20:]!r} and {right[:20]!r}"


@every_lesson
def test_the_play_opens_and_moving_its_control_changes_the_figure(name: str) -> None:
    found = [drawn(one.name, **one.settings) for _, one in handout.frames(name)]
    assert 2 <= len(found) <= 4
    assert len({(one.layout.title.text, str(told(one))) for one in found}) >= 2


@every_lesson
def test_a_number_that_is_asked_for_is_what_the_lab_tells(name: str) -> None:
    lesson = lessons[name]()
    if isinstance(lesson.ask, Number):
        settings, number = NUMBERS[name]
        found = told(drawn(lesson.play.lab, **{**lesson.play.state, **settings}))[number]
        assert abs(found - lesson.ask.value) <= lesson.ask.tolerance / 2 and set(settings) <= set(lesson.play.free)


@every_lesson
def test_the_control_stops_at_every_value_that_is_asked_for(name: str) -> None:
    play = lessons[name]().play
    for one in (one for one in labs.card(play.lab).settings if one.name in play.free and one.type in (int, float)):
        spread = one.range is not None and one.range.log
        asked_for = {float(text) for text in re.findall(r"(?:from|to|at) (\d+(?:\.\d+)?)", play.do)}
        asked_for |= {float(NUMBERS[name][0][one.name])} if name in NUMBERS else set()
        assert asked_for
        missing = asked_for - set(map(float, notches(one))) if spread else set()
        assert not missing, f"{one.name} cannot be set to {missing}"


@every_lesson
def test_a_link_that_takes_the_control_of_a_lesson_away_says_so(name: str) -> None:
    free = lessons[name]().play.free[0]
    for taken in ({"lock": free}, {"hide": free}):
        test = opened(PAGE, lesson=name, **taken)
        assert [one for one in test.warning if f"`{free}` is hidden or locked" in one.value] and not test.exception
    test = opened(PAGE, lesson=name, lock="nope", hide="see", **{f"predicted.{name}": "a"})
    said = [one.value for one in test.warning]
    assert any("called nope" in one for one in said) and any("called see" in one for one in said)


def test_going_back_marks_the_answer_of_the_address() -> None:
    test = opened(PAGE, lesson=FIRST, **{f"predicted.{FIRST}": "a", f"answered.{FIRST}": "a"})
    answered = test.radio(key=f"{FIRST}-answered")
    texts_of = [one.text for one in lessons[FIRST]().ask.answers]
    assert answered.value == texts_of[0]
    give(test, FIRST, "answered", texts_of[1])
    assert test.radio(key=f"{FIRST}-answered").value == texts_of[1]
    test.query_params[f"answered.{FIRST}"] = "a"
    assert test.run().radio(key=f"{FIRST}-answered").value == texts_of[0]
    del test.query_params[f"answered.{FIRST}"]
    assert test.run().radio(key=f"{FIRST}-answered").value is None


def test_a_next_lesson_that_cannot_be_prepared_is_told_when_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(asked: lab_runs.Asked, tabled: bool = False) -> None:
        raise SettingError("the next one broke")

    following = after(FIRST)
    code = answers.code_of(lessons[FIRST]().ask, right_and_wrong(lessons[FIRST]().ask)[0])
    opened(PAGE, lesson=FIRST)
    kept = lab_runs.drawn
    own = lessons[FIRST]().play.lab
    monkeypatch.setattr(
        lab_runs, "drawn", lambda asked, **more: (kept if asked.name == own else refused)(asked, **more)
    )
    monkeypatch.setattr(lab_runs, "submitted", refused)
    test = opened(PAGE, lesson=FIRST, **{f"predicted.{FIRST}": "a", f"answered.{FIRST}": code})
    assert not test.error and not test.exception and "What would change your mind" in plainly(test)
    test = opened(PAGE, lesson=str(following), **{f"predicted.{following}": "a"})
    assert any("the next one broke" in one.value for one in test.error)


@every_lesson
def test_nothing_is_given_away_before_it_was_predicted_and_all_is_explained_in_the_end(name: str) -> None:
    lesson = lessons[name]()
    test = opened(PAGE, lesson=name)
    assert not test.exception and not test.get("plotly_chart") and not test.warning
    hidden = [lesson.ask.text, lesson.play.do, lesson.explain, *(one.feedback for one in lesson.predict.answers)]
    assert lesson.predict.text in plainly(test) and not [one for one in hidden if one in plainly(test)]
    predicted = lesson.predict.answers[-1]
    give(test, name, "predicted", predicted.text)
    assert not test.exception and len(test.get("plotly_chart")) == 1
    assert lesson.ask.text in plainly(test) and predicted.text in plainly(test) and lesson.play.do in plainly(test)
    assert predicted.feedback not in plainly(test) and lesson.explain not in plainly(test)
    right, wrong = right_and_wrong(lesson.ask)
    give(test, name, "answered", wrong)
    assert lesson.ask.judged(wrong)[1] in plainly(test) and lesson.explain not in plainly(test)
    assert "**Answer**" in plainly(test) and "**Explain**" not in plainly(test)
    give(test, name, "answered", right)
    assert lesson.ask.judged(right)[1] in plainly(test) and lesson.explain in plainly(test)
    assert "**Explain**" in plainly(test)
    assert predicted.feedback in plainly(test) and handout.changed_mind(lesson.doubt) in plainly(test)
    following = after(name)
    labels = " ".join(one.proto.label for one in test.get("page_link"))
    assert ("Next lesson" in labels) == (following is not None) and not test.exception


def test_the_url_brings_a_lesson_back() -> None:
    lesson = lessons[FIRST]()
    right, _ = right_and_wrong(lesson.ask)
    state = {f"predicted.{FIRST}": "a", f"answered.{FIRST}": answers.code_of(lesson.ask, right)}
    test = worked(opened(PAGE, lesson=FIRST, **state))
    assert lesson.explain in plainly(test) and lesson.predict.answers[0].feedback in plainly(test)
    assert not test.exception and not test.warning
    test.button(key=f"{FIRST}-again").click().run()
    assert lesson.explain not in plainly(test) and not test.get("plotly_chart")
    assert f"predicted.{FIRST}" not in test.query_params and not test.exception


@pytest.mark.parametrize("code", ["zz", "e9", ""])
def test_an_answer_that_cannot_be_is_none(code: str) -> None:
    test = opened(PAGE, lesson=FIRST, **{f"predicted.{FIRST}": code, f"answered.{FIRST}": code})
    assert not test.exception and not test.get("plotly_chart") and lessons[FIRST]().ask.text not in plainly(test)


@pytest.mark.parametrize("code", ["x", "inf", "nan", "1e400"])
def test_an_answer_that_is_no_finite_number_is_none(code: str) -> None:
    name = "fool_yourself"
    test = worked(opened(PAGE, lesson=name, **{f"predicted.{name}": "a", f"answered.{name}": code}))
    assert not test.exception and test.number_input(key=f"{name}-answered").value is None
    assert lessons[name]().explain not in plainly(test)


def test_a_few_presses_of_a_key_take_a_control_to_the_values_that_a_lesson_names() -> None:
    test = worked(opened(PAGE, lesson="correlated_gaussian", **{"predicted.correlated_gaussian": "a"}))
    assert test.slider(key="correlated_gaussian.n").step == 100


def test_a_button_without_an_answer_says_so() -> None:
    test = opened(PAGE, lesson=FIRST)
    test.button(key=f"{FIRST}-predicted-give").click().run()
    assert "Give an answer first" in texts(test) and not test.get("plotly_chart")


def test_a_wrong_answer_can_be_explained_and_given_again() -> None:
    lesson = lessons[FIRST]()
    right, wrong = right_and_wrong(lesson.ask)
    test = worked(opened(PAGE, lesson=FIRST, **{f"predicted.{FIRST}": "a"}))
    give(test, FIRST, "answered", wrong)
    test.button(key=f"{FIRST}-told").click().run()
    assert lesson.explain in plainly(test) and test.query_params[f"told.{FIRST}"] == "1"
    give(test, FIRST, "answered", right)
    rows = [(one.part, one.right) for one in test.session_state[answers.LOG] if one.part == "answered"]
    assert rows == [("answered", False), ("answered", True)]


def test_answers_are_kept_with_their_time_and_mark_the_lesson_as_done() -> None:
    lesson = lessons[FIRST]()
    right, _ = right_and_wrong(lesson.ask)
    test = opened(PAGE, lesson=FIRST)
    give(test, FIRST, "predicted", lesson.predict.answers[0].text)
    give(test, FIRST, "answered", right)
    log = test.session_state[answers.LOG]
    assert [one.part for one in log] == ["predicted", "answered"]
    assert all(datetime.fromisoformat(one.when).tzinfo for one in log)
    rows = list(csv.DictReader(io.StringIO(answers.as_csv(log))))
    assert rows[1]["lesson"] == FIRST and rows[1]["right"] == "True" and rows[1]["question"] == lesson.ask.text
    assert set(rows[0]) == set(json.loads(answers.as_json(log))[0])
    test.query_params.clear()
    test.query_params["view"] = "Lessons"
    test.run()
    assert "done" in texts(test) and not test.exception
    carried = next(one.proto.query_string for one in test.get("page_link") if "lesson=" in one.proto.query_string)
    assert f"answered.{FIRST}=" in carried, "links carry what was answered on"


def test_what_only_the_url_knows_comes_without_a_time() -> None:
    test = opened(PAGE, view="Lessons", **{f"predicted.{FIRST}": "a", "predicted.nope": "a"})
    (row,) = test.session_state[answers.LOG]
    assert row.when == "" and row.lesson == FIRST and row.answer == lessons[FIRST]().predict.answers[0].text
    assert not test.exception


def test_codes_of_answers_are_read_as_they_are_written() -> None:
    question = Question("q?", (Answer("one", "Yes, one.", right=True), Answer("two", "No, two.")))
    number = Number("n?", 0.5, 0.1, "nats", "Well.", "Look.")
    assert answers.code_of(question, "two") == "b" and answers.judged(question, "b") == ("two", False, "No, two.")
    assert answers.code_of(number, 0.55) == "0.55" and answers.judged(number, "0.55") == ("0.55 nats", True, "Well.")
    assert not answers.judged(number, "0.7")[1]
    for wrong, given in ((question, "c"), (number, "x"), (number, "-inf"), (question, "")):
        with pytest.raises(SettingError):
            answers.judged(wrong, given)


@pytest.mark.parametrize(
    "right, feedback, shown",
    [
        (True, "Right: so.", "Right: so."),
        (True, "So.", "**Right.** So."),
        (False, "Nothing is.", "**Not so.** Nothing is."),
        (False, "No, look.", "No, look."),
        (True, "No bin is left.", "**Right.** No bin is left."),
    ],
)
def test_a_word_says_whether_an_answer_is_right(right: bool, feedback: str, shown: str) -> None:
    assert _worded(right, feedback) == shown


def any_figure(one: lab_runs.Asked) -> Any:
    """The figure of a lab that is quick; a small one for another."""
    if lab_runs.quick(one.name):
        return drawn(one.name, **one.settings)
    return Bars(title="A finding", told={"a": 1.0}, names=["a"], values=[1.0], value_title="nats").plot()


@every_lesson
def test_a_lesson_on_paper_is_one_file_with_everything_in_it(name: str) -> None:
    lesson = lessons[name]()
    frames = handout.frames(name)
    page = handout.page(name, [any_figure(one) for _, one in frames])
    assert page.count('<figure role="img"') == len(frames) and page.count("<details>") == 2
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r'(src|href)="http|@import|url\(', outside), "a page on paper needs no network"
    for text in said_in(lesson):
        if text is not lesson.doubt:
            assert sheet.prose(text).removeprefix("<p>").partition("</p>")[0].strip() in page
    first, later = page.index("<details>"), page.index(f"<summary>{handout.AFTER}")
    assert page.index("<h2>First</h2>") < first < page.index("<h2>Then</h2>") < later


@every_lesson
def test_a_notebook_of_a_lesson_runs(name: str) -> None:
    found = nbformat.reads(handout.notebook(name), as_version=4)
    nbformat.validate(found)
    (code,) = [cell.source for cell in found.cells if cell.cell_type == "code"]
    *imports, _, call = code.strip().split("\n")
    scope: dict[str, Any] = {}
    exec("\n".join(imports), scope)
    assert eval(call, scope).layout.title.text
    assert lessons[name]().play.free[0] in call, "the setting to change stands in the call"


@pytest.mark.timeout(120)
def test_a_notebook_runs_in_jupyter() -> None:
    found = nbformat.reads(handout.notebook(FIRST), as_version=4)
    NotebookClient(found, timeout=100).execute()
    (cell,) = [one for one in found.cells if one.cell_type == "code"]
    assert "application/vnd.plotly.v1+json" in cell.outputs[0]["data"]


@pytest.mark.parametrize("name", [*NAMES, *labs])
def test_every_formula_can_be_set_without_a_network(name: str) -> None:
    found = said_in(lessons[name]()) if name in lessons else []
    if name in labs:
        parts = words(labs.card(name).doc)
        found += [parts.shown, parts.do, parts.see, parts.rest]
    for text in found:
        shown = sheet.prose(text)
        assert "\\" not in re.sub(r"<code>.*?</code>", "", shown) and "<merror" not in shown, text
        assert text.count("$") % 2 == 0 and ("$" not in text or "<math" in shown)


def test_words_are_set_as_markdown_and_markup_is_shown() -> None:
    shown = sheet.prose("**a** `x$y$` $\\frac{a}{b}$ <script>alert(1)</script>")
    assert "<strong>a</strong>" in shown and "<code>x$y$</code>" in shown
    assert "<mfrac>" in shown and "<script>" not in shown
    assert 'display="block"' in sheet.prose("$$a$$")


@pytest.mark.parametrize(
    "setting, start, values",
    [
        (Setting("a", float, 0.5, Range(0.0, 1.0, 0.05)), 0.5, [0.0, 0.5, 1.0]),
        (Setting("a", float, 0.0, Range(0.0, 0.99, 0.01)), 0.0, [0.0, 0.495, 0.99]),
        (Setting("a", int, 10, Range(10, 1000, 10)), 10, [10, 510, 1000]),
        (Setting("a", int, 1, Range(1, 10_000, log=True)), 1, [1, 100, 10_000]),
        (Setting("a", bool, False), False, [False, True]),
        (Setting("a", str, "x", None, ("x", "y")), "x", ["x", "y"]),
    ],
)
def test_on_paper_a_control_is_a_few_values(setting: Setting, start: Any, values: list[Any]) -> None:
    found = handout._spread(setting, start)
    assert found == (pytest.approx(values, abs=0.011) if setting.type in (int, float) else values)
    assert [setting.checked(one) for one in found] == found


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, list(arguments))


def test_commands_list_run_and_write(tmp_path: Any) -> None:
    listed = run("list", "lessons").output.splitlines()
    assert [line.split()[0] for line in listed] == NAMES
    quick = next(name for name in labs if lab_runs.quick(name))
    assert labs.card(quick).constants["TITLE"] in run("list", "labs").output
    found = json.loads(run("lab", quick, "--json").output)
    assert found["lab"] == quick and found["told"] and found["finding"]
    assert found["finding"] in run("lab", quick).output
    for ending, holds in ((".html", "<figure"), (".ipynb", "cells"), (".csv", ",")):
        path = tmp_path / f"lab{ending}"
        done = run("lab", quick, "--out", str(path), "--theme", "dark")
        assert done.exit_code == 0 and str(path) in done.output.replace("\n", "")
        assert holds in path.read_text()
    assert THEMES["dark"].background in (tmp_path / "lab.html").read_text()
    for ending in (".html", ".ipynb"):
        path = tmp_path / f"lesson{ending}"
        done = run("lesson", FIRST, "--out", str(path))
        assert done.exit_code == 0 and str(path) in done.output.replace("\n", "")
    nbformat.validate(nbformat.read(tmp_path / "lesson.ipynb", as_version=4))


def test_a_lesson_without_a_file_opens_in_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    opened_at: list[Any] = []
    monkeypatch.setattr("explorer.launch.serve", lambda *given: opened_at.append(given))
    run("lesson", FIRST, "--no-browser", "--port", "8600")
    assert opened_at == [(f"labs?lesson={FIRST}", 8600, False)]


@pytest.mark.parametrize(
    "arguments, error, says",
    [
        (("lab", "nope"), UnknownNameError, "no lab 'nope'"),
        (("lab", "two_by_two", "agreement=0.9"), InputError, "settings go with --set, as in --set agreement=0.9"),
        (("lab", "two_by_two", "0.9"), InputError, "settings go with --set, as in --set agreement=0.5"),
        (("lab", "two_by_two", "agreement=5"), InputError, "as in --set agreement=0.5"),
        (("lab", "two_by_two", "--set", "heads"), SettingError, "as in --set heads=0.5"),
        (("lab", "between_two_bounds", "--set", "nope"), SettingError, "as in --set alpha=1.0"),
        (("lesson", "nope"), UnknownNameError, "no lesson 'nope'"),
        (("lab", "QUICK", "--set", "zz=1"), SettingError, "zz"),
        (("lab", "QUICK", "--out", "a.exe"), InputError, "must end in .html"),
        (("lab", "QUICK", "--out", "/no/where/a.html"), InputError, "does not exist"),
        (("lab", "QUICK", "--theme", "pink"), InputError, "must be light or dark"),
        (("lesson", "FIRST", "--out", "a.csv"), InputError, "must end in .html or .ipynb"),
    ],
)
def test_what_a_command_cannot_do_is_one_sentence(arguments: Any, error: type, says: str) -> None:
    quick = next(name for name in labs if lab_runs.quick(name))
    given = [{"QUICK": quick, "FIRST": FIRST}.get(one, one) for one in arguments]
    found = run(*given)
    assert isinstance(found.exception, error) and says in str(found.exception) and "\n" not in str(found.exception)


def test_a_picture_needs_kaleido_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    quick = next(name for name in labs if lab_runs.quick(name))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = run("lab", quick, "--out", str(tmp_path / "a.png"))
    assert "pip install kaleido" in str(found.exception) and not (tmp_path / "a.png").exists()


def test_a_lab_as_python_repeats_its_settings() -> None:
    assert lab_handout.python("two", {"a": 0.5, "b": "x"}) == "from explorer.labs import two\n\ntwo(a=0.5, b='x')\n"


def test_a_play_names_settings_that_its_lab_has() -> None:
    quick = next(name for name in labs if lab_runs.quick(name))
    with pytest.raises(SettingError):
        Play(lab=quick, do="", free=("zz",))
