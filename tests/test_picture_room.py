"""The pictures of all labs have room: numbers of bars off names and marks, names off the next part, plain numbers."""

import html
import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from explorer.catalogue import labs
from explorer.figures._numbers import logarithmic, plain
from explorer.figures.theme import on
from explorer.labs.base import drawn
from explorer.result import amount
from explorer.results.pictures import Bars, Cloud, Curves, Grid, Line, Mark, Panels

NUMBER = re.compile(r"^(0|[1-9]\d*)(\.\d+)?$|^[1-9](\.\d+)?e-?\d+$")
SMALLEST, LETTER = 640, 6.2
"""Pixels of the narrowest figure beside its words, and of a letter of a name on average in a common sans-serif."""


@pytest.fixture(scope="module")
def pictures() -> dict[str, Any]:
    """The picture of every lab that has one, at its defaults."""
    found = {name: getattr(drawn(name), "_picture", None) for name in labs}
    return {name: one for name, one in found.items() if one is not None}


@pytest.fixture(scope="module", params=[False, True], ids=["wide", "narrow"])
def figures(request: pytest.FixtureRequest, pictures: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Every picture with its figure, beside words or on a narrow screen."""
    with on("light", request.param):
        return {name: (one, one.plot()) for name, one in pictures.items()}


def parts(picture: Any) -> list[Any]:
    return list(picture.parts) if isinstance(picture, Panels) else [picture]


def lines(text: str) -> list[str]:
    return [html.unescape(re.sub("<[^>]+>", "", one)) for one in (text or "").split("<br>")]


def axes(figure: Any) -> list[Any]:
    """The subplots of a figure, in the order of its parts."""
    stacked = len({one.domain for one in figure.select_yaxes()}) > 1
    count = len(list(figure.select_xaxes()))
    return [figure.get_subplot(*((i, 1) if stacked else (1, i))) for i in range(1, count + 1)]


def said(figure: Any, number: int) -> Iterator[Any]:
    """Words written right of the axes of a part."""
    suffix = "" if number == 0 else str(number + 1)
    for one in figure.layout.annotations:
        if one.xref == f"x{suffix} domain" and one.x == 1 and one.xshift > 0:
            yield one


def test_the_number_of_every_bar_stands_right_of_all_marks_and_names(figures: dict[str, tuple[Any, Any]]) -> None:
    seen = 0
    for name, (picture, figure) in figures.items():
        for i, part in enumerate(parts(picture)):
            if isinstance(part, Bars):
                numbers = list(said(figure, i))
                assert len(numbers) == np.isfinite(np.asarray(part.values, float)).sum(), name
                for one in numbers:
                    assert one.xanchor == "right" and one.xshift - LETTER * len(one.text) > 6, (name, one.text)
                    assert one.xshift <= figure.layout.margin.r or i + 1 < len(parts(picture))
                seen += len(numbers)
    assert seen > 60


def test_every_logarithmic_axis_has_plain_numbers_that_do_not_touch(figures: dict[str, tuple[Any, Any]]) -> None:
    seen = 0
    for name, (_, figure) in figures.items():
        for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
            assert axis.exponentformat == "e" and axis.minexponent >= 6, f"{name} may write 10k or 100µ"
            if axis.type == "log":
                seen += 1
                assert len(axis.ticktext) >= 2 and all(NUMBER.match(one) for one in axis.ticktext), (
                    name,
                    axis.ticktext,
                )
                assert len({"e" in one for one in axis.ticktext}) == 1, (name, "mixes two notations", axis.ticktext)
                assert np.allclose([float(one) for one in axis.ticktext], axis.tickvals, rtol=1e-6)
    assert seen > 25


def test_names_end_before_the_next_part_begins(figures: dict[str, tuple[Any, Any]]) -> None:
    for name, (_, figure) in figures.items():
        subplots = axes(figure)
        if len(subplots) == 1 or subplots[0].xaxis.domain == subplots[1].xaxis.domain:
            continue
        plot = SMALLEST - figure.layout.margin.r - 66
        for i, (one, other) in enumerate(pairwise(subplots)):
            gap = plot * (other.xaxis.domain[0] - one.xaxis.domain[1])
            reach = max((LETTER * len(line) * (word.xanchor == "left") + word.xshift
                         for word in said(figure, i) for line in lines(word.text)), default=0)  # fmt: skip
            ticks = [len(line) for text in other.yaxis.ticktext or ("0.00",) for line in lines(text)]
            title = 20 * bool(other.yaxis.title.text)
            assert reach + LETTER * max(ticks) + title + 6 <= gap, (name, i, reach, gap)
            assert plot * (one.xaxis.domain[1] - one.xaxis.domain[0]) > 90, (name, i)
        assert max(subplots[-1].xaxis.domain) == pytest.approx(1)


def test_names_of_curves_fit_into_the_margin_and_titles_into_the_figure(figures: dict[str, tuple[Any, Any]]) -> None:
    for name, (picture, figure) in figures.items():
        count = len(parts(picture))
        for word in said(figure, count - 1):
            wide = LETTER * max(map(len, lines(word.text))) * (word.xanchor == "left") + word.xshift
            assert wide <= figure.layout.margin.r, (name, word.text)
        heading, _, note = figure.layout.title.text.partition("</b>")
        assert max(map(len, lines(heading))) <= 58 and max(map(len, lines(note))) <= 90, name


def test_words_of_a_mark_stand_where_they_cover_no_curve() -> None:
    x = np.linspace(0, 1, 200)
    falls = Curves(title="t", x=x, x_title="x", y_title="y", lines=(Line("a", 1 - x),), marks=(Mark(0.02, "a word"),),
                   y_range=(0, 1))  # fmt: skip
    word = falls.plot().layout.annotations[-1]
    assert word.xanchor == "left" and word.y < 0.95, "at the top the words would lie on the curve"
    flat = Curves(title="t", x=x, x_title="x", y_title="y", lines=(Line("a", 0.53 + 0 * x),), y_range=(0, 1),
                  marks=(Mark(0.5, "a level", "y"),))  # fmt: skip
    assert flat.plot().layout.annotations[-1].yanchor == "top", "above the line the words would lie on the curve"


def test_words_of_two_marks_near_each_other_stand_apart() -> None:
    x = np.linspace(0, 1, 200)
    marks = (Mark(0.5, "one long name"), Mark(0.52, "another long name"))
    figure = Curves(title="t", x=x, x_title="x", y_title="y", lines=(Line("a", 0 * x),), marks=marks).plot()
    one, other = figure.layout.annotations[-2:]
    assert one.xanchor != other.xanchor or abs(one.y - other.y) > 14 / 330


def test_texts_of_near_points_stand_at_different_sides_and_many_stand_for_their_points() -> None:
    near = Cloud(
        title="t", points=[(0, 0), (0.01, 0.01), (1, 1)], texts=("one", "two", "three"), x_title="", y_title=""
    )
    (trace,) = near.plot().data
    assert trace.textposition[0] != trace.textposition[1] and trace.textposition[2] == "top center"
    many = Cloud(title="t", points=np.random.default_rng(0).normal(size=(80, 2)), texts=["7"] * 80, x_title="",
                 y_title="")  # fmt: skip
    assert many.plot().data[0].mode == "text"


def test_parts_that_would_be_too_narrow_in_a_row_stand_below_each_other() -> None:
    wide = Grid(title="wide", values=np.ones((2, 14)), rows=("0", "1"), columns=[str(i) for i in range(14)],
                row_title="", column_title="", value_title="")  # fmt: skip
    small = Curves(title="small", x=[0, 1], lines=(Line("a", [0, 1]),), x_title="x", y_title="y")
    row, stack = (Panels(title="t", parts=pair).plot() for pair in ((small, small), (wide, small)))
    assert row.layout.xaxis.domain[1] < row.layout.xaxis2.domain[0] and row.layout.yaxis.domain == (0, 1)
    assert stack.layout.yaxis2.domain[1] < stack.layout.yaxis.domain[0] and stack.layout.xaxis.domain == (0, 1)


@pytest.mark.parametrize(
    "value, text",
    [(1e-7, "1e-7"), (2e-7, "2e-7"), (1e-6, "0.000001"), (0.0005, "0.0005"), (0.3, "0.3"), (20, "20"),
     (10000, "10000"), (1e6, "1e6"), (5e8, "5e8")],
)  # fmt: skip
def test_a_number_is_written_plainly(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize("value, text", [(1.0, "1 bit"), (3.3219, "3.32 bits"), (0.999, "0.999 bits")])
def test_one_has_its_unit_in_the_singular(value: float, text: str) -> None:
    assert amount(f"{value:.3g}", "bits") == text


@pytest.mark.parametrize("low, high, pixels, across, texts", [
    (1, 100, 400, True, ["1", "2", "5", "10", "20", "50", "100"]),
    (1, 100, 100, True, ["1", "10", "100"]),
    (1e-8, 1, 330, False, [f"1e{power}" for power in range(-8, 1)]),
    (2, 9, 400, True, ["2", "3", "4", "5", "6", "7", "8", "9"]),
    (1e-6, 1, 150, True, ["0.000001", "0.001", "1"]),
])  # fmt: skip
def test_ticks_are_as_close_as_the_pixels_allow(
    low: float, high: float, pixels: int, across: bool, texts: list[str]
) -> None:
    assert list(logarithmic(low, high, pixels, across)["ticktext"]) == texts


def test_titles_of_axes_are_broken_where_the_axes_end() -> None:
    long = "a quantity whose description is much longer than the axes of one part of a row"
    part = Curves(title="p", x=[0, 1], lines=(Line("a", [0, 1]),), x_title=long, y_title=long)
    figure = Panels(title="t", parts=(part, part)).plot()
    for axis, pixels in ((figure.layout.xaxis, 300), (figure.layout.yaxis, 330)):
        assert len(lines(axis.title.text)) > 1 and 7.5 * max(map(len, lines(axis.title.text))) < pixels
    assert " ".join(lines(figure.layout.xaxis.title.text)) == " ".join(textwrap.wrap(long))


def test_words_at_an_upright_line_stand_where_room_was_found_for_them() -> None:
    x = np.linspace(-3, 3, 61)
    said = {"title": "t", "x_title": "x", "y_title": "y"}
    figure = Curves(x=x, lines=[Line("hill", np.exp(-(x**2)))], marks=[Mark(0.0, "α = I")], **said).plot()
    (words,) = [one for one in figure.layout.annotations if one.text == "α = I"]
    assert words.yanchor == "middle"  # unless it is said, Plotly hangs words near the top below their place
