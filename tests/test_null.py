"""The permutation null: what an estimator reads when the dependence is destroyed."""

from collections.abc import Callable, Iterator
from itertools import repeat

import numpy as np
import pytest
import torch

import explorer
from explorer.checks import variable
from explorer.device import on_all_cores
from explorer.distributions import BivariateNormal
from explorer.estimators import KSG, GaussianCopula, PlugIn
from explorer.estimators.base import Estimator, Samples
from explorer.reliability import null as null_module
from explorer.reliability.judge import LARGEST
from explorer.reliability.null import FIRST, MOST, permutation_null

rng = np.random.default_rng(0)


@pytest.mark.parametrize("name", ["ksg", "gaussian"])
def test_dependence_stands_out_of_the_null(name: str) -> None:
    null = explorer.estimate(*BivariateNormal(rho=0.8).sample(300), estimator=name).null
    assert null is not None and null.permutations == FIRST
    assert null.p_value == pytest.approx(1 / (1 + FIRST))
    assert abs(null.mean) < 0.05 < BivariateNormal(rho=0.8).nats


def test_p_values_of_independent_samples_are_uniform() -> None:
    """The share of p-values up to a half is a half; 60 tries have a standard error of 0.065."""
    pairs = (BivariateNormal(rho=0.0).sample(60, seed) for seed in range(60))
    entry = GaussianCopula()
    found = []
    for seed, (x, y) in enumerate(pairs):
        samples = entry.checked(x, y)
        found.append(permutation_null(entry, samples, entry.on(samples).nats, seed).p_value)
    assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.15)


def test_equal_estimates_are_no_evidence() -> None:
    """Every x differs, so each order of y reads H(Y); only the rounding of the sums differs."""
    x, y = np.arange(40), np.random.default_rng(0).integers(0, 7, 40)
    result = explorer.estimate(x, y, estimator="plug_in")
    assert result.null is not None and result.null.p_value == 1.0
    assert "null" in [doubt.rule for doubt in result.warnings if doubt.note]
    assert "undersampled" in result.verdict  # every sample alone in its cell


class Stub(Estimator):
    """An estimator whose values are given, or drawn from torch's random numbers."""

    random = True

    def __init__(self, values: Iterator[float] | None = None):
        object.__setattr__(self, "values", values)

    def shuffled(self, x: torch.Tensor, y: torch.Tensor) -> Callable[[torch.Tensor], float]:
        return lambda order: next(self.values) if self.values else float(torch.rand(()))


PAIR = Samples(*(variable(np.arange(5.0), name, "continuous") for name in "xy"))


def test_rounding_decides_no_comparison() -> None:
    assert permutation_null(Stub(repeat(0.3)), PAIR, value=0.1 + 0.2).p_value == 1.0  # 0.1 + 0.2 is just above 0.3
    assert permutation_null(Stub(repeat(0.3)), PAIR, value=0.3 + 1e-6).p_value == pytest.approx(1 / 21)


def test_the_same_seed_gives_the_same_null_and_leaves_the_callers_state() -> None:
    state = torch.get_rng_state()
    first, again, other = (permutation_null(Stub(), PAIR, value=0.4, seed=seed) for seed in (3, 3, 4))
    assert first == again != other
    assert torch.equal(torch.get_rng_state(), state)


def test_more_is_drawn_only_while_undecided() -> None:
    """Nothing above the value, or most above it: 20 decide. One in twenty: the p-value stays near 0.05 up to 200."""
    seldom = (1.0 if i % 20 == 3 else 0.0 for i in range(MOST))
    drawn = [permutation_null(Stub(values), PAIR, value=0.5) for values in (repeat(0.0), repeat(1.0), seldom)]
    assert [null.permutations for null in drawn] == [FIRST, FIRST, MOST]
    assert drawn[1].p_value == 1.0 and 11 / 201 < drawn[2].p_value < 0.11  # stopping early at none takes 1/21 of it
    assert drawn[0].high == 0.0 and drawn[2].mean == pytest.approx(0.05)


def test_the_p_value_is_valid_at_every_level() -> None:
    """Among 20 000 cases without dependence no level is passed more often than it says; four standard errors."""
    levels, found = rng.random(20_000), []
    for level in levels:  # the share of orders that reach the observed one is uniform
        values = [rng.random(FIRST) < level]
        while len(values) * FIRST < MOST and null_module._undecided(int(np.sum(values)), len(values) * FIRST):
            values.append(rng.random(FIRST) < level)
        found.append(null_module._p_values()[len(values) * FIRST, int(np.sum(values))])
    for level in (0.01, 0.05, 0.1, 0.5):
        share = np.mean(np.array(found) <= level)
        assert share <= level + 4 * np.sqrt(level * (1 - level) / len(found))
    assert np.mean(np.array(found) <= 0.05) > 0.045


def test_threads_give_what_a_loop_gives() -> None:
    x, y = (torch.as_tensor(v) for v in BivariateNormal().sample(200))
    read, orders = KSG().shuffled(x, y), [torch.as_tensor(rng.permutation(200)) for _ in range(8)]
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert on_all_cores(read, orders, x.device) == [read(order) for order in orders]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("kind", ["discrete", "continuous"])
def test_a_condition_stays_with_its_samples(kind: str) -> None:
    """Within a discrete z exactly; among near samples in a continuous one, and nearly a permutation."""
    z = rng.integers(0, 4, 200) if kind == "discrete" else rng.normal(size=200)
    samples = Samples(*(variable(v, name) for v, name in ((z + 0.5, "x"), (z + 0.1, "y"), (z, "z"))))
    order = next(null_module._orders(samples, np.random.default_rng(1))).numpy()
    assert (order != np.arange(200)).mean() > 0.5
    if kind == "discrete":
        assert (z[order] == z).all() and len(set(order)) == 200
    else:
        assert len(set(order)) > 150 and np.abs(z[order] - z).mean() < 0.1  # a full shuffle moves z by 1.1


def test_conditional_null_is_near_zero_where_plain_shuffling_would_not_be() -> None:
    z = rng.integers(0, 3, 900)
    x, y = (z + rng.integers(0, 2, 900)) % 3, (z + rng.integers(0, 2, 900)) % 3
    result = explorer.estimate(x, y, z=z, estimator="plug_in")
    assert PlugIn()(x, y).nats > 0.03
    assert result.null is not None and result.null.p_value > 0.05 and result.nats < 0.02


def test_no_null_is_said() -> None:
    pair = BivariateNormal().sample(LARGEST + 1)
    result = explorer.estimate(*pair, estimator="gaussian")
    text = "No permutation null was computed: n = 2001 is above 2000; null=True asks for one."
    assert result.null is None and text in [doubt.text for doubt in result.warnings if doubt.note]
    assert explorer.estimate(*pair, estimator="gaussian", null=True).null is not None
    small = explorer.estimate(*BivariateNormal().sample(1000), estimator="gaussian", null=False)
    assert small.null is None and not small.warnings
