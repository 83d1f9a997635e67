"""HSIC against dense matrices, and its bias."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from explorer.catalogue import measures
from explorer.errors import SampleError

rng = np.random.default_rng(0)
N = 900  # three blocks of rows
Z = rng.normal(size=(N, 3))
LABELS = (Z[:, 0] > 0).astype(int) + (rng.random(N) < 0.2)
VALUES = np.sin(Z[:, :1]) + 0.3 * rng.normal(size=(N, 1))


def read(*data, **settings):
    return measures["hsic"](**settings)(*data)


def kernel(values: np.ndarray, sigma: float | None = None) -> np.ndarray:
    distance = cdist(values, values)
    sigma = sigma or np.quantile(distance[np.triu_indices(len(values), 1)], 0.5, method="lower")
    return np.exp(-(distance**2) / (2 * sigma**2))


def dense(k: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The biased and the unbiased estimate, as published."""
    n = len(k)
    h = np.eye(n) - 1 / n
    biased = np.trace(k @ h @ other @ h) / (n - 1) ** 2
    k, other = (one - np.diag(np.diag(one)) for one in (k, other))
    product = k.sum() * other.sum() / ((n - 1) * (n - 2))
    unbiased = (np.trace(k @ other) + product - 2 / (n - 2) * (k @ other).sum()) / (n * (n - 3))
    return biased, unbiased


@pytest.mark.parametrize("sigmas", [{}, {"sigma_z": 0.7, "sigma_y": 2.0}])
def test_values_by_dense_matrices(sigmas):
    truth = dense(kernel(Z, sigmas.get("sigma_z")), kernel(VALUES, sigmas.get("sigma_y")))
    found = [read(Z, VALUES, **sigmas, unbiased=one).value for one in (False, True)]
    assert found == pytest.approx(truth, abs=1e-12)


def test_labels_by_dense_matrices():
    truth = dense(kernel(Z), (LABELS[:, None] == LABELS).astype(float))
    assert [read(Z, LABELS, unbiased=one).value for one in (False, True)] == pytest.approx(truth, abs=1e-12)
    assert set(read(Z, LABELS).details) == {"sigma_z"} and set(read(Z, VALUES).details) == {"sigma_z", "sigma_y"}


def test_the_bias_of_independent_samples():
    pairs = [(rng.normal(size=(60, 2)), rng.normal(size=(60, 1))) for _ in range(60)]
    biased, unbiased = (np.array([read(*pair, unbiased=one).value for pair in pairs]) for one in (False, True))
    error = unbiased.std() / np.sqrt(60)
    assert abs(unbiased.mean()) < 4 * error and biased.mean() > 10 * error


def test_a_constant_depends_on_nothing():
    for z, y in ((np.zeros((30, 2)), LABELS[:30]), (Z[:30], np.zeros(30, int)), (np.full((30, 2), 0.1), VALUES[:30])):
        assert read(z, y).value == pytest.approx(0, abs=1e-14)
    with pytest.raises(SampleError, match="at least 4"):
        read(Z[:3], LABELS[:3])
