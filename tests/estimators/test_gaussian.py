"""The Gaussian estimate against the determinants of the sample covariance."""

import math

import numpy as np
import pytest

from explorer.errors import SampleError
from explorer.estimators import Gaussian

rng = np.random.default_rng(0)


def log_det(values: np.ndarray) -> float:
    return float(np.linalg.slogdet(np.atleast_2d(np.cov(values.T)))[1])


@pytest.mark.parametrize(("dx", "dy"), [(1, 1), (3, 2), (25, 25)])
def test_closed_form_with_the_sample_covariance(dx: int, dy: int) -> None:
    x = rng.normal(size=(200, dx)) * np.geomspace(1e-6, 1e6, dx)
    y = x[:, :1] + rng.normal(size=(200, dy))
    expected = (log_det(x) + log_det(y) - log_det(np.hstack([x, y]))) / 2
    assert Gaussian()(x, y).nats == pytest.approx(expected, abs=1e-9)
    entropy = (log_det(x) + dx * math.log(2 * math.pi * math.e)) / 2
    assert Gaussian()(x).nats == pytest.approx(entropy, abs=1e-9)


def test_one_pair_is_a_function_of_the_correlation() -> None:
    x, y = rng.normal(size=(2, 100))
    y += x
    rho = np.corrcoef(x, y)[0, 1]
    assert Gaussian()(x, y).nats == pytest.approx(-math.log(1 - rho**2) / 2, abs=1e-12)


def test_scales_at_the_edge_of_float64() -> None:
    x, y = rng.normal(size=(2, 100))
    expected = Gaussian()(x, x + y).nats
    assert Gaussian()(1e-300 * x, 1e140 * (x + y)).nats == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "rule"),
    [
        (rng.normal(size=(5, 5)), rng.normal(size=5), "gaussian needs more samples than columns; x has 5 samples of 5"),
        (rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), r"\(x, y\) has 5 samples of 5 columns"),
        (np.arange(9.0), 2 * np.arange(9.0), r"some columns of \(x, y\) determine others exactly"),
        (np.repeat(rng.normal(size=(9, 1)), 2, 1), rng.normal(size=9), "some columns of x determine others exactly"),
    ],
)
def test_what_it_refuses(x: np.ndarray, y: np.ndarray, rule: str) -> None:
    with pytest.raises(SampleError, match=rule):
        Gaussian()(x, y, x_kind="continuous", y_kind="continuous")


def test_a_constant_has_no_differential_entropy() -> None:
    with pytest.raises(
        SampleError, match="x has a column that never changes: its differential entropy is minus infinity"
    ):
        Gaussian()(np.ones((20, 1)), x_kind="continuous")
