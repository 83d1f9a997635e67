"""Chosen training points: the divergence that is minimised, its slope, and what is picked on known targets."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.spatial.distance import cdist

from explorer.engines.divergence.neighbours import distance_divergences
from explorer.engines.divergence.pools import Pool
from explorer.engines.divergence.selection import Divergence, chosen
from explorer.errors import SampleError, SettingError

rng = np.random.default_rng(0)
TARGET, SET = rng.normal(size=(30, 2)), rng.normal(size=(12, 2))


def published(target: np.ndarray, near: np.ndarray, k: int) -> float:
    """Pair by pair: every order of neighbour of the set, the k-th of the target."""
    n, m, d = len(target), len(near), target.shape[1]
    values = []
    for x in target:
        rho = np.sort(np.linalg.norm(target - x, axis=1))[k]
        nu = np.sort(np.linalg.norm(near - x, axis=1))
        values += [d * np.log(nu[o] / rho) + np.log(k * m / ((o + 1) * (n - 1))) for o in range(m)]
    return float(np.mean(values))


def test_near_orders_are_the_mean_of_the_estimates_by_distances() -> None:
    expected = distance_divergences(TARGET, SET, [1, 2, 3, 4, 5]).mean()
    assert Divergence(TARGET, 5).of(cdist(TARGET, SET)) == pytest.approx(expected, abs=1e-12)


def test_all_orders_are_the_published_mean() -> None:
    assert Divergence(TARGET, 5, "all").of(cdist(TARGET, SET)) == pytest.approx(published(TARGET, SET, 5), abs=1e-12)


@pytest.mark.parametrize("orders", ["near", "all"])
def test_one_more_sample_is_as_if_it_had_been_there(orders: str) -> None:
    divergence, pool = Divergence(TARGET, 4, orders), rng.normal(size=(9, 2))
    expected = [divergence.of(cdist(TARGET, np.vstack([SET, one]))) for one in pool]
    assert divergence.with_each(cdist(TARGET, SET), cdist(TARGET, pool)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("orders", ["near", "all"])
def test_the_slope_is_that_of_the_value(orders: str) -> None:
    divergence, place = Divergence(TARGET, 4, orders), np.array([0.3, -0.8])
    slope = approx_fprime(place, lambda v: divergence.of(cdist(TARGET, np.vstack([SET, v]))), 1e-7)
    assert divergence.slope(cdist(TARGET, SET), place) == pytest.approx(slope, abs=1e-5)


def test_with_all_orders_the_slope_does_not_ask_what_was_chosen() -> None:
    divergence, place = Divergence(TARGET, 4, "all"), np.array([0.3, -0.8])
    one, other = (divergence.slope(cdist(TARGET, SET + shift), place) for shift in (0.0, 5.0))
    assert one == pytest.approx(other, abs=1e-15)


def test_a_trial_is_the_best_of_all_and_each_choice_is_a_row_of_the_pool() -> None:
    pool = rng.normal(size=(40, 2))
    found = chosen(TARGET, pool, SET, 5, by="trial")
    values = [Divergence(TARGET).of(cdist(TARGET, np.vstack([SET, one]))) for one in pool]
    assert found.rows[0] == np.argmin(values) and found.divergences[1] == pytest.approx(min(values))
    assert len(set(found.rows)) == 5 and len(found.divergences) == 6


@pytest.mark.parametrize("by", ["descent", "trial"])
def test_one_cluster_is_chosen_from_two(by: str) -> None:
    target = rng.normal(size=(120, 2))
    pool = np.vstack([rng.normal(size=(60, 2)), 8 + rng.normal(size=(60, 2))])
    found = chosen(target, pool, rng.uniform(-10, 10, (10, 2)), 40, by=by)
    assert (found.rows < 60).mean() >= 0.95


def test_from_one_distribution_the_choice_has_its_mean() -> None:
    target, pool = rng.normal(size=(200, 2)), rng.normal(size=(300, 2))
    rows = chosen(target, pool, pool[:10] + 0.01, 80, by="descent", begin="sample").rows
    assert np.abs(pool[rows].mean(0) - target.mean(0)).max() < 4 / np.sqrt(80)


def test_published_defaults_lose_one_of_two_clusters_and_near_orders_do_not() -> None:
    task = Pool.drawn(0.3)
    given = (task.target, task.pool, task.start, 40)
    assert task.left(chosen(*given, begin="mean", orders="all").rows) in (0.0, 1.0)
    assert task.left(chosen(*given, begin="sample").rows) == pytest.approx(0.5, abs=0.15)


def test_judged_by_fresh_samples_is_the_divergence_of_each_prefix() -> None:
    task = Pool.drawn(0.5, size=60, n=40)
    rows = np.array([3, 50, 7])
    expected = [Divergence(task.fresh).of(cdist(task.fresh, np.r_[task.start, task.pool[rows[:i]]])) for i in range(4)]
    assert task.judged(rows) == pytest.approx(expected)
    points, kinds = task.parts(rows)
    assert np.bincount(kinds).tolist() == [57, 40, 3] and len(points) == 100


def test_the_seed_decides() -> None:
    pool = rng.normal(size=(40, 2))
    for how in ({"by": "random"}, {"begin": "sample"}):
        one, same, other = (chosen(TARGET, pool, SET, 8, seed=s, **how).rows.tolist() for s in (1, 1, 2))
        assert one == same != other


def test_bad_samples_and_settings_get_one_sentence() -> None:
    with pytest.raises(SampleError, match="target, pool and start have shapes"):
        chosen(TARGET, SET, SET[:3], 2)
    with pytest.raises(SampleError, match=r"pool must be finite numbers of shape \(n, d\); got shape \(12,\)"):
        chosen(TARGET, SET[:, 0], SET, 2)
    with pytest.raises(SettingError, match="most=13 must lie between 1 and the 12"):
        chosen(TARGET, SET, SET + 1, 13)
    with pytest.raises(SampleError, match="coincides"):
        chosen(TARGET, TARGET, SET, 2)
    with pytest.raises(SampleError, match="2 samples of the target coincide"):
        Divergence(np.vstack([TARGET, TARGET[:1]]))
    with pytest.raises(SettingError, match="good=2"):
        Pool.drawn(2)
