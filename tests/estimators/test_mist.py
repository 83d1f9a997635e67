"""The taught network: what it is told, how it is taught and goes on, and what its file holds."""

import json
import math
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import explorer
from explorer.distributions import BivariateNormal, MultivariateNormal, Parabola, Sinusoidal, Spiral
from explorer.distributions.base import Distribution
from explorer.errors import FileError, SampleError
from explorer.estimators import KSG, MIST, Gaussian
from explorer.learned import bank, families, held_out, network, training
from explorer.learned.evaluation import evaluated, overall, table
from explorer.learned.features import GRID, features, names
from explorer.learned.warps import lifted, scores, warped
from explorer.numerics.margins import gauss
from explorer.packaged import assets
from explorer.result import LEVEL

WEIGHTS = assets() / network.WEIGHTS


def told(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """The features of one set of samples by name."""
    found = features(*(gauss(torch.as_tensor(one))[None] for one in (x, y)))
    return dict(zip(names(), found[0].tolist(), strict=True))


@pytest.mark.parametrize(("n", "d_x", "d_y"), [(40, 1, 1), (200, 3, 1), (300, 2, 5)])
def test_features_are_those_of_the_estimators(n: int, d_x: int, d_y: int) -> None:
    both = np.random.default_rng(0).normal(size=(n, d_x + d_y)) @ np.triu(np.ones((d_x + d_y, d_x + d_y)))
    x, y = both[:, :d_x], both[:, d_x:]
    found = told(x, y)
    normal = [gauss(torch.as_tensor(one)).numpy() for one in (x, y)]
    on_grid = [np.round(one / GRID) * GRID for one in normal]
    for k in (1, 5, 20):
        assert found[f"scores_ksg_{k}"] == pytest.approx(KSG(k=k)(*on_grid).nats, abs=1e-9)
    assert found["gaussian"] == pytest.approx(Gaussian()(*normal).nats, abs=1e-9)


def test_features_do_not_depend_on_the_order_of_rows_nor_of_the_two_sides() -> None:
    x, y = (gauss(torch.as_tensor(one))[None] for one in Spiral().sample(150))
    order = torch.randperm(150, generator=torch.Generator().manual_seed(0))
    plain = features(x, y)
    assert torch.allclose(features(x[:, order], y[:, order]), plain, atol=1e-9)
    assert torch.allclose(features(y, x), plain, atol=1e-9)


@pytest.mark.parametrize("n", [60, 700])
def test_rows_in_another_order_read_the_same(n: int) -> None:
    x, y = MultivariateNormal(2, 0.6).sample(n)
    order = np.random.default_rng(1).permutation(n)
    there, here = MIST()(x[order], y[order]), MIST()(x, y)
    assert abs(there.nats - here.nats) < 1e-4
    assert here.details["parts"] == math.ceil(n / 500)
    assert any(doubt.rule == "parts" for doubt in here.warnings) == (n > 500)


def test_gaussian_family_has_the_information_it_says() -> None:
    x, y, nats = families.gaussian((8, 4000, 3, 2), torch.Generator().manual_seed(3))
    read = [Gaussian()(a.numpy(), b.numpy()).nats for a, b in zip(x, y, strict=True)]
    assert read == pytest.approx(nats.tolist(), abs=0.06)  # 2.5 deviations of 4000 samples


@pytest.mark.parametrize(
    "family", [families.student, families.uniform_noise, families.mixture, families.noisy_network, *held_out.WIDENING]
)
def test_families_have_the_information_they_say(family: families.Family) -> None:
    """Against nearest neighbours, which err by 0.05 nats on average where there is less than 1.5."""
    x, y, nats = family((12, 3000, 1, 1), torch.Generator().manual_seed(5))
    weak = nats < 1.5
    read = torch.tensor([KSG(margins="gauss")(a.numpy(), b.numpy()).nats for a, b in zip(x, y, strict=True)])
    assert int(weak.sum()) >= 6
    assert float((read - nats)[weak].abs().mean()) < 0.05


def test_clayton_pairs_have_the_information_they_say() -> None:
    x, y, nats = held_out.clayton((6, 3000, 1, 1), torch.Generator().manual_seed(0))
    read = [KSG(margins="gauss")(a.numpy(), b.numpy()).nats for a, b in zip(x, y, strict=True)]
    assert read == pytest.approx(nats.tolist(), abs=0.1)


def test_maps_of_columns_can_be_undone() -> None:
    """Ranks of one column survive every map of it, and added columns are functions of those there."""
    rng = torch.Generator().manual_seed(2)
    values = torch.randn(2, 100, 1, generator=rng, dtype=torch.float64)
    for _ in range(20):
        now = scores(warped(values, rng))
        up, down = (torch.allclose(now, one * scores(values), atol=1e-12) for one in (1, -1))
        assert up or down or all(torch.allclose(a.abs(), b.abs()) for a, b in zip(now, scores(values), strict=True))
    wide = lifted(values, 3, rng)
    assert torch.equal(wide[..., :1], values) and wide.shape == (2, 100, 3)


def test_parts_are_the_same_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bank, "BATCHES", 2)
    first, again = bank.kept_part(tmp_path, 1, 4), bank.part(1, 4)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(first, bank.kept_part(tmp_path, 1, 4), strict=True))
    assert not torch.equal(first[1], bank.part(1, 5)[1])


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> training.Parts:
    """A small network, and parts that cost nothing."""
    monkeypatch.setattr(network, "UNITS", 8)
    monkeypatch.setattr(training, "BATCH", 16)
    monkeypatch.setattr(training, "UPDATES", 5)
    monkeypatch.setattr(training, "WIDENED_ON", 1)
    monkeypatch.setattr(bank, "BATCHES", 2)

    def parts(index: int) -> tuple[torch.Tensor, torch.Tensor]:
        rng = torch.Generator().manual_seed(index)
        told = torch.randn(32, len(names()), generator=rng)
        return told, told[:, 0].square()

    return parts


def test_an_interrupted_training_ends_where_an_uninterrupted_one_does(little: training.Parts, tmp_path: Path) -> None:
    whole = training.trained(tmp_path / "whole.safetensors", tmp_path / "whole", 60, 3, 6, little)
    training.trained(tmp_path / "halves.safetensors", tmp_path / "halves", 60, 3, 2, little)
    halves = training.trained(tmp_path / "halves.safetensors", tmp_path / "halves", 60, 3, 6, little)
    for name, one in whole.state_dict().items():
        assert torch.equal(one, halves.state_dict()[name]), name
    assert (tmp_path / "whole.safetensors").read_bytes() == (tmp_path / "halves.safetensors").read_bytes()


def test_a_checkpoint_of_another_seed_is_refused(little: training.Parts, tmp_path: Path) -> None:
    training.trained(tmp_path / "one.safetensors", tmp_path / "one", 60, 3, 1, little)
    with pytest.raises(FileError, match="seed=3; got seed=4"):
        training.trained(tmp_path / "one.safetensors", tmp_path / "one", 60, 4, 1, little)


def test_quantiles_rise_and_teaching_lowers_the_loss(little: training.Parts, tmp_path: Path) -> None:
    told, nats = little(99)
    before = training.Pupil.new(0).network
    after = training.trained(tmp_path / "one.safetensors", tmp_path / "one", 60, 0, 40, little)
    with torch.no_grad():
        assert bool((after(told)[1].diff(dim=1) > 0).all())
        mean = [float((one(told)[0] - nats).square().mean()) for one in (before, after)]
    assert mean[1] < mean[0]


def test_the_file_holds_weights_and_says_so() -> None:
    raw = WEIGHTS.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    assert header.pop("__metadata__") == {"format": network.FORMAT}
    assert {one["dtype"] for one in header.values()} == {"F32"}
    assert header["centre"]["shape"] == [len(names())] and len(raw) < 2**20
    assert all(bool(one.isfinite().all()) for one in load_file(WEIGHTS).values())


def test_another_file_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(FileError, match="holds no network"):
        network.loaded(tmp_path / "other.safetensors")
    (tmp_path / "text.safetensors").write_text("no weights")
    with pytest.raises(FileError, match="cannot be read as weights"):
        network.loaded(tmp_path / "text.safetensors")


def test_missing_weights_say_how_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "WEIGHTS", "none.safetensors")
    network.bundled.cache_clear()
    with pytest.raises(FileError, match=r"python -m explorer\.learned"):
        MIST()(*BivariateNormal().sample(50))
    network.bundled.cache_clear()


def test_intervals_hold_the_truth_of_families_that_were_not_taught() -> None:
    told, nats = bank.part(11, 0, {held_out.clayton: 1.0, **held_out.WIDENING})
    _, quantiles = network.loaded(WEIGHTS)(told.double())
    inside = (nats >= quantiles[:, 0]) & (nats <= quantiles[:, -1])
    assert 0.85 < float(inside.double().mean()) <= 0.97


@pytest.mark.parametrize("n", [100, 700])
def test_the_interval_of_an_estimate_is_that_of_the_quantiles(n: int) -> None:
    x, y = BivariateNormal(0.6).sample(n)
    found = explorer.estimate(x, y, estimator="mist")
    quantiles = found.details["quantiles"]
    assert found.interval == (quantiles["0.05"], quantiles["0.95"]) and found.level == LEVEL == 0.9
    assert MIST()(x, y).interval == found.interval
    assert not any(doubt.rule == "no interval" for doubt in found.warnings)
    assert explorer.estimate(x, y, estimator="mist", interval=False).interval is None


@pytest.mark.parametrize("truth", [Sinusoidal(frequency=2), Parabola(noise=0.3)], ids=repr)
def test_intervals_of_estimates_hold_the_truth_of_families_that_were_not_taught(truth: Distribution) -> None:
    """60 draws of 200 samples each; 60 tries have a standard error of 0.04 below the level."""
    found = [MIST()(*truth.sample(200, seed)).interval for seed in range(60)]
    assert np.mean([low <= truth.nats <= high for low, high in found]) >= LEVEL - 0.1


def test_better_than_neighbours_and_copula_on_families_that_were_not_taught() -> None:
    which = [("spiral", {"dim": 2, "structure": "paired"}), ("sinusoidal", {"frequency": 2}), ("clayton", {"dim": 3})]
    cells = evaluated(network.loaded(WEIGHTS), which, (100, 500), trials=8)
    found = overall(cells)
    assert found["mist"] < min(found["ksg"], found["gaussian_copula"])
    assert [line.count("|") for line in table(cells).splitlines()[:-2]] == [6] * 6


@pytest.mark.parametrize(
    ("n", "d", "message"), [(24, 1, "at least 25"), (100, 9, "at most 8 columns of x and of y; got 9")]
)
def test_refuses_what_it_was_not_taught(n: int, d: int, message: str) -> None:
    with pytest.raises(SampleError, match=message):
        MIST()(*MultivariateNormal(d, 0.5).sample(n))


def test_columns_that_determine_each_other_are_refused() -> None:
    x, y = MultivariateNormal(2, 0.5).sample(100)
    with pytest.raises(SampleError, match="columns of x determine others"):
        MIST()(np.hstack([x, x[:, :1] ** 3]), y)


def test_ties_and_samples_unlike_those_taught_are_doubted() -> None:
    x, y = BivariateNormal(0.5).sample(200)
    assert "ties" in {doubt.rule for doubt in MIST()(x.round(1), y).warnings}
    assert not {"ties", "unlike", "beyond"} & {doubt.rule for doubt in MIST()(x, y).warnings}
    assert "beyond" in {doubt.rule for doubt in MIST()(x, x.copy()).warnings}
    both = np.random.default_rng(0).standard_t(0.3, (200, 1)) * np.ones((200, 8))
    far = both + np.random.default_rng(1).standard_t(0.3, (200, 8))
    assert "unlike" in {doubt.rule for doubt in MIST()(far, far + 1e-3 * both[::-1]).warnings}


def test_the_interval_holds_the_value() -> None:
    """Two values of y by three columns: far from what was taught, the mean lies outside its quantiles."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2000).astype(float)
    found = explorer.estimate(y[:, None] + 0.02 * rng.normal(size=(2000, 3)), y, estimator="mist", null=False)
    low, high = found.interval
    assert low <= found.value <= high
    told = [one.text for one in found.warnings if one.rule == "unlike" and "outside the quantiles" in one.text]
    quantiles = list(found.details["quantiles"].values())
    assert bool(told) == (not quantiles[0] <= found.value <= quantiles[-1])
