"""Runs beside a baseline: intervals against closed forms and known populations, matching, pairing, tables."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas
import pytest
from scipy import stats
from typer.testing import CliRunner

import explorer
from explorer import cli
from explorer.data import Recording, digest
from explorer.errors import SampleError, SettingError, UnitError, UnknownNameError
from explorer.numerics import t_intervals
from explorer.results.trajectory import Trajectory
from explorer.runs.contrast import contrast, matched
from explorer.runs.groups import Group, collected, grouped, name_of, partners, planned, seed_of
from explorer.runs.sides import Side

LEVEL = 0.9


def trajectory(values, steps=(0, 5), layers=("a", "b"), name="run", low=None, high=None, **about) -> Trajectory:
    """One quantity, in nats, of (steps, layers) values."""
    values = np.broadcast_to(values, (len(steps), len(layers)))
    rows = [
        {"step": step, "layer": layer, "quantity": "I(T;Y)", "value": values[i, j]}
        | ({} if low is None else {"low": values[i, j] - low, "high": values[i, j] + high})
        for i, step in enumerate(steps)
        for j, layer in enumerate(layers)
    ]
    return Trajectory.from_rows(rows, about={"recording": name, "layers": list(layers), "n": 100, **about})


def side(name, values, steps=(0, 5), layers=("a", "b"), seeds=(), networks=(), **options) -> Side:
    runs = tuple(trajectory(value, steps, layers, f"{name}{i}", **options) for i, value in enumerate(values))
    return Side(name, runs, tuple(steps), networks, seeds)


def by_place(found, step=None):
    return {(row.run, row.layer): row for row in found.at(step)}


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    return rng.normal(1.0, 1.0, (5, 7)), rng.normal(0.0, 3.0, (4, 7))


def ends(values, reach):
    return np.stack([values - reach, values + reach])


def test_intervals_are_those_of_scipy(samples):
    one, two = samples
    expected = stats.ttest_1samp(one, 0).confidence_interval(LEVEL)
    np.testing.assert_allclose(ends(one.mean(0), t_intervals.of_mean(one, LEVEL)), expected, rtol=1e-12)
    expected = stats.ttest_ind(one, two, equal_var=False).confidence_interval(LEVEL)
    found = ends(one.mean(0) - two.mean(0), t_intervals.welch(one, two, LEVEL))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    expected = stats.ttest_rel(one[:4], two).confidence_interval(LEVEL)
    found = ends(one[:4].mean(0) - two.mean(0), t_intervals.paired(one[:4], two, LEVEL))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_one_run_against_several_is_student_with_a_spread_from_the_several(samples):
    _, two = samples
    # the pooled two-sample test, where one side adds nothing to the spread
    for value, column in ((2.0, 0), (-1.0, 3)):
        expected = stats.ttest_ind([value], two[:, column], equal_var=True).confidence_interval(LEVEL)
        found = ends(value - two[:, column].mean(), t_intervals.one_against(two, LEVEL)[column])
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_two_runs_have_the_quantile_of_cauchy():
    # one degree of freedom: t at 95 % is tan(0.45 pi), the deviation of 0 and 2 is sqrt(2), over sqrt(2)
    reach = t_intervals.of_mean(np.array([[0.0], [2.0]]), LEVEL)
    np.testing.assert_allclose(reach, np.tan(0.45 * np.pi), rtol=1e-12)


@pytest.mark.parametrize("values", [[[1.0], [1.0]], [[0.0], [0.0]], [[0.1 + 0.2], [0.3]]])
def test_runs_that_do_not_spread_have_no_interval(values):
    values = np.array(values)
    for reach in (t_intervals.of_mean(values, LEVEL), t_intervals.welch(values, values, LEVEL),
                  t_intervals.paired(values, values, LEVEL), t_intervals.one_against(values, LEVEL)):  # fmt: skip
        assert np.isnan(reach).all()


PLANS = [(5, 5, True), (2, 2, True), (5, 5, False), (3, 5, False), (2, 2, False), (1, 5, False), (5, 1, False)]


@pytest.mark.parametrize("m, k, shared", PLANS)
def test_intervals_hold_the_difference_of_known_populations_as_often_as_they_say(m, k, shared):
    """20 000 comparisons of normal runs; two standard deviations of the share are 0.0042."""
    rng, cells, truth = np.random.default_rng(m + 10 * k), 20_000, 0.7
    common = rng.normal(size=(max(m, k), cells)) if shared else np.zeros((max(m, k), cells))
    spreads = (1.0, 1.0) if 1 in (m, k) or shared else (1.0, 2.0)
    base = (common[:k] + spreads[0] * rng.normal(size=(k, cells)))[..., None]
    other = (common[:m] + truth + spreads[1] * rng.normal(size=(m, cells)))[..., None]
    steps = range(cells)
    seeds = [tuple(range(count)) if shared else () for count in (k, m)]
    found = contrast(side("base", base, steps, ("a",), seeds[0]), [side("other", other, steps, ("a",), seeds[1])])
    basis = "paired t" if shared else "t of one run" if 1 in (m, k) else "Welch's t"
    assert {row.basis.startswith(basis) for row in found.rows} == {True}
    held = np.mean([row.difference_low <= truth <= row.difference_high for row in found.rows])
    # Welch's t is known to hold a little more with two and three runs a side; never less than it says
    most = LEVEL + (0.06 if not shared and 1 not in (m, k) and min(m, k) < 4 else 0.008)
    assert LEVEL - 0.008 < held < most
    signs = np.mean([row.sign for row in found.rows if row.sign])
    assert signs > 0.5, "those that leave 0 out are on the side of the truth"


def test_a_swap_of_baseline_and_run_turns_every_sign():
    rng = np.random.default_rng(0)
    for m, k, low in ((3, 4, None), (1, 4, None), (3, 1, None), (1, 1, 0.2), (1, 1, None)):
        sides = [
            side("one", rng.normal(size=(m, 2, 2)), low=low, high=low and 2 * low),
            side("two", rng.normal(size=(k, 2, 2)), low=low, high=low and low),
        ]
        there, back = contrast(sides[0], sides[1:]), contrast(sides[1], sides[:1])
        assert len(there) == len(back) == 4
        for row, other in zip(there.rows, back.rows, strict=True):
            np.testing.assert_allclose(row.difference, -other.difference)
            np.testing.assert_allclose(
                [row.difference_low, row.difference_high], [-other.difference_high, -other.difference_low]
            )
            assert row.sign == -other.sign
            assert (row.value, row.low, row.high) == pytest.approx(
                (other.baseline, other.baseline_low, other.baseline_high), nan_ok=True
            )


def test_own_intervals_of_single_runs_add_as_squares():
    base, other = side("base", [1.0], low=0.3, high=0.6), side("other", [2.0], low=0.4, high=0.8)
    (row, *_), doubts = (found := contrast(base, [other])).at(), found.warnings
    assert (row.difference, row.difference_low, row.difference_high) == pytest.approx(
        (1.0, 1.0 - np.hypot(0.4, 0.6), 1.0 + np.hypot(0.8, 0.3))
    )
    assert "own intervals" in row.basis and doubts[0].rule == "one seed"


def test_single_runs_without_intervals_have_none_and_are_told_so():
    found = contrast(side("base", [1.0]), [side("other", [2.0])])
    assert all(np.isnan(row.difference_low) and row.sign == 0 and "one run a side" in row.basis for row in found.rows)
    assert "cannot tell" in found.warnings[0].text
    assert "no interval is known" in found.plot().layout.title.text.replace("<br>", " ")


def test_runs_are_paired_by_network_before_seed_and_in_any_order():
    rng = np.random.default_rng(1)
    level, noise = rng.normal(size=(3, 1, 1)), 0.01 * rng.normal(size=(3, 2, 2))
    base = side("base", level + 0 * noise, seeds=(0, 1, 2), networks=("n0", "n1", "n2"))
    same = side("same", (level + 0.5 + noise)[[2, 0, 1]], seeds=(2, 0, 1), networks=("n2", "n0", "n1"))
    (row, *_) = contrast(base, [same]).at()
    assert "3 networks" in row.basis and row.difference_high - row.difference_low < 0.1 and row.sign == 1
    seeds = side("seeds", (level + 0.5 + noise)[[2, 0, 1]], seeds=(2, 0, 1), networks=("p2", "p0", "p1"))
    (row, *_) = contrast(base, [seeds]).at()
    assert "3 seeds" in row.basis and row.difference_high - row.difference_low < 0.1
    for unknown in ((2, 0, 3), (2, 0, None), (2, 0, 0), ()):
        other = side("other", (level + 0.5 + noise)[[2, 0, 1]], seeds=unknown)
        (row, *_) = contrast(base, [other]).at()
        assert "Welch" in row.basis and row.difference_high - row.difference_low > 0.5


def test_layers_match_by_name_or_by_depth():
    assert matched(["a", "b"], ["b", "a"], "x") == {"b": "b", "a": "a"}
    assert matched(["a", "b", "c"], ["x", "b", "z"], "x") == {"x": "a", "b": "b", "z": "c"}
    assert matched(["a", "b", "c"], ["b", "c", "d"], "x") == {"b": "b", "c": "c"}
    assert matched(["a", "b"], ["b"], "x") == {"b": "b"}
    with pytest.raises(SampleError, match="shares no layer with the baseline: it has x, the baseline a, b"):
        matched(["a", "b"], ["x"], "other")


def test_what_was_matched_and_left_out_is_said():
    by_depth = contrast(side("base", [1.0]), [side("other", [2.0], layers=("x", "b"))])
    assert {row.layer for row in by_depth.rows} == {"a", "b"} and by_depth.sides[1].layers == ("a", "b")
    assert any("by depth, x with a" in one.text for one in by_depth.warnings)
    left = contrast(side("base", [1.0]), [side("other", [2.0], layers=("b", "c", "d"))])
    assert {row.layer for row in left.rows} == {"b"}
    assert any("only one side has c, d, a; left out" in one.text for one in left.warnings)


def test_steps_are_those_that_both_have_or_the_last_of_each():
    some = contrast(side("base", [1.0], (0, 5, 9)), [side("other", [2.0], (5, 9, 20))])
    assert some.steps == (5, 9) and any("2 steps are common" in one.text for one in some.warnings)
    last = contrast(side("base", [1.0], (0, 5)), [side("other", [2.0], (1, 7))])
    assert {(row.step, row.run_step) for row in last.rows} == {(5, 7)}
    assert any(one.rule == "no common step" and "its last, 7, is compared with 5" in one.text for one in last.warnings)
    with pytest.raises(UnknownNameError, match="compared step"):
        some.at(0)


def test_sides_with_other_samples_are_told():
    few = Side("few", (trajectory(1.0, n=50),), (0, 5), probes=("p",), networks=("n",))
    many = Side("many", (trajectory(1.0, n=500),), (0, 5), probes=("q",), networks=("n",))
    rules = {one.rule: one for one in contrast(few, [many]).warnings}
    assert not rules["samples"].note and "50" in rules["samples"].text and "500" in rules["samples"].text
    assert "the networks are the same" in rules["probes"].text


def test_units_scale_and_pure_numbers_refuse():
    found = contrast(side("base", [1.0], low=0.1, high=0.1), [side("other", [2.0], low=0.1, high=0.1)])
    (row, *_), (bits, *_) = found.at(), found.to("bits").at()
    assert bits.unit == "bits" and bits.difference == pytest.approx(1 / np.log(2))
    assert bits.difference_high - bits.difference == pytest.approx((row.difference_high - row.difference) / np.log(2))
    pure = Side("pure", (Trajectory.from_rows([{"step": 0, "layer": "a", "quantity": "q", "value": 1.0}], unit="",
                                              about={"recording": "r", "layers": ["a"]}),), (0,))  # fmt: skip
    with pytest.raises(UnitError):
        contrast(pure, [pure]).to("bits")


def test_latex_holds_the_numbers_and_no_command_of_a_name():
    rng = np.random.default_rng(0)
    found = contrast(side("base_1 & 50%", rng.normal(3, 1, (3, 2, 2)), layers=("relu_1", "b")),
                     [side(r"x\$#{}~^", rng.normal(size=(3, 2, 2)), layers=("relu_1", "b"))])  # fmt: skip
    text = found.to_latex()
    body = [line for line in text.splitlines() if not line.startswith("%")]
    assert body[0] == r"\begin{tabular}{llrrr}" and body[-1] == r"\end{tabular}" and "rule" not in text
    table = [line for line in body if line.endswith(r"\\")]
    assert len(table) == 3 and all(len(re.findall(r"(?<!\\)&", line)) == 4 for line in table)
    assert r"base\_1 \& 50\% (baseline)" in table[0] and r"x\textbackslash{}\$\#\{\}\textasciitilde{}" in table[0]
    for row, line in zip(found.at(), table[1:], strict=True):
        numbers = [float(one) for one in re.findall(r"[+-]?\d+\.\d+", line)]
        expected = [row.baseline, row.baseline_low, row.baseline_high, row.value, row.low, row.high,
                    row.difference, row.difference_low, row.difference_high]  # fmt: skip
        np.testing.assert_allclose(numbers, expected, atol=6e-4)


def test_the_figure_says_what_the_numbers_say_and_escapes_names():
    rng = np.random.default_rng(0)
    base, far = rng.normal(size=(4, 2, 2)), 9 + rng.normal(size=(4, 2, 2))
    found = contrast(side("<b>base</b>", base), [side("far", far), side("near", base[::-1])])
    for theme in ("light", "dark"):
        drawn = found.plot(theme=theme, unit="nats", step=5)
        title = " ".join(drawn.layout.title.text.partition("</b><br><span")[0].replace("<br>", " ").split())
        assert title == "<b>far reads more in all 2 layers in I(T;Y), against &lt;b&gt;base&lt;/b&gt;"
        alt = drawn.layout.meta["alt"]
        row = by_place(found, 5)["far", "b"]
        assert f"{row.difference_low:+.3g} to {row.difference_high:+.3g}" in alt.replace("−", "-") and "<b>" not in alt
    marks = [trace for trace in drawn.data if trace.mode == "markers"]
    assert [set(trace.marker.symbol) for trace in marks] == [{"square"}, {"diamond-open"}]
    lines = [trace for trace in drawn.data if trace.mode == "lines+markers"]
    assert len({trace.line.dash for trace in lines}) == len({trace.marker.symbol for trace in lines}) == 3
    assert sum(trace.fill == "toself" for trace in drawn.data) == 6
    assert len({tuple(axis.range) for axis in drawn.select_yaxes() if axis.range[0] < axis.range[1]}) == 1


def test_one_step_has_no_curves_and_nothing_compared_is_said():
    found = contrast(side("base", [1.0], (3,)), [side("other", [2.0], (3,))])
    assert [trace.mode for trace in found.plot().data] == ["markers"]
    empty = Side("none", (trajectory(np.empty((0, 2)), steps=()),), ())
    assert "Nothing is compared yet" in contrast(empty, [empty]).plot().layout.title.text


# recordings: the whole way


@pytest.fixture
def runs(home):
    """Two groups of three seeds of a noisy label in two layers, and a second probe of the first group's networks."""

    def run(folder, clean, seed, network="", probe=""):
        rng = np.random.default_rng(seed)
        import torch

        y = rng.integers(0, 4, 400)
        model = torch.nn.Sequential(torch.nn.Identity(), torch.nn.Identity())
        about = {"seed": seed, "network": network, "probe": probe, "title": folder.name}
        x = np.c_[y + clean * rng.normal(size=400), rng.normal(size=400)].astype("float32")
        with explorer.Recorder(folder, model, (x, y), layers=["0", "1"], provenance=about) as recorder:
            for step in (0, 1):
                recorder.step(step)
        return explorer.open(folder)

    home = home / "recordings"
    return {
        "clear": [run(home / f"clear-{s}", 0.1, s, f"n{s}", "held out") for s in range(3)],
        "dim": [run(home / f"dim-{s}", 2.0, s) for s in range(3)],
        "again": [run(home / f"clear-{s}-train", 0.1, 10 + s, f"n{s}", "training") for s in range(3)],
    }


def test_compare_reads_runs_and_pairs_what_provenance_tells(runs):
    found = explorer.compare(runs["clear"], {"dim": runs["dim"], "again": runs["again"]}, estimator="ksg")
    assert found.quantities == ("I(X;T)", "I(T;Y)") and found.steps == (0, 1) and len(found) == 16
    rows = {(row.run, row.quantity): row for row in found.at() if row.layer == "0"}
    assert "3 seeds" in rows["dim", "I(T;Y)"].basis and "3 networks" in rows["again", "I(T;Y)"].basis
    assert rows["dim", "I(T;Y)"].sign == -1
    value = explorer.plane(runs["dim"], "ksg").curve("0", "I(T;Y)")[-1]
    assert rows["dim", "I(T;Y)"].value == pytest.approx(value, rel=1e-12)
    frame = found.to_frame()
    assert isinstance(frame, pandas.DataFrame) and {"difference_low", "basis", "run_step"} <= set(frame)
    assert json.loads(json.dumps(found.to_dict()))["about"]["counts"] == {"clear (3 runs)": 3, "dim": 3, "again": 3}


def test_one_step_of_a_measure_computes_that_step_alone(runs):
    found = explorer.compare(runs["clear"][0], runs["dim"], measure="participation_ratio", step=1)
    assert found.steps == (1,) and found.runs == ("dim-0", "dim-1", "dim-2") and found.about["total"] == 8
    assert found.unit not in ("nats", "bits") and found.plot().layout.meta["alt"]


def test_what_cannot_be_compared_is_refused_in_one_sentence(runs):
    one, two = runs["clear"][0], runs["dim"][0]
    with pytest.raises(SettingError, match="exclude each other"):
        explorer.compare(one, two, estimator="ksg", measure="participation_ratio")
    with pytest.raises(SettingError, match="belongs to estimators"):
        explorer.compare(one, two, measure="participation_ratio", noise=0.1)
    with pytest.raises(SampleError, match="open it first"):
        explorer.compare(one, [two.path])
    with pytest.raises(SampleError, match="is empty"):
        explorer.compare([], two)
    with pytest.raises(UnknownNameError, match="recorded step"):
        explorer.compare(one, two, step=7)
    short = Recording.from_arrays({5: {"a": np.zeros((3, 1))}})
    with pytest.raises(SampleError, match="shares no step"):
        Group("odd", (one, short))


def test_names_of_groups_are_what_their_runs_begin_with():
    assert name_of(["digits, true labels, seed 10", "digits, true labels, seed 1"]) == "digits, true labels (2 runs)"
    assert name_of(["a", "b"]) == "runs (2 runs)" and name_of(["only"]) == "only"
    one = Recording.from_arrays({0: {"a": np.zeros((3, 1))}}, name="r")
    assert [group.name for group in grouped(one, [one, [one, one], one])] == ["r", "r (2)", "r (2 runs)", "r (3)"]


def test_partners_are_other_probes_of_the_same_network(runs):
    known = {name: one.provenance for group in runs.values() for one in group for name in [one.name]}
    assert partners(runs["clear"][1], known) == ["clear-1-train"] and partners(runs["dim"][0], known) == []
    assert [seed_of(one) for one in runs["again"]] == [10, 11, 12]


def seen(x, id, network="", **about):
    """A recording of a network by the samples x."""
    one = Recording.from_arrays({0: {"a": np.zeros((len(x), 1))}}, x=x)
    return replace(one, provenance={"id": id, "network": network, **about})


@pytest.mark.parametrize("network", ["one", {"file": "a.pth", "blake2b": "17", "settings": {}}])
def test_partners_are_neither_copies_nor_recordings_of_the_same_samples(network):
    held, taught = np.arange(6.0).reshape(3, 2), np.ones((3, 2))
    own = seen(held, "1", network)
    moved = network if isinstance(network, str) else network | {"file": "renamed.pth"}
    every = {
        "taught": seen(taught, "2", moved),
        "again": seen(held, "3", network),
        "copy": seen(held[:2], "4", network, **{"copy of": {"id": "1"}}),
        "other": seen(taught, "5", "two"),
        "none": seen(taught, "6"),
    }
    known = {name: one.provenance for name, one in every.items()}
    assert partners(own, known, lambda name: digest(every[name].x)) == ["taught"]
    assert partners(own, known) == ["taught", "again"]  # where the samples are not known
    assert partners(every["copy"], known) == [] and partners(every["none"], known) == []


def test_runs_that_are_not_read_yet_are_counted():
    base, three = side("base", [1.0, 2.0]), side("three", [3.0, 4.0, 5.0], cells=4, total=4)
    begun = trajectory(6.0, (0,), cells=2, total=4)
    found = contrast(base, [replace(three, runs=(*three.runs[:2], begun))])
    (doubt,) = (one for one in found.warnings if one.rule == "runs are missing")
    assert doubt.text.startswith("three: 2 of 3 runs are read to the end")
    assert found.steps == (0,) and {row.basis for row in found.rows} == {"Welch's t over 3 and 2 runs"}
    assert all(one.rule != "runs are missing" for one in contrast(base, [three]).warnings)


def test_a_run_beside_itself_is_told():
    one, two = replace(side("a", [1.0]), ids=("i",)), replace(side("b", [2.0]), ids=("j",))
    assert contrast(one, [replace(one, name="a (2)")]).warnings[0].text.startswith("a (2) is the same recording as")
    assert all(doubt.rule != "same run" for doubt in contrast(one, [two]).warnings)
    pair = replace(side("pair", [1.0, 2.0]), ids=("i", "k"))
    assert "shares 1 of its 2 recordings" in contrast(one, [pair]).warnings[0].text


def test_the_table_prints_whole_names():
    name = "a layer of a name that is long"
    base, other = (side(run, [value], layers=(name, "b")) for run, value in (("base", 1.0), ("other", 2.5)))
    lines = str(contrast(base, [other])).split("\n")
    assert lines[1].startswith(f"{name} I(T;Y)   other  2.500") and lines[2].index("I(T;Y)") == lines[1].index("I(T;Y)")


def test_runs_without_a_cell_are_counted_in_the_comparison(runs):
    for one in (runs["clear"][0], *runs["dim"][:2]):
        explorer.plane(one, "binning", permutations=2, bins=13)
    groups = grouped(runs["clear"][0], [runs["dim"]])
    found = collected(groups, planned("binning", "", "", 0.0, 2, 0, {"bins": 13}))
    texts = [one.text for one in found.warnings if one.rule == "runs are missing"]
    assert not len(found) and len(texts) == 1 and f"2 of {len(runs['dim'])} runs are read" in texts[0]


def test_a_cell_without_a_value_says_so_and_nothing_of_spread():
    several = side("base", [[[1.0, 2.0]] * 2, [[1.5, np.nan]] * 2, [[1.2, 2.2]] * 2])
    other = side("other", [[[1.0, 2.0]] * 2, [[1.0, 3.0]] * 2])
    basis = {row.layer: row.basis for row in contrast(several, [other]).rows}
    assert basis["b"] == "no difference: a run has no value here" and basis["a"].startswith("Welch")
    single = contrast(side("one", [[[1.0, np.nan]] * 2]), [side("two", [1.0])])
    assert {row.layer: row.basis for row in single.rows}["b"] == basis["b"]


@pytest.mark.parametrize("suffix", [".tex", ".csv", ".parquet", ".json"])
def test_the_command_takes_lists_and_patterns_and_writes(runs, tmp_path, suffix):
    folder = runs["clear"][0].path.rpartition("/")[0]
    out = tmp_path / f"found{suffix}"
    arguments = ["compare", f"{folder}/clear-?", f"{folder}/dim-0,{folder}/dim-1", f"{folder}/dim-2", "--out", str(out)]
    result = CliRunner().invoke(cli.app, [*arguments, "--estimator", "adaptive_binning", "--set", "bins=8"])
    assert result.exit_code == 0, result.exception
    if suffix == ".tex":
        assert out.read_text().count("\\\\\n") == 5
    elif suffix == ".json":
        assert json.loads(out.read_text())["about"]["runs"] == ["dim (2 runs)", "dim-2"]
    else:
        frame = pandas.read_csv(out) if suffix == ".csv" else pandas.read_parquet(out)
        assert set(frame.run) == {"dim (2 runs)", "dim-2"} and len(frame) == 16


def test_the_command_prints_a_table_and_refuses_what_fits_nothing(runs):
    folder = runs["clear"][0].path.rpartition("/")[0]
    result = CliRunner().invoke(cli.app, ["compare", runs["clear"][0].path, runs["dim"][0].path, "--step", "1"])
    assert result.exit_code == 0 and "doubt (one seed)" in result.output
    result = CliRunner().invoke(cli.app, ["compare", *[runs["dim"][0].path] * 2, "--measure", "participation_ratio"])
    assert "participation_ratio" in result.output and "dim-0 (2) is the same recording as the baseline" in result.output
    result = CliRunner().invoke(cli.app, ["compare", f"{folder}/no*", f"{folder}/dim-0"])
    assert isinstance(result.exception, explorer.errors.FileError) and "fits no recording" in str(result.exception)
    result = CliRunner().invoke(cli.app, ["compare", "a", "b", "--out", "x.pdf"])
    assert ".tex, .parquet, .csv or .json" in str(result.exception)
