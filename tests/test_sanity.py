"""Summaries of layers against NumPy, findings on made-up layers and probes, and how they are kept."""

import numpy as np
import pytest

import explorer
from explorer import jobs
from explorer.data import Recording
from explorer.errors import UnknownNameError
from explorer.figures import unit_states, value_histogram
from explorer.measures.geometry.effective_rank import EffectiveRank
from explorer.reliability import layer_findings, leakage
from explorer.reliability import sanity as counts
from explorer.studies.sanity import collected, missing, probe_digest, sanity, specification


def made(z, x=None, y=None, **factors):
    return Recording.from_arrays({0: {"z": z}}, x=x, y=y, factors=factors)


@pytest.fixture
def awkward():
    """A layer of 5000 rows with constant, dead and broken units, repeated rows and zeros of both signs."""
    rng = np.random.default_rng(0)
    z = np.maximum(rng.normal(3, 2, (5000, 40)), 0).astype(np.float32)
    z[:, 3], z[:, 5], z[:, 6] = 0, 2.5, -0.0
    z[100:110] = z[99]
    z[7, 8], z[9, 8], z[11, 10] = np.nan, -np.inf, np.inf
    z[20, 1] = -0.0
    return z


def rules(found):
    return {one.rule for one in found}


@pytest.mark.parametrize("size", [7, 1000, 10_000])
def test_totals_are_those_of_the_whole_array(awkward, size):
    totals = counts.Totals(40)
    for begin in range(0, 5000, size):
        totals.add(awkward[begin : begin + size])
    told, finite = totals.told(), np.isfinite(awkward)
    values = awkward[finite].astype(float)
    assert told["samples"] == 5000 and told["units"] == 40
    assert told["not_finite"] == 3 and (told["constant"], told["dead"], told["broken"]) == (1, 2, 2)
    assert told["distinct"] == len(np.unique(awkward + 0, axis=0, equal_nan=False)) == 4990
    assert told["zeros"] == (awkward == 0).mean()
    assert (told["smallest"], told["largest"]) == (values.min(), values.max())
    assert told["mean"] == pytest.approx(values.mean(), rel=1e-12)
    assert told["deviation"] == pytest.approx(values.std(), rel=1e-12)
    states = counts.unpacked(told["states"])
    assert states.tolist() == [{3: 2, 6: 2, 5: 1, 8: 3, 10: 3}.get(unit, 0) for unit in range(40)]
    spread = np.array([awkward[finite[:, u], u].astype(float).std() for u in range(40) if states[u] == 0])
    assert told["spread"] == pytest.approx([np.median(spread), spread.max()], rel=1e-9)


def test_a_mean_far_from_zero_keeps_the_digits_of_the_deviation():
    z = 1e6 + np.random.default_rng(0).normal(size=(4000, 3))
    totals = counts.Totals(3)
    for begin in range(0, 4000, 100):
        totals.add(z[begin : begin + 100])
    assert totals.told()["deviation"] == pytest.approx(z.std(), rel=1e-9)


def test_a_layer_that_is_nowhere_finite_has_no_range():
    told = counts.summary(made(np.full((20, 3), np.nan)), 0, "z")
    assert told["smallest"] is None and told["mean"] is None and told["deviation"] is None
    assert told["rank"]["value"] is None and not told["histogram"]["counts"]
    assert "NaN or infinity" in rules(layer_findings.of_layers([told]))


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int8, bool])
def test_every_type_of_number_is_counted(dtype):
    z = (np.random.default_rng(0).normal(size=(300, 4)) > 0).astype(dtype)
    told = counts.summary(made(z), 0, "z")
    assert told["mean"] == pytest.approx(z.astype(float).mean()) and told["distinct"] == 16
    assert ("few digits" in rules(layer_findings.of_layers([told]))) == (dtype is np.float16)


def test_rank_and_histogram_are_of_evenly_spaced_rows():
    z = np.random.default_rng(0).normal(size=(3000, 5))
    told = counts.summary(made(z), 0, "z")
    rows = z[np.linspace(0, 2999, 1000).round().astype(int)]
    import torch

    assert told["rows"] == 1000
    measured = EffectiveRank().value(torch.from_numpy(rows))
    assert told["rank"] == {"value": pytest.approx(float(measured), rel=1e-12), "few": bool(measured.doubts)}
    assert sum(told["histogram"]["counts"]) == rows.size
    assert told["histogram"]["edges"][0] == rows.min()


@pytest.mark.parametrize("width", [20, 190, 210, 400])
def test_rank_and_its_doubt_are_those_of_the_measure(width):
    import torch

    z = np.random.default_rng(0).normal(size=(1000, width))
    z[:, 0] *= 1e-9
    measured = EffectiveRank().value(torch.from_numpy(z))
    assert counts.rank(z) == {"value": pytest.approx(float(measured), rel=1e-9), "few": bool(measured.doubts)}


def test_rows_are_fewer_where_units_are_many():
    assert len(counts.sampled_rows(5000, 10)) == 1000
    assert len(counts.sampled_rows(5000, 100_000)) == 2**24 // 100_000
    assert len(counts.sampled_rows(300, 10)) == 300


def test_no_more_than_a_block_is_read_at_a_time(monkeypatch):
    z = np.random.default_rng(0).normal(size=(4000, 64)).astype(np.float32)
    seen = []

    def read_rows(step, layer, begin, end):
        seen.append(end - begin)
        return z[begin:end]

    def whole(step, layer):
        raise AssertionError("the whole layer was read")

    recording = Recording(("z",), (0,), whole, lambda step: "d", shapes={"z": z.shape}, read_rows=read_rows)
    monkeypatch.setattr(counts, "rows_per_chunk", lambda size: 500)
    assert counts.summary(recording, 0, "z")["distinct"] == 4000
    assert seen == [500] * 8


LAYERS = {
    "far values": lambda z: np.r_[z[:-1], [[1e4, *z[-1, 1:]]]],
    "uneven units": lambda z: z * np.r_[1e4, np.ones(z.shape[1] - 1)],
    "mostly 0": lambda z: np.where(np.random.default_rng(1).random(z.shape) < 0.95, 0, z),
    "one direction": lambda z: z[:, :1] @ np.ones((1, z.shape[1])),
    "constant layer": lambda z: np.ones_like(z),
    "constant units": lambda z: z * np.r_[0, np.ones(z.shape[1] - 1)],
    "equal rows": lambda z: np.r_[z[:250], z[:250]],
    "NaN or infinity": lambda z: np.r_[z[:-1], [[np.nan] * z.shape[1]]],
}


@pytest.mark.parametrize("rule", LAYERS)
def test_every_rule_on_layers_fires_where_it_should_and_not_elsewhere(rule):
    z = np.random.default_rng(0).normal(size=(500, 6))
    assert rules(layer_findings.of_layers([counts.summary(made(z), 0, "z")])) == set()
    assert rule in rules(layer_findings.of_layers([counts.summary(made(LAYERS[rule](z)), 0, "z")]))


def test_layers_of_unlike_scale_are_named():
    z = np.random.default_rng(0).normal(size=(500, 6))
    found = [counts.summary(made(scale * z), 0, "z") | {"layer": name} for scale, name in ((1, "a"), (5000, "b"))]
    (one,) = layer_findings.of_layers(found)
    assert one.rule == "unlike scales" and "b spreads 5e+03 times as far as a" in one.text


def test_a_column_that_holds_the_label_is_found_and_random_ones_are_not():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3000, 50)), rng.integers(0, 10, 3000)
    assert leakage.told_by(x, y)[1] < 0.2
    x[:, 33] = y
    assert leakage.told_by(x, y) == (33, 1.0)
    x[:, 33] = np.where(rng.random(3000) < 0.5, y, x[:, 32])
    assert leakage.told_by(x, y)[1] < 1


def test_a_real_target_that_is_a_column_is_found():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3000, 5))
    assert leakage.told_by(x, np.exp(x[:, 2]) + 1.0)[0] == 2
    uniform = rng.random((3000, 5))
    place, share = leakage.told_by(uniform, 3 * uniform[:, 4])
    assert place == 4 and share == pytest.approx(1 - 1 / 16**2, abs=0.002)  # 16 bins leave this share of a uniform
    assert leakage.told_by(uniform, rng.random(3000))[1] < 0.05


def test_a_parity_of_two_columns_is_told_by_none():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (4000, 6))
    assert leakage.told_by(x, x[:, 0] ^ x[:, 1])[1] < 0.2


def probe(n=600):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 4)), rng.integers(0, 5, n)


def found_on(x, **columns):
    return {one.rule: one for one in leakage.of_probe(x, columns) if one is not leakage.UNSEEN}


def test_a_sound_probe_has_no_finding():
    x, y = probe()
    assert found_on(x, y=y) == {}


def test_repeated_inputs_with_unequal_labels():
    x, y = probe()
    x[500:] = x[:100]
    y[500:] = y[:100]
    found = found_on(x, y=y)
    assert set(found) == {"repeated inputs"} and "200 of 600" in found["repeated inputs"].text
    y[500] = (y[0] + 1) % 5
    clash = found_on(x, y=y)["equal inputs, unequal labels"]
    assert clash.text.startswith("2 probe samples")


def test_order_balance_and_twins():
    x, y = probe()
    assert set(found_on(x, y=np.sort(y))) == {"sorted labels"}
    assert set(found_on(x, y=np.zeros(600, int))) == {"constant label"}
    rare = np.where(np.arange(600) % 100 == 0, 1, 0)
    assert set(found_on(x, y=rare)) == {"one class rules", "rare classes"}
    assert set(found_on(x, y=y, twin=np.array(list("abcde"))[y])) == {"two names for one thing"}
    assert set(found_on(x, y=np.array([f"word {i}" for i in range(600)]))) == {"hardly repeated labels"}


def test_order_is_one_when_random_and_the_number_of_classes_when_sorted():
    y = np.random.default_rng(0).integers(0, 5, 20_000)
    assert leakage.ordered(y) == pytest.approx(1, abs=0.05)
    assert leakage.ordered(np.sort(y)) == pytest.approx(5, abs=0.05)


def test_probes_of_any_kind_are_read():
    x, y = probe(6)
    assert found_on(x, y=y)  # rare classes: too few rows to judge columns
    assert found_on(None, y=y)
    assert found_on(np.full((600, 3), np.nan), y=probe()[1])["NaN or infinity"]
    words = np.array(["a", "b"])[probe()[1] % 2]
    assert found_on(probe()[0].reshape(600, 2, 2), word=words) == {}


def test_it_is_kept_and_filled_in_part_by_part(home, layers):
    steps, x, y = layers
    recording = Recording.from_arrays(steps, x=x, y=y)
    assert missing(recording, 10) == 1 and collected(recording, 10).probe is None
    told = []
    found = sanity(recording, progress=lambda done, total, note="": told.append((done, total, note)))
    assert found.complete and missing(recording, 10) == 0 and found.about["step"] == 10
    assert told[-1][0] == told[-1][1] and {note for *_, note in told} == {"probe", "tanh_3", "tanh_1"}
    assert [one["layer"] for one in found.layers] == ["tanh_3", "tanh_1"]
    again = []
    assert sanity(recording, 10, progress=lambda *a: again.append(a)).layers == found.layers and not again
    assert missing(recording, 0) == pytest.approx(2 / 3), "the probe is one for all steps"
    assert list(found.to_frame()["layer"]) == ["tanh_3", "tanh_1"]
    with pytest.raises(UnknownNameError):
        sanity(recording, 3)


def test_the_job_computes_what_the_call_does(home, layers, tmp_path):
    import torch

    _, x, y = layers
    model = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.ReLU())
    with explorer.Recorder(tmp_path / "run", model, probe=(x.astype("float32"), y)) as recorder:
        recorder.step(0)
    recording = explorer.open(tmp_path / "run")
    spec = specification(recording, 0)
    from explorer.studies.sanity import run

    assert run(**spec.arguments, progress=lambda *a: None) == {"parts": 2}
    assert spec.id == specification(explorer.open(tmp_path / "run"), 0).id and isinstance(spec, jobs.Specification)
    assert probe_digest(recording) == probe_digest(explorer.open(tmp_path / "run"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_say_what_they_show(awkward, theme):
    told = counts.summary(made(awkward[:, :8] if theme == "dark" else awkward), 0, "z")
    drawn = value_histogram.draw(told, theme=theme)
    assert "of the values of z are 0" in drawn.layout.meta["alt"]
    assert sum(drawn.data[0].y) == pytest.approx(100)
    states = counts.unpacked(told["states"])
    grid = unit_states.draw({"layer": "z", "states": states}, theme=theme)
    assert f"{int((states > 0).sum())} of {len(states)} units" in grid.layout.meta["alt"]


def test_a_cell_of_many_units_shows_the_worst_of_them():
    states = np.zeros(10_000, int)
    states[5001] = 2
    grid = unit_states.draw({"layer": "z", "states": states})
    assert np.nanmax(grid.data[0].z) == 2 and np.nansum(grid.data[0].z > 0) == 1
    assert "3 units, by the worst" in grid.layout.title.text


def test_an_empty_histogram_is_drawn():
    drawn = value_histogram.draw(counts.summary(made(np.zeros((20, 3))), 0, "z"))
    assert not drawn.data and "100.0 %" in drawn.layout.title.text
