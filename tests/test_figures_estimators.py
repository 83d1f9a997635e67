"""What the figures of estimators say and show: the finding, the failure regions, refusals, labels, colours."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from explorer.figures import panel as panel_figure
from explorer.figures._trials_words import alternative, finding, subtitle
from explorer.figures.theme import GLYPHS, SHAPES, THEMES, on
from explorer.figures.trials import _apart, draw
from explorer.results.comparison import Panel, Trials

DIMS = (1, 2, 5, 10)
TRUTH = (0.2, 0.4, 1.0, 2.0)


def trials(estimates: dict, values=DIMS, truth=TRUTH, sweep="dim", doubts=(), **about) -> Trials:
    """Trials whose every cell is the given mean plus and minus 0.01; None is a refusal."""
    cells = {}
    for name, row in estimates.items():
        for value, mean in zip(values, row, strict=True):
            for seed, shift in enumerate((-0.01, 0.01)):
                cell = {"value": mean and mean + shift, "seconds": 0.01, "doubts": list(doubts)}
                cells[name, value, seed] = cell if mean is not None else {"error": f"{name} refuses {value}"}
    about = {"sweep": sweep, "n": 1000, "seeds": 2, "call": "normal()", "cells": 1, "total": 1} | about
    return Trials.from_cells(list(estimates), values, truth, cells, about)


GOOD = [0.21, 0.4, 1.03, 1.98]


@pytest.mark.parametrize(
    "estimates, says",
    [
        (
            {"ksg": [0.2, 0.4, 0.7, 0.8], "copula": GOOD},
            "ksg falls short of the truth from dim 5 on; copula stays within 0.03 nats",
        ),
        ({"ksg": [0.5, 0.6, 1.0, 2.0]}, "ksg reads above the truth up to dim 2"),
        ({"ksg": [0.5, 0.1, 1.5, 1.0]}, "ksg misses the truth everywhere"),
        ({"ksg": [0.2, 0.9, 1.0, 2.0]}, "ksg reads above the truth at dim 2"),
        ({"ksg": [0.2, 0.4, 1.0, 1.0]}, "ksg falls short of the truth at dim 10"),
        ({"a": GOOD, "b": GOOD}, "All 2 estimators stay within 0.03 nats of the truth"),
        ({"a": GOOD}, "a stays within 0.03 nats"),
        ({"a": GOOD, "b": [None] * 4}, "a stays within 0.03 nats; b cannot take these samples"),
        ({"b": [None] * 4}, "No value: every estimator refuses these samples"),
    ],
)  # fmt: skip
def test_the_title_is_what_the_numbers_say(estimates, says):
    assert finding(trials(estimates)) == says


def test_the_title_waits_for_the_last_estimate():
    assert finding(trials({"a": GOOD}, cells=3, total=8)) == "3 of 8 estimates so far"
    empty = Trials.from_cells(["a"], DIMS, TRUTH, {}, {"cells": 0, "total": 8})
    assert finding(empty) == "0 of 8 estimates so far" and "Empty curves" in alternative(empty)
    draw(empty)


def test_the_worst_is_the_one_that_is_off_by_most_for_its_margin():
    # 0.3 of 0.2 nats is three margins, 0.6 of 2 nats is two
    assert finding(trials({"a": [0.2, 0.4, 1.0, 1.4], "b": [0.5, 0.4, 1.0, 2.0]})).startswith("b reads above")


def test_refusals_stand_on_the_axis_with_their_reason():
    shown = trials({"a": GOOD, "b": [0.2, None, None, 2.0]})
    figure = draw(shown, unit="nats")
    none, crosses = [one for one in figure.data if one.marker.symbol == "x-thin"]
    assert len(none.x) == 0
    assert list(crosses.x) == [2, 5] and all("b refuses" in text for text in crosses.text)
    assert max(crosses.y) < 0, "below every estimate"


def test_what_has_failed_is_shaded_and_what_has_not_is_not():
    figure = draw(trials({"a": GOOD}), unit="nats")
    upper, lower = [one for one in figure.data if one.fillcolor == THEMES["light"].impossible][:2]
    assert list(upper.y[:4]) == pytest.approx([0.3, 0.5, 1.15, 2.3])
    assert list(lower.y[:4]) == pytest.approx([0.1, 0.3, 0.85, 1.7])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_curves_in_every_theme_and_unit(theme, unit):
    figure = draw(trials({f"e{i}": GOOD for i in range(9)}), unit=unit, theme=theme)
    curves = [one for one in figure.data if one.mode == "lines+markers"]
    assert len(curves) == 4 * 9
    scale = 1 if unit == "nats" else math.log(2)
    assert curves[0].y[0] == pytest.approx(0.21 / scale)
    looks = {(one.line.color, one.marker.symbol[0]) for one in curves}
    assert len(looks) == 9, "nine estimators look nine ways"
    assert figure.layout.meta["alt"].startswith("Estimates against dim, in " + unit)
    assert figure.layout.xaxis.type == figure.layout.xaxis4.type == "linear"


def test_a_wide_range_has_a_logarithmic_axis_and_one_value_an_error_bar():
    wide = draw(trials({"a": GOOD}, values=(10, 100, 1000, 10_000), sweep="n"))
    assert wide.layout.xaxis.type == "log" and list(wide.layout.xaxis.ticktext) == [
        "10",
        "100",
        "1\u202f000",
        "10\u202f000",
    ]
    single = draw(trials({"a": [0.2]}, values=(3,), truth=(0.2,)), unit="nats")
    mean = next(one for one in single.data if one.mode == "lines+markers")
    assert mean.error_y.array[0] == pytest.approx(0.008)


def test_a_figure_that_fills_in_keeps_its_traces():
    # a browser that redraws in place would give a mark the shape of the trace that had its number before
    steps = [
        draw(trials({"a": row, "b": other})) for row, other in (([None] * 4, GOOD), (GOOD, [None] * 4), (GOOD, GOOD))
    ]
    kinds = [[(one.mode, one.fill, one.name, one.xaxis) for one in figure.data] for figure in steps]
    assert kinds[0] == kinds[1] == kinds[2]


def test_the_axis_of_seconds_has_numbers_where_there_are_seconds_and_few_of_them():
    empty = draw(trials({"a": [None] * 4})).layout.yaxis4
    assert empty.type == "log" and empty.tickvals == ()
    many = replace(trials({"a": GOOD}), seconds=np.array([[1e-5, 1e-2, 3.0, 2e3]]))
    axis = draw(many).layout.yaxis4
    assert axis.range[0] < -5 and axis.range[1] > math.log10(2e3)
    assert (axis.range[1] - axis.range[0]) / axis.dtick < 5


def test_doubted_estimates_are_open_marks():
    figure = draw(trials({"a": GOOD}, doubts=[["ties", "There are ties."]]))
    mean = next(one for one in figure.data if one.mode == "lines+markers")
    assert set(mean.marker.symbol) == {"square-open"} and "ties" in mean.text[0]
    assert "open mark" in subtitle(trials({"a": GOOD}, doubts=[["ties", "There are ties."]]))


def test_labels_stand_apart():
    for places in ([0.0, 0.0, 0.0], [1.0, 0.99, 0.5], [0.3]):
        moved = sorted(_apart(places, 0.1, (0.0, 1.0)))
        assert all(b - a >= 0.1 - 1e-12 for a, b in itertools.pairwise(moved)) and moved[-1] <= 1.0
    assert _apart([0.2, 0.8], 0.1, (0.0, 1.0)) == [0.2, 0.8]
    order = np.argsort(_apart([0.5, 0.4, 0.5], 0.1, (0.0, 1.0)))
    assert order.tolist() == [1, 0, 2]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("look", THEMES.values(), ids=THEMES.keys())
def test_categories_can_be_read_on_both_grounds(look):
    # 4.5:1, since labels are written in them; also on what is shaded
    for ground in (look.background, look.impossible):
        for colour in look.categories:
            high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (colour, ground)
    assert len(set(look.categories)) == 7 and set(GLYPHS) == set(SHAPES)


def panel(rows: dict, errors=None, **about) -> Panel:
    """A panel of {name: (value, p, doubtful)}."""
    cells = {
        name: {
            "nats": value, "seconds": 0.1, "bound": "none", "quantity": "I_2(X;Y)" if name == "other" else "I(X;Y)",
            "verdict": "", "null": {"mean": 0.0, "high": 0.1, "p_value": p}, "interval": [value - 0.1, value + 0.1],
            "doubts": [["ties", "There are ties.", False]] if doubtful else [["kind", "Read so.", True]],
        }
        for name, (value, p, doubtful) in rows.items()
    }  # fmt: skip
    cells |= {name: {"error": why} for name, why in (errors or {}).items()}
    return Panel.from_cells(cells, {"n": 100, "dim_x": 1, "dim_y": 1, "cells": 2, "total": 2} | about)


@pytest.mark.parametrize(
    "rows, says",
    [
        ({"a": (0.5, 0.01, False), "b": (0.55, 0.01, False)}, "2 estimators agree: 0.50 to 0.55 nats"),
        (
            {"a": (0.5, 0.01, False), "b": (0.55, 0.01, False), "c": (3.0, 0.01, True)},
            "2 estimators agree: 0.50 to 0.55 nats; 1 doubtful",
        ),
        ({"a": (0.5, 0.01, False), "b": (1.5, 0.01, False)}, "The estimators disagree: a reads 0.50, b 1.50 nats"),
        (
            {"a": (0.5, 0.01, False), "b": (0.69, 0.01, False)},
            "2 estimators agree within their intervals: 0.50 to 0.69 nats",
        ),
        ({"a": (0.5, 0.01, True)}, "Every estimate is doubtful: they read 0.50 nats"),
        ({"a": (0.01, 0.6, False), "b": (0.02, 0.4, False)}, "No evidence that x and y depend on each other"),
        ({"a": (0.5, 0.01, False), "other": (9.0, 0.01, False)}, "a alone reads without doubt: 0.50 nats"),
        ({}, "No estimator takes this pair"),
    ],
)  # fmt: skip
def test_the_title_of_the_panel(rows, says):
    assert panel_figure.finding(panel(rows, {"z": "z needs labels"})) == says


def test_a_variable_that_never_changes_is_the_title_and_rounding_is_not_drawn_large():
    shown = panel({"a": (1e-15, 1.0, True), "b": (-2e-15, 1.0, True)})
    said = ("constant", "y never changes: the information is exactly 0.", False)
    shown = replace(shown, doubts=((said,), (said,)), null_high=0 * shown.value, low=shown.value, high=shown.value)
    figure = panel_figure.draw(shown, unit="nats")
    assert panel_figure.finding(shown) == "y never changes: the information is exactly 0"
    assert figure.layout.xaxis.range[1] >= 0.009 and "-0.000" not in str(figure.data[-1].hovertext)


def test_the_panel_draws_nulls_intervals_and_doubts():
    shown = panel({"a": (0.5, 0.01, False), "b": (0.9, 0.01, True), "other": (0.1, 0.01, False)})
    for theme in THEMES:
        figure = panel_figure.draw(shown, unit="nats", theme=theme)
        dots = figure.data[-1]
        assert list(dots.y) == ["other: I_2(X;Y)", "a", "b"] and list(dots.x) == pytest.approx([0.1, 0.5, 0.9])
        assert dots.marker.symbol == ("circle", "circle", "circle-open")
        assert dots.error_x.array == pytest.approx([0.1] * 3)
        assert len(figure.data) == 4 and figure.layout.xaxis.range[0] < 0
    assert panel_figure.finding(panel({}, cells=3, total=9)) == "2 of 8 estimators so far"
    refused = panel({"a": (0.5, 0.01, False)}, {"z": "z needs labels", "v": "v never changes"}, cells=4, total=9)
    assert panel_figure.finding(refused) == "3 of 8 estimators so far, 2 of them refuse these data"
    assert not panel_figure.draw(panel({})).layout.yaxis.showticklabels, "there is nobody to name"


def test_what_reads_far_from_the_others_is_told_at_the_edge_and_squashes_nothing():
    rows = {"a": (0.5, 0.01, False), "b": (0.52, 0.01, False), "far": (263.4, 0.01, True), "deep": (-5.2, 0.01, True)}
    for unit, share in (("nats", 1.0), ("bits", 1 / math.log(2))):
        figure = panel_figure.draw(panel(rows), unit=unit)
        low, high = figure.layout.xaxis.range
        assert low < 0 and 0.62 * share < high < 1.0 * share, "the axis is that of the two estimates that are trusted"
        edges = {one.y: one for one in figure.layout.annotations}
        assert set(edges) == {"far", "deep"}
        assert edges["far"].text == f"{263.4 * share:.3f} →" and edges["far"].x == 1
        assert edges["deep"].text == f"← −{5.2 * share:.3f}" and edges["deep"].x == 0
        assert "arrow: beyond the axis" in figure.layout.xaxis.title.text
        said = figure.layout.meta["alt"]
        assert f"far {263.4 * share:.3f} (beyond the axis)" in said and f"deep -{5.2 * share:.3f} (beyond" in said
        assert "a 0.5" in said.replace(f"{0.5 * share:.3f}", "0.5") and said.count("beyond") == 2


@pytest.mark.parametrize(
    "rows",
    [
        {"a": (0.5, 0.01, True), "b": (0.4, 0.01, True), "far": (263.4, 0.01, True)},  # all doubtful
        {"a": (0.5, 0.01, False), "b": (0.4, 0.01, False), "far": (263.4, 0.01, False)},  # all trusted
        {"a": (0.5, 0.01, False), "other": (263.4, 0.01, False)},  # another quantity
    ],
)
def test_no_entry_that_is_far_from_most_sets_the_axis(rows):
    figure = panel_figure.draw(panel(rows), unit="nats")
    assert figure.layout.xaxis.range[1] < 1.0
    (edge,) = figure.layout.annotations
    assert edge.text.startswith("263.400") and edge.text.endswith("→")
    hidden = list(figure.data[-1].x).index(pytest.approx(263.4))
    assert figure.data[-1].error_x.arrayminus[hidden] == 0, "no interval reaches into the frame from beyond it"


def test_an_axis_that_holds_every_dot_has_no_arrow():
    figure = panel_figure.draw(panel({"a": (0.5, 0.01, False), "b": (1.5, 0.01, True)}), unit="nats")
    assert not figure.layout.annotations and figure.layout.xaxis.range[1] > 1.5
    assert "beyond" not in figure.layout.meta["alt"] + figure.layout.xaxis.title.text


def test_a_null_beyond_the_axis_is_told():
    shown = panel({"a": (0.5, 0.01, False), "b": (0.4, 0.01, False), "c": (0.6, 0.01, True)})
    shown.null_high[2] = 40.0
    (edge,) = panel_figure.draw(shown, unit="nats").layout.annotations
    assert edge.y == "c" and edge.text == "without dependence up to 40.000 →"


def test_what_is_told_at_the_edge_of_a_narrow_screen_leaves_names_free():
    shown = panel({"a": (0.5, 0.01, False), "b": (0.4, 0.01, False), "c": (60.0, 0.01, True), "d": (0.5, 0.01, True)})
    shown.null_high[2:] = 90.0
    with on("light", True):
        slim = panel_figure.draw(shown, unit="nats")
    assert {one.y: one.text for one in slim.layout.annotations} == {"c": "60.000 →", "d": "null up to 90.000 →"}
    assert slim.layout.xaxis.title.text == "I(X;Y), nats · arrow: beyond"
