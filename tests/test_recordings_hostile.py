"""Damaged and forged recordings: one FileError sentence each, and nothing else is lost."""

import json
import os
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from safetensors.torch import save as save_torch

import explorer
from explorer.errors import FileError, UnknownNameError
from explorer.recordings import store
from explorer.recordings.manifest import LayerEntry, Manifest, ProbeEntry, step_path, write_manifest, write_step

X = np.arange(8, dtype=np.float32).reshape(4, 2)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A recording of x and labels, and of one layer that holds x plus the step, at steps 0, 1 and 2."""
    folder = tmp_path / "run"
    (folder / "steps").mkdir(parents=True)
    (folder / "probe.safetensors").write_bytes(save({"x": X, "y": np.array([0, 1, 1, 0])}))
    for step in range(3):
        write_step(folder, step, {"a": X + step})
    (folder / "metrics.jsonl").write_text('{"step": 0, "loss": 1.0}\n{"step": 1, "loss": 0.5}\n')
    probe = ProbeEntry(n=4, shape=[4, 2], categories={"y": ["no", "yes"]})
    write_manifest(folder, Manifest(schema_version=1, layers={"a": LayerEntry(shape=[4, 2])}, probe=probe))
    return folder


def refusal(run: Path, step: int | None = None, layer: str = "a") -> str:
    """The one sentence with which a recording, or one layer at one step, is refused."""
    with pytest.raises(FileError) as caught:
        recording = explorer.open(run)
        if step is not None:
            recording.activations(step, layer)
    message = str(caught.value)
    assert str(run) in message and "\n" not in message and len(message) < 500
    return message


def test_the_forged_recording_is_readable_before_it_is_damaged(run: Path) -> None:
    recording = explorer.open(run)
    assert recording.steps == (0, 1, 2) and recording.target().tolist() == ["no", "yes", "yes", "no"]
    assert np.array_equal(recording.activations(2, "a"), X + 2)
    with pytest.raises(UnknownNameError, match="no recorded step '7'"):
        recording.activations(7, "a")


def test_a_folder_that_is_no_recording(tmp_path: Path) -> None:
    assert "is no recording: a folder with manifest.json and steps/ is needed" in refusal(tmp_path)
    assert "does not exist" in refusal(tmp_path / "nowhere")


MANIFESTS: dict[str, tuple[Any, str]] = {
    "not JSON": (b"{", "EOF"),
    "not text": (b"\xff\xfe\x00", "the file"),
    "nested": (b"[" * 200_000, "recursion limit"),
    "of another program": ({"name": "app", "icons": []}, "schema: Field required"),
    "later schema": ({"schema": 2}, "schema: Input should be 1"),
    "a list": ([1], "the file: Input should be an object"),
    "layers as list": ({"schema": 1, "layers": ["a"]}, "layers: Input should be an object"),
    "shape as text": (
        {"schema": 1, "layers": {"a": {"shape": "4x2"}}},
        "layers.a.shape: Input should be a valid",
    ),
    "no shape": ({"schema": 1, "layers": {"a": {"shape": []}}}, "layers.a.shape: List should have at least 1 item"),
    "negative shape": ({"schema": 1, "layers": {"a": {"shape": [-4, 2]}}}, "layers.a.shape.0: Input should be greater"),
    "long shape": ({"schema": 1, "layers": {"a": {"shape": [1] * 999}}}, "at most 32 items"),
    "long name": ({"schema": 1, "layers": {"a\n" * 9999: {}}}, "layers.a"),
    "steps as texts": ({"schema": 1, "steps": ["x"] * 300_000}, "steps.0: Input should be a valid integer"),
    "categories": ({"schema": 1, "probe": {"categories": {"y": "no"}}}, "probe.categories.y"),
    "samples": ({"schema": 1, "probe": {"n": "many"}}, "probe.n"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_hostile_manifests(kind: str, run: Path) -> None:
    content, sentence = MANIFESTS[kind]
    (run / "manifest.json").write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    message = refusal(run)
    assert "is no manifest of schema 1" in message and sentence in message


def test_a_huge_manifest_is_not_read(run: Path) -> None:
    os.truncate(run / "manifest.json", 2**40)
    assert "has 1099511627776 bytes; a manifest has at most" in refusal(run)


def test_keys_of_later_releases_are_no_obstacle(run: Path) -> None:
    plain = json.loads((run / "manifest.json").read_text())
    plain |= {"colour": "blue"}
    plain["layers"]["a"]["unit"] = "mV"
    (run / "manifest.json").write_text(json.dumps(plain))
    assert explorer.open(run).layers == ("a",)


STEPS: dict[str, tuple[Any, str]] = {
    "truncated": (save({"a": X})[:-1], "cannot be read as safetensors"),
    "empty": (b"", "cannot be read as safetensors"),
    "foreign": (b"PK\x03\x04 no tensors here", "cannot be read as safetensors"),
    "endless header": (b"\xff" * 64, "cannot be read as safetensors"),
    "other rows": (save({"a": X[:3]}), "layer 'a' has shape (3, 2); manifest.json says (4, 2) and counts 4 samples"),
    "other width": (save({"a": X[:, :1].copy()}), "layer 'a' has shape (4, 1); manifest.json says (4, 2)"),
    "a single number": (save({"a": np.array(1.0)}), "layer 'a' has shape ()"),
    "other layer": (save({"b": X}), "holds no layer 'a'"),
    "bfloat16": (save_torch({"a": torch.ones(4, 2, dtype=torch.bfloat16)}), "bfloat16"),
}


@pytest.mark.parametrize("kind", STEPS)
def test_a_damaged_step_leaves_the_others_readable(kind: str, run: Path) -> None:
    content, sentence = STEPS[kind]
    step_path(run, 1).write_bytes(content)
    message = refusal(run, 1)
    assert "00000001.safetensors" in message and sentence in message
    recording = explorer.open(run)
    assert recording.steps == (0, 1, 2) and len(recording.metrics) == 2
    for step in (0, 2):
        assert np.array_equal(recording.activations(step, "a"), X + step)


def test_a_step_that_is_gone_or_a_folder(run: Path) -> None:
    recording = explorer.open(run)
    step_path(run, 1).unlink()
    for make in (None, Path.mkdir, os.mkfifo):
        if make:
            make(step_path(run, 1))
        for read in (lambda: recording.activations(1, "a"), lambda: recording.step_digest(1)):
            with pytest.raises(FileError, match=r"00000001\.safetensors is not there"):
                read()
        if make is Path.mkdir:
            step_path(run, 1).rmdir()


def test_the_manifest_and_the_probe_disagree(run: Path) -> None:
    plain = json.loads((run / "manifest.json").read_text())
    plain["layers"]["a"]["shape"] = [5, 2]
    (run / "manifest.json").write_text(json.dumps(plain))
    assert "layer 'a' has shape (4, 2); manifest.json says (5, 2)" in refusal(run, 0)
    plain["layers"]["a"]["shape"], plain["probe"]["n"] = [4, 2], 5
    (run / "manifest.json").write_text(json.dumps(plain))
    assert "has shape (4, 2) and manifest.json counts 5 samples" in refusal(run)


@pytest.mark.parametrize(
    "probe, sentence",
    [
        ({"x": X, "y": np.array([0, 2, 1, 0])}, "y holds codes that stand for none of the 2 words"),
        ({"x": X, "y": np.array([0, -1, 1, 0])}, "y holds codes that stand for none of the 2 words"),
        ({"x": X, "y": np.array([0.0, 1.0, 1.0, 0.0])}, "y holds codes that stand for none of the 2 words"),
        ({"x": X, "y": np.array([0, 1])}, "y has shape (2,) and manifest.json counts 4 samples"),
        ({"x": X, "factor.hue": np.array(3.0)}, "factor.hue has shape ()"),
        (save({"x": X})[:-1], "cannot be read as safetensors"),
        (None, "probe.safetensors is not there"),
    ],
)
def test_damaged_probes(probe: Any, sentence: str, run: Path) -> None:
    (run / "probe.safetensors").unlink()
    if probe is not None:
        (run / "probe.safetensors").write_bytes(probe if isinstance(probe, bytes) else save(probe))
    assert sentence in refusal(run)


@pytest.mark.parametrize(
    "line", ["half", "3", "{}", '{"step": "1"}', '{"step": true}', "[" * 100_000, "9" * 5000, "\0"]
)
def test_a_damaged_line_of_metrics_is_named(line: str, run: Path) -> None:
    (run / "metrics.jsonl").write_text(f'{{"step": 0}}\n{line}\n{{"step": 2}}\n')
    assert "line 2, is no JSON object with a whole 'step'" in refusal(run)


def test_metrics_that_are_no_text(run: Path) -> None:
    (run / "metrics.jsonl").write_bytes(b'{"step": 0}\n\xff\xfe\n')
    assert "cannot be read as text" in refusal(run)


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "..", "a/b", "", "__metadata__", "x" * 5000])
def test_a_layer_name_is_never_a_path(name: str, run: Path) -> None:
    (run.parents[0] / "secret.safetensors").write_bytes(save({name: X} if name != "__metadata__" else {"b": X}))
    plain = json.loads((run / "manifest.json").read_text())
    plain["layers"][name] = {"shape": [4, 2]}
    (run / "manifest.json").write_text(json.dumps(plain))
    with pytest.raises(FileError, match="holds no layer"):
        explorer.open(run).activations(0, name)
    before = sorted(run.parent.rglob("*"))
    if name != "__metadata__":
        write_step(run, 0, {name: X + 7})
        assert np.array_equal(explorer.open(run).activations(0, name), X + 7)
    assert sorted(run.parent.rglob("*")) == before


def test_two_gigabytes_are_opened_without_reading_them(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = 2**27  # float32, so 2 GiB a step; the file is a hole that takes no disk
    header = {
        "a": {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 32]},
        "b": {"dtype": "F32", "shape": [4, wide], "data_offsets": [32, 32 + 16 * wide]},
        "__metadata__": {"digest": "known"},
    }
    text = json.dumps(header).encode()
    for step in range(3):
        step_path(run, step).write_bytes(len(text).to_bytes(8, "little") + text + (X + step).tobytes())
        os.truncate(step_path(run, step), 8 + len(text) + 32 + 16 * wide)
    plain = json.loads((run / "manifest.json").read_text())
    plain["layers"]["b"] = {"shape": [4, wide]}
    (run / "manifest.json").write_text(json.dumps(plain))
    opened, real = [], store.safe_open
    monkeypatch.setattr(store, "safe_open", lambda path, kind: opened.append(Path(path).name) or real(path, kind))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    recording = explorer.open(run)
    assert recording.shapes["b"] == (4, wide) and opened == ["probe.safetensors"]
    assert len(recording.digest) == 32 and np.array_equal(recording.activations(2, "a"), X + 2)
    assert opened[1:] == [f"0000000{step}.safetensors" for step in (0, 1, 2, 2)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "1000000")
    with pytest.raises(FileError, match=r"00000000.safetensors declares 4\.3 GB and 1\.0 MB is free"):
        recording.activations(0, "b")


def test_a_step_without_a_written_digest_has_that_of_its_bytes(run: Path) -> None:
    known = [explorer.open(run).step_digest(step) for step in range(3)]
    assert len(set(known)) == 3
    step_path(run, 0).write_bytes(save({"a": X}))
    step_path(run, 1).write_bytes(save({"a": X}))
    step_path(run, 2).write_bytes(save({"a": X + 1e-3}))
    first, second, third = (explorer.open(run).step_digest(step) for step in range(3))
    assert first == second != third and len(first) == 32
