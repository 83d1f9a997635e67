"""Functions as layers, prefixes of names, and wrappers of torch together with every kind of pool."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import explorer
from explorer.errors import SettingError, UnknownNameError
from explorer.recordings import hooks
from explorer.recordings.traced import traced

X = torch.randn(12, 6, generator=torch.Generator().manual_seed(1))


def recorded(path: Path, model: nn.Module, probe: Any = X, **options: Any) -> dict[str, np.ndarray]:
    """What one step of a recording holds, read back."""
    with explorer.Recorder(path, model, probe, **options) as recorder:
        recorder.step(0)
    recording = explorer.open(path)
    return {layer: recording.activations(0, layer) for layer in recording.layers}


class Block(nn.Module):
    """Functions in place and not, a module of torch with functions inside, a branch on a value and on None."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.norm, self.gain = nn.Linear(6, 6), nn.LayerNorm(6), nn.Parameter(torch.ones(6))
        self.scale = 1.0

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> tuple[torch.Tensor, None]:
        h = F.relu(self.fc(x), inplace=True)
        h = torch.tanh(self.scale * h.view(len(x), -1))
        if mask is not None:
            h = h * mask
        if h.sum() > 1e9:
            h = torch.sin(h)
        return self.norm(h + x) * self.gain, None


class Net(nn.Module):
    """Two blocks, and a function with the name of a submodule."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Block(), Block()])
        self.relu, self.out = nn.ReLU(inplace=True), nn.Linear(6, 3)
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls = self.calls + 1
        for block in self.blocks:
            x = block(x)[0]
        x = self.relu(F.dropout(F.relu(x), 0.5, self.training))
        return F.log_softmax(self.out(x), -1)


def test_functions_are_recorded_under_names_of_their_own(tmp_path: Path) -> None:
    net = Net()
    names = [f"blocks.{i}.{name}" for i in (0, 1) for name in ("relu", "tanh")]
    found = recorded(
        tmp_path, net, layers=[*names, "relu_1", "relu", "dropout", "log_softmax", "blocks.1", "out"], functional=True
    )
    block = net.blocks[0]
    with torch.no_grad():
        first = torch.relu(block.fc(X))
        assert np.array_equal(found["blocks.0.relu"], first)
        assert np.array_equal(found["blocks.0.tanh"], torch.tanh(first))
        assert np.array_equal(found["log_softmax"], net.eval()(X))
        assert np.array_equal(found["blocks.1"], net.blocks[1](block(X)[0])[0])
    assert np.array_equal(found["relu_1"], np.maximum(found["blocks.1"], 0))  # relu is the submodule
    assert np.array_equal(found["relu"], found["relu_1"])
    assert list(found)[:2] == ["blocks.0.relu", "blocks.0.tanh"] and list(found)[-2:] == ["out", "log_softmax"]


def test_what_is_there_to_record_and_what_is_taken_by_itself() -> None:
    whole = traced(Net(), X[:2])
    names = list(hooks.named(whole))
    assert {"blocks.0.mul", "blocks.0.mul_1", "blocks.0.add", "blocks.0.sum", "log_softmax", "blocks.0.norm"} <= {
        *names
    }
    assert not [name for name in names if "view" in name or "layer_norm" in name or "sin" in name]
    automatic = hooks.automatic_layers(whole)
    assert {*automatic} == {
        *(f"blocks.{i}.{name}" for i in (0, 1) for name in ("relu", "tanh")),
        *("relu_1", "relu", "log_softmax", "out"),
    }


def test_the_network_is_shared_and_left_as_it_was() -> None:
    net = Net()
    before = [*net.named_modules()]
    whole = traced(net, X[:2])
    assert [*net.named_modules()] == before and net.training and float(net.calls) == 0
    assert [*whole.parameters()] == [*net.parameters()] and [*whole.buffers()] == [*net.buffers()]
    assert torch.equal(whole.eval()(X), net(X)) and not net.training
    assert whole.to(torch.float64).double() is whole and net.out.weight.dtype == torch.float64


def test_numbers_of_the_network_are_those_of_the_moment(tmp_path: Path) -> None:
    # a graph that was made once would have kept the scale of its making
    net = Net()
    with explorer.Recorder(tmp_path, net, X, layers=["blocks.0.relu", "blocks.0.tanh"], functional=True) as recorder:
        recorder.step(0)
        net.blocks[0].scale = 0.25
        recorder.step(1)
    recording = explorer.open(tmp_path)
    relu = torch.tensor(recording.activations(1, "blocks.0.relu"))
    assert np.array_equal(recording.activations(1, "blocks.0.tanh"), torch.tanh(0.25 * relu))
    assert np.array_equal(recording.activations(0, "blocks.0.tanh"), torch.tanh(relu))


def test_a_block_called_twice_gives_one_layer_a_call(tmp_path: Path) -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = Block()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.body(self.body(x, torch.ones(6))[0])[0]

    found = recorded(tmp_path, Twice(), layers=["body.relu"], functional=True)
    assert list(found) == ["body.relu", "body.relu#1"] and not np.array_equal(*found.values())


def test_the_message_names_the_argument(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"a function such as F\.relu .* functional=True, make it a module"):
        explorer.Recorder(tmp_path / "a", Net(), X, layers=["log_softmax"])
    with pytest.raises(UnknownNameError, match=r"no layer 'blocks.0.tan'; did you mean 'blocks.0.tanh' [^;]*$"):
        explorer.Recorder(tmp_path / "a", Net(), X, layers=["blocks.0.tan"], functional=True)
    with pytest.raises(UnknownNameError, match="no layer 'auto'"):
        explorer.Recorder(tmp_path / "a", nn.Linear(6, 2), X)
    assert not list(tmp_path.iterdir())


def compiled(model: nn.Module) -> nn.Module:
    model = torch.compile(model, backend="eager")
    with torch.no_grad():
        model(X)
    return model


def compiled_inside(model: nn.Module) -> nn.Module:
    model.blocks[0] = torch.compile(model.blocks[0], backend="eager")
    with torch.no_grad():
        model(X)
    return model


WRAPPERS: list[Callable[[nn.Module], nn.Module]] = [compiled, compiled_inside, nn.DataParallel]


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_wrappers_are_looked_through(wrap: Callable[[nn.Module], nn.Module], tmp_path: Path) -> None:
    net = Net()
    plain = recorded(tmp_path / "plain", net, functional=True)
    wrapped = recorded(tmp_path / "wrapped", wrap(net), functional=True)
    assert wrapped.keys() == plain.keys() and len(plain) == 8
    for name, values in plain.items():
        assert np.array_equal(wrapped[name], values)


def test_prefixes_are_stripped_on_request(tmp_path: Path) -> None:
    body = nn.Sequential(OrderedDict(fc=nn.Linear(6, 4), tanh=nn.Tanh()))
    net = nn.Sequential(OrderedDict(net=body, head=nn.Linear(4, 2)))
    assert list(recorded(tmp_path / "with", net)) == ["net.tanh", "head"]
    for prefix in ("net", "net."):
        assert list(recorded(tmp_path / prefix, net, strip_prefix=prefix)) == ["tanh", "head"]
    named = recorded(tmp_path / "named", net, layers=["net.fc", "tanh"], strip_prefix="net", pool={"net.fc": "mean"})
    assert list(named) == ["fc", "tanh"]
    with pytest.raises(SettingError, match="strip_prefix='nets' is the beginning of no layer, such as 'net'"):
        explorer.Recorder(tmp_path / "a", net, X, strip_prefix="nets")
    net.add_module("tanh", nn.Tanh())
    with pytest.raises(SettingError, match=r"strip_prefix='net' gives 'net\.tanh' the name of the layer 'tanh'"):
        explorer.Recorder(tmp_path / "a", net, X, strip_prefix="net")


def test_a_loss_is_no_layer(tmp_path: Path) -> None:
    net = nn.Sequential(OrderedDict(fc=nn.Linear(6, 4), tanh=nn.Tanh(), out=nn.Linear(4, 2)))
    net.forward = lambda x: net.out(net.tanh(net.fc(x)))
    net.add_module("criterion", nn.CrossEntropyLoss())
    assert list(recorded(tmp_path, net)) == ["tanh", "out"]
