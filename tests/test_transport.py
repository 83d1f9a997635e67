"""Couplings against closed forms and the assignment problem; their information, its slope, and clusters kept whole."""

import math

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from explorer.engines.divergence.clusters import Clusters
from explorer.engines.divergence.informed import Kernels, informed
from explorer.engines.divergence.sinkhorn import coupling
from explorer.engines.finite.tables import mutual_information
from explorer.errors import SampleError, SettingError

rng = np.random.default_rng(0)


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 10.0])
def test_two_by_two_in_closed_form(epsilon: float) -> None:
    found = coupling(np.array([[0.0, 1.0], [1.0, 0.0]]), epsilon)
    stays = 0.5 / (1 + math.exp(-1 / epsilon))
    assert found.plan == pytest.approx(np.array([[stays, 0.5 - stays], [0.5 - stays, stays]]), abs=1e-9)
    assert found.converged and found.error <= 1e-9


@pytest.mark.parametrize("epsilon", [0.2, 1.0, 5.0])
def test_normal_margins_get_the_covariance_of_the_closed_form(epsilon: float) -> None:
    """The best joint normal law of deviations 1 and 2 has 2 c^2 + epsilon c = 2 (1 * 2)^2."""
    x, y = np.linspace(-6, 6, 161), np.linspace(-12, 12, 161)
    p, q = (np.exp(-((at / s) ** 2) / 2) for at, s in ((x, 1), (y, 2)))
    plan = coupling((x[:, None] - y) ** 2, epsilon, p / p.sum(), q / q.sum(), tolerance=1e-7).plan
    covariance = (math.sqrt(epsilon**2 + 64) - epsilon) / 4
    assert x @ plan @ y == pytest.approx(covariance, abs=1e-5)
    assert mutual_information(plan) == pytest.approx(-math.log(1 - covariance**2 / 4) / 2, abs=1e-4)


def test_small_epsilon_nears_the_best_assignment() -> None:
    cost = cdist(rng.normal(size=(12, 2)), rng.normal(size=(12, 2)))
    best = cost[linear_sum_assignment(cost)].mean()
    for epsilon in (1.0, 0.3, 0.1):  # the entropy that is gained is at most ln 12
        found = coupling(cost, epsilon, tolerance=1e-6, most=100_000)
        assert found.converged and best - 1e-5 <= (cost * found.plan).sum() <= best + epsilon * math.log(12)


def test_margins_hold_and_large_epsilon_gives_their_product() -> None:
    p, q = (one / one.sum() for one in (rng.uniform(0.1, 1, 5), rng.uniform(0.1, 1, 8)))
    cost = rng.uniform(size=(5, 8))
    found = coupling(cost, 0.05, p, q)
    assert found.plan.sum(1) == pytest.approx(p, abs=1e-9) and found.plan.sum(0) == pytest.approx(q, abs=1e-12)
    assert coupling(cost, 1e6, p, q).plan == pytest.approx(np.outer(p, q), abs=1e-6)


def test_a_potential_starts_where_it_was_and_too_few_iterations_are_told() -> None:
    cost = rng.uniform(size=(12, 12))
    found = coupling(cost, 0.1)
    again = coupling(cost, 0.1, potential=found.potential)
    assert again.iterations < found.iterations and again.plan == pytest.approx(found.plan, abs=1e-8)
    assert not coupling(cost, 0.001, most=3).converged


def test_information_by_kernels_is_its_sum_written_out_and_its_slope_is_right() -> None:
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    kernels, plan = Kernels.of(x, y, 0.7), rng.uniform(size=(5, 5))
    plan /= plan.sum()
    p, q, whole = plan.sum(1), plan.sum(0), 0.0
    for i in range(5):
        for j in range(5):
            f = sum(plan[k, m] * kernels.x[k, i] * kernels.y[m, j] for k in range(5) for m in range(5))
            whole += plan[i, j] * math.log(f / ((p @ kernels.x[:, i]) * (q @ kernels.y[:, j])))
    assert kernels.information(plan) == pytest.approx(whole, abs=1e-12)
    for _ in range(5):  # directions that leave both margins
        step = rng.normal(size=(5, 5))
        step -= step.mean(1, keepdims=True) + step.mean(0) - step.mean()
        ahead, behind = (kernels.information(plan + sign * 1e-6 * step) for sign in (1, -1))
        assert (ahead - behind) / 2e-6 == pytest.approx((kernels.slope(plan) * step).sum(), abs=1e-6)


def test_kernels_have_deviations_in_units_of_the_cloud() -> None:
    x = rng.normal(size=(300, 2))
    assert Kernels.of(x, x, 0.5).x == pytest.approx(Kernels.of(7 * x, x, 0.5).x, abs=1e-12)
    away = cdist(x, x, "sqeuclidean")
    assert Kernels.of(x, x, 0.5).x[0, 1] == pytest.approx(math.exp(-away[0, 1] / (2 * 0.25 * away.mean() / 2)))


def test_blocks_have_the_entropy_of_their_sizes_and_independence_has_none() -> None:
    sizes = (5, 10, 15)
    labels, far = np.repeat([0, 1, 2], sizes), np.repeat([[0.0, 0], [50, 0], [0, 50]], sizes, axis=0)
    cloud = far + rng.normal(size=(30, 2))
    kernels = Kernels.of(cloud, cloud, 0.2)
    whole = (labels[:, None] == labels) / np.array(sizes)[labels][:, None] / 30
    entropy = -sum(s / 30 * math.log(s / 30) for s in sizes)
    assert kernels.information(whole) == pytest.approx(entropy, abs=0.02)
    assert kernels.information(np.full((30, 30), 1 / 900)) == pytest.approx(0, abs=1e-12)


def test_weight_zero_is_entropic_transport() -> None:
    clouds = Clusters.turned(40)
    found = informed(clouds.cost, Kernels.of(clouds.x, clouds.y, 0.6), 0.0, 0.2)
    assert found.plan == pytest.approx(coupling(clouds.cost, 0.2).plan, abs=1e-5)
    assert found.converged and found.cost == pytest.approx((clouds.cost * found.plan).sum())


@pytest.mark.parametrize("weight", [0.3, 0.8, 2.0])
def test_no_round_raises_the_objective_and_the_margins_hold(weight: float) -> None:
    clouds = Clusters.turned(60)
    found = informed(clouds.cost, Kernels.of(clouds.x, clouds.y, 0.6), weight, 0.2)
    assert (np.diff(found.objectives) <= 0).all() and found.converged
    assert np.abs(found.plan.sum(1) - 1 / 24).sum() < 1e-3 and found.plan.sum(0) == pytest.approx(np.full(24, 1 / 24))
    kernels = Kernels.of(clouds.x, clouds.y, 0.6)
    told = found.cost - weight * found.information + 0.2 * mutual_information(found.plan)
    assert found.objectives[-1] == pytest.approx(told) and found.information == kernels.information(found.plan)


def test_information_keeps_clusters_whole_that_cost_would_split() -> None:
    clouds = Clusters.turned(60)
    kernels = Kernels.of(clouds.x, clouds.y, 0.6)
    cheap, kept = (informed(clouds.cost, kernels, weight, 0.2) for weight in (0.0, 1.0))
    split, whole = (mutual_information(clouds.between(one.plan)) for one in (cheap, kept))
    assert split < 0.45 and whole == pytest.approx(math.log(3), abs=0.01) and clouds.most == pytest.approx(math.log(3))
    assert kept.cost > cheap.cost


def test_clusters_laid_on_each_other_are_matched_by_cost_alone() -> None:
    clouds = Clusters.turned(120, (4, 4, 4))
    mass = clouds.between(coupling(clouds.cost, 0.02, tolerance=1e-6).plan)
    assert mass == pytest.approx(np.roll(np.eye(3), 2, axis=1) / 3, abs=1e-3)


def test_links_hold_the_share_asked_for() -> None:
    clouds = Clusters.turned(30, (2, 2))
    plan = np.diag([0.4, 0.3, 0.2, 0.1])
    assert clouds.links(plan, 0.6) == [(0, 4), (1, 5)]
    assert clouds.points.shape == (8, 2) and clouds.kinds.tolist() == [0] * 4 + [1] * 4


def test_bad_costs_and_settings_get_one_sentence() -> None:
    clouds = Clusters.turned(30, (2, 2))
    kernels = Kernels.of(clouds.x, clouds.y, 0.5)
    with pytest.raises(SettingError, match="epsilon=0 must be positive"):
        coupling(clouds.cost, 0)
    with pytest.raises(SampleError, match="cost must be a finite table"):
        coupling(np.array([[1.0, np.nan]]), 1.0)
    with pytest.raises(SampleError, match="a margin of 4 samples must be 4 positive masses that sum to 1"):
        coupling(clouds.cost, 1.0, np.array([0.5, 0.5, 0.0, 0.0]))
    with pytest.raises(SettingError, match="weight=-1 must be at least 0"):
        informed(clouds.cost, kernels, -1, 1.0)
    with pytest.raises(SampleError, match="kernels of 4 and 4 samples"):
        informed(clouds.cost[:3], kernels, 1.0, 1.0)
    with pytest.raises(SettingError, match="bandwidth=0 must be positive"):
        Kernels.of(clouds.x, clouds.y, 0)
    with pytest.raises(SampleError, match="all samples coincide"):
        Kernels.of(np.zeros((3, 2)), clouds.y, 1.0)
    with pytest.raises(SettingError, match="sizes="):
        Clusters.turned(30, ())
