"""What the figures of disentanglement say and show: findings, areas, nulls, gaps, points, curves, maps, differences."""

from dataclasses import replace

import numpy as np
import pytest

from explorer.catalogue import figures
from explorer.errors import UnknownNameError
from explorer.figures import _matrix_words as words
from explorer.figures import bin_sweep, factor_map, kl_terms, latent_factor, metric_comparison, metric_points
from explorer.figures._metric_words import said
from explorer.figures.information_matrix import Grid, draw
from explorer.figures.theme import THEMES
from explorer.result import Doubt, Null
from explorer.results.latents import BinSweep, Curves, FactorMap, LatentFactor
from explorer.results.metric_deltas import deltas, deltas_frame
from explorer.results.metric_table import MetricTable
from explorer.score import Score

BIT = np.log(2)


def table(shares=None, null=0.02, scores=(), undefined=None, **about) -> MetricTable:
    """Three latents and two factors of 2 bits, unless shares say otherwise; the last latent is dead."""
    shares = np.array([[0.1, 0.9], [0.8, 0.1], [0.0, 0.0]] if shares is None else shares)
    d, many = shares.shape
    entropies = np.full(many, 2 * BIT)
    about = {"bins": 20, "strategy": "equal_width", "n": 4000, "seed": 0, "dead": [2] if d == 3 else []} | about
    return MetricTable(
        tuple(map(str, range(d))), ("x", "scale", "shape", "y")[:many], shares * entropies,
        (shares - 0.05) * entropies, (shares + 0.05) * entropies, np.full_like(shares, null / 2) * entropies,
        np.full_like(shares, null) * entropies, entropies, {one.measure: one for one in scores}, undefined or {},
        about=about,
    )  # fmt: skip


def score(name, value, reach=0.05, unit="", doubts=(), null=0.02) -> Score:
    interval = (value - reach, value + reach) if reach else None
    known = None if null is None else Null(null, 2 * null, 0.05, 19)
    return Score(name, value, unit, interval=interval, null=known, warnings=doubts)


@pytest.mark.parametrize(
    "shares, said_of_it",
    [
        ([[0.1, 0.9], [0.8, 0.1], [0, 0]], "Latents 0 and 1 hold scale (90 %) and x (80 %)"),
        ([[0.94, 0.5], [0.1, 0.45], [0, 0]], "Latent 0 holds x (94 %); scale is spread over latents 0 and 1"),
        ([[0.9, 0.8], [0.1, 0.1], [0, 0]], "Latent 0 holds x (90 %) and scale (80 %)"),
        ([[0.99, 0.05], [0.1, 0.05], [0, 0]], "Latent 0 holds x (99 %); no latent tells much of scale"),
        ([[0.998, 0.3], [0.1, 0.1], [0, 0]], "Latent 0 holds x (over 99 %)"),
        ([[0.3, 0.05], [0.1, 0.05], [0, 0]], "Latent 0 tells 30 % of x; no latent tells much of scale"),
        ([[1.0, 0.0], [0.0, 1.0], [0, 0]], "Latents 0 and 1 hold x (100 %) and scale (100 %)"),
    ],
)
def test_the_title_is_what_the_numbers_say(shares, said_of_it):
    assert words.finding(table(shares)) == said_of_it


BUT = "no latent that leaves its noise"


def test_the_title_names_what_drowned_latents_tell_beside_what_the_others_do():
    only = words.finding(table([[0.1, 0.02], [0.02, 0.36], [0, 0]], drowned=[0, 1]))
    assert only == f"The means of latent 1, drowned in noise, tell 36 % of scale; {BUT} tells much of x and scale"
    some = words.finding(table([[0.9, 0.02], [0.02, 0.36], [0, 0]], drowned=[1]))
    assert some.startswith("Latent 0 holds x (90 %); the means of latent 1, drowned in noise, tell 36 % of scale; ")
    assert some.endswith(f"; {BUT} tells much of scale")
    weak = words.finding(table([[0.3, 0.4], [0.02, 0.36], [0.8, 0.9]], dead=[], drowned=[2]))
    assert weak == "Scale is spread over latents 0 and 1"
    quiet = words.finding(table([[0.1, 0.02], [0.02, 0.1], [0, 0]], drowned=[0, 1]))
    assert quiet == "No latent tells much of x and scale"


def test_no_drowned_latent_is_framed_or_bold():
    for drowned in ([], [1], [0, 1]):
        shown = table([[0.2, 0.3], [0.3, 0.36], [0, 0]], dead=[], drowned=drowned)
        parts = {one.name: one for one in draw(shown).data}
        bold = [one for one in parts["numbers"].text if one.startswith("<b>")]
        assert bold == {(): ["<b>0.60</b>", "<b>0.72</b>"], (1,): ["<b>0.40</b>", "<b>0.60</b>"]}.get(
            tuple(drowned), []
        )
        assert np.size(parts["tells most of the factor"].x) == 6 * len(bold)
    assert "the latent that tells most, of those that do not drown" in words.subtitle(shown, "bits")


def test_a_drowned_latent_is_said_to_be_so_in_its_cells():
    drawn = draw(table([[0.1, 0.02], [0.02, 0.36], [0, 0]], drowned=[1]))
    cells = next(one for one in drawn.data if one.name == "cells")
    told = {tuple(at): text for at, text in zip(cells.customdata, cells.text, strict=True)}
    assert "of its means alone: they drown in their noise" in told[1, 1] and "drown" not in told[0, 0]


def test_what_does_not_exceed_its_null_is_no_finding():
    assert words.finding(table(null=0.95)) == "No latent tells much of scale and x"
    assert not words.beyond(table(null=0.95)).any()
    unknown = table(null=np.nan)
    assert words.beyond(unknown).all() and "null not computed yet" in words.subtitle(unknown, "bits")


def area(trace) -> list[float]:
    """Of every closed polygon of a trace, in the order in which they were drawn."""
    corners = np.c_[trace.x, trace.y].reshape(-1, 6, 2)[:, :5]
    return (np.ptp(corners[:, :, 0], axis=1) * np.ptp(corners[:, :, 1], axis=1)).tolist()


@pytest.mark.parametrize("theme", THEMES)
def test_areas_are_shares_and_rows_are_sorted(theme):
    shown, look = table(), THEMES[theme]
    figure = draw(shown, theme=theme)
    traces = {one.name: one for one in figure.data}
    ground = area(traces["ground"])
    assert len(ground) == 4 and np.ptp(ground) < 1e-6  # a dead latent has none
    assert np.array(area(traces["above the null"])) / ground[0] == pytest.approx([0.8, 0.1, 0.1, 0.9], rel=1e-5)
    assert list(figure.layout.yaxis.ticktext) == ["latent 1", "latent 0", "latent 2, dead"]
    assert draw(shown, order=False).layout.yaxis.ticktext[0] == "latent 0"
    cells = traces["cells"]
    assert [list(one) for one in cells.customdata] == [[1, 0], [1, 1], [0, 0], [0, 1], [2, 0], [2, 1]]
    assert "1.600 bits, 80.0%" in cells.text[0] and "interval 1.500 to 1.700" in cells.text[0]
    assert "shuffled rows read 0.020, at most 0.040" in cells.text[0]
    assert cells.text[4].endswith("the latent never changes")
    assert list(traces["numbers"].text) == ["<b>1.60</b>", "0.20", "0.20", "<b>1.80</b>"]
    assert figure.layout.paper_bgcolor == look.background and traces["above the null"].fillcolor == look.categories[0]
    assert figure.layout.meta["alt"] == words.alternative(shown, "bits")
    assert "x (2.00 bits): latent 1 80% and latent 0 10%" in figure.layout.meta["alt"]


def test_gaps_of_factors_stand_below_and_of_latents_beside():
    traces = {one.name: one for one in draw(table(), unit="nats").data}
    below, beside = traces["gap of a factor"], traces["gap of a latent"]
    assert list(below.y) == pytest.approx([0.7, 0.8]) and list(below.base) == pytest.approx([0.1, 0.1])
    assert list(beside.x) == pytest.approx([0.7, 0.8]) and list(beside.y) == [0, 1]
    assert list(below.text) == ["70 %", "80 %"] and "H = 1.386 nats" in below.hovertext[0]
    one = {trace.name for trace in draw(table([[0.5]])).data}
    assert not one & {"gap of a factor", "gap of a latent"}


def test_cells_within_the_null_are_hollow_and_grey():
    figure = draw(table(null=0.15))
    traces = {one.name: one for one in figure.data}
    assert len(area(traces["above the null"])) == len(area(traces["not above the null"])) == 2
    assert traces["not above the null"].fill is None
    assert traces["not above the null"].line.color == THEMES["light"].axis
    assert len(area(traces["tells most of the factor"])) == 2
    outlines = area(traces["most that shuffled rows read"])
    assert np.array(outlines) / area(traces["ground"])[0] == pytest.approx(0.15, rel=1e-5)
    assert len(traces["most that shuffled rows read"].x) and not len(
        next(one for one in draw(table(null=0.001)).data if one.name == "most that shuffled rows read").x
    )


def test_the_open_cell_has_a_frame_in_its_row():
    shape = draw(table(), cell=(0, 1)).layout.shapes[-1]
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (0.52, 1.48, 0.5, 1.5)
    assert not draw(table(), cell=(7, 0)).layout.shapes


@pytest.mark.parametrize("d, many", [(1, 1), (2, 1), (1, 3), (200, 20), (60, 12)])
def test_any_number_of_latents_and_factors(d, many):
    rng = np.random.default_rng(0)
    shares, named = rng.beta(0.3, 2, (d, many)), tuple(f"a long <name> {k}" for k in range(many))
    shown = MetricTable(tuple(map(str, range(d))), named, shares, shares, shares, 0 * shares, 0 * shares, np.ones(many))
    figure = draw(shown, theme="dark")
    assert len(figure.layout.xaxis.ticktext) == many
    assert len(figure.layout.yaxis.ticktext) == (-(-d // 3) if d == 200 else -(-d // 2) if d == 60 else d)
    assert ("numbers" in {one.name for one in figure.data}) == (d < 60)
    assert "<name>" not in figure.layout.title.text + "".join(figure.layout.xaxis.ticktext)
    assert figure.layout.height < 2000 and len(figure.data) < 10
    assert Grid(d, many).row >= 6


def test_markup_in_names_is_not_markup():
    shown = MetricTable(("<b>z</b>",), ("<i>x</i>",), *(np.full((1, 1), 0.9) for _ in range(5)), np.ones(1))
    figure = draw(shown)
    assert "&lt;i&gt;x" in figure.layout.title.text and "<b>z</b>" not in figure.layout.title.text.split("<br>")[0][3:]


SCORES = (
    score("mig", 0.9), score("mig_sup", 0.5), score("dmig", -2.0),
    score("modularity", 0.7, doubts=(Doubt("cap", "Few."),)),
    score("gaussian_total_correlation", 0.3, unit="nats"),
)  # fmt: skip
VIEWS = {"mig": "factors", "dmig": "factors", "mig_sup": "latents", "modularity": "latents", "sap": "factors"}
VIEWS |= {"gaussian_total_correlation": "code"}


def metric_table(**about) -> MetricTable:
    given = {"views": VIEWS, "misses": {"mig": "It is 1 though two factors share one latent."}} | about
    return table(scores=SCORES, undefined={"sap": "z has 1 latent; a gap needs two."}, **given)


@pytest.mark.parametrize("theme", THEMES)
def test_scores_stand_under_what_they_look_at(theme):
    figure = metric_points.draw(metric_table(), theme=theme)
    rows = list(figure.layout.yaxis.ticktext)
    assert rows == ["<b>over factors (columns)</b>", "MIG", "DMIG", "SAP", "<b>over latents (rows)</b>", "MIG-sup",
                    "Modularity"]  # fmt: skip
    assert list(figure.layout.yaxis2.ticktext) == ["<b>of the code alone</b>", "Gaussian total correlation ↓"]
    points, nats = [one for one in figure.data if one.name == "scores"]
    assert list(points.customdata) == ["mig", "dmig", "mig_sup", "modularity"] and list(points.y) == [1, 2, 5, 6]
    assert list(points.x) == [0.9, -1.0, 0.5, 0.7]
    assert list(points.marker.symbol) == ["circle", "triangle-left", "circle", "circle-open"]
    assert list(points.error_x.array) == pytest.approx([0.05, 0.0, 0.05, 0.05])
    assert figure.layout.xaxis.title.text == "score, a pure number" and figure.layout.xaxis2.title.text == "nats"
    assert list(nats.x) == [0.3]
    notes = [one.text for one in figure.layout.annotations]
    assert "<b>0.900</b>  0.850 to 0.950" in notes and "<b>−2.000</b>  −2.050 to −1.950" in notes
    assert any("no value: z has 1 latent; a gap needs two." in one for one in notes)
    assert "What it would miss: It is 1 though two factors share one" in points.text[0]
    assert "up to 0.0400; p = 0.05" in points.text[0]
    assert figure.layout.meta["alt"] == metric_points.alternative(metric_table())


def test_a_number_in_nats_far_beyond_the_others_is_drawn_at_the_edge_and_said():
    nats = [score("kl_decomposition", 6.0, unit="nats"), score("jemmig", 4.0, unit="nats"),
            score("gaussian_total_correlation", 0.3, unit="nats")]  # fmt: skip
    far = score("minibatch_total_correlation", 79.0, unit="nats")
    figure = metric_points.draw(table(scores=(*nats, far)))
    points = {name: (x, shape) for one in figure.data if one.name == "scores" for name, x, shape in
              zip(one.customdata, one.x, one.marker.symbol, strict=True)}  # fmt: skip
    assert points["minibatch_total_correlation"] == (pytest.approx(6.05), "triangle-right")
    assert points["kl_decomposition"] == (6.0, "circle")
    assert "triangle: beyond the axis" in figure.layout.title.text
    assert any("79.000" in one.text for one in figure.layout.annotations)
    near = metric_points.draw(table(scores=(*nats, score("minibatch_total_correlation", -0.5, unit="nats"))))
    assert "triangle" not in near.layout.title.text
    below = metric_points.draw(table(scores=(*nats, score("minibatch_total_correlation", -1e9, unit="nats"))))
    assert "triangle-left" in {shape for one in below.data if one.name == "scores" for shape in one.marker.symbol}


def test_few_samples_temper_both_titles():
    few = replace(table(scores=(score("mig", 0.9), score("mig_sup", 0.1)), n=20), warnings=(Doubt("few samples", "."),))
    assert words.finding(few) == "20 samples are too few to say which latent tells of which factor"
    assert metric_points.finding(few).startswith("20 samples are too few")


def test_the_title_leaves_out_what_exceeds_its_own_null_alone():
    rng = np.random.default_rng(0)
    d, k, shuffles = 60, 8, 19
    read = rng.exponential(0.1, (shuffles + 1, d, k))
    chance = replace(table(np.full((d, k), 0.5), dead=[]), factors=tuple("abcdefgh"), information=read[0],
                     null=read[1:].mean(0), null_high=read[1:].max(0), entropies=np.full(k, 2.0))  # fmt: skip
    alone = int(words.beyond(chance).sum())
    assert 10 < alone < 45 and not words.above_all(chance).any()  # 480 cells, of which 24 by chance
    assert words.finding(chance) == "No latent tells much of any factor"
    text = words.subtitle(chance, "bits")
    assert f"{alone} of 480 cells above their own null and not above that of all cells" in text
    assert "(chance alone brings about 24)" in text
    told = replace(chance, information=np.where(np.arange(d)[:, None] == 7, 2.0, chance.information))
    assert words.finding(told).startswith("Latent 7 holds") and words.above_all(told).sum() == k


def test_the_title_tells_what_two_sides_say_together():
    finding = metric_points.finding
    assert finding(metric_table()).endswith("MIG-sup 0.50 over latents: latents hold several factors at once")
    other = table(scores=(score("mig", 0.1), score("mig_sup", 0.9)))
    assert finding(other) == "MIG is 0.10 over factors, MIG-sup 0.90 over latents: factors lie in several latents"
    assert finding(table(scores=(score("mig", 0.4), score("mig_sup", 0.5)))).endswith("over latents")
    assert finding(table(scores=(score("mig", 0.4),), missing=["dci", "sap"])) == "1 of 3 scores so far"
    assert finding(table(scores=(score("irs", 0.4),))) == "IRS is 0.40"
    assert finding(table()) == "No score has a value"


def test_scores_that_wait_say_so():
    early = table(scores=(score("mig", 0.4, 0, null=None), score("mig_sup", 0.5, 0, null=None)), missing=["sap"],
                  waiting=["mig"], views=VIEWS)  # fmt: skip
    figure = metric_points.draw(early)
    notes = [one.text for one in figure.layout.annotations]
    assert "<b>0.400</b>  interval to come" in notes and "<b>0.500</b>  interval not asked for" in notes
    assert "<i>to come</i>" in notes and "1 intervals and nulls to come" in figure.layout.title.text
    assert np.isnan(figure.data[1].error_x.array).all() and not len(figure.data[0].x or ())
    metric_points.draw(table())


def test_keys_are_said_as_people_say_them():
    named = {"mig_sup": "MIG-sup", "beta_vae_score": "β VAE score", "dci": "DCI", "mig_posterior": "MIG posterior",
             "modularity": "Modularity", "kl_decomposition": "KL decomposition"}  # fmt: skip
    assert {key: said(key) for key in named} == named


def sweep(names=("information",), unit="nats", value=None, **about) -> BinSweep:
    bins = np.array([3, 20, 300])
    value = np.array([[0.5, 1.0, 1.5], [0.6, 1.1, 1.2]]) if value is None else value
    value = np.stack([value - 0.1 * i for i in range(len(names))])
    cap = np.array([[1.1, 2.0, 2.0]] * 2) if unit == "nats" else np.full((2, 3), np.nan)
    about = {"bins": 20, "strategy": "equal_width", "n": 900, "seed": 0, "latent": 3, "factor": "x"} | about
    strategies = ("equal_width", "equal_frequency")
    return BinSweep(names, strategies, bins, value, value - 0.1, value + 0.1, 0 * value + 0.05, 0 * value + 0.1, cap,
                    unit, about)  # fmt: skip


def test_the_curves_of_one_cell():
    figure = bin_sweep.draw(sweep(), unit="nats")
    assert (
        bin_sweep.finding(sweep(), "nats") == "Latent 3 tells 0.50 to 1.50 nats of x with 3 to 300 bins; 1.00 with 20"
    )
    assert "0.72 to 2.16 bits of x" in bin_sweep.finding(sweep(), "bits")
    curves = [one for one in figure.data if one.name == "information"]
    assert [one.line.dash for one in curves] == ["solid", "dash"] and list(curves[0].y) == [0.5, 1.0, 1.5]
    assert {one.marker.symbol for one in curves} == {"square", "square-open"}
    assert len([one for one in figure.data if one.name == "interval"]) == 2
    assert len([one for one in figure.data if one.name == "shuffled rows"]) == 2
    assert list(next(one for one in figure.data if one.name == "cap").y) == [1.1, 2.0, 2.0]
    assert figure.layout.shapes[0].x0 == 20 and figure.layout.xaxis.type == "log"
    assert {"20 bins", "cap: log bins, H", "equal width", "equal frequency"} <= {
        one.text for one in figure.layout.annotations
    }
    assert "information, equal width: 0.5 at 3, 1 at 20, 1.5 at 300" in figure.layout.meta["alt"]
    assert "band: 90 % interval · dotted" in bin_sweep.subtitle(sweep())
    assert "90 % interval (jackknife) · dotted" in bin_sweep.subtitle(sweep(interval="jackknife", cut=False))
    assert "90 % interval (jackknife, cut off at 0) · dotted" in bin_sweep.subtitle(
        sweep(interval="jackknife", cut=True)
    )
    assert list(bin_sweep.draw(sweep(), unit="bits").data[2].y) == pytest.approx(np.array([0.5, 1.0, 1.5]) / BIT)


def test_the_curves_of_scores_have_a_panel_a_way_to_cut():
    shown = sweep(("mig", "mig_sup"), "")
    figure = bin_sweep.draw(shown, theme="dark")
    assert bin_sweep.finding(shown, "bits") == "MIG is 0.50 to 1.50 with 3 to 300 bins; 1.00 with 20"
    assert [figure.layout[axis].title.text for axis in ("xaxis", "xaxis2")] == [
        "equal width bins",
        "equal frequency bins",
    ]
    assert {"■ MIG", "◆ MIG-sup"} <= {one.text for one in figure.layout.annotations}
    assert "cap" not in {one.name for one in figure.data} and len(figure.layout.shapes) == 1
    nothing = sweep(("mig",), "", np.full((2, 3), np.nan), done=0, parts=6)
    assert bin_sweep.finding(nothing, "bits") == "No value yet"
    assert "0 of 6 values so far" in bin_sweep.draw(nothing).layout.title.text


def found(p: float = 0.01, levels=("a", "b <c>"), m: int = 6) -> LatentFactor:
    counts = np.array([[4, 0], [1, 2], [0, 3]])
    shuffled = np.where(np.arange(99) < 100 * p - 1, 2.0, 0.1)
    edges = np.array([-0.5, 0.5, 1.5]) if levels else np.array([0.0, 0.5, 3.0])
    return LatentFactor("3", "x", counts, np.array([0.0, 1.0, 2.0, 3.0]), edges, tuple(levels),
                        np.c_[np.linspace(0, 3, m), np.arange(m) % 2], 0.5, 0.4, 0.6, (1.0, 0.69), shuffled, sweep(),
                        {"bins": 3, "strategy": "equal_width", "n": 10, "points": m, "seed": 0,
                         "interval": "jackknife", "cut": p > 0.05})  # fmt: skip


def test_what_is_behind_one_cell():
    shown = found()
    figure = latent_factor.draw(shown, unit="nats")
    assert latent_factor.finding(shown, "nats") == "Latent 3 tells 72 % of x: 0.5 of 0.69 nats"
    assert latent_factor.finding(found(0.4), "nats").startswith("Latent 3 tells nothing of x that shuffled rows do not")
    traces = {(one.name, one.type): one for one in figure.data}
    joint, points = traces["samples", "heatmap"], traces["samples", "scatter"]
    assert np.isnan(joint.z[0][1]) and joint.z[2][1] == 3 and list(joint.y) == [0, 1, 2, 3]
    assert "x a: 4 samples, 80 % of them" in joint.text[0][0] and "b &lt;c&gt;" in joint.text[0][1]
    assert list(traces["margin of the factor", "bar"].y) == [5, 5]
    assert list(traces["margin of the latent", "bar"].x) == [4, 3, 3]
    assert (np.abs(points.x - found().points[:, 1]) <= 0.3101).all() and len(np.unique(points.x)) == 6
    assert np.array_equal(points.x, latent_factor.draw(shown).data[3].x)
    assert list(traces["value", "scatter"].x) == [0.5] and len(traces["shuffled rows", "scatter"].x) == 99
    assert traces["value", "scatter"].error_x.array[0] == pytest.approx(0.1)
    notes = {one.text for one in figure.layout.annotations}
    assert {"p = 0.01", "cap: H"} <= notes
    assert "points: 6 at random" in figure.layout.title.text and "p = 0.01" in figure.layout.meta["alt"]
    sure = "90 % interval: jackknife · that of the matrix: bootstrap, fewer shuffles"
    assert latent_factor.subtitle(shown).endswith(sure) and "jackknife, cut off at 0 ·" in latent_factor.subtitle(
        found(0.4)
    )
    real = latent_factor.draw(found(levels=()), theme="dark")
    assert list(real.data[3].x) == list(found().points[:, 1].astype(np.float32))
    assert real.layout.paper_bgcolor == THEMES["dark"].background


def mapped(plane=("x", "y"), series=("a", "b"), curves=True) -> FactorMap:
    mean = np.arange(2 * len(series) * 3.0).reshape(2, len(series), 3)
    mean[1] = 0.0
    one = Curves("scale", np.arange(3.0), ("0.5", "0.6", "0.7"), mean, mean - 0.5, mean + 0.5)
    maps = np.zeros((2, 2, 4))
    maps[1, 1], maps[0, 0, 0] = -3.0, np.nan
    return FactorMap(("4", "1"), plane, (np.arange(2.0), np.arange(4.0)) if plane else (),
                     maps if plane else np.zeros((2, 0, 0)), (one,) if curves else (), "shape" if series[0] else "",
                     series, {"n": 100, "band": "interval", "level": 0.9,
                              "left": "3 of 5 latents are left out"})  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_latents_over_factors_share_their_scales(theme):
    figure = factor_map.draw(mapped(), theme=theme)
    heats = [one for one in figure.data if one.type == "heatmap"]
    assert {(one.zmin, one.zmax) for one in heats} == {(-3.0, 3.0)} and np.array(heats[0].z).shape == (4, 2)
    lines = [one for one in figure.data if one.type == "scatter" and "lines" in one.mode]
    assert len(lines) == 4 and len({one.line.dash for one in lines}) == len({one.marker.symbol for one in lines}) == 2
    assert figure.layout.yaxis2.range == figure.layout.yaxis4.range
    assert figure.layout.yaxis.title.text == "<b>latent 4</b>" and figure.layout.yaxis3.title.text == "<b>latent 1</b>"
    title = figure.layout.title.text
    assert "x moves latent 1 most, scale latent 4" in title and "map: −3 (orange) to 3 (blue)" in title
    assert "■ a" in title and "◆ b" in title and "3 of 5 latents are<br>left out" in title and "90 % interval" in title
    assert "y" in factor_map.alternative(mapped()) and "latent 4: x 0.00" in factor_map.alternative(mapped())


def test_moves_that_chance_makes_are_no_findings():
    rng = np.random.default_rng(0)
    levels, latents = 6, 3
    noise = rng.normal(size=(latents, 1, levels))
    reach = np.full(noise.shape, 1.645)  # the 90 % interval of a mean whose standard error is 1
    one = Curves("scale", np.arange(6.0), tuple("abcdef"), noise, noise - reach, noise + reach)
    maps = rng.normal(size=(latents, 5, 7))
    shown = FactorMap(("0", "1", "2"), ("x", "y"), (np.arange(5.0), np.arange(7.0)), maps, (one,), "", ("",), {"n": 99})
    assert factor_map.finding(shown) == "No latent moves by more than chance"
    moved = maps + 4 * np.arange(5)[:, None] * (np.arange(3) == 2)[:, None, None]
    assert factor_map.finding(replace(shown, plane_mean=moved)) == (
        "x moves latent 2 most; moves with y and scale are within chance"
    )
    exact = noise + 9 * np.arange(6.0)
    sharp = replace(one, mean=exact, low=exact, high=exact)
    assert factor_map.finding(replace(shown, curves=(sharp,))).startswith("scale moves latent")


def test_maps_alone_and_curves_alone():
    assert {one.type for one in factor_map.draw(mapped(curves=False)).data} == {"heatmap"}
    alone = factor_map.draw(mapped(plane=(), series=("",)))
    assert {one.type for one in alone.data} == {"scatter"} and "shape" not in alone.layout.title.text


def lines(count: int = 4, low: float = 0.0) -> list[dict]:
    found = [
        {"step": i, "epoch": float(i), "reconstruction": 90.0 - i, "kl": 3.0 * i + low,
         "index-code information": 2.0 * i,
         "total correlation": low, "dimension-wise KL": 1.0 * i, "active units": i}
        for i in range(count)
    ]  # fmt: skip
    return [*found, {"step": 99, "epoch": 99.0, "loss": 4.0}]


def test_terms_of_the_divergence_are_stacked_and_negative_ones_are_seen():
    figure = kl_terms.draw(lines(low=-1.0))
    areas = {(one.name, one.stackgroup): one for one in figure.data if one.stackgroup}
    assert len(areas) == 4 and list(areas["total correlation", "below"].y) == [-1.0] * 4
    assert list(areas["total correlation", "above"].y) == [0.0] * 4
    assert list(areas["total correlation", "above"].customdata) == [-1.0] * 4
    assert areas["total correlation", "below"].fillpattern.shape == "x"
    shown = {one.name: one for one in figure.data}
    assert list(shown["KL"].y) == [-1.0, 2.0, 5.0, 8.0] and shown["reconstruction"].yaxis == "y2"
    assert shown["reconstruction"].xaxis == "x2" and figure.layout.xaxis.matches == "x2"
    title = figure.layout.title.text
    assert "At epoch 3 the KL is 8.00 nats" in title and "total<br>correlation −1.00" in title.replace(
        " correlation", "<br>correlation"
    )
    said = title.replace("<br>", " ")
    assert "below 0, crossed: total correlation" in said and "3 active latents" in said and "4 measured epochs" in said
    assert "total correlation −1.00" in {one.text for one in figure.layout.annotations}
    assert "crossed" not in kl_terms.draw(lines()).layout.title.text
    assert "reconstruction from 90.0 to 87.0" in figure.layout.meta["alt"]
    patterns = {one.fillpattern.shape for one in kl_terms.draw(lines()).data if one.stackgroup}
    assert len(patterns) == 3


def test_an_empty_code_is_said_and_no_zero_has_a_sign():
    last = {"step": 9, "epoch": 9.0, "kl": 0.0006, "index-code information": 0.0006, "total correlation": -2e-5,
            "dimension-wise KL": -2e-5, "active units": 0, "reconstruction": 27.1}  # fmt: skip
    figure = kl_terms.draw([*lines(2), last])
    title = figure.layout.title.text.replace("<br>", " ")
    assert "The code is empty, no latent is active. At epoch 9 the KL is 0.00 nats" in title
    every = " ".join([title, figure.layout.meta["alt"], *(one.text for one in figure.layout.annotations)])
    assert "−0.0" not in every and "-0.0" not in every
    assert "empty" not in kl_terms.draw(lines()).layout.title.text


def test_a_term_has_the_same_digits_in_the_title_and_beside_its_area():
    last = {"step": 9, "epoch": 9.0, "index-code information": 0.0, "total correlation": 0.0, "dimension-wise KL": 0.04}
    figure = kl_terms.draw([*lines(2), last], unit="bits")
    title = figure.layout.title.text.replace("<br>", " ")
    assert "the KL is 0.06 bits" in title and "dimension-wise KL 0.06" in title
    assert "dimension-wise KL 0.06" in [one.text for one in figure.layout.annotations]
    assert figure.layout.yaxis2.title.text == "recon., bits"


def test_a_training_that_has_just_begun():
    assert "No epoch has been measured yet" in kl_terms.draw([{"step": 0, "loss": 1.0}]).layout.title.text
    one = kl_terms.draw(lines(1), theme="dark", unit="bits")
    assert {trace.mode for trace in one.data if trace.name in ("KL", "reconstruction")} == {"markers"}
    assert one.data[-1].y[0] == pytest.approx(90 / BIT)


def models() -> dict[str, MetricTable]:
    better = tuple(score(one.measure, one.value + 0.3, unit=one.unit) for one in SCORES[:3])
    return {"vae": metric_table(), "tc <vae>": table(scores=better, views=VIEWS)}


def test_differences_are_those_of_independent_scores():
    frame = deltas_frame(deltas(models(), "vae")).set_index(["metric", "model"])
    row = frame.loc["mig", "tc <vae>"]
    assert (row["value"], row["difference"]) == pytest.approx((1.2, 0.3))
    assert row["difference_high"] - row["difference"] == pytest.approx(0.05 * np.sqrt(2))
    own = frame.loc["mig", "vae"]
    assert own["difference"] == 0 and np.isnan(own["difference_low"])
    assert np.isnan(frame.loc["sap", "vae"]["value"]) and "a gap needs two" in frame.loc["sap", "tc <vae>"]["why"]
    signs = {one.metric: one.sign for one in deltas(models(), "vae") if one.model != "vae"}
    assert signs == {"mig": 1, "mig_sup": 1, "dmig": 1, "modularity": 0, "gaussian_total_correlation": 0, "sap": 0}
    with pytest.raises(UnknownNameError, match="model"):
        deltas(models(), "gan")


@pytest.mark.parametrize("theme", THEMES)
def test_models_against_their_baseline(theme):
    figure = metric_comparison.draw(models(), "vae", theme=theme)
    assert figure.layout.title.text.startswith("<b>tc &lt;vae&gt; is above in 3 of 3 scores, against vae</b>")
    marks = figure.data[0]
    assert list(marks.x) == pytest.approx([0.3] * 3) and list(marks.marker.symbol) == ["square"] * 3
    assert list(marks.error_x.array) == pytest.approx([0.05 * np.sqrt(2)] * 3)
    notes = [one.text for one in figure.layout.annotations]
    assert "<b>vae</b>" in notes and "0.900" in notes and "−2.000" in notes and "0.300 nats" in notes
    assert notes.count("<i>to come</i>") == 2 and notes.count("<i>no value</i>") == 1
    back = metric_comparison.draw(models(), "tc <vae>", theme=theme)
    assert "vae is below in 3 of 3 scores" in back.layout.title.text
    assert {one.name for one in back.data} == {"vae"}
    same = {"a": metric_table(), "b": metric_table()}
    assert metric_comparison.finding(same, "a") == "No model differs from a by more than the intervals"
    assert set(metric_comparison.draw(same).data[0].marker.symbol) == {"square-open"}
    metric_comparison.draw({"a": table()})
    metric_comparison.draw({"a": table(), "b": table()})


@pytest.mark.parametrize(
    "name", ["information_matrix", "metric_points", "bin_sweep", "latent_factor", "factor_map", "kl_terms",
             "metric_comparison"],
)  # fmt: skip
def test_every_figure_is_in_the_catalogue(name):
    assert figures.card(name).summary and figures.card(name).attribute == "draw"
    assert "theme" in {one.name for one in figures.card(name).settings}


def test_results_find_their_figures():
    assert table().plot(theme="dark").layout.paper_bgcolor == THEMES["dark"].background
    assert table().plot("metrics").layout.title.text.startswith("<b>No score has a value")
    assert found().plot().layout.height and found().sweep.plot().layout.height and mapped().plot().layout.height
