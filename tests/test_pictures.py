"""Pictures: every kind draws what it was given, names it, and refuses what does not fit."""

from typing import Any

import numpy as np
import pytest

from explorer.errors import SampleError
from explorer.figures._drawing import apart
from explorer.figures.theme import THEMES, on
from explorer.labs.base import told
from explorer.results.pictures import Bars, Cloud, Curves, Grid, Line, Mark, Panels

X = np.linspace(0.1, 1, 30)
CURVES = Curves(
    title="One rises", note="n = 5", told={"end": 1.0}, x=X, x_title="rho", y_title="information, nats",
    lines=(Line("ksg <5>", X, X - 0.1, X + 0.1), Line("exact", X**2, style="dash"), Line("chance", 0 * X, style="dot")),
    marks=(Mark(0.5, "half"), Mark(0.2, "floor", "y")), regions=(("impossible", [(0, 0), (1, 0), (1, 1)]),),
)  # fmt: skip
BARS = Bars(title="a leads", told={"a": 2.0}, names=("a", "b & c"), values=(2.0, -1.0), value_title="bits",
            low=(1.5, -1.2), high=(2.5, -0.8), null=(0.1, 0.1), truth=(2.1, -1.0))  # fmt: skip
GRID = Grid(title="x tells y", told={"most": 0.4}, values=[[0.4, 0.1], [0.1, np.nan]], rows=("0", "1"),
            columns=("0", "1"), row_title="x", column_title="y", value_title="p")  # fmt: skip
CLOUD = Cloud(title="Two groups", told={"groups": 2}, points=np.eye(4)[:, :2], kinds=(0, 0, 1, 1), names=("in", "out"),
              texts=("p", "q", "", ""), links=((0, 1),), x_title="x", y_title="y", sizes=(5, 6, 7, 8))  # fmt: skip
PANELS = Panels(title="Both", told={"a": 1.0}, parts=(GRID, CURVES), widths=(0.3, 0.7))


@pytest.mark.parametrize("picture", [CURVES, BARS, GRID, CLOUD, PANELS], ids=lambda one: type(one).__name__)
def test_every_kind_draws_on_both_grounds_and_tells_its_numbers(picture: Any) -> None:
    for theme, look in THEMES.items():
        figure = picture.plot(theme=theme)
        assert figure.layout.paper_bgcolor == look.background
        assert picture.title in figure.layout.title.text and picture.title in figure.layout.meta["alt"]
        assert told(figure) == {name: float(one) for name, one in picture.told.items()}
        assert figure.data and figure.layout.height > 200
    assert len(picture.to_frame())


def test_the_ground_in_force_is_taken_where_none_is_named() -> None:
    with on("dark"):
        assert BARS.plot().layout.paper_bgcolor == THEMES["dark"].background
        assert BARS.plot(theme="light").layout.paper_bgcolor == THEMES["light"].background
    assert BARS.plot().layout.paper_bgcolor == THEMES["light"].background


def test_names_stand_at_the_ends_and_markup_is_written_as_it_is() -> None:
    figure = CURVES.plot()
    assert {"ksg &lt;5&gt;", "exact", "chance"} <= {one.text.lstrip("■◆●▲ ") for one in figure.layout.annotations}
    assert "b &amp; c" in figure.layout.meta.get("alt", "") or "b & c" in BARS.plot().layout.meta["alt"]


def test_labels_are_moved_apart_and_stay_where_there_is_room() -> None:
    assert apart([0.0, 5.0], 1.0) == [0.0, 5.0]
    moved = apart([1.0, 1.0, 1.0, 9.0], 1.0)
    assert moved == [0.0, 1.0, 2.0, 9.0]
    rng = np.random.default_rng(0)
    for _ in range(50):
        places = list(rng.uniform(0, 5, 7))
        found = np.sort(apart(places, 0.5))
        assert (np.diff(found) >= 0.5 - 1e-9).all() and np.isclose(np.mean(found), np.mean(places))


def test_names_of_curves_that_end_at_the_top_stay_below_it() -> None:
    lines = [Line(name, X) for name in "abcd"]
    for log_y in (False, True):
        figure = Curves(title="t", x=X, lines=lines, x_title="n", y_title="error", log_y=log_y).plot()
        places = sorted(one.y for one in figure.layout.annotations)
        assert len(places) == 4 and places[-1] <= figure.layout.yaxis.range[1] and min(np.diff(places)) > 0


def test_a_log_axis_takes_numbers_above_zero() -> None:
    figure = Curves(title="t", x=X, lines=(Line("a", X),), x_title="n", y_title="error", log_x=True, log_y=True,
                    marks=(Mark(0.5, "half"),)).plot()  # fmt: skip
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert np.isclose(figure.layout.annotations[-1].x, np.log10(0.5))


@pytest.mark.parametrize(
    "made, message",
    [
        (lambda: Curves(title="", x=X, lines=(Line("a", X[:-1]),), x_title="", y_title=""), "29 values for 30 places"),
        (lambda: Bars(title="", names=("a",), values=(1.0, 2.0), value_title=""), "values has 2 numbers for 1 names"),
        (lambda: Grid(title="", values=np.eye(2), rows="a", columns="ab", row_title="", column_title="",
                      value_title=""), r"shape \(2, 2\) for 1 rows and 2 columns"),
        (lambda: Cloud(title="", points=np.eye(3), x_title="", y_title=""), r"points must have shape \(n, 2\)"),
        (lambda: Cloud(title="", points=np.eye(2), kinds=(0,), x_title="", y_title=""), "kinds has 1 entries"),
        (lambda: Panels(title="", parts=(BARS,)), "parts has 1 pictures"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(made: Any, message: str) -> None:
    with pytest.raises(SampleError, match=message):
        made()
