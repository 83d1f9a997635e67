"""A measure over the layers and steps of a recording: what it compares, what it keeps, what it refuses."""

import numpy as np
import pytest

import explorer
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.measures.base import Measure, Reading
from explorer.profiles import Profile, cost, keys
from explorer.sweep import collected, compute, plan_of


@pytest.fixture
def recording(layers, home):
    steps, x, y = layers
    factors = {"first": x[:, 0].astype(int)}
    return explorer.Recording.from_arrays(steps, x=x, y=y, factors=factors, name="small")


def test_every_cell_is_the_score_of_its_activations(recording):
    found = explorer.profile(recording, "participation_ratio")
    assert found.unit == "dimensions" and found.quantities == ("participation_ratio",)
    for step in recording.steps:
        for layer in recording.layers:
            alone = explorer.measure(recording.activations(step, layer), measure="participation_ratio")
            assert found.curve(layer, "participation_ratio")[found.steps.index(step)] == alone.value


def test_cells_are_computed_once(recording, monkeypatch):
    explorer.profile(recording, "participation_ratio")
    monkeypatch.setattr(Measure, "on", lambda *_: pytest.fail("was computed before"))
    explorer.profile(recording, "participation_ratio")


def test_the_key_follows_what_is_compared(recording):
    first = keys(recording, Profile("linear_cka").checked(recording), recording.steps, recording.layers)
    again = keys(recording, Profile("linear_cka", target="last").checked(recording), recording.steps, recording.layers)
    assert len(set(first.values())) == len(first) and not set(first.values()) & set(again.values())


def test_a_pair_is_compared_with_the_step_before(recording):
    found = explorer.profile(recording, "linear_cka")
    assert found.about["target"] == "previous"
    layer, (before, now) = recording.layers[0], recording.steps[:2]
    alone = explorer.measure(recording.activations(now, layer), recording.activations(before, layer),
                             measure="linear_cka")  # fmt: skip
    curve = found.curve(layer, "linear_cka")
    assert np.isnan(curve[0]) and curve[1] == pytest.approx(alone.value, abs=1e-12)


def test_a_pair_can_be_compared_with_inputs_a_layer_and_the_first_step(recording):
    last, layer = recording.steps[-1], recording.layers[0]
    now = recording.activations(last, layer)
    others = {
        "x": recording.x,
        recording.layers[1]: recording.activations(last, recording.layers[1]),
        "first": recording.activations(recording.steps[0], layer),
    }
    for target, other in others.items():
        found = explorer.profile(recording, "linear_cka", target=target, layers=[layer], steps=[last])
        assert found.value[0] == pytest.approx(explorer.measure(now, other, measure="linear_cka").value, abs=1e-12)


def test_the_null_shuffles_the_rows(recording):
    found = explorer.profile(recording, "linear_cka", target="x", permutations=3)
    assert (found.null < found.value).all() and np.isfinite(found.null).all()


def test_what_makes_no_sense_is_refused(recording):
    with pytest.raises(SettingError, match="reads a layer alone"):
        explorer.profile(recording, "participation_ratio", target="first")
    with pytest.raises(UnknownNameError, match="did you mean"):
        explorer.profile(recording, "participation_ration")
    with pytest.raises(UnknownNameError, match="to compare with"):
        explorer.profile(recording, "linear_cka", target="lats")
    with pytest.raises(SampleError, match="is a path"):
        explorer.profile("runs/a", "participation_ratio")


def test_a_layer_that_cannot_be_read_says_why(home):
    rng = np.random.default_rng(0)
    arrays = {"flat": np.zeros((40, 3)), "live": rng.normal(size=(40, 3))}
    found = explorer.profile(explorer.Recording.from_arrays({0: arrays}), "participation_ratio")
    assert "constant" in found.about["failed"]["flat"] and np.isnan(found.curve("flat", "participation_ratio")).all()
    assert np.isfinite(found.curve("live", "participation_ratio")).all()


def test_a_group_of_runs_keeps_its_unit(layers, home):
    steps, x, y = layers
    runs = [explorer.Recording.from_arrays(steps, x=x, y=y, name=name) for name in ("a", "b")]
    assert explorer.profile(runs, "participation_ratio").unit == "dimensions"


def test_a_job_finds_its_plan_again(recording):
    plan = Profile("participation_ratio").checked(recording)
    assert plan_of({**vars(plan)}) == plan
    assert compute(recording, plan) == len(recording.steps) * len(recording.layers)
    assert collected(recording, plan).about["cells"] == collected(recording, plan).about["total"]


def test_the_cost_grows_with_the_shuffles(recording):
    once, memory = cost(recording, Profile("participation_ratio").checked(recording))
    more, _ = cost(recording, Profile("participation_ratio", permutations=9).checked(recording))
    assert more == pytest.approx(10 * once) and memory > 0


def test_a_reading_is_a_number():
    assert float(Reading(0.5)) == 0.5
