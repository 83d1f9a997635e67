"""SKA entropy: its sum over small steps is a difference of binary entropies."""

import math

import numpy as np
import pytest

from explorer.catalogue import measures
from explorer.errors import SampleError

rng = np.random.default_rng(0)


def read(*data, **settings):
    return measures["ska_entropy"](**settings)(*data)


def binary_entropy(z: float) -> float:
    p = 1 / (1 + math.exp(-z))
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def swept(start: float, end: float, steps: int) -> float:
    path = np.linspace(start, end, steps + 1)
    pairs = (np.array([[later], [later]]) for later in path[1:])
    return sum(read(z, np.array([[one], [one]])).value for z, one in zip(pairs, path[:-1], strict=True))


def test_small_steps_sum_to_a_difference_of_entropies():
    truth = binary_entropy(1.5) - binary_entropy(-8)
    assert truth == pytest.approx(0.68100, abs=1e-5)
    coarse, fine = (swept(-8, 1.5, steps) - truth for steps in (250, 500))
    assert abs(fine) < 0.02
    assert coarse == pytest.approx(2 * fine, rel=0.02)  # the later end of every step: an error of first order


def test_total_and_mean():
    z, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 3))
    change = 1 / (1 + np.exp(-z)) - 1 / (1 + np.exp(-y))
    total = -(z * change).sum() / math.log(2)
    summed, mean = read(z, y, total=True), read(z, y)
    assert summed.value == pytest.approx(total, abs=1e-10)
    assert mean.value == pytest.approx(total / 120, abs=1e-12)
    assert sum(summed.details["per_unit"]) == pytest.approx(total, abs=1e-10)
    assert np.mean(mean.details["per_unit"]) == pytest.approx(mean.value, abs=1e-12)
    cosine = (z * change).sum() / np.linalg.norm(z) / np.linalg.norm(change)
    assert mean.details["cosine"] == pytest.approx(cosine) and mean.details["norm"] == pytest.approx(np.linalg.norm(z))


def test_no_step_and_another_layer():
    z = rng.normal(size=(40, 3))
    assert read(z, z).value == 0
    with pytest.raises(SampleError, match="3 columns and y has 2"):
        read(z, z[:, :2])
