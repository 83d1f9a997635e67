"""The pairwise bounds against scipy's logsumexp, and against the truth by quadrature."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.special import logsumexp

from explorer.errors import SampleError
from explorer.estimators import KDEBounds

rng = np.random.default_rng(0)
CONTINUOUS_T = {"x_kind": "discrete", "y_kind": "continuous"}


def bound(t: np.ndarray, labels: np.ndarray, width: float) -> float:
    """G(T) - sum_c p_c G(T | c), G(T) = -mean_i ln mean_j exp(-|t_i - t_j|^2 / 2 width)."""

    def g(part: np.ndarray) -> float:
        distances = ((part[:, None] - part[None]) ** 2).sum(2)
        return float(-(logsumexp(-distances / (2 * width), axis=1) - np.log(len(part))).mean())

    return g(t) - sum(np.mean(labels == c) * g(t[labels == c]) for c in np.unique(labels))


@pytest.mark.parametrize(
    "labels", [np.arange(200), rng.integers(0, 2, 200), rng.integers(0, 90, 200)], ids=["identity", "2", "90"]
)
@pytest.mark.parametrize("variance", [1e-6, 1e-3, 0.1, 10.0])
def test_both_bounds_are_those_of_the_equations(variance: float, labels: np.ndarray) -> None:
    t = np.tanh(rng.normal(size=(200, 5)))
    labels = np.unique(labels, return_inverse=True)[1]
    for which, width in (("upper", variance), ("lower", 4 * variance)):
        found = KDEBounds(variance=variance, bound=which)(labels, t)
        assert found.nats == pytest.approx(bound(t, labels, width), abs=1e-9)
        assert found.bound == (which if len(set(labels)) == 200 else "none")


@settings(deadline=None, max_examples=80)
@given(
    t=arrays(float, st.tuples(st.integers(2, 25), st.integers(1, 3)), elements=st.floats(-5, 5)),
    variance=st.floats(-6, 3).map(lambda power: 10.0**power),
)
def test_lower_lies_below_upper_and_both_between_zero_and_ln_n(t: np.ndarray, variance: float) -> None:
    lower, upper = (
        KDEBounds(variance=variance, bound=b)(np.arange(len(t)), t, **CONTINUOUS_T).nats for b in ("lower", "upper")
    )
    assert -1e-12 <= lower <= upper + 1e-12  # rounding of sums
    assert upper <= np.log(len(t)) + 1e-12


@pytest.mark.parametrize("variance", [0.01, 0.3, 2.0])
def test_the_truth_lies_between_the_bounds(variance: float) -> None:
    """I(identity; T + noise) = h(mixture) - h(noise) in one dimension, by quadrature."""
    t = np.sort(rng.normal(size=12))
    scale = np.sqrt(variance)

    def surprise(z: float) -> float:
        log_density = logsumexp(-((z - t) ** 2) / (2 * variance)) - np.log(len(t) * scale * np.sqrt(2 * np.pi))
        return float(-np.exp(log_density) * log_density)

    mixture = quad(surprise, t[0] - 12 * scale, t[-1] + 12 * scale, limit=500, points=t)[0]
    truth = mixture - np.log(2 * np.pi * np.e * variance) / 2
    lower, upper = (
        KDEBounds(variance=variance, bound=b)(np.arange(12), t, **CONTINUOUS_T).nats for b in ("lower", "upper")
    )
    assert lower < truth < upper


@pytest.mark.parametrize("which", ["lower", "upper"])
def test_far_apart_clusters_read_their_number(which: str) -> None:
    t = np.repeat(1e3 * rng.permutation(8), 25)[:, None] + 1e-6 * rng.normal(size=(200, 1))
    assert KDEBounds(bound=which)(np.arange(200), t).nats == pytest.approx(np.log(8), abs=1e-7)  # (spread / noise)^2
    alone = KDEBounds(bound=which)(np.arange(200), 30 * rng.normal(size=(200, 6)))
    assert alone.nats == pytest.approx(np.log(200), abs=1e-12)  # a sample's distance to itself is 0, not rounding


@pytest.mark.parametrize("which", ["lower", "upper"])
def test_noise_that_drowns_everything_leaves_nothing(which: str) -> None:
    t = rng.normal(size=(100, 3))
    for labels in (np.arange(100), np.arange(100) % 2):
        assert KDEBounds(variance=1e12, bound=which)(labels, t).nats == pytest.approx(0, abs=1e-10)


def test_a_cell_of_the_plane_is_what_the_call_gives() -> None:
    t, y = np.tanh(rng.normal(size=(300, 4))), rng.integers(0, 5, 300)
    entry, ids = KDEBounds(), np.arange(300) // 2
    xt, ty, *_ = entry.point(
        *(torch.as_tensor(v) for v in (ids, t)), [torch.as_tensor(y), torch.as_tensor(y[::-1].copy())]
    )
    assert [xt, *ty] == pytest.approx([entry(one, t).nats for one in (ids, y, y[::-1])], abs=1e-12)


def test_it_needs_one_of_each_kind() -> None:
    t = rng.normal(size=(20, 2))
    with pytest.raises(
        SampleError, match="kde_bounds needs one continuous and one discrete variable, and x and y are both cont"
    ):
        KDEBounds()(t, t)
    with pytest.raises(SampleError, match="kde_bounds needs discrete labels as target"):
        KDEBounds().point(torch.arange(20), torch.as_tensor(t), [torch.as_tensor(t[:, 0])])
