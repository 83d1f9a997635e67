"""The Recorder: it changes nothing in a training, and keeps what the network really gave."""

import dataclasses
import random
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed
from torch import nn
from torch.nn import functional as F

import explorer
from explorer.recordings import hooks

X = torch.randn(12, 6, generator=torch.Generator().manual_seed(1))
Y = torch.arange(12) % 2


class Net(nn.Module):
    """A network whose forward pass is a function of itself and x."""

    def __init__(self, run: Callable, **modules: nn.Module):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x: torch.Tensor) -> Any:
        return self.run(self, x)


class Restless(nn.Module):
    """Draws from every generator and counts its calls, in evaluation mode too."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))
        self.register_buffer("last", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.last = x.mean().detach().reshape(1)
        return x + torch.randn_like(x) * random.random() * np.random.random()


def with_cached_mask(net: Net, x: torch.Tensor) -> torch.Tensor:
    if not hasattr(net, "mask"):
        net.mask = torch.full((8,), 0.5)
    return net.b(torch.tanh(net.a(x)) * net.mask)


def transformer() -> nn.Module:
    layer = nn.TransformerEncoderLayer(6, 2, 8, dropout=0.2, batch_first=True)
    return Net(lambda m, x: m.out(m.body(x[:, None])[:, 0]), body=nn.TransformerEncoder(layer, 2), out=nn.Linear(6, 2))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "dropout": lambda: nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.5), nn.ReLU(inplace=True), nn.Linear(8, 2)),
    "batch_norm": lambda: nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 2)),
    "image": lambda: nn.Sequential(
        *(nn.Unflatten(1, (1, 2, 3)), nn.Conv2d(1, 4, 2), nn.BatchNorm2d(4), nn.Dropout2d(), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(8, 2)),
    ),
    "restless": lambda: nn.Sequential(nn.Linear(6, 8), Restless(), nn.Tanh(), nn.Linear(8, 2)),
    "cached_mask": lambda: Net(with_cached_mask, a=nn.Linear(6, 8), b=nn.Linear(8, 2)),
    "transformer": transformer,
    "lstm": lambda: Net(lambda m, x: m.out(m.r(x[None])[0][0]), r=nn.LSTM(6, 4, 2, dropout=0.3), out=nn.Linear(4, 2)),
}  # fmt: skip


def everything_after_training(
    build: Callable[[], nn.Module], path: Path | None, device: str = "cpu", **options: Any
) -> list[Any]:
    """Weights, buffers, optimiser state and all random states after three epochs."""
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    model = build().to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01)
    data = torch.utils.data.TensorDataset(X, Y)
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    recorder = explorer.Recorder(path, model, (X.to(device), Y), **options) if path else nullcontext()
    with recorder as recorder:
        for epoch in range(3):
            for x, y in loader:
                if recorder:
                    recorder.step(epoch, loss=0.0)  # also between the batches of an epoch
                optimiser.zero_grad()
                scale = 1 + random.random() * np.random.random()
                F.cross_entropy(model(scale * x.to(device)), y.to(device)).backward()
                optimiser.step()
    adam = [value for state in optimiser.state_dict()["state"].values() for value in state.values()]
    cuda = torch.cuda.get_rng_state_all() if device != "cpu" else []
    states = [torch.get_rng_state(), *cuda, torch.tensor(random.getstate()[1]), torch.tensor(np.random.get_state()[1])]
    return [tensor.cpu().numpy().tobytes() for tensor in (*model.state_dict().values(), *adam, *states)]


@pytest.mark.parametrize("name", NETWORKS)
def test_training_is_bit_for_bit_the_same_with_a_recorder(name: str, tmp_path: Path) -> None:
    assert everything_after_training(NETWORKS[name], tmp_path) == everything_after_training(NETWORKS[name], None)


@pytest.mark.parametrize("name", NETWORKS)
def test_training_is_the_same_when_functions_are_recorded_in_batches_within_a_budget(name: str, tmp_path: Path) -> None:
    options = {"functional": True, "batch": 5, "budget": "1 GB", "progress": lambda *_: torch.rand(1)}
    alone = everything_after_training(NETWORKS[name], None)
    assert everything_after_training(NETWORKS[name], tmp_path, **options) == alone


@pytest.mark.parametrize("name", ["dropout", "batch_norm", "restless"])
def test_the_test_above_sees_a_disturbance(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "undisturbed", lambda model: torch.no_grad())
    assert everything_after_training(NETWORKS[name], tmp_path) != everything_after_training(NETWORKS[name], None)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_training_on_a_gpu_is_bit_for_bit_the_same_with_a_recorder(tmp_path: Path) -> None:
    build = NETWORKS["dropout"]
    assert everything_after_training(build, tmp_path, "cuda") == everything_after_training(build, None, "cuda")


@pytest.mark.parametrize("fails", [False, True])
def test_flags_hooks_and_gradients_are_put_back(fails: bool, tmp_path: Path) -> None:
    def run(net: Net, x: torch.Tensor) -> torch.Tensor:
        if fails:
            raise RuntimeError("the network's own error")
        return net.b(net.a(x))

    net = Net(run, a=nn.Linear(6, 4), norm=nn.BatchNorm1d(4), b=nn.Tanh())
    net.norm.eval()
    recorder = explorer.Recorder(tmp_path, net, X, layers="b")
    with pytest.raises(RuntimeError, match="own error") if fails else nullcontext():
        recorder.step(0)
    assert [net.training, net.a.training, net.norm.training] == [True, True, False]
    assert not net.b._forward_hooks and torch.is_grad_enabled()
    recorder.close()


def recorded(path: Path, model: nn.Module, probe: Any = (X, Y), **options: Any) -> dict[str, np.ndarray]:
    """What one step of a recording holds, read back."""
    with explorer.Recorder(path, model, probe, **options) as recorder:
        recorder.step(0)
    recording = explorer.open(path)
    return {layer: recording.activations(0, layer) for layer in recording.layers}


def test_what_a_layer_gave_is_kept_although_it_is_changed_in_place(tmp_path: Path) -> None:
    net = Net(lambda m, x: m.relu(m.fc(x.mul_(2))), fc=nn.Linear(6, 8), relu=nn.ReLU(inplace=True))
    with explorer.Recorder(tmp_path, net, X, layers=["fc", "relu"]) as recorder:
        recorder.step(0)
        recorder.step(1)
    recording, truth = explorer.open(tmp_path), net.fc(2 * X).detach()
    assert (truth < 0).any() and np.array_equal(recording.x, X)
    for step in (0, 1):  # nor is the probe doubled twice
        assert np.array_equal(recording.activations(step, "fc"), truth)
        assert np.array_equal(recording.activations(step, "relu"), truth.clamp(min=0))


def called(model: nn.Module) -> nn.Module:
    """The model after a pass in training and one in evaluation, both of which compile it."""
    model(X)
    with torch.no_grad():
        model.eval()(X)
    return model.train()


def compiled_before(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    compiled = called(torch.compile(model, backend="eager"))
    return compiled, compiled


def compiled_after(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    return model, torch.compile(model, backend="eager")


def compiled_in_place(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    model.compile(backend="eager")
    return called(model), model


def compiled_inside(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    model.body = torch.compile(model.body, backend="eager")
    return called(model), model


def parallel(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    wrapped = called(torch.compile(nn.DataParallel(model), backend="eager"))
    return wrapped, wrapped


@pytest.mark.parametrize("wrap", [compiled_before, compiled_after, compiled_in_place, compiled_inside, parallel])
def test_wrappers_are_looked_through(wrap: Callable, tmp_path: Path) -> None:
    body = nn.Sequential(OrderedDict(fc=nn.Linear(6, 4), tanh=nn.Tanh()))
    model = Net(lambda m, x: m.out(m.body(x)), body=body, out=nn.Linear(4, 2))
    given, trained = wrap(model)
    with explorer.Recorder(tmp_path, given, X) as recorder:
        recorder.step(0)
        trained(X).sum().backward()
        with torch.no_grad():
            model.out.weight.zero_(), body.fc.weight.sub_(body.fc.weight.grad)
        recorder.step(1)
    recording = explorer.open(tmp_path)
    assert recording.layers == ("body.tanh", "out")
    assert np.array_equal(recording.activations(1, "body.tanh"), torch.tanh(body.fc(X)).detach())
    assert np.array_equal(recording.activations(1, "out"), model.out.bias.detach().expand(12, 2))


def test_a_distributed_wrapper_is_looked_through(tmp_path: Path) -> None:
    store = torch.distributed.HashStore()
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        model = nn.parallel.DistributedDataParallel(nn.Sequential(nn.Linear(6, 4), nn.Tanh()))
        assert list(recorded(tmp_path, model)) == ["1"]
    finally:
        torch.distributed.destroy_process_group()


def test_a_module_called_twice_gives_one_layer_a_call(tmp_path: Path) -> None:
    net = Net(lambda m, x: m.act(m.b(m.act(m.a(x)))), a=nn.Linear(6, 5), b=nn.Linear(5, 4), act=nn.Tanh())
    first = torch.tanh(net.a(X)).detach()
    found = recorded(tmp_path, net)
    assert list(found) == ["act", "act#1"]
    assert np.array_equal(found["act"], first) and np.array_equal(found["act#1"], torch.tanh(net.b(first)).detach())


def test_one_module_under_two_names(tmp_path: Path) -> None:
    tanh = nn.Tanh()
    net = Net(lambda m, x: m.b(m.two(m.one(m.a(x)))), a=nn.Linear(6, 5), one=tanh, two=tanh, b=nn.Linear(5, 4))
    assert list(recorded(tmp_path / "auto", net)) == ["one", "one#1", "b"]
    found = recorded(tmp_path / "named", net, layers=["two"])
    assert list(found) == ["two", "two#1"] and np.array_equal(found["two#1"], torch.tanh(torch.tensor(found["two"])))


@dataclasses.dataclass
class Output:
    """A model output that is no mapping."""

    loss: torch.Tensor | None
    hidden: torch.Tensor


OUTPUTS: dict[str, Callable[[torch.Tensor], Any]] = {
    "tuple": lambda h: (h, h.sum()),
    "named first": lambda h: {"loss": None, "hidden": h},
    "model output": lambda h: OrderedDict(hidden_states=((), [h, h + 1])),
    "dataclass": lambda h: Output(None, h),
    "vector": lambda h: h[:, 0],
}


@pytest.mark.parametrize("form", OUTPUTS)
def test_the_first_tensor_of_an_output_is_kept(form: str, tmp_path: Path) -> None:
    body = Net(lambda m, x: OUTPUTS[form](m.fc(x)), fc=nn.Linear(6, 4))
    net = Net(lambda m, x: m.body(x), body=body)
    truth = body.fc(X).detach().numpy()
    assert np.array_equal(recorded(tmp_path, net, layers=["body"])["body"], truth[:, :1] if form == "vector" else truth)


def test_recurrent_and_attention_layers(tmp_path: Path) -> None:
    lstm = Net(lambda m, x: m.out(m.r(x)[0][:, -1]), r=nn.LSTM(6, 4, batch_first=True), out=nn.Linear(4, 2))
    x = torch.randn(5, 3, 6)
    assert np.array_equal(recorded(tmp_path / "a", lstm, x, layers=["r"])["r"], lstm.r(x)[0].detach().flatten(1))
    pooled = recorded(tmp_path / "b", lstm, x, layers=["r"], pool="tokens")["r"]
    assert np.array_equal(pooled, lstm.r(x)[0].detach().mean(1))
    net = transformer()
    found = recorded(tmp_path / "c", net, X, layers=["body.layers.0.linear1", "body.layers.1"])
    assert found["body.layers.0.linear1"].shape == (12, 8)
    with torch.no_grad():
        truth = net.eval().body(X[:, None])[:, 0]
    # the fused path, taken without hooks, sums in another order: a few float32 roundings of values near 1
    assert np.allclose(found["body.layers.1"], truth, atol=2e-6)
