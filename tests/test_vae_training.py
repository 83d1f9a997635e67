"""The autoencoder run: what is recorded, that it goes on where it was ended, and the bundled ones."""

import json
import shutil
import time

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save as packed
from sklearn.datasets import load_digits

import explorer
from explorer.catalogue import examples, objectives
from explorer.errors import Cancelled, FileError, JobError, SettingError
from explorer.examples import _autoencoders
from explorer.networks.kinds import load
from explorer.packaged import assets
from explorer.recordings.images import DigitImages, drawn_rows, images
from explorer.recordings.recorder import Recorder
from explorer.recordings.store import open_folder
from explorer.sprites import Sprites
from explorer.training._bundle_vae import bundle
from explorer.training._vae import objective_of
from explorer.training.base import STATE
from explorer.training.vae import train

SMALL = {"scales": 2, "orientations": 4, "positions": 3, "channels": 4, "width": 16, "batch": 32, "probe": 100}
"""216 sprites."""
BUNDLED = [name for name in examples if examples.card(name).constants["PAGE"] == "disentanglement"]


def small(path, epochs=4, **settings):
    return train(str(path), epochs=epochs, latents=4, **(SMALL | settings))


def until(last):
    """A report that ends the job after epoch `last`, as a person does."""

    def progress(done, total, note=""):
        if done == last:
            raise Cancelled(f"cancelled after {done} of {total}")

    return progress


def same(one, other):
    """Equal codes, metrics and models."""
    first, second = open_folder(one), open_folder(other)
    assert first.steps == second.steps and first.complete and second.complete
    assert [first.step_digest(s) for s in first.steps] == [second.step_digest(s) for s in second.steps]
    assert first.metrics == second.metrics
    for step in first.steps:
        files = [(path / "models" / f"{step:08d}.safetensors").read_bytes() for path in (one, other)]
        assert files[0] == files[1]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("vae")
    return small(path, objective="beta_tcvae"), open_folder(path), path


def test_what_is_recorded(run):
    result, recording, path = run
    assert recording.layers == ("mean", "variance") and recording.steps == (0, 1, 2, 3, 4) and recording.complete
    assert recording.shapes == {"mean": (100, 4), "variance": (100, 4)} and result["recording"] == str(path)
    assert recording.x.dtype == np.uint8 and recording.provenance["image_shape"] == [32, 32]
    assert recording.provenance["objective"] == {
        "name": "beta_tcvae", "alpha": 1.0, "beta": 6.0, "gamma": 1.0, "weights": "mws"
    }  # fmt: skip
    assert recording.name.startswith("sprites, beta_tcvae(alpha=1, beta=6, gamma=1, weights=mws), seed 0")


def test_the_probe_is_drawn_from_the_grid(run):
    grid = Sprites(scales=2, orientations=4, positions=3, size=32, distinct_orientations=True)
    rows = drawn_rows(100, len(grid), 0).numpy()
    _, recording, _ = run
    np.testing.assert_array_equal(recording.x, grid.render(rows, "cpu").flatten(1).numpy())
    assert set(recording.factors) == set(grid.names) and (recording.y == grid.places(rows)[:, 0]).all()
    for name, column in grid.factors(rows).items():
        np.testing.assert_array_equal(recording.factors[name], column)


def test_models_give_the_recorded_codes(run):
    _, recording, path = run
    for step in recording.steps:
        model = load(path / "models" / f"{step:08d}.safetensors")
        with torch.no_grad():
            found = model(torch.tensor(recording.x))
        for layer, values in zip(("mean", "variance"), found, strict=True):
            np.testing.assert_allclose(values.numpy(), recording.activations(step, layer), rtol=1e-5, atol=1e-6)


def test_metrics_are_those_of_the_recorded_codes(run):
    _, recording, _ = run
    for line in recording.metrics:
        mean, variance = (recording.activations(line["step"], layer).astype(float) for layer in recording.layers)
        kl = (mean**2 + variance - 1 - np.log(variance)).sum(1).mean() / 2
        assert line["kl"] == pytest.approx(kl, rel=1e-4)
        parts = line["index-code information"] + line["total correlation"] + line["dimension-wise KL"]
        assert parts == pytest.approx(line["kl"], abs=1e-4)
        assert line["active units"] == (mean.var(0, ddof=1) > 0.01).sum()
    assert recording.metrics[-1]["reconstruction"] < recording.metrics[0]["reconstruction"]


def test_a_seed_is_one_run_whatever_the_caller_drew(run, tmp_path):
    _, _, path = run
    torch.manual_seed(99)
    before = torch.get_rng_state()
    small(tmp_path / "again", objective="beta_tcvae")
    assert torch.equal(torch.get_rng_state(), before)
    same(path, tmp_path / "again")
    small(tmp_path / "other", 1, objective="beta_tcvae", seed=1)
    assert open_folder(tmp_path / "other").step_digest(0) != open_folder(path).step_digest(0)


@pytest.mark.parametrize("objective", ["beta_tcvae", "factor_vae"])
@pytest.mark.parametrize("ended", [0, 2])
def test_an_ended_training_goes_on_to_the_same_result(objective, ended, tmp_path):
    """Also the classifier of FactorVAE, with the moments of both optimisers and all random numbers."""
    small(tmp_path / "whole", objective=objective)
    with pytest.raises(Cancelled):
        small(tmp_path / "ended", objective=objective, progress=until(ended))
    assert not open_folder(tmp_path / "ended").complete
    seen = []
    small(tmp_path / "ended", objective=objective, progress=lambda done, total, note: seen.append(done))
    assert seen == list(range(ended + 1, 5))
    same(tmp_path / "whole", tmp_path / "ended")


def test_a_training_killed_while_it_wrote_goes_on_to_the_same_result(tmp_path):
    """Killed after epoch 3 was recorded, half a line of metrics later, with the state of epoch 1."""
    small(tmp_path / "whole")
    with pytest.raises(Cancelled):
        small(tmp_path / "killed", progress=until(1))
    shutil.copy(tmp_path / "killed" / STATE, tmp_path / STATE)
    with pytest.raises(Cancelled):
        small(tmp_path / "killed", progress=until(3))
    shutil.copy(tmp_path / STATE, tmp_path / "killed" / STATE)
    with (tmp_path / "killed" / "metrics.jsonl").open("a") as lines:
        lines.write('{"step": 4, "lo')
    seen = []
    small(tmp_path / "killed", progress=lambda done, total, note: seen.append(done))
    assert seen == [2, 3, 4]
    same(tmp_path / "whole", tmp_path / "killed")


def test_other_settings_begin_anew(tmp_path):
    small(tmp_path, 2)
    seen = []
    small(tmp_path, 2, learning_rate=2e-3, progress=lambda done, total, note: seen.append(done))
    assert seen == [0, 1, 2] and open_folder(tmp_path).steps == (0, 1, 2)
    (tmp_path / STATE).write_bytes(b"half a file")
    small(tmp_path, 1, progress=lambda done, total, note: seen.append(done))
    assert seen[3:] == [0, 1] and open_folder(tmp_path).steps == (0, 1)
    assert sorted(path.stem for path in (tmp_path / "models").iterdir()) == ["00000000", "00000001"]


def damaged(path, change, epoch=None):
    """Rewrite a state with `change` made to its tensors, and another epoch."""
    with safe_open(str(path), "pt") as file:
        state = {name: file.get_tensor(name) for name in list(file.keys())}
        metadata = file.metadata() | ({} if epoch is None else {"epoch": epoch})
    change(state)
    path.write_bytes(packed(state, metadata))


def dropped(name):
    return lambda state: state.pop(name)


def cut(name):
    return lambda state: state.update({name: state[name].ravel()[:1].clone()})


@pytest.mark.parametrize(
    "change, epoch, says",
    [
        (dropped("step"), None, "step"),
        (dropped("random"), None, "random"),
        (dropped("model/mean.bias"), None, "Missing key"),
        (cut("model/mean.bias"), None, "size mismatch"),
        (cut("random"), None, ""),
        (cut("model.moments/0/exp_avg"), None, "the moments of parameter 0 do not fit it"),
        (dropped("model.moments/0/step"), None, "the moments of parameter 0 do not fit it"),
        (lambda state: state.update({"model.moments/999/step": torch.tensor(1.0)}), None, "of parameter 999"),
        (lambda state: state.update({"step": torch.tensor(1)}), None, "1 updates, not the 14 of epoch 2"),
        (lambda state: None, "x", "its epoch is 'x', not one from 0 to 2"),
        (lambda state: None, "1000000000", "not one from 0 to 2"),
        (lambda state: None, "-1", "not one from 0 to 2"),
        (lambda state: None, "1", "14 updates, not the 7 of epoch 1"),
    ],
)
def test_a_damaged_state_is_refused_in_a_sentence_and_nothing_is_lost(trained, tmp_path, change, epoch, says):
    shutil.copytree(trained, tmp_path / "run")
    damaged(tmp_path / "run" / STATE, change, epoch)
    with pytest.raises(FileError, match=rf"{STATE} is damaged: .*{says}.*; remove it to begin anew"):
        small(tmp_path / "run", 2)
    same(trained, tmp_path / "run")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("two")
    small(path, 2)
    return path


def test_a_capacity_arrives_by_default_and_the_title_says_where_it_does_not(tmp_path):
    small(tmp_path / "own", 2, objective="annealed_capacity")
    own = open_folder(tmp_path / "own")
    assert own.provenance["objective"]["annealing"] == 2 * 7  # 216 images in batches of at most 32
    assert "annealing=14), seed 0" in own.name
    small(tmp_path / "late", 2, objective="annealed_capacity", annealing=140)
    assert "annealing=140), ends at 2.5 of 25 nats, seed 0" in open_folder(tmp_path / "late").name


def test_a_recorder_goes_on_after_a_step(tmp_path):
    model, x = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh()), torch.rand(5, 2)
    with Recorder(tmp_path, model, x) as recorder:
        for step in range(4):
            recorder.step(step, loss=step)
    before = open_folder(tmp_path)
    with Recorder(tmp_path, model, x, after=1) as recorder:
        assert open_folder(tmp_path).steps == (0, 1)
        recorder.step(5, loss=0.5)
    found = open_folder(tmp_path)
    assert found.steps == (0, 1, 5) and [line["loss"] for line in found.metrics] == [0, 1, 0.5]
    assert found.provenance["id"] == before.provenance["id"] and found.complete
    with pytest.raises(FileError, match="is no recording"):
        Recorder(tmp_path / "none", model, x, after=1)


@pytest.mark.parametrize("objective", objectives)
def test_every_objective_trains(objective, tmp_path):
    train(str(tmp_path), data="digits", objective=objective, epochs=1, latents=4, width=32, probe=100)
    recording = open_folder(tmp_path)
    assert recording.steps == (0, 1) and recording.complete and recording.provenance["data"] == DigitImages.title
    first, last = (recording.activations(step, "mean") for step in (0, 1))
    assert np.isfinite(last).all() and not np.array_equal(first, last)
    drawn = load(tmp_path / "models" / "00000001.safetensors").decode(torch.tensor(last[:3])).sigmoid()
    assert drawn.shape == (3, 64) and bool(drawn.isfinite().all())


def test_digits_have_the_factors_of_their_ink():
    digits, rows = DigitImages(), torch.arange(1797)
    found, pixels = digits.factors(rows), load_digits().images / 16
    assert (found["digit"] == load_digits().target).all() and (digits.labels(rows) == found["digit"]).all()
    np.testing.assert_allclose(found["ink"], pixels.mean((1, 2)), rtol=1e-6)
    share = pixels[7] / pixels[7].sum()
    down, across = (np.arange(8) @ share.sum(axis) for axis in (1, 0))
    grid = np.mgrid[:8, :8] - np.array([down, across])[:, None, None]
    assert found["width"][7] == pytest.approx((share * grid[1] ** 2).sum() ** 0.5, rel=1e-5)
    assert found["tilt"][7] == pytest.approx((share * grid[0] * grid[1]).sum() / (share * grid[0] ** 2).sum(), rel=1e-4)


def test_large_grids_are_drawn_batch_by_batch(monkeypatch):
    rows = torch.tensor([5, 3, 200])
    kept = images("sprites", {"scales": 2, "orientations": 4, "positions": 3}, keep=True)
    found = kept.pixels(rows)
    monkeypatch.setattr("explorer.recordings.images.HELD", 0)
    assert torch.equal(kept.pixels(rows), found)


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"objective": "vae", "beta": 2.0}, r"beta=2.0 is no setting of vae, which has none"),
        ({"objective": "beta_vae", "capacity": 2.0}, r"capacity=2.0 is no setting of beta_vae, which has beta"),
    ],
)
def test_settings_of_another_objective_are_refused(settings, sentence, tmp_path):
    with pytest.raises(SettingError, match=sentence):
        small(tmp_path, **settings)
    assert not (tmp_path / "manifest.json").exists()


def test_a_loss_that_is_no_number_ends_the_run(tmp_path):
    with pytest.raises(JobError, match=r"the loss was (nan|inf) after \d+ updates; take a lower learning_rate"):
        small(tmp_path, objective="vae", learning_rate=1.0, epochs=60)


def test_a_demonstration_is_named_after_its_objective(home, monkeypatch):
    from explorer import demo

    monkeypatch.setattr(demo.jobs, "submit", lambda spec, title: spec)
    monkeypatch.setattr(demo.jobs, "ensure_service", lambda: None)
    folder, job = demo.submit_demo("vae", data="digits", objective="dip_vae", kind="ii", seed=3)
    assert folder.name == "vae-digits-dip_vae-seed3" and job.function == "explorer.training.vae:train"
    assert job.arguments["data"] == "digits" and job.arguments["kind"] == "ii"


def test_every_objective_is_made_with_its_own_defaults():
    given = {name: None for name in ("beta", "alpha", "gamma")}
    from explorer.training._vae import OWN

    for name in objectives:
        assert objective_of(dict.fromkeys(OWN) | given | {"objective": name}) == objectives[name]()


def test_a_bundle_gives_the_recording_back(run, tmp_path):
    _, recording, path = run
    bundle(path, tmp_path / "bundle", [0, 2, 4])
    _autoencoders.write(tmp_path / "again", tmp_path / "bundle")
    again = open_folder(tmp_path / "again")
    assert again.steps == (0, 2, 4) and again.complete and again.name == recording.name
    np.testing.assert_array_equal(again.x, recording.x)
    assert list(again.factors) == list(recording.factors)
    assert (again.factors["shape"] == recording.factors["shape"]).all() and (again.y == recording.y).all()
    for step in again.steps:
        np.testing.assert_array_equal(again.activations(step, "mean"), recording.activations(step, "mean"))
        model = tmp_path / "again" / "models" / f"{step:08d}.safetensors"
        assert model.read_bytes() == (path / "models" / model.name).read_bytes()


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_autoencoders_are_small_and_open_soon(name, home):
    source = assets() / "demo" / name
    assert sum(file.stat().st_size for file in source.iterdir()) < 5e6
    start = time.process_time()
    recording = explorer.open(name)
    assert time.process_time() - start < 5  # processor seconds: other programs may run beside
    assert recording.layers == ("mean", "variance") and recording.complete
    assert [line["step"] for line in recording.metrics] == list(recording.steps)
    settings = json.loads((source / "run.json").read_text())["provenance"]["settings"]
    assert settings["epochs"] == recording.steps[-1]
    with safe_open(str(source / "weights.safetensors"), "pt") as file:
        assert {file.get_tensor(key).dtype for key in file.keys()} == {torch.float32}  # noqa: SIM118


@pytest.mark.parametrize("name", BUNDLED)
def test_metrics_of_bundled_autoencoders_are_those_of_their_codes(name, home):
    recording = explorer.open(name)
    for line in recording.metrics:
        mean, variance = (recording.activations(line["step"], layer).astype(float) for layer in recording.layers)
        kl = (mean**2 + variance - 1 - np.log(variance)).sum(1).mean() / 2
        assert line["kl"] == pytest.approx(kl, rel=1e-4)
        parts = line["index-code information"] + line["total correlation"] + line["dimension-wise KL"]
        assert parts == pytest.approx(kl, abs=1e-3)  # six digits are shipped


def test_total_correlation_pressed_down_leaves_a_clearer_code(home):
    gaps = {}
    for name in ("sprites_vae", "sprites_beta_tcvae"):
        recording = explorer.open(name)
        code = recording.activations(recording.steps[-1], "mean")
        gaps[name] = explorer.measure(code, dict(recording.factors), measure="mig").value
    assert gaps["sprites_beta_tcvae"] > gaps["sprites_vae"] + 0.1
