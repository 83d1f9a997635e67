"""Compression of images with known information, noise, labels, and where it must doubt."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from explorer.distributions import BivariateNormal, MultivariateNormal
from explorer.errors import SettingError
from explorer.estimators import KSG, Compressed, Ross
from explorer.numerics.margins import standard
from explorer.numerics.reduction import encoded, principal

GRID = np.linspace(-1, 1, 12)
RHO = (0.8, 0.6)
TRUTH = -sum(math.log(1 - rho**2) for rho in RHO) / 2


def images(parameters: np.ndarray) -> np.ndarray:
    """Smooth images (n, 144), linear in their parameters: a sum of waves, the first the strongest."""
    waves = [
        np.outer(np.cos((j + 1) * GRID), np.sin((j + 2) * GRID + j)).ravel() / (1 + j / 2) for j in range(len(RHO))
    ]
    return parameters @ np.stack(waves)


def pairs(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Images whose parameters correlate one by one, so that I is the sum over the pairs of parameters."""
    rng = np.random.default_rng(seed)
    a, e = rng.normal(size=(2, n, len(RHO)))
    return images(a), images(a * RHO + np.sqrt(1 - np.square(RHO)) * e)


def bumps(n: int, rho: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Images of one bump each, whose places correlate: curved sets of one dimension that need many axes."""
    a, b = BivariateNormal(rho=rho).sample(n, seed)
    return tuple(np.exp(-np.square(np.tanh(place / 2) - GRID) / 0.1) for place in (a, b))


@pytest.mark.ends
def test_enough_components_find_the_truth() -> None:
    found = Compressed(components=2)(*pairs(10_000))
    assert found.nats == pytest.approx(TRUTH, rel=0.05)
    assert found.bound == "lower" and not found.warnings
    assert found.details["explained_x"] == pytest.approx(1)


def test_too_few_components_lose_information() -> None:
    found, enough = (Compressed(components=components)(*pairs(2000)) for components in (1, 2))
    assert found.nats < enough.nats - 0.1
    assert found.nats < TRUTH + 0.05  # scatter of ksg at n = 2000


def test_it_is_ksg_on_the_principal_components() -> None:
    x, y = pairs(300)
    reduced = [PCA(2).fit_transform(v) for v in (x, y)]
    assert Compressed(components=2)(x, y).nats == pytest.approx(KSG(margins="standard")(*reduced).nats, abs=1e-10)
    few = MultivariateNormal(dim=3).sample(300)
    whole = Compressed(components=3)(*few)
    assert whole.nats == KSG(margins="standard")(*few).nats
    assert whole.bound == "none" and whole.details == {"explained_x": 1.0, "explained_y": 1.0}


@pytest.mark.parametrize("shape", [(300, 12), (20, 50)])
def test_principal_components_are_those_of_scikit_learn(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).normal(size=shape) * np.arange(1, shape[1] + 1)
    found, oracle = principal(torch.as_tensor(values), 3), PCA(3).fit(values)
    np.testing.assert_allclose(found.values.abs().numpy(), np.abs(oracle.transform(values)), atol=1e-9)
    assert found.explained == pytest.approx(oracle.explained_variance_ratio_.sum(), abs=1e-12)


@pytest.mark.ends
def test_many_rows_and_columns_take_the_first_axes_alone() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2100, 3)) @ rng.normal(size=(3, 2100)) + 0.01 * rng.normal(size=(2100, 2100))
    torch.manual_seed(0)
    found, oracle = principal(torch.as_tensor(values), 3), PCA(3, svd_solver="arpack").fit(values)
    np.testing.assert_allclose(found.values.abs().numpy(), np.abs(oracle.transform(values)), atol=1e-6)


def test_an_autoencoder_follows_a_curved_set() -> None:
    x, _ = bumps(500, 0.9)
    values = torch.as_tensor(x)
    torch.manual_seed(0)
    curved = encoded(values, 1, steps=400)
    assert curved.values.shape == (500, 1) and curved.values.dtype == torch.float64
    assert curved.explained > 0.95 > principal(values, 1).explained + 0.2


@pytest.mark.ends
def test_an_autoencoder_keeps_what_one_axis_loses() -> None:
    truth = BivariateNormal(rho=0.9).nats
    x, y = bumps(2000, 0.9)
    curved, flat = (Compressed(method=method, components=1)(x, y) for method in ("autoencoder", "pca"))
    assert curved.nats == pytest.approx(truth, rel=0.1)
    assert flat.nats < curved.nats - 0.1
    assert [doubt.rule for doubt in flat.warnings] == ["lossy", "lossy"]
    assert curved.nats == Compressed(method="autoencoder", components=1)(x, y).nats  # one seed, one network


def test_noise_of_a_known_deviation() -> None:
    """X = Y standard normal and noise of deviation s on Y: I = ln(1 + 1 / s^2) / 2."""
    x = np.random.default_rng(0).normal(size=(2000, 1))
    for noisy, variance in (("y", 0.25), ("x", 0.25)):
        found = Compressed(noise=0.5, noisy=noisy)(x, x)
        assert found.nats == pytest.approx(math.log(1 + 1 / variance) / 2, abs=0.06)  # 3 deviations of ksg
        assert found.bound == "lower"
    both = -math.log(1 - (1 / 1.25) ** 2) / 2
    assert Compressed(noise=0.5, noisy="both")(x, x).nats == pytest.approx(both, abs=0.06)
    assert Compressed(noise=0.5)(x, x, seed=1).nats != Compressed(noise=0.5)(x, x, seed=2).nats


def test_labels_go_to_ross() -> None:
    x, y = pairs(500)
    labels = np.digitize(y[:, 0], [-0.5, 0.5])
    reduced = standard(torch.as_tensor(PCA(2).fit_transform(x)))
    assert Compressed(components=2)(x, labels).nats == pytest.approx(Ross(k=5)(reduced, labels).nats, abs=1e-10)
    with pytest.raises(SettingError, match=r"noise=0\.1 is for numbers and y holds labels"):
        Compressed(noise=0.1)(x, labels)
    noisier = [Compressed(components=2, noise=noise, noisy="x")(x, labels).nats for noise in (0.0, 30.0)]
    assert noisier[1] < noisier[0] / 2


def test_a_loss_of_variance_is_doubted() -> None:
    x, y = pairs(500)
    assert [doubt.rule for doubt in Compressed(components=1)(x, y).warnings] == ["lossy", "lossy"]
    assert [doubt.rule for doubt in Compressed(components=1)(x, y[:, :1]).warnings] == ["lossy"]


def test_large_values_do_not_overflow() -> None:
    x, y = pairs(200)
    entry = Compressed(components=2)
    assert entry(1e140 * x, y).nats == pytest.approx(entry(x, y).nats, abs=1e-9)
