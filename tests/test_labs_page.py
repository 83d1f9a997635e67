"""The Labs page as the server runs it: lists, labs quick and slow, what a teacher's link sets, and one new file."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from pages_fixture import APP, opened, quiet, texts  # noqa: F401
from streamlit.testing.v1 import AppTest

from explorer import jobs, lab_runs
from explorer.catalogue import Catalogue, labs, lessons
from explorer.data import digest
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.figures import kept
from explorer.jobs import board
from explorer.lab_runs import Asked
from explorer.labs import base
from explorer.labs.base import chapters, drawn, finding, table
from explorer.packaged import root
from explorer.results.pictures import Bars, Curves, Line
from explorer.ui import labs_page, results, teacher
from explorer.ui.show import plain
from explorer.ui.teacher import Prepared

pytestmark = pytest.mark.usefixtures("quiet")

PAGE = "8_labs.py"
QUICK = '''"""Two coins."""

from typing import Annotated, Literal
from plotly.graph_objects import Figure
from explorer.packaged import root
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "How much does a scratch coin tell?"
PAPERS = (23,)
QUICK = {quick}


def lab(agreement: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5, unit: Literal["bits", "nats"] = "bits") -> Figure:
    r"""Bars of a coin.

    Do: raise `agreement`.

    See: the bar grows.

    It is $\\frac{{1}}{{2}}$ at first.

    >>> told(lab())["agreement"]
    0.5

    Args:
        agreement: of the coins.
        unit: of the axis.

    References: kraskov2004, equation 8.
    """
    told = {{"agreement": agreement}}
    return Bars(title=f"The coins agree {{agreement:.2f}}", told=told, names=["a"], values=[agreement],
                value_title=unit).plot()
'''
FOLDERS = {"scratch_coin": "True", "scratch_slow": "False"}


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A chapter of two labs in a package of their own, one of them quick."""
    folder = tmp_path / "scratchlabs"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Scratch coins.\n\nA chapter of its own."""\n')
    for name, quick in FOLDERS.items():
        text = QUICK.format(quick=quick).replace("scratch coin", name.replace("_", " "))
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    known = {**labs._modules, **{name: f"scratchlabs.{name}" for name in FOLDERS}}
    monkeypatch.setitem(labs.__dict__, "_modules", known)
    yield folder
    for name in [name for name in sys.modules if name.startswith("scratchlabs")]:
        del sys.modules[name]
    for name in FOLDERS:
        labs._cards.pop(name, None)
    lab_runs.source.cache_clear()


def links(test: AppTest) -> dict[str, str]:
    """Labels of the links and what their addresses ask for."""
    return {one.proto.label: one.proto.query_string for one in test.get("page_link")}


def chart(test: AppTest) -> Any:
    (found,) = test.get("plotly_chart")
    return found.proto


def worked() -> None:
    """What a worker does with every job on the board."""
    for job in board.Board().live():
        lab_runs.run(**job.spec.arguments)
        board.Board().finish(job.id, "done", result="{}")


def test_lessons_come_first_in_order_with_their_minutes() -> None:
    test = opened(PAGE)
    assert not test.exception and not test.error and jobs.jobs() == []
    known = [f"{place}. {lessons.card(name).constants['TITLE']}" for place, name in enumerate(labs_page.ordered(), 1)]
    assert [label for label in links(test) if label in known] == known
    assert f"{len(known)} lessons" in texts(test)


def test_every_lab_is_listed_under_its_chapter(scratch: Path) -> None:
    test = opened(PAGE, view="Labs")
    assert not test.exception
    found = links(test)
    for name in labs:
        assert found[plain(labs.card(name).constants["TITLE"])] == f"lab={name}"
    assert "Scratch coins" in [one.value for one in test.subheader] and "A chapter of its own." in texts(test)
    assert len(test.subheader) == len(chapters()) and f"{len(labs)} labs" in texts(test)


def test_chapters_that_lessons_play_with_come_first() -> None:
    taught = [labs.card(lessons[name]().play.lab).module.split(".")[-2] for name in labs_page.ordered()]
    order = list(labs_page.in_order())
    assert order[: len(set(taught))] == list(dict.fromkeys(taught)) and sorted(order) == sorted(chapters())


@pytest.mark.parametrize("words, there", [("slow SCRATCH", 1), ("scratch", 2), ("paper 23 scratch", 2), ("zzz", 0)])
def test_words_narrow_the_labs_down(scratch: Path, words: str, there: int) -> None:
    test = opened(PAGE, view="Labs", q=words)
    assert len([label for label in links(test) if "scratch" in label]) == there
    assert ("Try another word" in texts(test)) == (there == 0)


@pytest.mark.parametrize(
    "words, name", [("PID", "four_parts"), ("redundancy", "four_parts"), ("denoiser", "noise_levels")]
)
def test_words_of_a_lab_or_of_its_chapter_find_it(words: str, name: str) -> None:
    assert labs.card(name).constants["TITLE"] in links(opened(PAGE, view="Labs", q=words))


def test_what_a_question_holds_is_found_before_what_its_chapter_holds() -> None:
    found = labs_page.ranked([labs.card(name) for name in labs], "channel")
    assert list(found) == [where for where in labs_page.WHERE if where in found]
    assert "what_a_channel_carries" in [card.name for card in found[labs_page.WHERE[0]]]
    assert all("channel" in card.constants["TITLE"].lower() for card in found[labs_page.WHERE[0]])
    assert not any("channel" in card.constants["TITLE"].lower() for card in found[labs_page.WHERE[-1]])
    shown = [one.value for one in opened(PAGE, view="Labs", q="channel").subheader]
    assert shown == [f"Found {where}" for where in found]


@pytest.mark.parametrize(
    "words, first, later",
    [
        ("transfer entropy", "who_drives_whom", "knowledge_transfer"),
        ("diffusion", "noise_levels", None),
        ("diffusion", "bridge_of_noise", None),
        ("cross entropy", "knowledge_transfer", None),
    ],
)
def test_whole_words_and_phrases_come_before_parts_and_scattered_words(words, first, later) -> None:
    found = labs_page.ranked([labs.card(name) for name in labs], words)
    where = {card.name: place for place, place_of in enumerate(labs_page.WHERE) for card in found.get(place_of, ())}
    assert where[first] <= 1 and (later is None or where[later] == 2)


def test_an_entry_that_a_lab_imports_finds_it_by_name_and_summary() -> None:
    every = [labs.card(name) for name in labs]
    for words in ("minde", "mutual information neural diffusion estimation"):
        assert "noise_levels" in [card.name for card in labs_page.ranked(every, words)[labs_page.WHERE[1]]]
    assert labs_page._entries("explorer.labs.scores.noise_levels")


def test_numbers_that_will_be_seen_are_of_the_defaults_where_a_setting_is_another() -> None:
    state = {"near_and_far.decay": "1.2"}
    moved = "**See, starting from the defaults:** two of the sequences"
    assert "**See:** two of the sequences" in texts(opened(PAGE, lab="near_and_far"))
    for more in ({}, {"lock": "decay"}, {"hide": "decay"}, {"projector": "1"}):
        assert moved in texts(opened(PAGE, lab="near_and_far", **state, **more)), more
    rules = labs.card("near_and_far").settings
    assert base.expected("it grows.", {"decay": 1.2}, rules) == "**See:** it grows."
    assert base.expected("it is 2.", {"decay": 1.5}, rules) == "**See:** it is 2."


def test_the_bar_of_a_figure_has_room_above_its_title() -> None:
    figure = drawn("two_by_two")
    lowered = results.below_bar(figure)
    before, after = figure.layout, lowered.layout
    tops = [(1 - one.title.y) * one.height for one in (before, after)]
    assert tops[1] - tops[0] == pytest.approx(results.BAR) and after.margin.t - before.margin.t == results.BAR
    assert after.height - after.margin.t == before.height - before.margin.t, "the axes keep their height"
    assert figure.layout.height == before.height != after.height, "the figure that was given stays as it is"


@pytest.mark.parametrize("view", ["Lessons", "Labs", "Papers"])
def test_a_view_is_in_the_url_and_can_be_changed(view: str) -> None:
    test = opened(PAGE, view=view)
    assert test.query_params["view"] == view and test.segmented_control(key="labs-view").value == view
    test.segmented_control(key="labs-view").set_value("Labs").run()
    assert test.query_params["view"] == "Labs" and not test.exception


def test_a_name_that_is_none_is_told_above_the_lists(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_con")
    assert "did you mean 'scratch_coin'" in texts(test).replace("\\", "") and not test.exception
    assert test.error[0].value.endswith("?"), "one end of a sentence is enough"
    assert "no lesson 'zz'" in texts(opened(PAGE, lesson="zz")).replace("\\", "")


def test_the_lists_do_not_import_torch() -> None:
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"test = AppTest.from_file({APP!r}, default_timeout=60).run()\n"
        "from explorer.packaged import root\n"
        f"for view in ('Lessons', 'Labs', 'Papers'):\n    test.switch_page(str(root() / 'pages' / {PAGE!r}))\n"
        "    test.query_params['view'] = view\n    test.run()\n    assert not test.exception, test.exception\n"
        "assert not {'torch', 'distributed', 'sklearn', 'scipy.stats'} & set(sys.modules)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]


def test_a_quick_lab_is_drawn_at_once_and_follows_its_controls(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_coin", **{"scratch_coin.agreement": "0.9"})
    assert not test.exception and not test.warning and jobs.jobs() == []
    assert "The coins agree 0.90" in chart(test).spec and "The coins agree 0.90" in chart(test).alt
    said = texts(test)
    assert "**Do:** raise `agreement`." in said and "**See:** the bar grows." in said and r"$\frac{1}{2}$" in said
    assert "Paper 23: " in said and "kraskov2004" in "".join(one.value for one in test.code)
    test.slider(key="scratch_coin.agreement").set_value(0.25).run()
    assert "The coins agree 0.25" in chart(test).spec
    (python,) = [one.value for one in test.code if "import" in one.value]
    assert "scratch_coin(agreement=0.25)" in python
    test.selectbox(key="scratch_coin.unit").set_value("nats").run()
    assert "unit='nats'" in next(one.value for one in test.code if "import" in one.value)


def test_labs_that_say_they_are_quick_are_and_import_nothing_heavy() -> None:
    code = (
        "import sys, time\nfrom explorer.catalogue import labs\nfrom explorer.lab_runs import Asked, drawn, quick\n"
        "def seconds(asked):\n    begun = time.process_time()\n    drawn(asked)\n"
        "    return time.process_time() - begun\n"
        "for name in filter(quick, labs):\n    asked = Asked(name).checked()\n    drawn(asked)\n"
        "    took = min(seconds(asked) for _ in range(3))\n"
        "    assert took < 0.2, f'{name} takes {took:.2f} s'\n"
        "    assert not {'torch', 'distributed'} & set(sys.modules), name\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]


def test_a_value_that_cannot_be_is_named_and_the_default_in_force(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_coin", **{"scratch_coin.agreement": "7", "scratch_coin.zz": "1"})
    (warning,) = test.warning
    assert "agreement=7" in warning.value and "zz=1" in warning.value
    assert "The coins agree 0.50" in chart(test).spec


def test_hidden_and_locked_controls_have_the_values_of_the_link(scratch: Path) -> None:
    state = {"scratch_coin.agreement": "0.8", "scratch_coin.unit": "nats"}
    test = opened(PAGE, lab="scratch_coin", hide="agreement", lock="unit", **state)
    assert not test.slider and not [one for one in test.selectbox if "scratch" in (one.key or "")]
    assert "The coins agree 0.80" in chart(test).spec and "Set by the link: unit = nats" in texts(test)
    assert not test.warning
    wrong = opened(PAGE, lab="scratch_coin", hide="agreement,nope", **{"scratch_coin.agreement": "9"})
    told = " ".join(one.value for one in wrong.warning).replace("\\", "")
    assert "called nope" in told and "agreement=9.0 must lie in [0, 1]" in told
    assert "The coins agree 0.50" in chart(wrong).spec


@pytest.mark.parametrize("asked", [{"lok": "agreement"}, {"two_by_two.agreement": "0.9"}, {"scratch_coin.heads": "1"}])
def test_a_parameter_that_nothing_reads_is_told(scratch: Path, asked: dict[str, str]) -> None:
    for what in ({"lab": "scratch_coin"}, {"lesson": "two_coins"}, {"lesson": "two_coins", "predicted.two_coins": "a"}):
        (warning,) = opened(PAGE, **what, **asked).warning
        assert all(f"{name}={value}" in warning.value.replace("\\", "") for name, value in asked.items())
    assert not opened(PAGE, lab="scratch_coin", **{"predicted.two_coins": "a"}).warning


def turned(test: AppTest, page: str, **parameters: str) -> AppTest:
    """Another page, by a link with these parameters or, without any, by the menu."""
    test.query_params.clear()
    for name, value in parameters.items():
        test.query_params[name] = value
    return test.switch_page(str(root() / "pages" / page)).run()


def test_the_menu_of_another_page_brings_back_what_was_left(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_coin", hide="see", **{"scratch_coin.agreement": "0.9"})
    turned(test, "9_jobs.py", run="twelve_bit")
    turned(test, PAGE)
    assert "run" not in test.query_params and test.query_params["lab"] == "scratch_coin"
    assert "The coins agree 0.90" in chart(test).spec and "**See:**" not in texts(test)
    test.query_params.clear()
    assert test.run().segmented_control(key="labs-view").value == "Lessons", "without parameters it has the lists"


def test_a_link_from_another_page_leads_where_it_says(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_coin")
    turned(test, "9_jobs.py")
    turned(test, PAGE, view="Papers")
    assert test.segmented_control(key="labs-view").value == "Papers" and "lab" not in test.query_params
    turned(test, "9_jobs.py")
    assert turned(test, PAGE).segmented_control(key="labs-view").value == "Papers"


def test_a_narrow_screen_gets_panels_below_each_other_and_whole_titles() -> None:
    panels = {narrow: lab_runs.drawn(Asked("bottleneck_curve", {}, "light", narrow)) for narrow in (False, True)}
    layouts = {narrow: found.figure["layout"] for narrow, found in panels.items()}
    assert layouts[True]["xaxis"]["domain"] == layouts[True]["xaxis2"]["domain"] == [0.0, 1.0]
    assert layouts[True]["yaxis"]["domain"][0] > layouts[True]["yaxis2"]["domain"][1]
    assert layouts[False]["xaxis"]["domain"][1] < layouts[False]["xaxis2"]["domain"][0]
    lines = [len(line) for line in re.sub("<(?!br)[^>]+>", "", layouts[True]["title"]["text"]).split("<br>")]
    assert max(lines) <= 52 and layouts[True]["height"] > layouts[False]["height"]
    assert [one.get("y") for one in panels[True].figure["data"]] == [
        one.get("y") for one in panels[False].figure["data"]
    ]
    keys = [Asked("bottleneck_curve", {}, "light", narrow).checked().key for narrow in (False, True)]
    assert keys[0] != keys[1], "a worker keeps both"


def test_a_link_can_hold_back_the_finding_and_the_words(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_coin", hide="finding,see,explanation")
    assert "The coins agree" not in chart(test).spec and "The coins agree" not in chart(test).alt
    assert "**See:**" not in texts(test) and "frac" not in texts(test) and "**Do:**" in texts(test)
    assert "The finding is held back" in chart(test).alt and not test.warning


@pytest.mark.parametrize("name", ["two_by_two", "watch_tanh"])
def test_only_the_finding_is_held_back_and_no_gap_is_left(name: str) -> None:
    whole = dict(lab_runs.drawn(Asked(name).checked()).figure)
    said = finding(kept.figure(whole))
    bare = kept.unsaid(whole)
    before, after = whole["layout"], bare["layout"]
    words = before["title"]["text"].partition("</b><br>")[2]
    assert after["title"]["text"] == words and len(words) > 40 and said not in json.dumps(after)
    gone = before["height"] - after["height"]
    assert gone > 20 and before["margin"]["t"] - after["margin"]["t"] == gone, "the axes keep their height"
    tops = [(1 - one["title"].get("y", 1)) * one["height"] for one in (before, after)]
    assert tops[1] == pytest.approx(tops[0])
    assert bare["data"] == whole["data"] and after["meta"]["alt"].startswith("The finding is held back. ")
    assert before["meta"]["alt"][-60:] in after["meta"]["alt"] and said not in after["meta"]["alt"]


def test_a_projector_gets_large_letters_and_one_figure(scratch: Path) -> None:
    plain = json.loads(chart(opened(PAGE, lab="scratch_coin")).spec)["layout"]
    test = opened(PAGE, lab="scratch_coin", projector="1")
    large, times = json.loads(chart(test).spec)["layout"], teacher.LARGER
    assert large["title"]["font"]["size"] == pytest.approx(times * plain["title"]["font"]["size"])
    assert large["font"]["size"] == pytest.approx(12 * times) and "font-size:17px" in large["title"]["text"]
    assert large["height"] - results.BAR == pytest.approx(times * (plain["height"] - results.BAR))
    assert test.slider and not test.expander and "All labs" not in links(test)
    test.button[0].click().run()
    assert "projector" not in test.query_params and "All labs" in links(test)


def test_the_link_for_a_class_has_every_setting_and_nothing_of_the_teacher(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_coin", **{"scratch_coin.agreement": "0.9"})
    test.multiselect(key="link-hide").set_value(["unit", "finding"]).run()
    test.multiselect(key="link-lock").set_value(["agreement"]).run()
    test.toggle(key="link-projector").set_value(True).run()
    (address,) = [one.value for one in test.code if one.value.partition("?")[2].startswith("lab=")]
    asked = {name: value for name, (value,) in parse_qs(urlparse(address).query).items()}
    state = {"scratch_coin.agreement": "0.9", "scratch_coin.unit": "bits"}
    assert asked == {"lab": "scratch_coin", "hide": "finding,unit", "lock": "agreement", "projector": "1", **state}
    shown = opened(PAGE, **asked)
    assert not shown.slider and "agreement = 0.9" in texts(shown) and not shown.warning


def test_a_lab_that_is_not_quick_is_computed_by_a_worker_once(scratch: Path) -> None:
    test = opened(PAGE, lab="scratch_slow")
    (job,) = jobs.jobs()
    assert job.title == "Lab scratch_slow" and not test.get("plotly_chart")
    assert "being computed" in texts(test) and "Cancel" in [button.label for button in test.button]
    worked()
    test.run()
    assert "The coins agree 0.50" in chart(test).spec and not test.exception
    test.slider(key="scratch_slow.agreement").set_value(0.75).run()
    assert len(jobs.jobs()) == 2 and "still the figure for agreement = 0.5, unit = bits" in texts(test)
    assert "The coins agree 0.50" in chart(test).spec
    worked()
    test.run()
    assert "The coins agree 0.75" in chart(test).spec and "still the figure" not in texts(test)
    test.slider(key="scratch_slow.agreement").set_value(0.5).run()
    assert "The coins agree 0.50" in chart(test).spec and not board.Board().live(), "going back computes nothing"


def test_a_lab_that_fails_says_why_and_keeps_its_words(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(asked: Asked, tabled: bool = False) -> None:
        raise SampleError("the coin stands on its edge")

    monkeypatch.setattr(lab_runs, "drawn", refused)
    test = opened(PAGE, lab="scratch_coin")
    assert "the coin stands on its edge" in texts(test) and "**See:** the bar grows." in texts(test)
    opened(PAGE, lab="scratch_slow")
    (job,) = board.Board().live()
    board.Board().finish(job.id, "failed", error="it broke")
    test = opened(PAGE, lab="scratch_slow")
    assert "has stopped: it broke" in texts(test).replace("\\", "") and "**See:**" in texts(test)


def test_the_theme_is_part_of_what_is_asked(scratch: Path) -> None:
    light, dark = (Asked("scratch_slow", {}, theme).checked() for theme in ("light", "dark"))
    assert light.key != dark.key and lab_runs.specification(light).id != lab_runs.specification(dark).id
    assert light == Asked("scratch_slow", {"agreement": 0.5, "unit": "bits"}).checked(), "a default is no setting"
    lab_runs.run("scratch_slow", {}, "dark", lab_runs.source("scratch_slow"))
    found = lab_runs.collected(dark)
    assert found is not None and found.figure["layout"]["paper_bgcolor"] == "#16181c"
    assert found.table == {"name": ["a"], "value": [0.5]} and lab_runs.collected(light) is None
    assert lab_runs.soon(dark, 0.0) == found and lab_runs.soon(light, 0.05) is None


def test_a_worker_that_has_loaded_an_older_file_loads_it_again(scratch: Path) -> None:
    asked = Asked("scratch_slow").checked()
    lab_runs.drawn(asked)
    before = asked.key
    file = scratch / "scratch_slow.py"
    file.write_text(file.read_text().replace("The coins agree", "Now they agree to"))
    assert asked.key == before, "this process has the file that it has loaded"
    edited = digest(file.read_bytes())
    lab_runs.run("scratch_slow", {}, "light", edited)
    found = lab_runs.collected(asked)
    assert found is not None and "Now they agree to 0.50" in str(found.figure) and asked.key != before
    assert lab_runs.source("scratch_slow") == edited


@pytest.mark.parametrize(
    "name, settings, error", [("nope", {}, UnknownNameError), ("scratch_coin", {"agreement": 2}, SettingError)]
)
def test_what_cannot_be_asked_is_refused(scratch: Path, name: str, settings: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        Asked(name, settings).checked()


def test_a_figure_gives_its_finding_and_its_numbers() -> None:
    figure = Bars(title="a < b & c of many words, " * 5, names=["a"], values=[1.0], value_title="").plot()
    assert finding(figure) == ("a < b & c of many words, " * 5).strip()
    lines = (Line("a", [1.0, 2.0]), Line("b", [3.0], x=[9.0]))
    curves = Curves(title="", x=[0.0, 1.0], lines=lines, x_title="", y_title="").plot()
    assert table(curves)["line"] == ["a", "a", "b"] and table(curves)["x"] == [0.0, 1.0, 9.0]
    trace = SimpleNamespace(name="c", x=[1, 2], y=[3, 4])
    drawn_elsewhere = SimpleNamespace(data=[trace, SimpleNamespace(name="table", x=None, y=[1])])
    assert table(drawn_elsewhere) == {"series": ["c", "c"], "x": [1, 2], "y": [3, 4]}


def test_enlarging_changes_sizes_and_no_number() -> None:
    figure = Curves(title="t", x=[0, 1], lines=(Line("a", [0.0, 18.0]),), x_title="x", y_title="y").plot()
    before = json.loads(figure.to_json())
    after = kept.enlarged(before, 2.0)
    assert after["data"][0]["y"] == before["data"][0]["y"] and after["data"][0]["x"] == before["data"][0]["x"]
    assert len(kept.figure(after).data) == len(figure.data)
    assert after["layout"]["title"]["font"]["size"] == 2 * before["layout"]["title"]["font"]["size"]
    heights = [
        kept.enlarged({"data": [], "layout": {"height": one}}, 2.0)["layout"]["height"] for one in (200, 400, 700)
    ]
    assert heights == [400, 560, 700], "as much as a screen holds, and never less than it was"
    assert after["layout"]["margin"]["t"] == 2 * before["layout"]["margin"]["t"] and before["layout"]["height"] < 800


def test_what_a_link_prepares_is_written_as_it_is_read() -> None:
    prepared = Prepared(frozenset({"see", "n"}), frozenset({"k"}), True)
    assert prepared.parameters == {"hide": "n,see", "lock": "k", "projector": "1"} and Prepared().parameters == {}
    assert prepared.unknown(labs.card(next(iter(labs))).settings)
    assert set(teacher.HELD_BACK) == {"finding", "see", "explanation"}


@pytest.mark.timeout(120)
def test_one_new_file_is_in_the_list_on_the_page_and_on_the_command_line(tmp_path: Path) -> None:
    package = Path(base.__file__).parents[1]
    copied = shutil.ignore_patterns("__pycache__", "node_modules")
    shutil.copytree(package, tmp_path / "explorer", ignore=copied)
    for name in ("pages", "assets"):
        (tmp_path / name).symlink_to(package.parent / name)
    chapter = next(iter(chapters()))
    lab = QUICK.format(quick="True").replace("A scratch", "One new").replace("(23,)", "()")
    (tmp_path / "explorer" / "labs" / chapter / "one_new_lab.py").write_text(lab)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def said(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    assert "one_new_lab" in said("-m", "explorer", "list", "labs")
    assert "The coins agree 0.70" in said("-m", "explorer", "lab", "one_new_lab", "--set", "agreement=0.7")
    page = (
        "from streamlit.testing.v1 import AppTest\nfrom explorer.packaged import root\n"
        f"test = AppTest.from_file({str(tmp_path / 'explorer' / 'app.py')!r}, default_timeout=60)\n"
        "def shown(**asked):\n"
        f"    test.run()\n    test.switch_page(str(root() / 'pages' / {PAGE!r}))\n"
        "    for name, value in asked.items(): test.query_params[name] = value\n    return test.run()\n"
        "found = shown(view='Labs')\nassert not found.exception\n"
        "assert 'lab=one_new_lab' in [one.proto.query_string for one in found.get('page_link')]\n"
        "found = shown(lab='one_new_lab')\nassert not found.exception\n"
        "assert 'The coins agree 0.50' in found.get('plotly_chart')[0].proto.spec\n"
    )
    said("-c", page)


def test_a_lab_of_another_package_is_one_too(scratch: Path) -> None:
    assert isinstance(labs, Catalogue) and drawn("scratch_coin", agreement=1.0).layout.meta["told"]["agreement"] == 1.0
    assert labs_page.introduction("scratchlabs") == ("Scratch coins.", "A chapter of its own.")
