"""The matrix of all pairs of representations: what is compared, nulls, maps, reasons, jobs."""

import json
import math

import numpy as np
import pytest

import explorer
from explorer.data import Recording
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.numerics.scaling import classical_scaling, dissimilarities, scaled
from explorer.result import to_json
from explorer.results.representation import Similarity
from explorer.studies import likeness
from explorer.studies.likeness import Pairs, collected, compute, cost, places, run, similarity, specification


def recording(seed: int = 0, name: str = "run", x: bool = True, n: int = 60) -> Recording:
    """Two steps of three layers of different width, of the same inputs whatever the seed of the weights."""
    inputs = np.random.default_rng(9).normal(size=(n, 5))
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(5, 4)), rng.normal(size=(4, 2))
    steps = {}
    for step, scale in ((0, 0.1), (7, 1.0)):
        hidden = np.tanh(scale * inputs @ first)
        steps[step] = {"tanh_4": hidden, "copy_4": 2 * hidden + 1, "out_2": hidden @ second}
    return Recording.from_arrays(steps, x=inputs if x else None, name=name)


@pytest.fixture(autouse=True)
def own_home(home):
    return home


def test_every_value_is_that_of_measure():
    runs = recording()
    found = similarity(runs, "pwcca")
    assert found.names == ("tanh_4", "copy_4", "out_2") and not found.distance
    for i, a in enumerate(found.names):
        for j, b in enumerate(found.names):
            one = explorer.measure(runs.activations(7, a), runs.activations(7, b), measure="pwcca", null=False)
            assert found.values[i, j] == pytest.approx(float(one), abs=1e-12)
    assert found.about["call"] == "pwcca(held_out=0.0, folds=5)" and found.about["n"] == 60
    assert found.about["dissimilarity"] == "arccos of the values, mean of both orders"


@pytest.mark.parametrize("measure", ["linear_cka", "shape_distance"])
def test_symmetric_measures_are_computed_once_a_pair(measure):
    seen = []
    found = similarity(recording(), measure, progress=lambda done, total, note: seen.append((done, total, note)))
    assert np.array_equal(found.values, found.values.T) and np.array_equal(found.null, found.null.T)
    assert len(seen) == 7 and seen[-1][:2] == (6, 6) and seen[1][2] == "tanh_4 and copy_4"
    assert found.values[0, 1] == pytest.approx(0 if found.distance else 1, abs=1e-9)
    assert np.diag(found.values) == pytest.approx([0] * 3 if found.distance else [1] * 3, abs=1e-9)


def test_the_null_is_a_shuffle_of_rows_that_the_seed_draws():
    runs = recording(n=400)
    found, again, other = (similarity(runs, seed=seed, layers=["tanh_4", "out_2"]) for seed in (1, 1, 2))
    assert np.array_equal(found.null, again.null) and not np.array_equal(found.null, other.null)
    order = np.random.default_rng((1, 0, 1)).permutation(400)
    z, y = runs.activations(7, "tanh_4"), runs.activations(7, "out_2")
    wanted = explorer.measure(z, y[order], measure="linear_cka", null=False)
    assert found.null[0, 1] == pytest.approx(float(wanted), abs=1e-12)
    assert found.null.max() < 0.1 < found.values[0, 1]
    assert similarity(runs, null=False).null is None


def test_steps_are_compared_with_each_other():
    found = similarity(recording(), steps=(0, 7), layers=["tanh_4", "out_2"])
    assert found.names == ("tanh_4, step 0", "out_2, step 0", "tanh_4, step 7", "out_2, step 7")
    single = similarity(recording(), steps=[0, 7, 0], layers=["tanh_4"])
    assert single.names == ("step 0", "step 7") and single.values[0, 1] == found.values[0, 2]
    assert [one["step"] for one in found.about["representations"]] == [0, 0, 7, 7]


def test_runs_are_compared_with_each_other():
    runs = [recording(0, "first"), recording(1, "second"), recording(2, "second")]
    one = similarity(runs, layers=["out_2"])
    assert one.names == ("first (1)", "second (2)", "second (3)")
    whole = similarity(runs[:2], "shape_distance")
    assert whole.names[0] == "first, tanh_4" and whole.values.shape == (6, 6)
    same = explorer.measure(
        runs[0].activations(7, "out_2"), runs[1].activations(7, "out_2"), measure="shape_distance", null=False
    )
    assert whole.values[2, 5] == pytest.approx(float(same), abs=1e-12)


def test_runs_of_different_samples_are_refused():
    ours = recording(0, "ours")
    with pytest.raises(SampleError, match="ours and longer hold 60 and 70 samples"):
        similarity([ours, recording(1, "longer", n=70)])
    other = Recording.from_arrays(
        {0: {"tanh_4": np.random.default_rng(0).normal(size=(60, 2))}}, x=ours.x + 1, name="other"
    )
    with pytest.raises(SampleError, match="ours and other hold different x"):
        similarity([ours, other])
    unknown = recording(1, "unknown", x=False)
    assert similarity([ours, unknown], layers=["out_2"]).names == ("ours", "unknown")


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"measure": "participation_ratio"}, SettingError, "of two representations is needed"),
        ({"measure": "linear_kca"}, UnknownNameError, "linear_cka"),
        ({"layers": "tanh_4"}, SettingError, "layers='tanh_4' must be a list"),
        ({"steps": []}, SettingError, "steps=\\[\\] must be a list"),
        ({"layers": ["tanh_5", "out_2"]}, UnknownNameError, "tanh_5"),
        ({"steps": [3]}, UnknownNameError, "recorded step of run"),
        ({"layers": ["out_2"]}, SampleError, "1 representation"),
        ({"bandwidth": 3}, SettingError, "bandwidth"),
    ],
)
def test_what_cannot_be_compared_is_told(given, error, says):
    with pytest.raises(error, match=says):
        similarity(recording(), **given)
    with pytest.raises(SampleError, match="open it first"):
        similarity(["runs/a"])


def test_pairs_without_a_value_say_why_and_have_no_place():
    values = np.random.default_rng(0).normal(size=(30, 3))
    layers = {"dead": np.zeros((30, 2)), "a": values, "b": values**2, "c": values**3}
    found = similarity(Recording.from_arrays({0: layers}))
    assert np.isnan(found.values[0]).all() and not np.isnan(found.values[1:, 1:]).any()
    assert len(found.about["errors"]) == 4 and "constant" in found.about["errors"]["dead and a"]
    assert found.about["unplaced"] == ["dead"] and np.isnan(found.places[0]).all()
    assert not np.isnan(found.places[1:]).any()
    with pytest.raises(SampleError, match="constant"):
        similarity(Recording.from_arrays({0: {"a": np.zeros((30, 2)), "b": np.ones((30, 1))}}))


def test_doubts_are_counted():
    rng = np.random.default_rng(0)
    layers = {name: rng.normal(size=(30, 20)) for name in "abc"}
    found = similarity(Recording.from_arrays({0: layers}))
    assert found.about["doubts"]["samples"]["pairs"] == 6 and "debiased" in found.about["doubts"]["samples"]["text"]
    assert similarity(Recording.from_arrays({0: layers}), debiased=True).about["doubts"] == {}


def test_the_result_is_kept_and_comes_back_whole(monkeypatch):
    runs, plan = recording(), Pairs().checked()
    assert collected([runs], plan) is None
    first = compute([runs], plan)
    monkeypatch.setattr(likeness, "_matrix", None)  # nothing is computed again
    again = compute([runs], plan)
    assert again.names == first.names and again.stress == first.stress and again.distance == first.distance
    for kept in ("values", "null", "places"):
        assert np.array_equal(getattr(again, kept), getattr(first, kept))
    assert collected([runs], Pairs(seed=1).checked()) is None
    assert collected([recording(1)], plan) is None
    plain = json.loads(to_json(first.to_dict()))
    assert Similarity.from_dict(plain).about["call"] == "linear_cka(debiased=False)"
    assert len(first.to_frame()) == 9


def test_the_job_is_the_same_plan(tmp_path):
    import torch

    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2), torch.nn.Tanh())
    with explorer.Recorder(tmp_path / "run", model, probe=(x, np.arange(40) % 2)) as recorder:
        recorder.step(0)
    opened, plan = explorer.open(tmp_path / "run"), Pairs("cca").checked()
    job = specification([opened], plan)
    assert job.id == specification([explorer.open(tmp_path / "run")], plan).id
    assert job.id != specification([opened], Pairs("svcca").checked()).id and job.cost["seconds"] > 0
    assert run(**json.loads(json.dumps(job.arguments)), progress=lambda *a: None) == {"representations": 2}
    assert collected([opened], plan) is not None
    with pytest.raises(SettingError, match="in memory"):
        specification([recording()], plan)


def test_cost_grows_with_pairs_and_null():
    runs = [recording()]
    one, without = (cost(runs, Pairs(null=null).checked())[0] for null in (True, False))
    assert one == pytest.approx(2 * without)
    both = cost(runs, Pairs("pwcca").checked())[0] / cost(runs, Pairs("cca").checked())[0]
    assert both == pytest.approx(9 / 6, rel=0.1)
    assert places(runs, Pairs().checked())[0] == (0, 7, "tanh_4")


def test_scaling_finds_the_places_of_a_plane():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(9, 2)) * [3, 1]
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    places, stress = classical_scaling(apart)
    assert np.linalg.norm(places[:, None] - places, axis=2) == pytest.approx(apart, abs=1e-10)
    assert stress < 1e-20 and np.ptp(places[:, 0]) > np.ptp(places[:, 1])


def test_stress_is_what_the_plane_leaves_out():
    corners = np.sqrt(2) * (1 - np.eye(4))  # a tetrahedron: no three of its eigenvalues differ
    places, stress = classical_scaling(corners)
    found = np.linalg.norm(places[:, None] - places, axis=2)
    assert stress == pytest.approx(((corners - found) ** 2).sum() / (corners**2).sum()) and 0.05 < stress < 0.5
    assert classical_scaling(np.zeros((3, 3)))[1] == 0
    line, none = classical_scaling(np.array([[0.0, 2.0], [2.0, 0.0]]))
    assert np.ptp(line[:, 0]) == pytest.approx(2) and none < 1e-20


def test_scaling_leaves_out_as_few_as_it_must():
    apart = np.abs(np.arange(4.0)[:, None] - np.arange(4.0))
    apart[1, 2] = apart[2, 1] = apart[2, 3] = apart[3, 2] = np.nan
    found, _ = scaled(apart)
    assert np.isnan(found[2]).all() and not np.isnan(found[[0, 1, 3]]).any()
    assert np.isnan(scaled(np.full((2, 2), np.nan))[0]).all()


def test_dissimilarities_say_how_they_come_from_the_values():
    values = np.array([[1.0, 0.5], [0.7, 1.0]])
    apart, words = dissimilarities(values, False, 1.0)
    assert apart[0, 1] == pytest.approx(math.acos(0.6)) and words == "arccos of the values, mean of both orders"
    apart, words = dissimilarities(np.array([[0.1, 2.0], [2.0, 0.1]]), True, None)
    assert apart.tolist() == [[0, 2], [2, 0]] and words == "the distances"
    apart, words = dissimilarities(np.array([[3.0, 1.0], [1.0, 5.0]]), False, None)
    assert apart.tolist() == [[0, 4], [4, 0]] and words == "the largest value less the values"
