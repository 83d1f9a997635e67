"""What the figures of a representation say and show: findings, dead zones, order, shares, selections, both themes."""

import json
import math

import numpy as np
import pytest

from explorer.catalogue import figures
from explorer.figures import class_shares, diffusion_curves, parts, pointwise_plane
from explorer.figures.theme import THEMES
from explorer.result import Doubt, finite
from explorer.results.representation import Spectrum
from explorer.score import Score

SIGMAS = np.geomspace(0.1, 1000, 9)  # two a decade; 10 is the fifth
CEILING = math.log2(256)


def spectrum(curve=(8, 8, 7.9, 6, 4, 2, 0.5, 0.01, 0.0), times=(1, 2), **about) -> Spectrum:
    """A spectrum of 256 samples whose entropies are the curve, and half of it at every further t."""
    entropies = np.stack([np.array(curve, float) / 2**k for k in range(len(times))], axis=1)
    about = {"sigma": 10, "t": 1, "presets": {"official": 10.0, "median": 40.0, "sqrt_d": 4.0}, "seed": 3} | about
    eigenvalues, variances = np.array([1, 0.5, 0.1, 1e-9]), np.array([6.0, 3.0, 1.0])
    return Spectrum(eigenvalues, variances, SIGMAS, np.array(times, float), entropies, 256, about)


def texts(figure) -> str:
    return "\n".join(str(one.text) for one in figure.layout.annotations)


def title(figure) -> str:
    return figure.layout.title.text.partition("</b>")[0].removeprefix("<b>").replace("<br>", " ")


def subtitle(figure) -> str:
    return figure.layout.title.text.partition("12px'>")[2].removesuffix("</span>")


@pytest.mark.parametrize(
    "about, says",
    [
        ({}, "4.00 bits at σ 10, t 1: between the dead zones"),
        ({"t": 2}, "2.00 bits at σ 10, t 2: between the dead zones"),
        (
            {"sigma": 1000},
            "σ 1\u202f000, t 1 is in the dead zone: so large that all points are one (less than 0.001 bits)",
        ),
        ({"sigma": 0.1}, "σ 0.1, t 1 is in the dead zone: so small that every point is alone (8.00 bits)"),
        # half way between 10 and 31.6 on the logarithmic axis, so half way between 4 and 2 bits
        ({"sigma": 10**1.25}, "About 3.00 bits at σ 17.8, t 1: between the dead zones"),
        ({"t": 3}, "σ 10, t 3 was not computed"),
        ({"sigma": 1e4}, "σ 10\u202f000, t 1 was not computed"),
    ],
)
def test_the_title_says_whether_the_width_can_tell_anything(about, says):
    assert title(diffusion_curves.draw(spectrum(**about))) == says


def test_dead_zones_reach_to_where_the_drawn_curve_leaves_them():
    def zones(shown):
        drawn = diffusion_curves.draw(shown)
        return [one for one in drawn.layout.shapes if one.fillcolor == THEMES["light"].impossible], texts(drawn)

    (alone, one), words = zones(spectrum())
    # 0.99 * 8 = 7.92 lies 0.8 of the way from 8 (at 10^-0.5) to 7.9 (at 1); 0.08 lies 0.42 / 0.49 of the way from
    # 0.5 (at 100) to 0.01 (at 10^2.5): straight lines on a logarithmic axis
    assert alone.x0 == pytest.approx(0.1) and alone.x1 == pytest.approx(10 ** (-0.5 + 0.5 * 0.8))
    assert one.x0 == pytest.approx(1000) and one.x1 == pytest.approx(10 ** (2 + 0.5 * 0.42 / 0.49))
    assert "every point is alone" in words and "all points are one" in words
    found, words = zones(spectrum(curve=np.linspace(6, 2, 9)))
    assert not found and "dead" not in words
    (whole,), _ = zones(spectrum(curve=[0.0] * 9))
    assert sorted([whole.x0, whole.x1]) == pytest.approx([0.1, 1000])


def test_the_chosen_point_and_the_presets_are_marked():
    figure = diffusion_curves.draw(spectrum())
    mark = figure.data[-1]
    assert (mark.x[0], mark.y[0], mark.name) == (10, 4.0, "chosen")
    words = texts(figure)
    assert "<b>σ 10</b> (official)" in words and "median distance 40" in words and "√d 4" in words
    assert "<b>t = 1</b>" in words and "t = 2" in words and "<b>4.00 bits</b>" in words
    beyond = texts(diffusion_curves.draw(spectrum(presets={"official": 10.0, "tiny": 1e-3, "huge_one": 1e5})))
    assert "← tiny 0.001" in beyond and "→ huge one 100\u202f000" in beyond


def test_labels_under_the_axis_stand_in_rows_where_they_would_meet():
    figure = diffusion_curves.draw(spectrum(presets={"official": 10.0, "median": 10.5, "sqrt_d": 11.0}))
    labels = [one for one in figure.layout.annotations if one.yref == "y2 domain" and one.y == 0]
    assert len({one.yshift for one in labels}) == 3


def test_spectra_by_rank_and_what_is_not_drawn_is_counted():
    figure = diffusion_curves.draw(spectrum())
    eigen, variances = figure.data[:2]
    assert list(eigen.x) == [1, 2, 3] and list(eigen.y) == [1, 0.5, 0.1]
    assert list(variances.y) == pytest.approx([0.6, 0.3, 0.1])
    assert "1 below" in texts(figure) and figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    assert eigen.line.dash != variances.line.dash, "told apart without colour"


def test_rows_left_out_are_said():
    assert "n = 256 (one row in 4)" in subtitle(diffusion_curves.draw(spectrum(stride=4)))
    assert "n = 256 (rows: 256 of 1000, evenly spaced)" in subtitle(
        diffusion_curves.draw(spectrum(rows="256 of 1000, evenly spaced"))
    )
    assert "(" not in subtitle(diffusion_curves.draw(spectrum(stride=1, rows="all")))
    about = {"layer": "relu_16", "step": 1200, "step_name": "epoch"}
    assert subtitle(diffusion_curves.draw(spectrum(**about))).startswith("relu 16 · epoch 1\u202f200 · n = 256")


def score(values, which="per_unit", value=1.0, unit="nats", measure="some_measure", **rest) -> Score:
    return Score(measure, value, unit, {which: list(values)}, n=1797, **rest)


@pytest.mark.parametrize(
    "given, options, says",
    [
        # 3 + 2 of 8
        (score([0.5] * 6 + [3, 2], value=8), {}, "2 of 8 units hold 62 % of the 8 nats of all"),
        (score([0.5] * 6 + [3, 2], value=5), {}, "2 of 8 units hold 62 % of the sum over units"),
        (score([1, 2, 3, 4]), {}, "unit 3 reads most: 4 nats; unit 0 least: 1 nats"),
        (score([-1, 0, 0.1, 9]), {}, "unit 3 reads most: 9 nats; unit 0 least: −1 nats"),
        (score([0, 0, 2, 2, 2]), {}, "3 units read most: 2 nats; 2 units least: 0 nats"),
        (score([2, 2, 2]), {}, "All 3 units read 2 nats"),
        (score([None, 2]), {}, "unit 1 reads 2 nats"),
        (score([None]), {}, "No unit has a value"),
        (
            score([2.0, 1.31, 1.9], "per_class", measure="probe_information"),
            {"which": "per_class", "names": ["digit 7", "digit 8", "digit 9"]},
            "digit 8 is read worst: 1.31 nats; digit 7 best: 2 nats",
        ),
        (
            score([2.0, 1.31], "per_class", unit=""),
            {"which": "per_class"},
            "class 0 reads most: 2; class 1 least: 1.31",
        ),
    ],
)
def test_the_title_of_parts(given, options, says):
    assert title(parts.draw(given, **options)) == says


def test_parts_stand_in_order_with_their_mean():
    figure = parts.draw(score([0.1, -0.3, 0.8]))
    (bars,) = figure.data
    assert list(bars.x) == [0.8, 0.1, -0.3] and list(bars.customdata) == [2, 0, 1]
    assert list(figure.layout.yaxis.ticktext) == ["unit 2", "unit 0", "unit 1"]
    assert list(bars.text) == ["0.800", "0.100", "−0.300"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the largest on top"
    assert figure.layout.xaxis.range[0] < -0.3 and figure.layout.xaxis.title.text == "some measure, nats"
    assert "mean 0.2 nats" in texts(figure)
    assert next(iter(figure.layout.shapes)).x0 == pytest.approx(0.2)


def test_of_many_units_the_largest_and_smallest_are_drawn_and_the_rest_counted():
    values = np.random.default_rng(0).permutation(200).astype(float)
    figure = parts.draw(score([*values, None], warnings=(Doubt("small", "Few samples."),)))
    assert list(figure.data[0].x) == [*range(199, 169, -1), *range(29, -1, -1)]
    assert "140 between these are not drawn" in texts(figure) and "mean 99.5" in texts(figure)
    assert "201 units, 1 without a value" in subtitle(figure) and "Doubtful: small." in subtitle(figure)
    assert len(parts.draw(score(range(60))).data[0].x) == 60 and "not drawn" not in texts(parts.draw(score(range(60))))


def test_how_many_hold_half_is_marked():
    figure = parts.draw(score([0.5] * 6 + [3, 2]))
    assert "above: 62 % of the sum" in texts(figure)
    assert "of the sum" not in texts(parts.draw(score([1, 2, 3, 4])))


NAMES, EVERY = [str(i) for i in range(10)], [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def counts(selected, names=NAMES, every=EVERY) -> dict:
    return {"names": names, "all": every, "selected": selected}


def some(**chosen) -> list:
    return [chosen.get(f"c{i}", 0) for i in range(10)]


@pytest.mark.parametrize(
    "selected, says",
    [
        (None, "1\u202f797 samples in 10 classes, none selected: draw around points, or click a class"),
        (some(), "1\u202f797 samples in 10 classes, none selected: draw around points, or click a class"),
        (some(c3=91, c8=9), "Of 100 selected samples 91 % are of class 3 (10 % of all)"),
        (some(c3=50), "All 50 selected samples are of class 3 (10 % of all)"),
        (some(c3=54, c8=44, c1=2), "Of 100 selected samples 54 % are of class 3, 44 % of class 8"),
        (
            some(c1=30, c2=20, c3=20, c4=20, c5=10),
            "Of 100 selected samples no class has half; 30 % are of class 1 (10 % of all)",
        ),
        (some(c7=1), "The selected sample is of class 7"),
        (EVERY, "All 1\u202f797 samples are selected"),
    ],
)
def test_the_title_of_class_shares(selected, says):
    assert title(class_shares.draw(counts(selected))) == says


def test_bars_are_shares_and_numbers_are_counts():
    figure = class_shares.draw(counts(some(c3=91, c8=9)))
    wide, thin = figure.data
    assert wide.x[3] == 91 and thin.x[3] == pytest.approx(100 * 183 / 1797) and list(wide.customdata) == list(range(10))
    assert wide.width > 2 * thin.width and wide.text[3] == "91 %" and wide.text[0] == ""
    assert "91 of 183" in texts(figure) and "0 of 178" in texts(figure)
    assert "178" in texts(class_shares.draw(counts(None))).split("\n")


def test_small_shares_are_not_called_none_nor_large_ones_all():
    figure = class_shares.draw(counts([999, 1], ["a", "b"], [1000, 1000]))
    assert list(figure.data[0].text) == ["over 99 %", "under 1 %"]


def test_of_many_classes_those_with_most_selected_are_drawn():
    every, chosen = [5] * 100, [0] * 97 + [3, 0, 1]
    figure = class_shares.draw(counts(chosen, [f"c{i}" for i in range(100)], every))
    assert list(figure.data[0].customdata) == [*range(38), 97, 99]
    assert "60 smaller classes are not drawn" in subtitle(figure)


def test_names_are_never_markup():
    hostile = "<b>x</b><img src=x onerror=alert(1)>"
    drawn = (
        class_shares.draw(counts([3, 0], [hostile, "b"], [5, 5])),
        parts.draw(score([1.0, 2.0], "per_class"), which="per_class", names=[hostile, "b"]),
        pointwise_plane.draw(plane(layers=[hostile, "b"], layer=hostile)),
        diffusion_curves.draw(spectrum(layer=hostile)),
    )
    for figure in drawn:
        plain = figure.to_plotly_json()
        del plain["layout"]["meta"]  # the alternative text is no markup
        assert "<img" not in json.dumps(finite(plain)), "read as markup"


def plane(**changes) -> dict:
    return {
        "layers": ["relu_32", "relu_16"], "all": {"x": [10.0, 8.0], "y": [3.0, 2.1]},
        "selected": {"x": [10.0, 9.0], "y": [2.5, 0.4]}, "unit": "bits", "step": 100, "step_name": "epoch",
        "n": 1797, "count": 120, "call": "binning(bins=30)", "layer": "relu_16",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    "changes, says",
    [
        ({}, "The 120 selected samples tell 0.4 bits of y in relu 16, all 1\u202f797 tell 2.1"),
        ({"layer": None}, "The 120 selected samples tell 0.4 bits of y in relu 16, all 1\u202f797 tell 2.1"),
        ({"layer": "relu_32"}, "The 120 selected samples tell 2.5 bits of y in relu 32, all 1\u202f797 tell 3"),
        (
            {"selected": {"x": [10.0, 9.0], "y": [2.5, -0.4]}, "count": 1},
            "The selected sample misleads about y in relu 16: −0.4 bits, all 1\u202f797 tell 2.1",
        ),
        ({"selected": None}, "All 1\u202f797 samples tell 2.1 bits of y in relu 16"),
        (
            {"all": {"x": [10.0, None], "y": [3.0, None]}, "selected": None},
            "All 1\u202f797 samples tell 3 bits of y in relu 32",
        ),
        ({"all": {"x": [None] * 2, "y": [None] * 2}, "selected": None}, "No layer has a value"),
    ],
)  # fmt: skip
def test_the_title_of_the_plane_of_a_selection(changes, says):
    assert title(pointwise_plane.draw(plane(**changes))) == says


def test_a_layer_is_a_filled_mark_joined_to_an_open_one():
    figure = pointwise_plane.draw(plane())
    line, marks = figure.data[2:]
    assert list(marks.x) == [8.0, 9.0] and list(marks.y) == [2.1, 0.4] and list(line.x) == list(marks.x)
    assert marks.marker.symbol == ("diamond", "diamond-open")
    assert marks.marker.size > figure.data[1].marker.size, "the stressed layer is larger"
    assert "binning(bins=30) · epoch 100 · n = 1\u202f797" in subtitle(figure)
    assert "<b>relu 16</b>" in texts(figure) and "relu 32" in texts(figure)


def test_below_zero_is_inside_the_frame_and_named():
    figure = pointwise_plane.draw(plane(selected={"x": [10.0, 9.0], "y": [2.5, -1.4]}))
    assert figure.layout.yaxis.range[0] < -1.4 and "below 0" in texts(figure)
    assert any(one.y0 == one.y1 == 0 for one in figure.layout.shapes)
    assert "below 0" not in texts(pointwise_plane.draw(plane()))
    assert "ln p" in pointwise_plane.draw(plane(unit="nats")).layout.xaxis.title.text


def test_names_of_layers_stand_apart():
    same = {"x": [10.0] * 8, "y": [3.0] * 8}
    figure = pointwise_plane.draw(plane(layers=[f"layer_{i}" for i in range(8)], all=same, selected=None))
    labels = [one for one in figure.layout.annotations if "layer" in one.text]
    assert len(labels) == 8 and len({(one.ax, one.ay) for one in labels}) == 8
    for side in ("left", "right"):
        heights = sorted(one.ay for one in labels if one.xanchor == side)
        assert (np.diff(heights) >= pointwise_plane.LINE).all()


@pytest.mark.parametrize("theme", THEMES)
def test_both_themes_and_words_for_those_who_do_not_see(theme):
    look = THEMES[theme]
    drawn = {
        "diffusion_curves": spectrum(), "parts": score([1.0, 2.0]), "class_shares": counts(some(c3=9)),
        "pointwise_plane": plane(),
    }  # fmt: skip
    for name, result in drawn.items():
        figure = figures[name](result, theme=theme)
        assert figure.layout.paper_bgcolor == look.background and figure.layout.font.color == look.text
        alternative = figure.layout.meta["alt"]
        assert title(figure) in alternative and "<" not in alternative
        assert "nan" not in alternative and alternative.endswith(".")


def luminance(colour: str) -> float:
    parts_ = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts_)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("look", THEMES.values(), ids=THEMES)
def test_every_ink_used_here_keeps_its_contrast(look):
    def contrast(ink: str, ground: str) -> float:
        high, low = sorted((luminance(ink), luminance(ground)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    assert contrast(look.axis, look.background) >= 3, "the thin grey bar and the edges of the zones"
    for ink in (look.text, look.secondary, look.accent):  # words, also above what is shaded
        assert contrast(ink, look.background) >= 4.5 and contrast(ink, look.impossible) >= 4.5
