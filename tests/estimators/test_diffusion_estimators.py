"""MINDE, the information decomposition and the bridge of densities: closed forms first, then what training reaches."""

import math

import numpy as np
import pytest
import torch

from explorer.catalogue import distributions, estimators
from explorer.denoisers.bridges import Bridge, BridgeNetwork, Bridging, log_ratio
from explorer.distributions import BivariateNormal, MultivariateNormal
from explorer.errors import SampleError, SettingError
from explorer.estimators.diffusion.base import steadied
from explorer.estimators.diffusion.bridge_density_ratio import Ends
from explorer.estimators.diffusion.information_decomposition import entries

ONE = torch.eye(2, dtype=torch.float64)


class NormalBridge:
    r"""The slope of ln p_t between two normal distributions of mean 0, in closed form.

    With C_t = (1 - t)^2 C_0 + t^2 C_1 + v_t, p_t is normal with mean 0 and covariance C_t, and

    .. math:: \partial_t \ln p_t(x) = \tfrac12 x^T C^{-1} C' C^{-1} x - \tfrac12 \mathrm{tr}\, C^{-1} C'

    Args:
        first, last: covariances (D, D) of X_0 and X_1, which are independent.
    """

    def __init__(self, first: torch.Tensor, last: torch.Tensor, bridge: Bridge):
        self.first, self.last, self.bridge = first.double(), last.double(), bridge

    def covariance(self, t: torch.Tensor) -> torch.Tensor:
        """C_t at times (n,), (n, D, D)."""
        t, one = t.double()[:, None, None], torch.eye(len(self.first), dtype=torch.float64)
        return (1 - t) ** 2 * self.first + t**2 * self.last + self.bridge.variance(t) * one

    def __call__(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """(n, D) and (n,) to (n,)."""
        s, one = t.double()[:, None, None], torch.eye(len(self.first), dtype=torch.float64)
        change = 2 * s * self.last - 2 * (1 - s) * self.first + self.bridge.slope(s) * one
        whole = self.covariance(t)
        turned = torch.linalg.solve(whole, x.double().unsqueeze(2))
        trace = torch.linalg.solve(whole, change).diagonal(dim1=1, dim2=2).sum(1)
        return ((turned.mT @ change @ turned)[:, 0, 0] - trace) / 2


def correlated(rho: float) -> torch.Tensor:
    return torch.tensor([[1, rho], [rho, 1]], dtype=torch.float64)


def log_density(x: torch.Tensor, covariance: torch.Tensor) -> torch.Tensor:
    mean = torch.zeros(len(covariance), dtype=torch.float64)
    return torch.distributions.MultivariateNormal(mean, covariance).log_prob(x)


def test_the_slope_of_the_variance_of_a_bridge_is_its_derivative() -> None:
    bridge, t = Bridge(0.7, 0.05), torch.linspace(0.05, 0.95, 7, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(bridge.variance(t).sum(), t)
    assert torch.allclose(slope, bridge.slope(t))
    assert bridge.variance(torch.tensor([0.0, 1.0])).tolist() == pytest.approx([0.05, 0.05])
    with pytest.raises(SettingError, match="epsilon=0: gamma must be at least 0 and epsilon positive"):
        Bridge(1.0, 0.0)


@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_the_slope_of_a_normal_bridge_is_the_derivative_of_its_log_density(gamma: float) -> None:
    score = NormalBridge(ONE, correlated(0.8), Bridge(gamma, 0.01))
    x = torch.as_tensor(np.random.default_rng(0).normal(size=(6, 2)))
    t, step = torch.linspace(0.1, 0.9, 6, dtype=torch.float64), 1e-6

    def at(times: torch.Tensor) -> torch.Tensor:
        return torch.stack([log_density(*one) for one in zip(x, score.covariance(times), strict=True)])

    slope = (at(t + step) - at(t - step)) / (2 * step)
    assert torch.allclose(score(x, t), slope, atol=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_every_bridge_tells_the_same_ratio_of_smoothed_densities(gamma: float) -> None:
    bridge, first, last = Bridge(gamma, 0.005), ONE, correlated(0.8)
    x = torch.as_tensor(np.random.default_rng(1).normal(size=(50, 2)))
    found, _ = log_ratio(NormalBridge(first, last, bridge), x, bridge, 400)
    smooth = 0.005 * ONE
    assert torch.allclose(found, log_density(x, last + smooth) - log_density(x, first + smooth), atol=2e-3)


def test_the_target_of_training_has_the_mean_that_the_closed_form_says() -> None:
    """Regression on x of the slope with both ends given; its values are large beside its mean."""
    rng, bridge = torch.Generator().manual_seed(0), Bridge(1.0, 0.05)
    n = 200_000
    last = torch.randn(n, 2, generator=rng) @ torch.linalg.cholesky(correlated(0.8)).T.float()
    first = torch.randn(n, 2, generator=rng)
    network = BridgeNetwork(2, 8, 0, bridge, 4.0)
    task = Bridging(network, lambda rows, _: (first[rows], last[rows]))
    ends = task.batch(torch.arange(n), rng, even=True)
    half = torch.full((n,), 0.5)
    start, end, _, noise = ends
    x = bridge.between(start, end, noise, half)
    exact = NormalBridge(ONE, correlated(0.8), bridge)(x, half.double()).float()

    class Guess(BridgeNetwork):
        factor = 1.0

        def scaled(self, x, t):
            return self.factor * exact / self.unit(t)

    guess = Guess(2, 8, 0, bridge, 4.0)
    losses = {}
    for factor in (0.5, 1.0, 1.5):
        guess.factor = factor
        losses[factor] = float(Bridging(guess, task.ends).losses(start, end, half, noise)[0].mean())
    assert losses[1.0] < losses[0.5] and losses[1.0] < losses[1.5]
    assert losses[0.5] - losses[1.0] == pytest.approx(losses[1.5] - losses[1.0], rel=0.3)


def test_ends_share_their_x_or_not() -> None:
    x = torch.arange(20.0)[:, None]
    rows, rng = torch.arange(20), torch.Generator().manual_seed(0)
    first, last = Ends(x, 100 + x, "shared")(rows, rng)
    assert (last[:, 1] == last[:, 0] + 100).all() and (first[:, 0] == last[:, 0]).all()
    assert (first[:, 1] != last[:, 1]).all() and sorted(first[:, 1].tolist()) == sorted(last[:, 1].tolist())
    free, _ = Ends(x, 100 + x, "transport")(rows, rng)
    assert (free[:, 0] != last[:, 0]).any()
    near = Bridging(BridgeNetwork(2, 8, 0, Bridge(), 4.0), Ends(x, 100 + x, "transport"), "transport")
    a, b, _, _ = near.batch(rows, rng, even=True)
    assert float((a - b).square().sum()) < float((free - last).square().sum())


@pytest.mark.parametrize("name", ["minde", "information_decomposition", "bridge_density_ratio"])
def test_a_training_is_told(name: str) -> None:
    found = estimators[name](steps=100)(*BivariateNormal(0.8).sample(200))
    curves = found.details["curves"]
    assert curves["step"] == [50, 100] and len(curves["train"]) == len(curves["held"]) == len(curves["estimate"]) == 2
    assert found.details["stopped"] == "all updates were made" and found.details["held out"] == 60
    assert found.standard_error > 0 and found.bound == "none"
    with pytest.raises(SampleError, match="at least 32"):
        estimators[name]()(*BivariateNormal(0.8).sample(31))


def test_minde_of_every_kind_and_form() -> None:
    x, y = BivariateNormal(0.9).sample(2000)
    sigma = ({"sigma": True}, {"sigma": True, "kind": "j"})
    for settings in (*sigma, {"kind": "c", "form": "distance"}, {"kind": "j", "form": "difference"}, {}):
        found = estimators["minde"](steps=300, **settings)(x, y)
        told = found.details
        assert found.nats == pytest.approx(0.83, abs=0.1)
        assert np.mean(told["integrand"]) * 19.1654 == pytest.approx(told["held-out mean"], rel=1e-4)
        assert sum(told["by_column"]) == pytest.approx(told["held-out mean"], rel=1e-6)
        assert found.nats == pytest.approx(told["held-out mean"], abs=0.05)
        assert told["diffused"] in {"either": "xy", "c": "x", "j": ("x and y",)}[found.settings["kind"]]
    assert told["held-out mean"] == pytest.approx((told["distance"] + told["difference"]) / 2)
    assert told["ceiling"] == pytest.approx(math.log1p(math.exp(9.1154)) / 2, abs=1e-3)


def test_normal_densities_of_all_rows_steady_the_mean_of_those_read() -> None:
    """v = 2 q + e with q known of 10 times more rows: the error is nearly that of all of them."""
    rng = torch.Generator().manual_seed(0)
    normal = torch.randn(400, 2000, generator=rng, dtype=torch.float64)
    rows = 2 * normal[:, :200] + 0.1 * torch.randn(400, 200, generator=rng, dtype=torch.float64)
    found = [steadied(v, q, torch.arange(200)) for v, q in zip(rows, normal, strict=True)]
    deviation = float(np.std([one.nats for one in found]))
    assert deviation == pytest.approx(np.mean([one.standard_error for one in found]), rel=0.15)
    assert deviation < 0.4 * float(rows.mean(1).std()) and found[0].share == pytest.approx(2, abs=0.1)
    nothing = steadied(rows[0], torch.zeros(2000, dtype=torch.float64), torch.arange(200))
    assert nothing.share == 0 and nothing.nats == pytest.approx(float(rows[0].mean()))


def test_sigma_tells_of_the_value_that_it_reads() -> None:
    """Independent columns that were learnt by heart: distance and difference of distances lie far apart."""
    x, y = MultivariateNormal(dim=5, rho=0.0).sample(200)
    found = estimators["minde"](kind="c", sigma=True, normal=False, steps=300)(x, y)
    told = found.details
    assert told["held-out mean"] == pytest.approx(found.nats) and abs(told["distance"] - found.nats) > 0.1
    assert np.mean(told["integrand"]) * 19.1654 == pytest.approx(found.nats, rel=1e-4)
    assert found.standard_error > abs(told["difference"] - found.nats) / 2


def test_details_of_omega_are_those_of_omega() -> None:
    """Three columns with one common cause: total correlation is twice or more what Omega is."""
    rng = np.random.default_rng(0)
    found = estimators["s_omega_i"](steps=100)(rng.normal(size=(1000, 3)) + rng.normal(size=(1000, 1)))
    told = found.details
    assert told["held-out mean"] == pytest.approx(found.nats, abs=0.05) and told["TC"] > 2 * found.nats
    assert np.mean(told["integrand"]) * 19.1654 == pytest.approx(told["held-out mean"], rel=1e-4)


@pytest.mark.parametrize("name", ["minde", "information_decomposition"])
def test_what_chance_makes_larger_is_remarked(name: str) -> None:
    x, y = MultivariateNormal(dim=5, rho=0.0).sample(200)
    said = [one for one in estimators[name](steps=200)(x, y).warnings if one.rule == "positive"]
    assert [one.note for one in said] == [True] and "the larger of two readings" in said[0].text
    one_way = {"minde": {"kind": "c"}, "information_decomposition": {"diffused": "x"}}[name]
    (alone,) = (one for one in estimators[name](steps=200, **one_way)(x, y).warnings if one.rule == "positive")
    assert "never negative" in alone.text and "larger" not in alone.text
    difference = {"minde": "difference", "information_decomposition": "standard"}[name]
    for settings, samples in (({"form": difference, **one_way}, (x, y)), ({}, BivariateNormal(0.8).sample(1000))):
        found = estimators[name](steps=100, **settings)(*samples)
        assert not any(one.rule == "positive" for one in found.warnings)


def test_the_variable_that_is_easier_to_denoise_is_diffused() -> None:
    """Y is a wave of X with little noise: given Y, X lies in one of several places; given X, Y in one."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, size=1500)
    y = np.sin(6 * x) + 0.2 * rng.normal(size=1500)
    for one, other, easy in ((x, y, "y"), (y, x, "x")):
        found = estimators["minde"](steps=300)(one, other)
        assert found.details["diffused"] == easy


def test_less_than_neighbours_read_is_doubted() -> None:
    x, y = distributions["spiral"]().sample(1000)
    for name in ("minde", "information_decomposition"):
        found = estimators[name](steps=50)(x, y)
        assert any(one.rule == "below neighbours" and "ksg reads 0." in one.text for one in found.warnings)
        near = estimators[name](steps=50)(*BivariateNormal(0.5).sample(1000))
        assert not any(one.rule == "below neighbours" for one in near.warnings)


def test_a_known_variable_takes_its_information_away() -> None:
    """X - Z - Y: all that Y tells of X is known from Z."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(2000, 1))
    x, y = z + 0.5 * rng.normal(size=z.shape), z + 0.5 * rng.normal(size=z.shape)
    for name in ("minde", "information_decomposition"):
        estimate = estimators[name](steps=300)
        assert estimate(x, y).nats > 0.35  # 0.511
        assert estimate(x, y, z=z).nats < 0.05


def test_the_decomposition_knows_columns_labels_and_entropy() -> None:
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 1500)
    x = rng.normal(size=(1500, 4)) + 3 * np.outer(label, [0, 1, 0, 0])
    x[:, 2] = 5
    found = entries(x, label, steps=300)
    assert found.nats.shape == (450, 4) and not found.nats[:, 2].any()
    parts = found.nats.mean(0)
    assert 0.4 < float(parts[1]) < math.log(2) and float(parts[[0, 3]].max()) < 0.05
    assert float(found.standard.mean()) == pytest.approx(float(parts.sum()), abs=0.1)
    entropy = estimators["information_decomposition"](steps=300)(4 * rng.normal(size=(1500, 2)))
    assert entropy.nats == pytest.approx(math.log(2 * math.pi * math.e) + 2 * math.log(4), abs=0.1)
    told = entropy.details
    assert told["normal"] - told["held-out mean of divergence"] == pytest.approx(entropy.nats, abs=0.02)
    assert sum(told["by_column of divergence"]) == pytest.approx(told["held-out mean of divergence"])
    assert not {"held-out mean", "integrand", "by_column"} & set(told)
    with pytest.raises(SampleError, match="100 samples have 50 labels"):
        estimators["information_decomposition"]()(x[:100], np.arange(100) // 2)


@pytest.mark.ends
@pytest.mark.parametrize("nats", [0, 2, 4, 6])
def test_ten_and_ten_columns(nats: float) -> None:
    rho = math.sqrt(1 - math.exp(-nats / 5))
    pair = MultivariateNormal(dim=10, rho=rho)
    found = estimators["minde"](steps=1500)(*pair.sample(10_000))
    assert found.nats == pytest.approx(pair.nats, abs=max(0.05, 0.1 * pair.nats))
