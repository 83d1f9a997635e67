"""All estimators on one pair of variables, and what a text names."""

import json

import numpy as np
import pytest

import explorer
from explorer import arrays
from explorer.catalogue import estimators
from explorer.errors import FileError, SampleError, UnknownNameError
from explorer.figures.panel import finding
from explorer.results.comparison import Panel
from explorer.studies import panel
from explorer.studies.panel import Inquiry, collected, compute, fill, keys, specification

QUICK = {name: {} for name in ("gaussian", "ksg", "plug_in")}


@pytest.fixture
def pair(home, tmp_path):
    """A table with two real columns and a label."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(120)
    y = 0.8 * x + 0.6 * rng.standard_normal(120)
    rows = [f"{a:.9g},{b:.9g},{'high' if a > 0 else 'low'}" for a, b in zip(x, y, strict=True)]
    path = tmp_path / "pair.csv"
    path.write_text("\n".join(["a,b,c", *rows]))
    return f"{path}:a", f"{path}:b", f"{path}:c"


def test_every_value_is_that_of_estimate(pair):
    found = panel.run(*pair[:2], QUICK)
    assert set(found.estimators) == {"gaussian", "ksg"} and set(found.errors) == {"plug_in"}
    for i, name in enumerate(found.estimators):
        one = explorer.estimate(arrays.array(pair[0]), arrays.array(pair[1]), estimator=name)
        assert found.value[i] == pytest.approx(one.nats) and found.verdict[i] == one.verdict
        assert found.p_value[i] == pytest.approx(one.null.p_value)
        assert found.null_high[i] == pytest.approx(one.null.high)
    assert "counts discrete values" in found.errors["plug_in"]


def test_every_estimator_gives_a_value_or_a_reason(pair):
    found = panel.run(pair[0], pair[2], null=False)
    assert set(found.estimators) | set(found.errors) == set(panel.unasked()) < set(estimators)
    assert len(found) > 3 and all(found.errors.values())
    assert not [why for why in found.errors.values() if "a defect" in why]
    kinds = found.about["kinds"]
    assert (kinds["x"]["kind"], kinds["y"]["kind"], kinds["y"]["levels"]) == ("continuous", "discrete", 2)


def test_those_that_refuse_count_as_done_and_the_title_says_how_many(pair, tmp_path):
    (tmp_path / "still.csv").write_text("\n".join(["s", *["1"] * 120]))
    inquiry = Inquiry(QUICK | {"ross": {}}).checked()
    titles = []

    def watch(done, total, note=""):
        found = collected(pair[0], f"{tmp_path / 'still.csv'}:s", inquiry)
        titles.append((done, len(found.errors), finding(found)))

    compute(pair[0], f"{tmp_path / 'still.csv'}:s", inquiry, watch)
    assert any(", 1 of them refuses these data" in title for *_, title in titles[:-1])
    for done, refused, title in titles[1:-1]:
        said = f", {refused} of them refuse{'s' * (refused == 1)} these data" if refused else ""
        assert title == f"{done - 1} of 4 estimators so far{said}"


def test_cells_are_kept_one_by_one(pair):
    inquiry = Inquiry(QUICK).checked()
    seen = []

    def stop(done, total, note=""):
        seen.append(note)
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(*pair[:2], inquiry, stop)
    partial = collected(*pair[:2], inquiry)
    assert partial.about["cells"] == 2 and partial.about["total"] == 4
    assert compute(*pair[:2], inquiry) == 2 and compute(*pair[:2], inquiry) == 0
    assert list(keys(*pair[:2], inquiry))[:2] == ["kinds", "plug_in"], "the quick ones come first"


def test_the_key_follows_the_data_and_not_the_name(pair, tmp_path):
    inquiry = Inquiry(QUICK).checked()
    before = keys(*pair[:2], inquiry)
    text = (tmp_path / "pair.csv").read_text()
    (tmp_path / "copy.csv").write_text(text)
    assert keys(f"{tmp_path / 'copy.csv'}:a", pair[1], inquiry) == before
    (tmp_path / "copy.csv").write_text(text.replace("\n", "\n0.5,", 1).replace("0.5,", "", 1).replace("1", "2", 1))
    assert keys(f"{tmp_path / 'copy.csv'}:a", pair[1], inquiry) != before
    assert keys(*pair[:2], Inquiry(QUICK, seed=1).checked())["ksg"] != before["ksg"]
    assert keys(*pair[:2], Inquiry(QUICK, null=False).checked())["ksg"] != before["ksg"]


def test_the_job_is_the_same_inquiry(pair, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inquiry = Inquiry({"gaussian": {}}).checked()
    job = specification("pair.csv:a", "pair.csv:b", inquiry)
    monkeypatch.chdir("/")
    arguments = json.loads(json.dumps(job.arguments))
    assert fill(**arguments, progress=lambda *a: None) == {"computed": 2}
    assert collected(*pair[:2], inquiry).about["cells"] == 2


@pytest.mark.parametrize(
    "x, error, says",
    [
        ("nowhere.csv:a", FileError, "does not exist"),
        ("pair.csv:zz", UnknownNameError, "zz"),
        ("short.csv:a", SampleError, "x has 2 samples and y has 120"),
        ("twelve_bit:7777:softmax_2", UnknownNameError, "7777"),
        ("twelve_bit:last:softmax_2", FileError, "must be a whole number"),
        ("twelve_bit:nope", UnknownNameError, "nope"),
    ],
)
def test_what_cannot_be_read_is_told(pair, tmp_path, monkeypatch, x, error, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.csv").write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(error, match=says):
        panel.run(x, pair[1], QUICK)


def test_unusable_values_are_told_once_and_by_every_estimator(home, tmp_path):
    np.savez(tmp_path / "bad.npz", x=np.array([1.0, np.nan, 2.0]), y=np.array([0.5, 1.5, 2.5]))
    found = panel.run(f"{tmp_path / 'bad.npz'}:x", f"{tmp_path / 'bad.npz'}:y", QUICK)
    assert "NaN" in found.about["kinds"]["error"] and not len(found) and len(found.errors) == 3
    again = panel.run(f"{tmp_path / 'bad.npz'}:y,x", f"{tmp_path / 'bad.npz'}:y", QUICK)
    assert "the first in row 1 of column 'x'" in again.about["kinds"]["error"], "its own name, where there are several"


def test_a_text_names_layers_and_labels_of_recordings(home, layers, tmp_path):
    import torch

    _, x, y = layers
    model = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.Tanh())
    with explorer.Recorder(tmp_path / "run", model, probe=(x.astype("float32"), y)) as recorder:
        recorder.step(4)
    recording = explorer.open(tmp_path / "run")
    (layer,) = recording.layers
    text = f"{tmp_path / 'run'}:4:{layer}"
    assert np.array_equal(arrays.array(text), recording.activations(4, layer))
    assert np.array_equal(arrays.array(f"{tmp_path / 'run'}:y"), y)
    assert arrays.facts(text).dim == 3 and arrays.facts(text).n == 200
    assert arrays.array("twelve_bit:y").shape == (4096,)
    assert arrays.absolute("twelve_bit:y") == "twelve_bit:y" and arrays.absolute(text) == text


def test_facts_are_read_again_when_the_file_changes(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros(5))
    first = arrays.facts(str(path))
    np.save(path, np.ones(6))
    assert arrays.facts(str(path)) != first and arrays.facts(str(path)).n == 6
    np.save(path, np.float64(3))
    with pytest.raises(FileError, match="single value"):
        arrays.facts(str(path))


def test_units_and_the_table():
    cell = {"nats": 0.5, "interval": [0.4, 0.6], "null": {"mean": 0.1, "high": 0.2, "p_value": 0.01}, "seconds": 1.0}
    cell |= {"verdict": "No rule fired.", "doubts": [], "bound": "lower", "quantity": "I(X;Y)"}
    found = Panel.from_cells({"a": cell, "b": {"error": "b needs labels"}}).to("bits")
    assert found.value[0] == pytest.approx(0.5 / np.log(2)) and found.p_value[0] == 0.01
    assert (found.low[0], found.null_high[0]) == pytest.approx((0.4 / np.log(2), 0.2 / np.log(2)))
    table = found.to_frame()
    assert table["estimator"].tolist() == ["a", "b"] and table["verdict"][1] == "no value: b needs labels"
    assert found.trusted.tolist() == [True] and found.comparable.tolist() == [True]


def test_a_job_is_told_what_every_estimator_takes(pair, monkeypatch):
    told = []
    monkeypatch.setattr(panel, "foresee", lambda progress, done, seconds: told.append((done, seconds)))
    monkeypatch.setattr(panel, "_cell", lambda *_: {"error": "left out"})
    inquiry = Inquiry({"ksg": {}, "infonce": {}, "gaussian": {}}, null=True).checked()
    compute(*pair[:2], inquiry)
    ((done, seconds),) = told
    assert done == 0 and seconds[0] == 0.0 and seconds == sorted(seconds) and len(seconds) == 4
    assert sum(seconds) == pytest.approx(panel.cost(*pair[:2], inquiry)[0]) and seconds[-1] > 10 * sum(seconds[:-1])


def test_a_text_names_the_inputs_of_a_run(home, tmp_path):
    inputs = arrays.array("twelve_bit:x")
    assert inputs.shape == (4096, 12) and np.array_equal(inputs, arrays.recording("twelve_bit").x)
    assert list(arrays.variables("twelve_bit:x"))[:2] == ["x 0", "x 1"]
    found = explorer.estimate(inputs, arrays.array("twelve_bit:y"), estimator="plug_in", null=False, interval=False)
    assert found.nats == pytest.approx(explorer.open("twelve_bit").provenance.get("nats", 0.6931), abs=0.01)


def test_a_run_without_inputs_says_so_and_a_factor_called_x_comes_first(monkeypatch):
    layer = np.zeros((4, 2))
    one = explorer.Recording.from_arrays({0: {"a": layer}}, y=np.arange(4), name="bare")
    with pytest.raises(FileError, match="bare was recorded without the inputs of its probe"):
        arrays._of_recording(one, ["x"])
    one = explorer.Recording.from_arrays({0: {"a": layer}}, x=np.zeros((4, 3, 3)), factors={"x": np.arange(4)})
    assert arrays._of_recording(one, ["x"]).tolist() == [0, 1, 2, 3]
    one = explorer.Recording.from_arrays({0: {"a": layer}}, x=np.zeros((4, 3, 3)))
    assert arrays._of_recording(one, ["x"]).shape == (4, 9)
