"""The median distance, found digit by digit, against scipy's table of all distances."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist

from explorer import device
from explorer.numerics import distances

rng = np.random.default_rng(0)


def expected(values: np.ndarray) -> float:
    positive = np.sort(pdist(values))
    positive = positive[positive > 0]
    return float(positive[(len(positive) - 1) // 2]) if len(positive) else 0.0


@pytest.fixture(params=["sorted at once", "digit by digit, in small blocks"], autouse=True, scope="module")
def route(request: pytest.FixtureRequest) -> object:
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "sorted at once":
            patch.setattr(distances, "FEW", 0)
            patch.setattr(device, "CHUNK_BYTES", 20_000)
        yield


@pytest.mark.parametrize(
    "values",
    [
        rng.normal(size=(200, 1)),
        rng.normal(size=(201, 3)),
        rng.integers(0, 3, (150, 2)).astype(float),  # most distances tie
        np.repeat(rng.normal(size=(3, 2)), 60, 0),
        np.concatenate([np.zeros((150, 1)), rng.normal(size=(20, 1))]),  # most distances are 0
        np.concatenate([rng.normal(size=(100, 1)), [[1e12]]]),
        np.ones((30, 2)),
    ],
    ids=["1", "3", "ties", "clusters", "zeros", "outlier", "constant"],
)
def test_it_is_the_median(values: np.ndarray) -> None:
    assert float(distances.median_distance(torch.as_tensor(values))) == pytest.approx(expected(values), rel=1e-15)


@settings(deadline=None, max_examples=60)
@given(arrays(float, st.tuples(st.integers(2, 12), st.integers(1, 3)), elements=st.integers(-4, 4).map(float)))
def test_it_is_the_median_of_any_table(values: np.ndarray) -> None:
    assert float(distances.median_distance(torch.as_tensor(values))) == pytest.approx(expected(values), rel=1e-15)
