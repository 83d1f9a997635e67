"""Recordings over files of other programs: layouts, patterns, what is taken for what, and what is compared."""

import csv
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
import zarr

import explorer
import explorer.converted
from explorer.errors import FileError, SampleError, SettingError, UnknownNameError
from explorer.recordings._layouts import proposed
from explorer.recordings.foreign import found

N = 40
Y = np.arange(N) % 3
KIND = np.where(Y > 1, "a", "b")


def layer(step: int, width: int = 5) -> np.ndarray:
    """What a layer holds at a step, (N, width)."""
    return np.random.default_rng(step).normal(size=(N, width))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files epoch_0, epoch_1 and epoch_10 with two layers, labels, a factor of text, a loss and a stray array."""
    (tmp_path / "runs").mkdir()
    for step in (0, 1, 10):
        arrays = {"conv": layer(step, 6).reshape(N, 3, 2), "fc": layer(step), "labels": Y, "kind": KIND}
        np.savez(tmp_path / "runs" / f"epoch_{step}.npz", **arrays, loss=0.5 / (step + 1), weights=np.ones((7, 2)))
    return tmp_path / "runs"


def test_a_folder_of_steps_is_a_recording_with_labels_and_factors(folder: Path) -> None:
    recording = explorer.open(folder, pattern="epoch_{step}.npz")
    assert (recording.steps, recording.layers) == ((0, 1, 10), ("conv", "fc"))
    assert recording.shapes == {"conv": (N, 3, 2), "fc": (N, 5)} and len(recording) == N
    np.testing.assert_array_equal(recording.activations(10, "conv"), layer(10, 6))
    np.testing.assert_array_equal(recording.rows(1, "fc", 3, 9), layer(1)[3:9])
    np.testing.assert_array_equal(recording.target(), Y)
    np.testing.assert_array_equal(recording.target("kind"), KIND)
    notes = " ".join(recording.provenance["notes"])
    assert "y is labels" in notes and "Left out" in notes and "weights (7, 2)" in notes and "loss" not in notes
    trajectory = explorer.plane(recording, "binning")
    assert len(trajectory) == 3 * 2 * 2


def test_opening_reads_no_activations(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.sources._lazy import Lazy

    read, taken = Lazy.read, []

    def counted(self: Lazy, *args: int) -> np.ndarray:
        taken.append(self.nbytes)
        return read(self, *args)

    monkeypatch.setattr(Lazy, "read", counted)
    recording = explorer.open(folder, pattern="epoch_{step}.npz")
    assert sum(taken) == Y.nbytes + KIND.nbytes
    recording.activations(0, "fc")
    assert sum(taken) == Y.nbytes + KIND.nbytes + layer(0).nbytes
    assert recording.digest == explorer.open(folder, pattern="epoch_{step}.npz").digest


def test_the_digest_follows_a_file_that_is_written_again(folder: Path) -> None:
    before = explorer.open(folder, pattern="epoch_{step}.npz")
    digests = before.step_digest(0), before.digest
    np.savez(folder / "epoch_1.npz", conv=layer(2, 6).reshape(N, 3, 2), fc=layer(2), labels=Y, kind=KIND)
    after = explorer.open(folder, pattern="epoch_{step}.npz")
    assert after.step_digest(0) == digests[0] and after.digest != digests[1]


def test_labels_that_change_over_the_steps_are_refused_when_they_are_met(folder: Path) -> None:
    np.savez(folder / "epoch_1.npz", conv=layer(1, 6).reshape(N, 3, 2), fc=layer(1), labels=Y[::-1], kind=KIND)
    recording = explorer.open(folder, pattern="epoch_{step}.npz")
    assert recording.activations(10, "fc").shape == (N, 5)
    with pytest.raises(FileError, match=r"epoch_1\.npz, step 1: labels is not what step 0 has"):
        recording.activations(1, "fc")


@pytest.mark.parametrize("store", ["acts.h5", "acts.zarr"])
def test_one_file_of_several_steps_with_columns_beside_them(store: str, tmp_path: Path) -> None:
    root = h5py.File(tmp_path / store, "w") if store.endswith("h5") else zarr.open_group(tmp_path / store, mode="w")
    create = root.create_dataset if store.endswith("h5") else root.create_array
    for step in (0, 2, 10):
        for name in ("block.2", "block.10"):
            create(f"step_{step}/{name}/relu", data=layer(step))
        create(f"step_{step}/loss", data=np.float64(1.5))
    for name, values in {"x": layer(99, 2), "y": Y, "digit": Y % 2, "lr": np.arange(7.0)}.items():
        create(name, data=values)
    if store.endswith("h5"):
        root.close()
    recording = explorer.open(tmp_path / store)
    assert recording.steps == (0, 2, 10)
    assert recording.layers == ("block.2/relu", "block.10/relu")  # as one counts
    np.testing.assert_array_equal(recording.activations(10, "block.2/relu"), layer(10))
    np.testing.assert_array_equal(recording.x, layer(99, 2))
    assert list(recording.factors) == ["digit"] and recording.target().tolist() == Y.tolist()
    assert "lr (7,)" in recording.provenance["notes"][0]


def test_layers_that_have_numbers_are_not_steps(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["layer1/out"], file["layer2/out"] = layer(1), layer(2)
    recording = explorer.open(tmp_path / "a.h5")
    assert recording.steps == (0,) and recording.layers == ("layer1/out", "layer2/out")
    assert explorer.open(tmp_path / "a.h5", pattern="layer{step}/{layer}").steps == (1, 2)


def test_columns_of_tables_are_one_layer(tmp_path: Path) -> None:
    for step in (1, 2):
        with (tmp_path / f"s{step}.csv").open("w") as file:
            writer = csv.writer(file)
            writer.writerow(["f0", "f1", "label", "name", "age"])
            writer.writerows(
                [*row, label, "q", age] for row, label, age in zip(layer(step, 2), Y, range(N), strict=True)
            )
    recording = explorer.open(tmp_path, pattern="s{step}.csv")
    assert recording.layers == ("activations",) and list(recording.factors) == ["name", "age"]
    np.testing.assert_allclose(recording.activations(2, "activations"), layer(2, 2))
    recording = explorer.open(tmp_path, pattern="s{step}.csv", x="f0,age", factors=[])
    np.testing.assert_allclose(recording.x, np.column_stack([layer(1, 2)[:, 0], range(N)]))
    assert recording.activations(1, "activations").shape == (N, 1) and not recording.factors


def test_a_file_a_layer_with_columns_of_other_files_and_of_memory(tmp_path: Path) -> None:
    for step in (1, 2):
        for name in ("fc_2", "fc_10"):
            np.save(tmp_path / f"{name}_{step}.npy", layer(step))
    rows = "\n".join(f"{y},{kind}" for y, kind in zip(Y, KIND, strict=True))
    (tmp_path / "meta.csv").write_text(f"digit,kind\n{rows}\n")
    meta = tmp_path / "meta.csv"
    recording = explorer.open(tmp_path, pattern="{layer}_{step}.npy", x=layer(3), y=f"{meta}:digit", factors=str(meta))
    assert (recording.layers, recording.steps) == (("fc_2", "fc_10"), (1, 2))
    assert list(recording.factors) == ["digit", "kind"] and recording.factors["kind"].tolist() == KIND.tolist()
    recording = explorer.open(tmp_path, pattern="{layer}_{step}.npy", factors={"mine": Y, "kind": f"{meta}:kind"})
    assert list(recording.factors) == ["mine", "kind"] and recording.y is None


def test_patterns_are_proposed_from_the_names(folder: Path) -> None:
    assert proposed(folder) == ["epoch_{step}.npz"]
    (folder / "notes.txt").write_text("")
    (folder / "deep").mkdir()
    for step in range(5):
        np.save(folder / "deep" / f"mnist28_{step}.npy", layer(step))
        zarr.create_array(folder / f"ckpt{step}.zarr", data=layer(step))
    assert set(proposed(folder)) == {"deep/mnist28_{step}.npy", "ckpt{step}.zarr", "epoch_{step}.npz"}
    with pytest.raises(
        FileError, match=r"is no recording, and its files fit pattern='.*`explorer convert .* --pattern"
    ):
        explorer.open(folder)
    with pytest.raises(FileError, match="a pattern of its files is needed; its files fit pattern="):
        found(folder)


def test_a_pattern_says_what_is_wrong_with_it(folder: Path) -> None:
    for pattern in ("epoch.npz", "{step}{step}.npz", "{epoch}.npz", "{step}/{layer}/{layer}.npy"):
        with pytest.raises(SettingError, match=r"needs \{step\} once"):
            explorer.open(folder, pattern=pattern)
    for pattern in ("../{step}.npz", "/tmp/{step}.npz", "a/../../{step}.npz", "~/{step}.npz"):
        with pytest.raises(SettingError, match="must lie below the folder"):
            explorer.open(folder, pattern=pattern)
    with pytest.raises(FileError, match=r"no file that fits pattern='step_\{step\}\.npz'"):
        explorer.open(folder, pattern="step_{step}.npz")
    with pytest.raises(SettingError, match=r"of names in one file and needs \{layer\}"):
        explorer.open(folder / "epoch_0.npz", pattern="step_{step}")
    with pytest.raises(FileError, match="no name that fits"):
        explorer.open(folder / "epoch_0.npz", pattern="{step}/{layer}")


def test_columns_that_are_not_there_or_not_paired(folder: Path) -> None:
    for name in ("x", "y", "factors"):
        with pytest.raises(UnknownNameError, match=r"no array or file 'label'; did you mean 'labels'"):
            explorer.open(folder, pattern="epoch_{step}.npz", **{name: "label"})
    with pytest.raises(SampleError, match="must be paired row by row"):
        explorer.open(folder, pattern="epoch_{step}.npz", x=np.ones((3, 2)), y="labels")
    with pytest.raises(FileError, match="no activations of 3 rows"):
        explorer.open(folder, pattern="epoch_{step}.npz", y=np.ones(3))


def test_a_recording_takes_no_pattern(tmp_path: Path) -> None:
    run = explorer.converted.convert(_npz(tmp_path), tmp_path / "run")
    for name, value in {"pattern": "{step}.npz", "y": "labels", "factors": []}.items():
        with pytest.raises(SettingError, match=f"{name} is of files of other programs"):
            explorer.open(run, **{name: value})


def test_jobs_cannot_compute_files_and_say_what_helps(folder: Path) -> None:
    with pytest.raises(SettingError, match="explorer convert"):
        explorer.plane(explorer.open(folder, pattern="epoch_{step}.npz"), jobs=True)


def _npz(folder: Path) -> Path:
    np.savez(folder / "a.npz", fc=layer(0), labels=Y)
    return folder / "a.npz"


def test_two_factors_of_one_name_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", layer=np.ones((6, 2)))
    for name in ("one", "two"):
        np.savez(tmp_path / f"{name}.npz", size=np.arange(6))
    both = [f"{tmp_path}/one.npz:size", f"{tmp_path}/two.npz:size"]
    with pytest.raises(SampleError, match=r"factor 'size' is in .*one.npz:size and in .*two.npz:size"):
        explorer.open(tmp_path / "a.npz", factors=both)


def test_weights_are_no_activations(tmp_path: Path) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(4))
    for weights, words in ((net.state_dict(), "6 arrays such as '0.weight', whose"), (net[1].state_dict(), "4 arrays")):
        torch.save(weights, tmp_path / "net.pt")
        with pytest.raises(FileError, match=r"net\.pt looks like weights: .* use `explorer record`") as caught:
            explorer.open(tmp_path / "net.pt")
        assert words in str(caught.value)
    np.savez(tmp_path / "acts.npz", **{"fc.weight": np.ones((5, 3)), "fc2.weight": np.ones((5, 2)), "out": np.ones(5)})
    assert len(explorer.open(tmp_path / "acts.npz").layers) == 3
