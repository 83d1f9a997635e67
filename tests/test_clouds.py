"""A layer over training as points in the plane: one frame, kept step by step, with how far it can be trusted."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn import decomposition
from sklearn.manifold import trustworthiness
from torch import nn

from explorer.catalogue import embeddings
from explorer.data import Recording
from explorer.errors import Cancelled, FileError, SampleError, SettingError, UnknownNameError
from explorer.jobs.progress import nothing
from explorer.recordings.recorder import Recorder
from explorer.recordings.store import open_folder
from explorer.studies.clouds import Picture, cloud, collected, compute, cost, run, specification

pytestmark = pytest.mark.usefixtures("home")

STEPS = (0, 1, 3, 10)


def activations(n=60, seed=0):
    """Four steps of a layer that grows and slowly changes its directions."""
    rng = np.random.default_rng(seed)
    base, other = rng.normal(size=(2, n, 5)) * np.array([3, 2, 1, 1, 0.5])
    return {step: {"relu_5": (1 + step) * (base + 0.03 * step * other + step)} for step in STEPS}


@pytest.fixture
def recording():
    return Recording.from_arrays(activations(), y=np.arange(60) % 3)


def still(turns, n=60):
    """A flat cloud that is only turned, mirrored and shifted from step to step."""
    rng = np.random.default_rng(1)
    flat = rng.normal(size=(n, 2)) * np.array([2.0, 1.0])
    return Recording.from_arrays({step: {"layer": flat @ turn + step} for step, turn in enumerate(turns)})


def rotation(degrees):
    angle = math.radians(degrees)
    return np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])


def test_the_common_frame_is_one_projection_of_all_steps(recording):
    found = cloud(recording, "relu_5")
    values = [recording.activations(step, "relu_5") for step in STEPS]
    centred = [one - one.mean(0) for one in values]
    axes = decomposition.PCA(2).fit(np.concatenate(centred)).components_
    expected = np.stack([one @ axes.T for one in centred])
    assert found.steps == STEPS and found.positions.shape == (4, 60, 2) and len(found) == 60
    assert found.positions.dtype == np.float32 and np.abs(found.positions).max() == 1
    back = found.positions * found.about["scale"][0]
    np.testing.assert_allclose(np.abs(back), np.abs(expected), atol=1e-5 * np.abs(expected).max())  # float32
    left = [1 - place.var(0).sum() / one.var(0).sum() for place, one in zip(expected, values, strict=True)]
    np.testing.assert_allclose(found.unexplained, left, atol=1e-6)  # float32
    assert found.about["residual"] == [None] * 4 and "all steps together" in found.about["frame"]


def test_every_step_may_fill_the_frame(recording):
    common, each = (cloud(recording, "relu_5", scale=scale) for scale in ("common", "step"))
    np.testing.assert_allclose(np.abs(each.positions).max((1, 2)), 1, rtol=1e-6)
    assert len(each.about["scale"]) == 4 and each.about["scale"] == sorted(each.about["scale"])  # it grows
    units = np.array(each.about["scale"], np.float32)[:, None, None]
    np.testing.assert_allclose(each.positions * units, common.positions * common.about["scale"][0], rtol=1e-5)


@pytest.mark.parametrize("embedding, settings", [("pca", {"frame": "step"}), ("tsne", {"iterations": 500})])
def test_a_cloud_that_only_turns_stays(embedding, settings):
    if embedding == "tsne":
        settings = settings | {"perplexity": 10.0}
    turned = still([rotation(0), rotation(70), rotation(160) @ np.diag([1.0, -1.0])])
    found = cloud(turned, "layer", embedding=embedding, **settings)
    gaps = np.abs(np.diff(found.positions, axis=0)).max()
    # a projection comes back to rounding of float32; t-SNE goes on with its descent
    assert gaps < (1e-5 if embedding == "pca" else 0.25)
    assert found.about["residual"][0] is None and max(found.about["residual"][1:]) < (
        1e-9 if embedding == "pca" else 0.01
    )


def test_sizes_that_mean_nothing_stay_and_others_are_seen(recording):
    loose = cloud(recording, "relu_5", embedding="tsne", iterations=500, perplexity=10.0)
    np.testing.assert_allclose(loose.positions.std((1, 2)), loose.positions[0].std(), rtol=1e-5)  # float32
    assert "means nothing" in loose.about["frame"] and np.isnan(loose.unexplained).all()
    for frame in ("common", "step"):
        sizes = cloud(recording, "relu_5", frame=frame).positions.std((1, 2))
        np.testing.assert_allclose(
            sizes / sizes[0], [1, 2, 4, 11], rtol=0.15
        )  # they grow as 1 + step, and turn a little


def test_how_a_step_was_turned_is_told():
    # variances change places: the first axis leaps by 90 degrees, and turning it back is told
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(200, 2))
    flat, _ = np.linalg.qr(flat - flat.mean(0))  # uncorrelated columns of one size
    steps = {step: {"layer": flat * np.array(sizes)} for step, sizes in enumerate([(1.1, 1.0), (1.0, 1.1)])}
    found = cloud(Recording.from_arrays(steps), "layer", frame="step")
    assert found.about["mirrored"][1] or abs(found.about["degrees"][1]) == pytest.approx(90, abs=0.01)
    # trace 2.2 of squares 2.21 and 2.21
    assert found.about["residual"][1] == pytest.approx(1 - (2.2 / 2.21) ** 2, abs=1e-5)


def test_trustworthiness_is_that_of_scikit_learn(recording):
    found = cloud(recording, "relu_5")
    for place, step in zip(found.positions, STEPS, strict=True):
        expected = trustworthiness(recording.activations(step, "relu_5"), place, n_neighbors=10)
        assert found.trustworthiness[STEPS.index(step)] == pytest.approx(expected, abs=1e-3)  # ties of float32
    assert found.about["rows"] == 60 and found.about["neighbours"] == 10
    flat = cloud(still([rotation(0)]), "layer")
    assert flat.trustworthiness == pytest.approx([1]) and flat.unexplained == pytest.approx([0], abs=1e-6)


def test_trustworthiness_of_many_rows_is_that_of_some_and_says_so():
    flat = np.random.default_rng(0).normal(size=(2100, 2))
    found = cloud(Recording.from_arrays({0: {"layer": flat}}), "layer")
    assert found.about["rows"] == 2000 and found.about["n"] == 2100 and found.trustworthiness == pytest.approx([1])


def test_a_layer_that_is_dead_at_a_step_lies_in_one_place():
    steps = activations()
    steps[1]["relu_5"] = np.zeros((60, 5))
    for frame in ("common", "step"):
        found = cloud(Recording.from_arrays(steps), "relu_5", frame=frame)
        assert not found.positions[1].any() and found.positions[[0, 2, 3]].any((1, 2)).all()
        assert np.isnan(found.trustworthiness[1]) and np.isnan(found.unexplained[1])


def test_few_rows_tell_no_trustworthiness():
    found = cloud(Recording.from_arrays({0: {"layer": np.eye(2)}}), "layer")
    assert np.isnan(found.trustworthiness).all() and np.abs(found.positions).max() == 1


def test_nothing_is_computed_twice(recording):
    picture = Picture("relu_5").checked(recording)
    assert collected(recording, picture) is None
    assert compute(recording, picture) == 4 and compute(recording, picture) == 0
    assert (cloud(recording, "relu_5").positions == collected(recording, picture).positions).all()


@pytest.mark.parametrize("frame", ["common", "step"])
def test_an_interrupted_picture_goes_on_to_the_same_end(recording, frame, tmp_path, monkeypatch):
    picture = Picture("relu_5", settings={"frame": frame}).checked(recording)

    def stop(done, total, note=""):
        assert total == 4 and note
        if done == 2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        compute(recording, picture, progress=stop)
    part = collected(recording, picture)
    assert part.steps == STEPS[:2] and part.about["total"] == 4
    assert compute(recording, picture) == 2
    whole = collected(recording, picture)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "elsewhere"))
    assert collected(recording, picture) is None
    assert (cloud(recording, "relu_5", frame=frame).positions == whole.positions).all()


def test_later_steps_are_added_to_what_is_there(recording):
    first = Picture("relu_5", settings={"frame": "step"}, steps=(1, 0)).checked(recording)
    every = Picture("relu_5", settings={"frame": "step"}).checked(recording)
    assert compute(recording, first) == 2 and compute(recording, every) == 2
    assert collected(recording, first).steps == (0, 1)


@pytest.mark.parametrize(
    "other",
    [
        Picture("relu_5", settings={"frame": "step"}),
        Picture("relu_5", seed=1),
        Picture("relu_5", "tsne"),
        Picture("relu_5", steps=(1, 3)),
    ],
)
def test_other_pictures_have_other_keys(recording, other):
    keys = Picture("relu_5").checked(recording).keys(recording)
    assert not set(keys.values()) & set(other.checked(recording).keys(recording).values())


def test_other_activations_have_other_keys(recording):
    changed = activations()
    changed[1]["relu_5"][0] += 1
    again = Picture("relu_5", settings={"frame": "step"}).checked(recording)
    old, new = (again.keys(one) for one in (recording, Recording.from_arrays(changed)))
    assert [old[step] == new[step] for step in STEPS] == [True, False, False, False]  # each starts from the one before
    shared = Picture("relu_5").checked(recording)
    old, new = (shared.keys(one) for one in (recording, Recording.from_arrays(changed)))
    assert not set(old.values()) & set(new.values())  # the frame is of all steps


@pytest.mark.parametrize(
    "given, error, says",
    [
        ({"layer": "relu_6"}, UnknownNameError, "did you mean 'relu_5'"),
        ({"embedding": "pac"}, UnknownNameError, "no embedding 'pac'"),
        ({"steps": [0, 2]}, UnknownNameError, "no recorded step '2'"),
        ({"frame": "both"}, SettingError, "frame='both' must be one of"),
        ({"k": 3}, SettingError, "no setting of pca called 'k'"),
        ({"seed": -1}, SettingError, "seed=-1 must lie in"),
        ({"scale": "both"}, SettingError, "scale='both' must be"),
        ({"embedding": "tsne", "perplexity": 60.0}, SettingError, "perplexity=60 must be smaller .* which is 60"),
    ],
)
def test_what_is_not_there_is_one_sentence(recording, given, error, says):
    with pytest.raises(error, match=says):
        cloud(recording, **{"layer": "relu_5"} | given)


def test_activations_must_be_finite():
    steps = activations()
    steps[3]["relu_5"][7, 2] = np.nan
    with pytest.raises(SampleError, match=r"relu_5 at 3 holds 1 value.* row 7"):
        cloud(Recording.from_arrays(steps), "relu_5")


def test_a_damaged_file_is_named_and_a_missing_one_made_again(recording, home):
    before = cloud(recording, "relu_5")
    file = sorted((home / "clouds").iterdir())[0]
    file.write_bytes(b"\x93NUMPY")
    with pytest.raises(FileError, match=f"{file.name} cannot be read .* delete it"):
        cloud(recording, "relu_5")
    file.unlink()
    assert (cloud(recording, "relu_5").positions == before.positions).all()
    assert not list((home / "clouds").glob("*.part"))


@pytest.fixture
def folder(tmp_path):
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    with Recorder(tmp_path / "run", model, torch.randn(30, 4, generator=torch.Generator().manual_seed(0))) as recorder:
        for step in range(3):
            recorder.step(step)
            with torch.no_grad():
                model[0].weight.mul_(1.5)
    return tmp_path / "run"


def test_the_job_computes_what_is_read_afterwards(folder):
    recording = open_folder(folder)
    picture = Picture("1", settings={"frame": "step"}, steps=(2, 0)).checked(recording)
    job = specification(recording, picture)
    again = specification(open_folder(folder), picture)
    assert job.function == "explorer.studies.clouds:run" and job.id == again.id
    assert set(job.cost) == {"seconds", "bytes"}
    assert job.id != specification(recording, Picture("1").checked(recording)).id
    assert run(**json.loads(json.dumps(job.arguments)), progress=nothing) == {"steps": 2, "complete": True}
    assert collected(recording, picture).steps == (0, 2)


def test_a_recording_in_memory_is_no_job(recording):
    with pytest.raises(SettingError, match="in memory"):
        specification(recording, Picture("relu_5").checked(recording))


@pytest.mark.parametrize("name", embeddings)
def test_every_embedding_foresees_its_cost(recording, name):
    seconds, memory = cost(recording, Picture("relu_5", name).checked(recording))
    more = Recording.from_arrays(activations(600))
    assert 0 < seconds < cost(more, Picture("relu_5", name).checked(more))[0] and memory > 0


def test_reading_needs_no_torch():
    code = "import sys, explorer.studies.clouds as c; c.Picture('a').call; print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
