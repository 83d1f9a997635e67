"""The Gaussian estimate against the determinants of the sample covariance."""

import math

import numpy as np
import pytest
import torch

from explorer.distributions import MultivariateNormal
from explorer.errors import SampleError
from explorer.estimators import Gaussian
from explorer.numerics.covariance import Correlation

rng = np.random.default_rng(0)


def log_det(values: np.ndarray) -> float:
    return float(np.linalg.slogdet(np.atleast_2d(np.cov(values.T)))[1])


@pytest.mark.parametrize(("dx", "dy"), [(1, 1), (3, 2), (25, 25)])
def test_closed_form_with_the_sample_covariance(dx: int, dy: int) -> None:
    x = rng.normal(size=(200, dx)) * np.geomspace(1e-6, 1e6, dx)
    y = x[:, :1] + rng.normal(size=(200, dy))
    expected = (log_det(x) + log_det(y) - log_det(np.hstack([x, y]))) / 2
    assert Gaussian(correction="none")(x, y).nats == pytest.approx(expected, abs=1e-9)
    entropy = (log_det(x) + dx * math.log(2 * math.pi * math.e)) / 2
    assert Gaussian(correction="none")(x).nats == pytest.approx(entropy, abs=1e-9)


def test_one_pair_is_a_function_of_the_correlation() -> None:
    x, y = rng.normal(size=(2, 100))
    y += x
    rho = np.corrcoef(x, y)[0, 1]
    assert Gaussian(correction="none")(x, y).nats == pytest.approx(-math.log(1 - rho**2) / 2, abs=1e-12)


def test_scales_at_the_edge_of_float64() -> None:
    x, y = rng.normal(size=(2, 100))
    expected = Gaussian()(x, x + y).nats
    assert Gaussian()(1e-300 * x, 1e140 * (x + y)).nats == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "rule"),
    [
        (np.arange(9.0), 2 * np.arange(9.0), r"some columns of \(x, y\) determine others exactly"),
        (np.repeat(rng.normal(size=(9, 1)), 2, 1), rng.normal(size=9), "some columns of x determine others exactly"),
    ],
)
def test_what_it_refuses(x: np.ndarray, y: np.ndarray, rule: str) -> None:
    with pytest.raises(SampleError, match=rule):
        Gaussian()(x, y, x_kind="continuous", y_kind="continuous")


@pytest.mark.parametrize(("n", "d"), [(8, 1), (20, 3), (90, 20)])
def test_the_mean_over_samples_is_the_truth(n: int, d: int) -> None:
    """The exact bias of the determinants is off: the mean of 2000 estimates lies within four standard errors."""
    truth = MultivariateNormal(dim=d, rho=0.5)
    found = np.array([float(Gaussian().nats(*map(torch.as_tensor, truth.sample(n, seed)))) for seed in range(2000)])
    error = found.std() / math.sqrt(len(found))
    assert abs(found.mean() - truth.nats) < 4 * error
    plain = [float(Gaussian("none").nats(*map(torch.as_tensor, truth.sample(n, seed)))) for seed in range(200)]
    assert np.mean(plain) > truth.nats + 4 * np.std(plain) / math.sqrt(200)  # or the test would see no bias


def test_the_mean_entropy_is_the_truth() -> None:
    truth = MultivariateNormal(dim=3, rho=0.5, structure="dense")
    found = np.array([float(Gaussian().entropy(torch.as_tensor(truth.sample(9, seed)[0]))) for seed in range(2000)])
    assert abs(found.mean() - truth.entropy_x) < 4 * found.std() / math.sqrt(len(found))


@pytest.mark.parametrize("columns", [30, 100])
def test_few_samples_are_shrunk_and_it_is_said(columns: int) -> None:
    """With fewer than two samples a column plain determinants read tens of nats, or nothing at all."""
    x, y = rng.normal(size=(2, 50, columns))
    found = Gaussian()(x, y)
    assert abs(found.nats) < 1.5
    assert [doubt.rule for doubt in found.warnings] == ["shrunk"]
    assert 0 < found.details["shrinkage"] <= 1


def test_shrinkage_is_that_of_the_paper() -> None:
    """Their target D on standardised columns, element by element (schafer2005, equation 10)."""
    z = rng.normal(size=(12, 5)) @ rng.normal(size=(5, 5))
    z = (z - z.mean(0)) / z.std(0, ddof=1)
    n, top, bottom = len(z), 0.0, 0.0
    for i in range(5):
        for j in range(5):
            if i != j:
                w = z[:, i] * z[:, j]
                top += n / (n - 1) ** 3 * np.sum((w - w.mean()) ** 2)
                bottom += (n / (n - 1) * w.mean()) ** 2
    found = Correlation.of(torch.as_tensor(z), True).intensity
    assert found == pytest.approx(min(1, top / bottom), abs=1e-12)


def test_conditional_is_the_partial_correlation() -> None:
    x, y, z = rng.normal(size=(3, 400))
    x, y = x + z, y + z + 0.5 * x
    residuals = [v - np.polyval(np.polyfit(z, v, 1), z) for v in (x, y)]
    rho = np.corrcoef(*residuals)[0, 1]
    assert Gaussian("none")(x, y, z=z).nats == pytest.approx(-math.log(1 - rho**2) / 2, abs=1e-10)
    assert Gaussian()(x, y, z=z).quantity == "I(X;Y|Z)"


def test_a_constant_has_no_differential_entropy() -> None:
    with pytest.raises(
        SampleError, match="x has a column that never changes: its differential entropy is minus infinity"
    ):
        Gaussian()(np.ones((20, 1)), x_kind="continuous")
