"""Which samples are selected: rules in the URL, their samples, undo and redo."""

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as draw

from explorer.errors import InputError
from explorer.numerics.polygon import inside
from explorer.ui import selection
from explorer.ui.selection import Selection, parsed

SQUARE = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """A page without a browser: its URL and its state are plain mappings."""
    monkeypatch.setattr(st, "query_params", {})
    monkeypatch.setattr(st, "session_state", {})


corner = draw.tuples(*[draw.floats(-1.05, 1.05).map(lambda one: round(one, 9))] * 2)  # no subnormal numbers


@given(draw.lists(corner, min_size=3, max_size=40), draw.integers(0, 10**6), draw.floats(1e-3, 1e6))
def test_a_polygon_comes_back_from_the_url_to_a_thirty_thousandth(corners, step, unit):
    given_ = tuple((x * unit, y * unit) for x, y in corners)
    again = parsed(Selection("polygon", given_, step, "conv/2:a/pca/12ab").text)
    reach = np.abs(given_).max() or 1.0
    assert (again.step, again.place, again.kind) == (step, "conv/2:a/pca/12ab", "polygon")
    assert np.abs(np.array(again.polygon) - np.array(given_)).max() <= reach * (0.5 / 32_767 + 1e-5)
    assert parsed(again.text).polygon == pytest.approx(np.array(again.polygon), rel=1e-5, abs=1e-9 * reach)


def test_a_corner_far_outside_the_frame_bends_no_edge():
    places = np.random.default_rng(0).uniform(-1, 1, (5000, 2))
    far = Selection("polygon", ((-0.9, -0.9), (5.0, 6.0), (-0.9, 0.9)))
    truth = far.mask(places, None, 5000)
    assert (parsed(far.text).mask(places, None, 5000) != truth).sum() <= 3  # a corner moves by 1e-4


def test_other_rules_come_back():
    for one in (Selection(), Selection("class", category=3), Selection("rows", rows=(1, 5, 9))):
        assert parsed(one.text) == one


def test_a_long_url_stays_short():
    corners = tuple((np.cos(a), np.sin(a)) for a in np.linspace(0, 6, 200))
    assert len(Selection("polygon", corners, 8000, "tanh_3/pca/12ab34cd").text) < 1200


@pytest.mark.parametrize(
    "text",
    [
        "circle:3",
        "class:x",
        "rows:a",
        "polygon:1:a/pca:1:AAAA",
        "polygon:1:a/pca:nan:AAAAAAAAAAAAAAAA",
        "polygon:x:a:",
        "polygon:",
    ],
)
def test_what_is_no_selection_is_refused_in_a_sentence(text):
    with pytest.raises(InputError, match="names no selection"):
        parsed(text)


def test_the_samples_of_every_rule():
    places = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    codes = np.arange(200) % 4
    square = Selection("polygon", SQUARE)
    assert (square.mask(places, codes, 200) == (np.abs(places) < 0.5).all(1)).all()
    assert (square.mask(places, codes, 200) == inside(places, np.array(SQUARE))).all()
    assert (Selection("class", category=2).mask(None, codes, 200) == (codes == 2)).all()
    assert Selection("rows", rows=(-100_000, -1, 3, 500)).mask(None, None, 200).nonzero()[0].tolist() == [3]
    for nothing in (Selection(), Selection("class", category=2), square):
        assert not nothing.mask(None, None, 200).any()


def test_undo_and_redo_walk_through_selections():
    for category in (0, 1, 2):
        selection.choose(Selection("class", category=category))
    selection.undo()
    selection.undo()
    assert selection.current().category == 0 and selection.can("undone")
    selection.redo()
    assert selection.current().category == 1
    selection.choose(Selection())
    assert selection.current() == Selection() and not selection.can("undone")
    selection.undo()
    assert selection.current().category == 1


def test_choosing_the_same_again_is_no_step():
    selection.choose(Selection("class", category=1))
    selection.choose(Selection("class", category=1))
    selection.undo()
    assert not selection.can("selections")


def test_what_the_cloud_reports():
    drawn = {"polygon": [[0.0, 0.0], [1, 0], [0, 1]], "step": 4}
    assert selection.reported(drawn, "a/pca", 2.0) == Selection("polygon", ((0, 0), (2, 0), (0, 2)), 4, "a/pca")
    assert selection.reported({"category": 2}, "a/pca", 1.0) == Selection("class", category=2)
    assert selection.reported({"index": 7}, "a/pca", 1.0) == Selection("rows", rows=(7,))
    assert selection.reported(None, "a/pca", 1.0) is None and selection.reported({}, "a/pca", 1.0) is None
