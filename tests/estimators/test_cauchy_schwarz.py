"""Cauchy-Schwarz information against its closed form for normal pairs, against tables, and against the formula."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist, squareform
from scipy.special import ndtri

from explorer import device
from explorer.distributions import DiscreteTable, MultivariateNormal
from explorer.estimators import CauchySchwarz

rng = np.random.default_rng(0)


def from_kernels(k: np.ndarray, other: np.ndarray) -> float:
    """The formula of the docstring with whole tables."""
    crossed = (k.mean(1) * other.mean(1)).mean()
    return float(np.log((k * other).mean() * k.mean() * other.mean() / crossed**2))


def kernel(values: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-(squareform(pdist(values)) ** 2) / (2 * sigma**2))


def normal_pair(rho: float, sigma: float) -> float:
    """The value of infinitely many standard normal pairs: every mean of kernels is a normal integral."""
    cov, one = np.array([[1, rho], [rho, 1]]), np.eye(2)
    both = np.linalg.det(one + 2 * cov / sigma**2) ** -0.5
    alone = (1 + 2 / sigma**2) ** -0.5
    wide = sigma**2 + 1
    crossed = sigma**2 / wide * np.linalg.det(one + cov / wide) ** -0.5
    return float(np.log(both * alone**2 / crossed**2))


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.9])
@pytest.mark.parametrize("sigma", [0.5, 1.0, 3.0])
def test_normal_pairs_have_a_closed_form(rho: float, sigma: float) -> None:
    x, z = (v.ravel() for v in np.meshgrid(*[ndtri((np.arange(70) + 0.5) / 70)] * 2))  # a lattice: no luck of the draw
    y = rho * x + np.sqrt(1 - rho**2) * z
    # The lattice ends at 2.45 deviations, and a sample with itself makes a pair: 1.2 %, and half of it with 110^2
    assert CauchySchwarz(sigma=sigma)(x, y).nats == pytest.approx(normal_pair(rho, sigma), rel=0.015, abs=1e-9)


@pytest.mark.parametrize("blocks", ["one", "many"])
def test_it_is_the_formula(blocks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if blocks == "many":
        monkeypatch.setattr(device, "CHUNK_BYTES", 1)
    x, y = MultivariateNormal(dim=3, rho=0.7).sample(157)
    labels = (y[:, 0] > 0) + 2 * (y[:, 1] > 1)
    same = (labels[:, None] == labels).astype(float)
    assert CauchySchwarz(sigma=0.8)(x, y).nats == pytest.approx(from_kernels(kernel(x, 0.8), kernel(y, 0.8)))
    assert CauchySchwarz(sigma=0.8)(x, labels).nats == pytest.approx(from_kernels(kernel(x, 0.8), same))
    assert CauchySchwarz(sigma=0.8)(labels, y).nats == pytest.approx(from_kernels(same, kernel(y, 0.8)))


def test_labels_read_the_divergence_of_their_table() -> None:
    x, y = (v[:, 0] for v in DiscreteTable().sample(500))
    p = np.histogram2d(x, y, bins=[np.arange(x.max() + 2), np.arange(y.max() + 2)])[0] / 500
    q = p.sum(1, keepdims=True) * p.sum(0)
    expected = np.log((p * p).sum() * (q * q).sum() / (p * q).sum() ** 2)
    assert CauchySchwarz()(x, y).nats == pytest.approx(expected, abs=1e-12)


def test_without_sigma_it_takes_the_median_distances_and_says_them() -> None:
    x, y = MultivariateNormal(dim=2, rho=0.8).sample(201)
    y = 1000 * y
    found = CauchySchwarz()(x, y)
    medians = [float(np.quantile(pdist(v), 0.5, method="lower")) for v in (x, y)]
    assert [found.details["sigma_x"], found.details["sigma_y"]] == pytest.approx(medians, rel=1e-12)
    assert found.nats == pytest.approx(from_kernels(kernel(x, medians[0]), kernel(y, medians[1])))
    assert CauchySchwarz(sigma=2)(x, y > 0).details == {"sigma_x": 2.0, "sigma_y": None}


@settings(deadline=None, max_examples=60)
@given(
    pair=arrays(float, st.tuples(st.just(2), st.integers(2, 20), st.integers(1, 2)), elements=st.floats(-5, 5)),
    sigma=st.floats(-2, 3).map(lambda power: 10.0**power),
)
def test_it_lies_between_zero_and_ln_n(pair: np.ndarray, sigma: float) -> None:
    found = CauchySchwarz(sigma=sigma)(*pair, x_kind="continuous", y_kind="continuous").nats
    assert -1e-12 <= found <= np.log(pair.shape[1]) + 1e-12  # rounding of sums


def test_sigma_is_a_ruler() -> None:
    x, y = MultivariateNormal(dim=1, rho=0.9).sample(300)
    assert CauchySchwarz(sigma=1e6)(x, y).nats == pytest.approx(0, abs=1e-9)
    assert CauchySchwarz(sigma=1e-9)(x, y).nats == pytest.approx(np.log(300), abs=1e-9)


def test_a_copy_is_the_best_order_and_dependence_falls_with_noise() -> None:
    x, noise = rng.normal(size=(2, 300, 1))
    alone = CauchySchwarz()(x, x).nats
    assert all(CauchySchwarz()(x, x[rng.permutation(300)]).nats < alone for _ in range(20))
    falling = [CauchySchwarz(sigma=1)(x, x + level * noise).nats for level in (0, 0.3, 1, 3)]
    assert falling == sorted(falling, reverse=True)


def test_cells_of_the_plane_and_permutations_are_what_the_call_gives() -> None:
    x, t = MultivariateNormal(dim=2, rho=0.8).sample(120)
    order = rng.permutation(120)
    entry, labels = CauchySchwarz(), (x[:, 0] > 0).astype(int)
    tensors = [torch.as_tensor(v) for v in (x, t, labels)]
    xt, ty, *_ = entry.point(entry.prepared(tensors[0]), tensors[1], [tensors[2], tensors[2][order]])
    expected = [entry(x, t).nats, entry(t, labels).nats, entry(t, labels[order]).nats]
    assert [xt, *ty] == pytest.approx(expected, abs=1e-12)
    assert entry.shuffled(*tensors[:2])(torch.as_tensor(order)) == pytest.approx(entry(x, t[order]).nats, abs=1e-12)
