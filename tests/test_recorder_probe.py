"""What goes into a recording: layers that can be kept, probes of any type, labels, and every refusal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional as F

import explorer
from explorer.errors import ExplorerError, FileError, SampleError, UnknownNameError
from explorer.recordings import manifest
from explorer.recordings.manifest import read_manifest

X = torch.randn(12, 6, generator=torch.Generator().manual_seed(1))
VALUES = [[0.5, 1.0], [1.0, 0.0], [-2.0, 1.0]]
TABLE = pd.DataFrame({"a": [0.5, 1.0, -2.0], "b": [True, False, True]})


class Net(nn.Module):
    """A network whose forward pass is a function of itself and x."""

    def __init__(self, run: Callable, **modules: nn.Module):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x: torch.Tensor) -> Any:
        return self.run(self, x)


def recorded(path: Path, model: nn.Module, probe: Any = X, **options: Any) -> dict[str, np.ndarray]:
    """What one step of a recording holds, read back."""
    with explorer.Recorder(path, model, probe, **options) as recorder:
        recorder.step(0)
    recording = explorer.open(path)
    return {layer: recording.activations(0, layer) for layer in recording.layers}


def keys(path: Path) -> list[str]:
    """The names in a safetensors file."""
    with safe_open(str(path), "numpy") as file:
        return list(file.keys())


class Summary(nn.Module):
    """One row for the whole batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(0)


def test_layers_without_a_row_a_sample_are_named_in_the_manifest_or_refused(tmp_path: Path) -> None:
    turned = nn.LSTM(6, 4)  # (time, sample, unit): the first axis is no sample
    net = Net(
        lambda m, x: m.b(m.a(x)) + m.total(x).sum() + m.r(x[None])[0].sum(),
        **{"a": nn.Linear(6, 3), "total": Summary(), "r": turned, "idle": nn.Linear(2, 2), "b": nn.Linear(3, 2)},
    )
    assert list(recorded(tmp_path / "auto", net, batch=5)) == ["a", "b"]
    skipped = read_manifest(tmp_path / "auto").skipped
    assert skipped["total"] == "its output has shape (6,) for 2 samples"
    assert skipped["r"] == "its output has shape (1, 2, 4) for 2 samples"
    assert skipped["idle"] == "it is not called in the forward pass"
    for layer in skipped:
        with pytest.raises(SampleError, match=f"layer '{layer}' cannot be recorded: it"):
            recorded(tmp_path / layer, net, layers=["a", layer])


def test_a_missing_layer_says_what_to_do(tmp_path: Path) -> None:
    net = Net(lambda m, x: F.relu(m.first(x)), first=nn.Linear(6, 3))
    with pytest.raises(
        UnknownNameError, match=r"no layer 'relu'; there is first; .*F\.relu.*self\.relu = nn\.ReLU\(\)"
    ):
        explorer.Recorder(tmp_path, net, X, layers=["relu"])
    with pytest.raises(UnknownNameError, match="did you mean 'first'"):
        explorer.Recorder(tmp_path, net, X, layers="firs")
    with pytest.raises(UnknownNameError, match=r"nn\.ReLU"):
        explorer.Recorder(tmp_path, nn.Linear(6, 2), X)
    assert not list(tmp_path.iterdir())


def test_a_layer_that_changes_its_shape_is_refused(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(6, 3))
    with (
        pytest.raises(SampleError, match=r"layer '0' has shape \(12, 4\) at step 1 and had \(12, 3\) before"),
        explorer.Recorder(tmp_path, net, X) as recorder,
    ):
        recorder.step(0)
        net[0] = nn.Linear(6, 4)
        recorder.step(1)
    recording = explorer.open(tmp_path)
    assert recording.steps == (0,) and not recording.complete


@pytest.mark.parametrize(
    "x",
    [
        VALUES,
        np.array(VALUES),
        np.array(VALUES, ">f4"),
        TABLE,
        torch.tensor(VALUES),
        torch.tensor(VALUES).requires_grad_(),
    ],
    ids=["list", "float64", "big-endian", "DataFrame", "tensor", "tensor with gradient"],
)
def test_a_probe_of_any_type(x: Any, tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(2, 3))
    found = recorded(tmp_path / "x", net, x)["0"]
    assert np.array_equal(found, net(torch.tensor(VALUES)).detach())
    assert np.array_equal(explorer.open(tmp_path / "x").x, VALUES) and explorer.open(tmp_path / "x").y is None
    whole = recorded(tmp_path / "whole", net, [[1, 0], [0, 1]])["0"]  # two samples, not (x, y)
    assert np.array_equal(whole, net(torch.eye(2)).detach())


def test_images_and_tokens(tmp_path: Path) -> None:
    image = np.arange(2 * 16, dtype=np.uint8).reshape(2, 1, 4, 4)
    net = nn.Sequential(nn.Conv2d(1, 3, 2), nn.ReLU())
    truth = net(torch.tensor(image).float()).detach()
    assert np.array_equal(recorded(tmp_path / "flat", net, image)["1"], truth.flatten(1))
    assert np.array_equal(recorded(tmp_path / "mean", net, image, pool="mean")["1"], truth.flatten(2).mean(2))
    tokens = np.array([[1, 2], [3, 0], [4, 4]])
    net = nn.Sequential(nn.Embedding(5, 3), nn.Flatten())
    assert np.array_equal(recorded(tmp_path / "tokens", net, tokens)["0"], net(torch.tensor(tokens)).detach())
    assert explorer.open(tmp_path / "tokens").x.dtype == np.int64


def test_labels_and_factors_come_back_in_their_order_and_are_stored_once(tmp_path: Path) -> None:
    words, sizes = ["dog", "cat", "dog"], np.array([3, 1, 2], np.int8)
    factors = {"size": sizes, "who": pd.Series(["x", "y", "y"], dtype="category"), "bf16": torch.ones(3).bfloat16()}
    recorded(tmp_path, nn.Sequential(nn.Linear(2, 3)), (VALUES, words), factors=factors)
    recording = explorer.open(tmp_path)
    assert recording.target().tolist() == words and recording.target("who").tolist() == ["x", "y", "y"]
    assert recording.target("size").dtype == np.int8 and recording.target("size").tolist() == [3, 1, 2]
    assert recording.target("bf16").tolist() == [1, 1, 1]
    assert list(keys(tmp_path / "steps" / "00000000.safetensors")) == ["0"]


def test_float16_halves_the_file_and_says_so(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(2, 300))
    full, half = recorded(tmp_path / "a", net, VALUES)["0"], recorded(tmp_path / "b", net, VALUES, dtype="float16")["0"]
    assert np.array_equal(half, full.astype(np.float16)) and half.dtype == np.float16
    assert read_manifest(tmp_path / "b").layers["0"].dtype == "float16"
    sizes = [(tmp_path / name / "steps" / "00000000.safetensors").stat().st_size for name in "ab"]
    assert sizes[0] - sizes[1] > 0.9 * full.nbytes / 2
    with pytest.warns(UserWarning, match=r"layer '0': 1 values beyond 65504.*stored as infinity"):
        recorded(tmp_path / "c", nn.Sequential(nn.Identity()), [[1e5, 1.0]], dtype="float16")


def test_the_probe_passes_in_batches(tmp_path: Path) -> None:
    sizes: list[int] = []
    net = Net(lambda m, x: sizes.append(len(x)) or m.a(x), a=nn.Linear(6, 3))
    found = recorded(tmp_path, net, batch=5)["a"]
    assert sizes == [5, 5, 2]
    assert np.allclose(found, net.a(X).detach(), atol=1e-6)  # a product of fewer rows may round otherwise


MODEL = nn.Sequential(nn.Linear(2, 3))


def test_more_words_than_a_manifest_holds_are_refused_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MAX_MANIFEST", 1000)
    with pytest.raises(FileError, match=r"would have a manifest of .* give columns of many different texts as numbers"):
        explorer.Recorder(tmp_path, MODEL, (VALUES, ["a" * 500, "b" * 500, "c" * 500]))


@pytest.mark.parametrize(
    "probe, options, sentence",
    [
        ([], {}, r"probe x must hold samples, shape \(n, \.\.\.\); got shape \(0,\)"),
        (np.ones((0, 2)), {}, r"got shape \(0, 2\)"),
        (3.0, {}, "probe x must hold samples"),
        ([[1.0], [1.0, 2.0]], {}, "probe x has rows that differ in length"),
        ([torch.ones(3, 2).requires_grad_(), [1, 2, 3]], {}, r"and \(x, y\) as a tuple"),
        ([["a", "b"]], {}, "probe x has dtype <U1; real numbers"),
        (pd.DataFrame({"a": [1.0], "b": ["b"]}), {}, "probe x holds '1.0', ...; a network takes numbers"),
        (np.ones((2, 2), complex), {}, "probe x has dtype complex128"),
        ((VALUES, [1, 2]), {}, "probe x has 3 samples and y has 2; they must be paired row by row"),
        ((VALUES, [1, 2, 3], [1]), {}, r"probe must be \(x, y\) or x; got a tuple of 3"),
        (VALUES, {"factors": {"hue": [1]}}, "factor.hue has 1"),
        (VALUES, {"every": 0}, "every=0 must be a whole number from 1 upward, 'log' or a collection of steps"),
        (VALUES, {"every": "daily"}, "every='daily' must be"),
        (VALUES, {"every": 2.5}, "every=2.5 must be"),
        (VALUES, {"every": None}, "every=None must be"),
        (VALUES, {"every": [1, -1]}, "every=-1 must be a whole number from 0 upward"),
        (VALUES, {"pool": "max"}, "pool='max' must be one of 'flatten'"),
        (VALUES, {"dtype": "int8"}, "dtype='int8' must be one of 'float32'"),
        (VALUES, {"batch": 0}, "batch=0 must be"),
        (VALUES, {"layers": ()}, r"layers=\(\) names no layer"),
        (VALUES, {"model": nn.Sequential(nn.LazyLinear(2))}, "call it once on a batch"),
        (VALUES, {"provenance": {"path": object()}}, "provenance must be plain data for JSON"),
    ],
)
def test_refusals(probe: Any, options: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=sentence) as caught:
        explorer.Recorder(tmp_path / "run", **{"model": MODEL, **options}, probe=probe)
    assert "\n" not in str(caught.value) and not (tmp_path / "run").exists()
