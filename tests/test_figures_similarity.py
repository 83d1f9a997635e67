"""What the figure of similarities says and shows: the finding, values in cells, the map, reasons, null and stress."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.figures.similarity import alternative, draw, finding, subtitle
from explorer.figures.theme import THEMES, on
from explorer.results.representation import Similarity


def result(m: int = 3, distance: bool = False, null: bool = True, **about) -> Similarity:
    """Values that fall off with the distance in depth; layers on a line."""
    apart = np.abs(np.arange(m)[:, None] - np.arange(m)) / m
    values = apart if distance else 1 - apart
    about = {"call": "linear_cka(debiased=False)", "n": 4096, "seed": 0, "limits": [-1.0, 1.0]} | about
    about = {"dissimilarity": "arccos of the values", "errors": {}, "doubts": {}, "unit": ""} | about
    places = np.c_[np.arange(m, dtype=float), np.zeros(m)]
    names = tuple(f"relu_{i}" for i in range(m))
    return Similarity(names, values, places, distance, 0.031, np.full((m, m), 0.21) if null else None, about)


def test_the_title_is_what_the_numbers_say():
    shown = result()
    shown.values[2, 1] = shown.values[1, 2] = 0.93
    assert finding(shown) == "relu 1 and relu 2 are the most alike: 0.93; shuffled rows read 0.21"
    assert finding(result(null=False)) == "relu 0 and relu 1 are the most alike: 0.67"
    assert finding(result(distance=True, unit="radians")).startswith(
        "relu 0 and relu 1 are the least apart: 0.33 radians"
    )
    nothing = result()
    nothing.values[:] = np.nan
    assert finding(nothing) == "No two representations could be compared"
    draw(nothing)


def test_the_subtitle_states_null_stress_and_doubts():
    text = subtitle(result(doubts={"samples": {"pairs": 2, "text": "Few.", "pair": "a and b"}}))
    assert "linear_cka(debiased=False) · n = 4\u202f096 · seed 0" in text
    assert "null: rows shuffled, 0.21 to 0.21" in text and "3.1% of their squares not shown (stress)" in text
    assert "doubtful: samples (2 pairs)" in text
    assert "no null" in subtitle(result(null=False))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("distance", [False, True])
def test_values_stand_in_few_cells_and_alike_ones_are_strong(theme, distance):
    look = THEMES[theme]
    figure = draw(result(distance=distance), theme=theme)
    matrix, spots = figure.data[0], figure.data[-1]
    assert np.array_equal(matrix.z, result(distance=distance).values)
    printed = [one for one in figure.layout.annotations if one.text]
    assert len(printed) == 9 and {one.text for one in printed} == (
        {"0.00", "0.33", "0.67"} if distance else {"1.00", "0.67", "0.33"}
    )
    assert matrix.colorscale[0 if distance else 1][1] == look.categories[0]
    diagonal = [one for one in printed if one.x == one.y]
    assert {one.font.color for one in diagonal} == {look.background}
    assert list(spots.text) == ["relu 0", "relu 1", "relu 2"] and len(set(spots.marker.symbol)) == 3
    assert figure.layout.paper_bgcolor == look.background
    assert figure.layout.meta["alt"] == alternative(result(distance=distance))


def test_many_representations_have_no_printed_values_and_fewer_names():
    figure = draw(result(9))
    assert not [one for one in figure.layout.annotations if one.text]
    assert len(draw(result(8)).layout.annotations) == 64
    many = draw(result(61))
    assert len(many.layout.xaxis.ticktext) == 21 and many.layout.yaxis.autorange == "reversed"


def test_cells_without_a_value_say_why():
    shown = result(errors={"relu_0 and relu_1": "z is constant"})
    shown.values[0, 1] = shown.values[1, 0] = np.nan
    figure = draw(shown)
    told = figure.data[0].customdata
    assert "no value: z is constant" in told[0][1] and "no value: z is constant" in told[1][0]
    assert "shuffled rows read 0.21" in told[0][2]
    assert len(figure.layout.annotations) == 7


def test_steps_of_a_layer_are_joined_and_named_once():
    parts = [{"run": "a", "step": step, "layer": layer} for step in (0, 5) for layer in ("relu_1", "relu_2")]
    figure = draw(result(4, representations=parts))
    trails = figure.data[1:-1]
    assert {one.mode for one in trails} == {"lines"}
    assert [list(one.x) for one in trails] == [[0, 2], [1, 3]]
    assert list(figure.data[-1].text) == ["", "", "relu 1", "relu 2"]
    assert list(figure.data[-1].customdata) == [f"relu {i}" for i in range(4)]
    runs = [part | {"run": str(i)} for i, part in enumerate(parts)]
    assert len(draw(result(4, representations=runs)).data) == 2


def test_names_on_the_map_stand_off_other_marks_and_panels_below_each_other_on_a_narrow_screen():
    shown = replace(result(4), places=np.array([[0, 0], [1, 0.1], [2, 0.05], [0.05, 0.12]]))
    with on("light", True):
        figure = draw(shown)
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]
    sides = figure.data[-1].textposition
    assert "top" not in sides[0] and "bottom" not in sides[3], "the name would lie on the mark of the other"


def test_the_alternative_text_names_all_and_the_range():
    text = alternative(result())
    assert text.startswith("Matrix of similarities of 3 representations (relu 0, relu 1, relu 2)")
    assert "range from 0.33 to 0.67" in text


def test_a_representation_without_a_place_is_not_drawn():
    shown = result()
    shown.places[1] = np.nan
    figure = draw(shown)
    low, high = figure.layout.xaxis2.range
    assert low < 0 and high > 2
    shown.places[:] = np.nan
    draw(shown)


def test_plot_finds_the_figure():
    assert result().plot(theme="dark").layout.paper_bgcolor == THEMES["dark"].background
