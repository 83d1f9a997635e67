"""Pools: what makes one row a sample of maps and of tokens, on probes that are fed by name too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn

import explorer
from explorer.errors import ExplorerError, SampleError, SettingError, UnknownNameError
from explorer.recordings.manifest import read_manifest
from explorer.recordings.pools import POOLS

SEED = torch.Generator().manual_seed(3)
IMAGES = torch.randn(40, 2, 6, 7, generator=SEED)
IDS = torch.randint(1, 9, (5, 4), generator=SEED)
MASK = torch.tensor([[1, 1, 1, 1], [1, 0, 0, 0], [0, 0, 1, 1], [1, 1, 1, 0], [0, 1, 1, 0]])
TEXTS = {"input_ids": IDS, "attention_mask": MASK}
Y = np.array(["a", "b", "a", "b", "c"])


class Net(nn.Module):
    """Two maps of different sides, and a layer of one row a sample."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.relu = nn.Conv2d(2, 3, 3), nn.ReLU(inplace=True)
        self.small, self.out = nn.MaxPool2d(2), nn.Linear(3, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.small(self.relu(self.conv(x)))
        return self.out(h.mean((2, 3)))


class Encoder(nn.Module):
    """Contextual tokens, NaN where there is padding, and a layer of one row a text."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.mix, self.head = nn.Embedding(9, 6), nn.Linear(6, 6), nn.Linear(6, 2)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> dict[str, torch.Tensor]:
        keep = attention_mask[..., None] != 0
        h = self.embed(input_ids).masked_fill(~keep, torch.nan)
        h = self.mix(h + h.nansum(1, keepdim=True))
        return {"logits": self.head(h.nansum(1)), "hidden": h}


def recorded(path: Path, model: nn.Module, probe: Any, **options: Any) -> dict[str, np.ndarray]:
    """What one step of a recording holds, read back."""
    with explorer.Recorder(path, model, probe, **options) as recorder:
        recorder.step(0)
    recording = explorer.open(path)
    return {layer: recording.activations(0, layer) for layer in recording.layers}


def hidden(net: Encoder) -> np.ndarray:
    with torch.no_grad():
        return net(IDS, MASK)["hidden"].numpy()


def test_maps(tmp_path: Path) -> None:
    net, layers = Net(), ["relu", "small", "out"]
    with torch.no_grad():
        truth = {"relu": torch.relu(net.conv(IMAGES)), "out": net(IMAGES)}
        truth["small"] = net.small(truth["relu"])
    for pool, of in {
        "flatten": lambda v: v.flatten(1),
        "mean": lambda v: v.flatten(2).mean(2) if v.ndim > 2 else v,
    }.items():
        found = recorded(tmp_path / pool, net, IMAGES, layers=layers, pool=pool)
        assert all(np.array_equal(found[layer], of(truth[layer])) for layer in layers)
    each = recorded(tmp_path / "each", net, IMAGES, layers=layers, pool={"relu": "mean"})
    assert np.array_equal(each["relu"], truth["relu"].mean((2, 3))) and each["small"].shape == (40, 12)
    entries = read_manifest(tmp_path / "each").layers
    assert [entries[layer].pool for layer in layers] == ["mean", "flatten", "flatten"]


@pytest.mark.parametrize("batch", [None, 7])
def test_channels_are_taken_at_one_relative_place_in_all_layers(batch: int | None, tmp_path: Path) -> None:
    net = Net()
    ramp = torch.arange(6.0)[:, None] / 6 + torch.zeros(6, 7)  # a map that says how far down it is
    ramp = ramp.expand(300, 2, 6, 7).contiguous()
    net.conv, net.small = nn.Identity(), nn.AvgPool2d((2, 7))
    net.out = nn.Linear(2, 1)
    found = recorded(tmp_path / "a", net, ramp, layers=["relu", "small"], pool="channels", batch=batch)
    fine, coarse = found["relu"], found["small"]
    assert fine.shape == coarse.shape == (300, 2) and np.array_equal(fine[:, 0], fine[:, 1])
    rows = np.rint(6 * fine[:, 0]).astype(int)
    assert np.array_equal(np.bincount(rows) > 20, [True] * 6)  # every place comes up, 50 times in 300 on average
    assert np.array_equal(np.rint(6 * coarse[:, 0] - 0.5).astype(int) // 2, rows // 2)  # and is the same one below
    again = recorded(tmp_path / "b", net, ramp, layers=["relu", "small"], pool="channels")
    other = recorded(tmp_path / "c", net, ramp, layers=["relu", "small"], pool="channels", seed=1)
    assert np.array_equal(again["relu"], fine) and not np.array_equal(other["relu"], fine)
    assert [read_manifest(tmp_path / name).probe.seed for name in "ac"] == [0, 1]


def test_channels_keep_their_place_over_the_steps(tmp_path: Path) -> None:
    net = Net()
    with explorer.Recorder(tmp_path, net, IMAGES, layers="conv", pool="channels") as recorder:
        recorder.step(0)
        with torch.no_grad():
            net.conv.weight *= 2
            net.conv.bias *= 2
        recorder.step(1)
    first, second = (explorer.open(tmp_path).activations(step, "conv") for step in (0, 1))
    assert np.allclose(second, 2 * first, rtol=1e-5)


def per_text(rows: Callable[[int], Any], tokens: np.ndarray) -> np.ndarray:
    return np.stack([tokens[text][rows(text)].mean(0) for text in range(len(tokens))])


def test_tokens_with_a_mask(tmp_path: Path) -> None:
    net = Encoder()
    truth, mask = hidden(net), MASK.numpy() != 0
    found = recorded(tmp_path / "mean", net, (TEXTS, Y), layers=["mix", "head"], pool="masked_mean")
    assert np.allclose(found["mix"], per_text(lambda text: mask[text], truth), atol=1e-6)
    assert found["head"].shape == (5, 2)  # one row a text already
    last = recorded(tmp_path / "last", net, TEXTS, layers="mix", pool="last_token")["mix"]
    assert np.array_equal(last, truth[range(5), [3, 0, 3, 2, 2]])
    full = {"input_ids": IDS, "attention_mask": torch.ones_like(MASK)}
    with torch.no_grad():
        whole = net(**full)["hidden"].numpy()
    assert np.array_equal(recorded(tmp_path / "cls", net, full, layers="mix", pool="cls")["mix"], whole[:, 0])
    mean = recorded(tmp_path / "tokens", net, full, layers="mix", pool="tokens")["mix"]
    assert np.allclose(mean, whole.mean(1), atol=1e-6)


@pytest.mark.parametrize("batch", [None, 2])
def test_each_token_is_a_sample(batch: int | None, tmp_path: Path) -> None:
    net = Encoder()
    truth, mask = hidden(net), MASK.numpy() != 0
    tags = np.arange(20).reshape(5, 4)
    found = recorded(
        tmp_path, net, (TEXTS, Y), layers=["embed", "mix"], pool="each_token", factors={"tag": tags}, batch=batch
    )
    assert np.allclose(found["mix"], truth[mask], atol=1e-6) and found["embed"].shape == (12, 6)
    recording = explorer.open(tmp_path)
    assert len(recording) == 12 and recording.x is None  # a token's activations depend on its whole text
    text, position = np.nonzero(mask)
    for name, column in {"token": IDS.numpy()[mask], "position": position, "text": text, "tag": tags[mask]}.items():
        assert np.array_equal(recording.factors[name], column)
    assert recording.factors.keys() == {"token", "position", "text", "tag"}
    assert recording.target().tolist() == Y[text].tolist()
    assert read_manifest(tmp_path).probe.n == 12
    stored = load_file(tmp_path / "probe.safetensors")
    assert np.array_equal(stored["input.input_ids"], IDS) and np.array_equal(stored["input.attention_mask"], MASK)


def test_each_token_without_a_mask_is_every_position(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Embedding(9, 3), nn.Tanh())
    found = recorded(tmp_path, net, IDS, pool="each_token")["1"]
    assert np.array_equal(found, net(IDS).detach().flatten(0, 1))
    assert np.array_equal(explorer.open(tmp_path).factors["token"], IDS.flatten())


def test_a_probe_that_is_fed_by_name(tmp_path: Path) -> None:
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def forward(self, left: torch.Tensor, right: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
            assert right.dtype == torch.int64  # whole numbers stay so
            return self.fc(scale * left + right)

    net, left, right = Sum(), np.eye(3), np.ones((3, 3), int)
    found = recorded(tmp_path, net, ({"left": left, "right": right}, [1, 2, 3]))["fc"]
    assert np.array_equal(found, net(torch.eye(3), torch.ones(3, 3).long()).detach())
    recording = explorer.open(tmp_path)
    assert np.array_equal(recording.x, left) and recording.factors == {} and len(recording) == 3
    assert np.array_equal(load_file(tmp_path / "probe.safetensors")["input.right"], right)


@pytest.mark.parametrize("pool", POOLS)
def test_every_pool_heeds_changes_in_place_and_the_batches(pool: str, tmp_path: Path) -> None:
    class Head(Encoder):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            h = self.embed(input_ids)
            return (h.mul_(0), None)

    net = Head()
    truth = net.embed.weight.detach()[IDS]
    found = recorded(tmp_path / "a", net, TEXTS, layers="embed", pool=pool, batch=2)["embed"]
    whole = recorded(tmp_path / "b", net, TEXTS, layers="embed", pool=pool)["embed"]
    assert np.array_equal(found, whole) and np.abs(found).sum() > 0
    assert found.shape[0] == (12 if pool == "each_token" else 5)
    if pool in ("flatten", "cls"):
        assert np.array_equal(found, truth.flatten(1) if pool == "flatten" else truth[:, 0])


def test_every_pool_of_a_shared_module_in_a_wrapper(tmp_path: Path) -> None:
    class Twice(Encoder):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            return self.mix(self.mix(self.embed(input_ids))), {"other": input_ids}

    net = Twice()
    compiled = torch.compile(net, backend="eager")
    with torch.no_grad():
        compiled(**TEXTS)
        first = net.mix(net.embed(IDS))
    for pool in POOLS:
        options = {"layers": ["mix"], "pool": {"mix": pool}}
        found = recorded(tmp_path / pool, net, TEXTS, **options)
        assert list(found) == ["mix", "mix#1"] and not np.array_equal(*found.values())
        entries = read_manifest(tmp_path / pool).layers
        assert {entries[name].pool for name in entries} == {pool}
        for name, wrapped in {"compiled": compiled, "parallel": nn.DataParallel(net)}.items():
            again = recorded(tmp_path / pool / name, wrapped, TEXTS, **options)
            assert all(np.array_equal(again[layer], values) for layer, values in found.items())
    assert np.array_equal(recorded(tmp_path / "a", net, TEXTS, layers=["mix"])["mix"], first.flatten(1))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("pool", POOLS)
def test_every_pool_on_a_gpu(pool: str, tmp_path: Path) -> None:
    net = Encoder()
    options = {"layers": ["embed", "mix", "masked_fill"], "pool": pool}
    here = recorded(tmp_path / "cpu", net, TEXTS, functional=True, **options)
    there = recorded(tmp_path / "gpu", net.to("cuda"), TEXTS, functional=True, **options)
    for layer, values in here.items():
        assert np.allclose(there[layer], values, atol=1e-5, equal_nan=True)
    if pool in ("mean", "channels"):
        maps = Net()
        here = recorded(tmp_path / "maps", maps, IMAGES, layers=["relu"], pool=pool)
        there = recorded(tmp_path / "maps_gpu", maps.to("cuda"), IMAGES, layers=["relu"], pool=pool)
        assert np.allclose(there["relu"], here["relu"], atol=1e-3)  # convolutions in TF32


@pytest.mark.parametrize(
    "probe, options, sentence",
    [
        (IDS, {"pool": "masked_mean"}, "pool='masked_mean' needs an attention_mask; give the probe as"),
        (IDS, {"pool": "last_token"}, r"or take 'tokens', the mean over all of them, or 'cls'"),
        (torch.arange(3), {"pool": "each_token"}, r"needs tokens, x of shape \(n, tokens, ...\); got \(3,\)"),
        ({**TEXTS, "attention_mask": 0 * MASK}, {"pool": "masked_mean"}, "sample 0 has no token"),
        ({**TEXTS, "attention_mask": MASK[:, None]}, {"pool": "masked_mean"}, r"has shape \(5, 1, 4\); \(n, tokens\)"),
        (TEXTS, {"pool": {"embed": "each_token", "mix": "mean"}}, "holds for all layers or for none"),
        (TEXTS, {"pool": "each_token", "factors": {"text": Y}}, "factors has 'text', which pool='each_token' adds"),
        (TEXTS, {"pool": {"embed": "max"}}, "pool='max' must be one of 'flatten', 'mean', 'channels'"),
        (TEXTS, {"pool": ["mean"]}, r"pool=\['mean'\] must be one of"),
        (TEXTS, {"pool": {"nowhere": "mean"}}, "no layer 'nowhere'"),
        (TEXTS, {"pool": {"head": "mean"}, "layers": ["mix"]}, "no recorded layer 'head'"),
        ({}, {}, "names no argument of the network"),
        ({**TEXTS, "more": np.ones(4)}, {}, "probe x has 5 samples and input.more has 4"),
        ({**TEXTS, "more": None}, {}, "probe more must hold samples"),
    ],
)
def test_refusals(probe: Any, options: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=sentence) as caught:
        explorer.Recorder(tmp_path / "run", Encoder(), probe, **options)
    assert isinstance(caught.value, SampleError | SettingError | UnknownNameError)
    assert "\n" not in str(caught.value) and not (tmp_path / "run").exists()


def test_layers_that_a_pool_cannot_take_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        SampleError, match=r"'head' cannot be recorded: its output has shape \(\d, 2\); .* \(n, tokens, d"
    ):
        recorded(tmp_path / "a", Encoder(), TEXTS, layers=["mix", "head"], pool="each_token")
    recorded(tmp_path / "b", Encoder(), TEXTS, pool="each_token")
    assert read_manifest(tmp_path / "b").skipped.keys() == {"head"}
    turned = nn.Sequential(nn.Embedding(9, 4), nn.Unflatten(2, (2, 2)), nn.Flatten(1, 2), nn.Tanh())

    class Turned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = turned

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.body(input_ids)

    with pytest.raises(SampleError, match=r"its output has shape \(\d, 8, 2\); \(n, 4 tokens, \.\.\.\) is needed"):
        recorded(tmp_path / "c", Turned(), TEXTS, layers=["body.3"], pool="masked_mean")
    deep = nn.Sequential(nn.Unflatten(1, (2, 1, 3, 1, 7)), nn.Identity())
    with pytest.raises(SampleError, match="maps of at most 3 sides"):
        recorded(tmp_path / "d", deep, IMAGES.flatten(1)[:, :42], layers=["1"], pool="channels")
