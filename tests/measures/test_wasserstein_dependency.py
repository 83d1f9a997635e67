"""The Wasserstein dependency measure: exact distances, bounds from both sides, its unit, what it says of itself."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.optimize import linprog

from explorer.catalogue import measures
from explorer.critics.bounds import infonce
from explorer.device import seeded
from explorer.engines.known.displacements import CoarseAndFine, best_contrast
from explorer.errors import SampleError, SettingError
from explorer.measures.transport._lipschitz import Sorting, widest_gap


def measured(z, y, seed=0, **settings):
    return measures["wasserstein_dependency"](**settings)(z, y, seed=seed)


def normal_pair(rho, n=2000, d=1, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    return x, rho * x + math.sqrt(1 - rho**2) * rng.normal(size=(n, d))


def bures(rho, d=1):
    """W2 between the joint normal distribution and the product, which W1 cannot exceed."""
    return math.sqrt(d * (4 - 2 * (math.sqrt(1 + rho) + math.sqrt(1 - rho))))


def exact(table, x, y):
    """W1 between a table of probabilities and the product of its margins, by linear programming."""
    cells = np.array(list(itertools.product(x, y)), float)
    costs = np.linalg.norm(cells[:, None] - cells[None], axis=2)
    p, q = table.ravel(), np.outer(table.sum(1), table.sum(0)).ravel()
    m = len(p)
    rows, columns = np.kron(np.eye(m), np.ones(m)), np.kron(np.ones(m), np.eye(m))
    return linprog(costs.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.concatenate([p, q])).fun


def drawn(table, x, y, n, seed=0):
    cells = np.random.default_rng(seed).choice(table.size, n, p=table.ravel())
    return np.asarray(x, float)[cells // len(y)], np.asarray(y, float)[cells % len(y)]


def test_two_equal_coins_are_half_a_step_from_independent_ones():
    coin = np.random.default_rng(0).integers(0, 2, 4000)
    assert exact(np.eye(2) / 2, [0, 1], [0, 1]) == pytest.approx(0.5)
    for y in (coin, coin.astype(float)):  # labels are 1 apart
        assert measured(coin.astype(float), y, steps=400).value == pytest.approx(0.5, abs=0.015)
        matched = measured(coin.astype(float), y, method="assignment")
        assert matched.value == pytest.approx(0.5, abs=0.03) and matched.details["floor"] < 0.06
        assert matched.details["ceiling"] == pytest.approx(0.5, abs=0.01)


TABLES = [
    (np.array([[0.3, 0.1, 0.1], [0.05, 0.05, 0.4]]), [0.0, 2.0], [0.5, 1.5, 3.5]),
    (np.array([[0.2, 0.05], [0.05, 0.2], [0.25, 0.25]]), [-1.0, 0.5, 1.0], [0.5, 4.5]),
]


@pytest.mark.parametrize(("table", "x", "y"), TABLES)
def test_tables_whose_distance_a_linear_program_tells_lie_between_both_ways(table, x, y):
    truth = exact(table, x, y)
    pairs = [drawn(table, x, y, 3000, seed) for seed in range(3)]
    below = [measured(*pair, steps=400) for pair in pairs]
    above = [measured(*pair, method="assignment").value for pair in pairs]
    error = math.sqrt(sum(one.details["standard_error"] ** 2 for one in below)) / 3
    found = np.mean([one.value for one in below])
    assert 0.9 * truth < found < truth + 3 * error
    assert truth - 0.02 < np.mean(above) < 1.35 * truth


def test_independent_samples_read_about_zero_by_the_critic_and_the_floor_by_matching():
    pairs = [normal_pair(0.0, seed=seed) for seed in range(4)]
    found = [measured(*pair) for pair in pairs]
    assert abs(np.mean([one.value for one in found])) < 0.02
    assert sum(one.interval[0] <= 0.01 for one in found) >= 3
    matched = measured(*pairs[0], method="assignment")
    assert matched.value == pytest.approx(matched.details["floor"], rel=0.3)
    assert {"upper", "floor"} <= {one.rule for one in matched.warnings}


def test_normal_pairs_rise_with_the_correlation_and_stay_below_bures():
    rhos = (0.0, 0.3, 0.6, 0.9, 0.99)
    for sign in (1, -1):
        found = [measured(*normal_pair(sign * rho)) for rho in rhos]
        values = [one.value for one in found]
        assert values == sorted(values)
        errors = [one.details["standard_error"] for one in found]
        assert all(v < bures(rho) + 2 * e for v, rho, e in zip(values[1:], rhos[1:], errors[1:], strict=True))
        assert values[-1] > 0.7 * bures(0.99)


def test_in_ten_columns_the_critic_still_tells_and_matching_reads_chance():
    z, y = normal_pair(0.9, d=10)
    found = measured(z, y, steps=400, hidden=64)
    assert 0.75 * bures(0.9, 10) < found.value < bures(0.9, 10)
    matched = measured(z, y, method="assignment")
    assert matched.value > bures(0.9, 10) and matched.details["floor"] > 0.85 * matched.value


@pytest.mark.parametrize("method", ["critic", "assignment"])
def test_it_has_the_unit_of_the_columns(method):
    z, y = normal_pair(0.8, 400)
    one, ten = (measured(c * z, c * y, method=method) for c in (1.0, 10.0))
    assert ten.value == pytest.approx(10 * one.value, rel=1e-9) and one.unit == ""
    assert ten.details["ceiling"] == pytest.approx(10 * one.details["ceiling"], rel=1e-12)
    wide = measured(10 * z, y, method=method).value
    assert wide > 1.2 * one.value and wide < 1.1 * one.details["ceiling"] + 10 * (method == "assignment")


def test_no_pair_of_points_is_read_farther_apart_than_it_is():
    """The slope of a trained critic, at random pairs and along its own gradient."""
    z, y = (torch.tensor(one) for one in normal_pair(0.9, 400, d=3))
    kept = {}
    with seeded(0, z.device):
        keep = Sorting.pull_back
        try:
            Sorting.pull_back = lambda critic: (keep(critic), kept.update(critic=critic))[0]
            widest_gap(z, y, 32, 60, 0.4)
        finally:
            Sorting.pull_back = keep
    critic, rng = kept["critic"], torch.Generator().manual_seed(0)
    a = torch.randn(5000, 6, generator=rng, dtype=torch.float64, requires_grad=True)
    b = a.detach() + 0.3 * torch.randn(5000, 6, generator=rng, dtype=torch.float64)
    assert bool(((critic(a) - critic(b)).abs() <= (a - b).norm(dim=1) * (1 + 1e-12)).all())
    (slope,) = torch.autograd.grad(critic(a).sum(), a)
    assert 0.9 < slope.norm(dim=1).max() <= 1 + 1e-12


def test_the_interval_is_the_spread_of_the_bound_of_one_critic():
    """Readings of other samples of the same pair scatter as the interval says."""
    found = [measured(*normal_pair(0.7, 600, seed=seed), seed=1) for seed in range(12)]
    spread = np.std([one.value for one in found], ddof=1)
    said = np.mean([one.details["standard_error"] for one in found])
    assert 0.5 < spread / said < 2.0


def test_large_samples_are_matched_in_blocks_and_small_ones_are_refused_by_a_critic():
    z, y = normal_pair(0.9, 2500)
    found = measured(z, y, method="assignment")
    assert found.details["block"] in (833, 834)
    halves = [measured(z[rows], y[rows], method="assignment").value for rows in (slice(1250), slice(1250, None))]
    assert found.value == pytest.approx(np.mean(halves), abs=0.08)
    with pytest.raises(SampleError, match="39 samples are too few"):
        measured(z[:39], y[:39])
    assert measured(z[:39], y[:39], method="assignment").value > 0


def test_a_constant_depends_on_nothing_and_a_spread_beyond_float64_is_refused():
    z, _ = normal_pair(0.0, 60)
    found = measured(z, np.zeros(60, int))
    assert found.value == 0 and found.warnings[-1].rule == "constant"
    with pytest.raises(SampleError, match="less than 1e-150"):
        measured(1e-200 * z, 1e-200 * z)


@pytest.mark.parametrize(("details", "step"), [(1, 0.1), (2, 0.3), (3, 1.0)])
def test_details_have_the_distance_of_a_linear_program(details, step):
    pair, m = CoarseAndFine(details, step), 2 * details
    values = [tuple(one) for one in pair.values]
    cells = np.array([a + b for a, b in itertools.product(values, values)])
    costs = np.linalg.norm(cells[:, None] - cells[None], axis=2)
    rows, columns = np.kron(np.eye(m * m), np.ones(m * m)), np.kron(np.ones(m * m), np.eye(m * m))
    masses = np.concatenate([np.eye(m).ravel() / m, np.full(m * m, 1 / m**2)])
    assert pair.distance == pytest.approx(linprog(costs.ravel(), A_eq=np.vstack([rows, columns]), b_eq=masses).fun)
    assert pair.nats == pytest.approx(math.log(m))
    assert CoarseAndFine(1, 7.0).distance == pytest.approx(0.5)


def test_the_best_contrast_is_infonce_at_the_true_ratio():
    x = CoarseAndFine(5, 0.1).sample(40, seed=3)
    equal = torch.tensor((x[:, None] == x[None]).all(2))
    scores = torch.where(equal, math.log(10), -torch.inf).double()
    assert best_contrast(x) == pytest.approx(float(infonce(scores)), abs=1e-12)
    assert best_contrast(np.arange(16.0)[:, None]) == pytest.approx(math.log(16))
    with pytest.raises(SettingError, match="details=13"):
        CoarseAndFine(13)
