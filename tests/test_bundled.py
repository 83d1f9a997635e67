"""The bundled run: computed from its weights when it is first opened."""

import copy
import json
import multiprocessing
import shutil
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

import explorer
from explorer.bundle import NEAR, fingerprint
from explorer.coded import disentangle
from explorer.coded.scoring import Scoring
from explorer.errors import UnknownNameError
from explorer.examples import base as bundled
from explorer.examples.twelve_bit import forward
from explorer.metrics import Metrics, effort
from explorer.packaged import assets
from explorer.profiles import Profile
from explorer.recordings.manifest import recorded_steps, write_step
from explorer.recordings.store import open_folder
from explorer.result import finite
from explorer.sweep import collected
from explorer.training.twelve_bit import inputs, network
from explorer.ui import codes


def test_it_is_computed_in_two_seconds_and_once(home: Path) -> None:
    start = time.process_time()
    folder = bundled.materialised("twelve_bit")
    assert time.process_time() - start < 2  # processor seconds: other programs may run beside
    written = (folder / "manifest.json").stat().st_mtime_ns
    assert bundled.materialised("twelve_bit") == folder and (folder / "manifest.json").stat().st_mtime_ns == written
    recording = open_folder(folder)
    assert (
        recording.complete
        and recording.steps[0] == 0
        and [line["step"] for line in recording.metrics] == list(recording.steps)
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["provenance"]["weights"] = "of another release"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "steps" / "00009999.safetensors").write_bytes(b"")
    bundled.materialised("twelve_bit")
    assert open_folder(folder).digest == recording.digest
    with pytest.raises(UnknownNameError, match="no bundled run 'thirteen_bit'; did you mean 'twelve_bit'"):
        bundled.materialised("thirteen_bit")


def test_the_bundled_run_is_opened_by_several_at_once(home: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        folders = processes.map(bundled.materialised, ["twelve_bit"] * 4, chunksize=1)
    assert len(set(folders)) == 1 and not list(folders[0].rglob("*.part"))
    recording = open_folder(folders[0])
    assert recording.steps == tuple(recorded_steps(folders[0])) and len(recording.digest) == 32


@pytest.mark.parametrize("step", ["00000000", "00008000"])
def test_its_activations_are_those_of_the_network(step: str) -> None:
    arrays = load_file(assets() / "demo" / "twelve_bit" / "weights.safetensors")
    weights = {name.partition("/")[2]: array for name, array in arrays.items() if name.startswith(f"{step}/")}
    model = network("tanh", 0)
    model.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    exact, (t, _) = copy.deepcopy(model).double(), inputs("")
    found, truth = forward(t.numpy(), weights, "tanh"), t.double()
    with torch.no_grad():
        for name, module in model.named_children():
            t, truth = module(t), exact.get_submodule(name)(truth)
            if name in found:
                # both sum in float32, in another order: neither may be far less exact than the other. Late
                # in training the weights carry a rounding of 6e-8 in the first layer to 3e-5 in the last.
                ours, theirs = (np.abs(one - truth.numpy()).max() for one in (found[name], t.numpy()))
                assert ours <= 4 * max(theirs, 2**-23), name
    assert list(found) == ["tanh_10", "tanh_7", "tanh_5", "tanh_4", "tanh_3", "softmax_2"]


def test_its_profiles_are_at_hand_and_are_what_the_measure_reads(home: Path) -> None:
    """One of 660 cells is read anew: all eigenvalues of 4096 samples take seconds."""
    recording = explorer.open("twelve_bit")
    for settings in ({}, {"bandwidth": "median"}):
        plan = Profile("diffusion_spectral_entropy", settings).checked(recording)
        found = collected(recording, plan)
        assert found.about["cells"] == found.about["total"] == len(recording.steps) * len(recording.layers)
        assert np.isfinite(found.value).all()
    shipped = found.curve("tanh_3", "diffusion_spectral_entropy")[-1]
    anew = explorer.measure(recording.activations(8000, "tanh_3"), measure="diffusion_spectral_entropy", **settings)
    assert shipped == pytest.approx(anew.value, rel=1e-6)  # seven digits are shipped


def test_results_are_taken_for_the_activations_they_were_read_of_alone(home):
    plan = Profile("diffusion_spectral_entropy")
    folder = bundled.materialised("twelve_bit")
    path = folder / "steps" / "00000000.safetensors"
    layers = load_file(path)
    layers["tanh_5"] = layers["tanh_5"][::-1].copy()  # the same values in another order
    write_step(folder, 0, layers)
    recording = explorer.open("twelve_bit")
    assert collected(recording, plan.checked(recording)).about["cells"] == 0
    shutil.rmtree(folder)
    recording = explorer.open("twelve_bit")
    assert collected(recording, plan.checked(recording)).about["cells"] == 330


def test_a_fingerprint_sees_a_row_and_not_the_rounding():
    t = np.random.default_rng(0).normal(size=(4000, 20))
    rms, product = fingerprint(t)
    assert rms == pytest.approx(np.sqrt((t**2).mean()), rel=1e-6)
    rounded = fingerprint(t.astype(np.float32) * (1 + 3e-5 * np.sign(t[::-1])))
    assert np.allclose(rounded, (rms, product), rtol=0, atol=NEAR * rms)
    for other in (t[::-1], np.roll(t, 1, 0), t * 1.01, np.where(np.arange(4000)[:, None] == 7, t + 100, t)):
        assert not np.allclose(fingerprint(other), (rms, product), rtol=0, atol=NEAR * rms)


@pytest.mark.parametrize("name", bundled.bundled())
def test_the_stamp_covers_what_an_example_is_recorded_with(name, monkeypatch, tmp_path):
    before = bundled.stamp(name)
    for folder in (*bundled.SHARED, "examples"):
        shutil.copytree(bundled.HERE / folder, tmp_path / folder)
    monkeypatch.setattr(bundled, "HERE", tmp_path)
    bundled._shared.cache_clear()
    assert bundled.stamp(name) == before
    for file in ("networks/dense.py", "recordings/pools.py", "examples/_images.py"):
        (tmp_path / file).write_text((tmp_path / file).read_text() + "# changed")
        bundled._shared.cache_clear()
        assert bundled.stamp(name) != before
        before = bundled.stamp(name)
    bundled._shared.cache_clear()


@pytest.mark.parametrize("name", ["sprites_vae", "sprites_beta_tcvae", "digits_beta_vae"])
def test_shipped_scores_are_what_this_code_reads(name, home):
    """Else run `python -m explorer.training._bundle_vae assets/demo/NAME assets/demo/NAME`."""
    shipped = json.loads((assets() / "demo" / name / "scores.json").read_text())
    recording = explorer.open(name)
    coded = codes.of_run(recording, shipped["step"], "mean")
    plan = Metrics().checked()
    assert asdict(plan) == {**shipped["plan"], "names": tuple(shipped["plan"]["names"])}
    rows = {(part, trusted): row for part, trusted, row in shipped["rows"]}
    assert set(rows) == set(disentangle.parts(coded, plan)) and not disentangle.missing(coded, plan)
    work = Scoring(coded, plan)
    for (part, trusted), row in rows.items():
        if trusted or (part != "matrix" and effort(part, *coded.shape) > 0.3):
            continue
        read = finite(work.row(part, trusted))
        if part == "matrix":
            assert np.allclose(read["information"], row["information"], atol=2e-3)
            assert [one["rule"] for one in read["doubts"]] == [one["rule"] for one in row["doubts"]]
        else:
            assert read.get("undefined") == row.get("undefined")
            assert read["score"]["value"] == pytest.approx(row["score"]["value"], rel=2e-3, abs=2e-3)
