"""The permutation null: what an estimator reads when the dependence is destroyed."""

from collections.abc import Iterator
from itertools import repeat

import numpy as np
import pytest
import torch

import explorer
from explorer.distributions import BivariateNormal
from explorer.reliability.null import LARGEST, PERMUTATIONS, permutation_null


@pytest.mark.parametrize("name", ["ksg", "gaussian"])
def test_dependence_stands_out_of_the_null(name: str) -> None:
    null = explorer.estimate(*BivariateNormal(rho=0.8).sample(300), estimator=name).null
    assert null is not None and null.permutations == PERMUTATIONS
    assert null.p_value == 1 / (1 + PERMUTATIONS)
    assert abs(null.mean) < 0.05 < BivariateNormal(rho=0.8).nats


def test_p_values_of_independent_samples_are_uniform() -> None:
    """The share of p-values up to a half is a half; 60 tries have a standard error of 0.065."""
    pairs = (BivariateNormal(rho=0.0).sample(60, seed) for seed in range(60))
    found = [explorer.estimate(x, y, estimator="gaussian", seed=seed).null.p_value for seed, (x, y) in enumerate(pairs)]
    assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.15)


def test_equal_estimates_are_no_evidence() -> None:
    """Every x differs, so each order of y reads H(Y); only the rounding of the sums differs."""
    x, y = np.arange(50), np.random.default_rng(0).integers(0, 7, 50)
    result = explorer.estimate(x, y, estimator="plug_in")
    assert result.null is not None and result.null.p_value == 1.0
    assert [doubt.rule for doubt in result.warnings] == ["null"]


class Stub:
    """An estimator whose values are given, or drawn from torch's random numbers."""

    def __init__(self, values: Iterator[float] | None = None):
        self.values = values

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor | float:
        return next(self.values) if self.values else torch.rand(())


def test_rounding_decides_no_comparison() -> None:
    pair = torch.zeros(2, 5)
    assert permutation_null(Stub(repeat(0.3)), *pair, value=0.1 + 0.2).p_value == 1.0  # 0.1 + 0.2 is just above 0.3
    assert permutation_null(Stub(repeat(0.3)), *pair, value=0.3 + 1e-6).p_value == 1 / 21


def test_the_same_seed_gives_the_same_null_and_leaves_the_callers_state() -> None:
    pair, state = torch.zeros(2, 5), torch.get_rng_state()
    first, again, other = (permutation_null(Stub(), *pair, value=0.4, seed=seed) for seed in (3, 3, 4))
    assert first == again != other
    assert torch.equal(torch.get_rng_state(), state)


def test_no_null_is_said() -> None:
    result = explorer.estimate(*BivariateNormal().sample(LARGEST + 1), estimator="gaussian")
    assert result.null is None
    assert [doubt.text for doubt in result.warnings] == ["No permutation null was computed: n = 2001 is above 2000."]
