"""Estimators by critics: closed forms, what they claim, and what they say of their training."""

import math

import numpy as np
import pytest

import explorer
from explorer.catalogue import distributions, estimators
from explorer.engines.known.gaussians import correlation
from explorer.errors import Cancelled, SampleError, SettingError
from explorer.estimators.critic.base import above_pairs
from explorer.watching import watched

NAMES = [name for name in estimators if estimators.card(name).family == "critic" and name != "club"]
QUICK = {"steps": 100, "batch": 64, "hidden": 16}


def pairs(nats: float, n: int, dim: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return distributions["multivariate_normal"](dim=dim, rho=correlation(nats, dim)).sample(n, seed)


@pytest.mark.ends
@pytest.mark.parametrize(("nats", "most"), [(2, 0.1), (4, 0.1), (6, 0.1)])
def test_the_best_bound_is_within_a_tenth_in_ten_and_ten_columns(nats: float, most: float) -> None:
    x, y = pairs(nats, 10_000, 10)
    assert estimators["tuba"]()(x, y).nats == pytest.approx(nats, rel=most)


@pytest.mark.ends
@pytest.mark.parametrize("name", NAMES)
def test_held_out_samples_of_independent_columns_read_nothing(name: str) -> None:
    x, y = pairs(0, 10_000, 10)
    assert abs(estimators[name]()(x, y).nats) < 0.05


def test_infonce_stays_below_the_logarithm_of_the_samples_it_reads() -> None:
    found = estimators["infonce"](steps=100)(*pairs(8, 400, 10))
    assert found.nats < found.details["ceiling"] == pytest.approx(math.log(80))
    assert any(doubt.rule == "ceiling" for doubt in found.warnings)


@pytest.mark.parametrize("rho", [0.3, 0.5, 0.9])
def test_club_of_a_regression_is_rho_squared_over_what_is_left(rho: float) -> None:
    found = estimators["club"]()(*distributions["bivariate_normal"](rho=rho).sample(200_000))
    assert found.nats == pytest.approx(rho**2 / (1 - rho**2), rel=0.02)
    assert found.bound == "upper" and "jointly normal" in found.verdict + "".join(one.text for one in found.warnings)


def test_club_is_the_sum_over_all_pairs_written_out() -> None:
    x, y = pairs(1, 40)
    x, y = ((one - one.mean(0)) / one.std(0, ddof=1) for one in (x, y))
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    precision = np.linalg.inv((y - x @ weights).T @ (y - x @ weights) / 40)
    off = y[None] - (x @ weights)[:, None]  # (x, y, d)
    log_density = -0.5 * np.einsum("ijk,kl,ijl->ij", off, precision, off)
    apart = (log_density.sum() - np.trace(log_density)) / (40 * 39)
    assert estimators["club"]()(*pairs(1, 40)).nats == pytest.approx(np.diag(log_density).mean() - apart, abs=1e-10)


def test_a_learnt_density_without_a_cap_reads_what_club_reads() -> None:
    x, y = pairs(1.5, 4000, 1)
    assert estimators["vclub"]()(x, y).nats == pytest.approx(estimators["club"]()(x, y).nats, rel=0.15)


def test_labels_are_read_by_a_classifier() -> None:
    x, y = distributions["labelled_clusters"]().sample(2000)
    truth = distributions["labelled_clusters"]().nats
    found = estimators["barber_agakov"]()(x, y)
    assert found.bound == "lower" and found.nats == pytest.approx(truth, abs=0.1)
    for name in ("infonce", "l1out"):
        assert estimators[name]()(x, y).nats == pytest.approx(truth, abs=0.12), name


@pytest.mark.parametrize("critic", ["separable", "joint", "attention"])
def test_every_critic_finds_a_monotone_map(critic: str) -> None:
    x, y = pairs(1, 1500)
    found = estimators["infonce"](critic=critic, batch=128, steps=300)(np.exp(x), y**3)
    assert found.nats == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("name", NAMES)
def test_curves_and_the_same_seed(name: str) -> None:
    x, y = pairs(1, 300)
    one, same, other = (estimators[name](**QUICK)(x, y, seed=seed) for seed in (3, 3, 4))
    curves = one.details["curves"]
    assert one.nats == same.nats != other.nats
    assert len(curves["step"]) == len(curves["train"]) == len(curves["held"]) > 2
    assert one.standard_error is not None and one.standard_error > 0


def test_several_members_are_averaged() -> None:
    found = estimators["nwj"](members=3, **QUICK)(*pairs(1, 400))
    assert found.nats == pytest.approx(np.mean(found.details["members"])) and len(found.details["members"]) == 3


def test_a_null_trains_all_permutations_at_once_and_an_interval_is_its_own() -> None:
    x, y = pairs(1, 400)
    found = explorer.estimate(x, y, estimator="infonce", null=True, **QUICK)
    assert found.null is not None and found.null.high < found.nats and found.null.permutations == 20
    assert found.interval is not None and found.interval[0] < found.nats < found.interval[1]
    unasked = explorer.estimate(x, y, estimator="infonce", **QUICK)
    assert unasked.null is None and any(doubt.rule == "no null" for doubt in unasked.warnings)


def test_independent_samples_say_that_nothing_was_found() -> None:
    found = estimators["nwj"](**QUICK)(*pairs(0, 600))
    assert abs(found.nats) < 0.05
    said = {doubt.rule for doubt in found.warnings}
    assert "nothing found" in said or found.nats != 0


def test_a_batch_larger_than_what_is_learnt_from_is_said() -> None:
    found = estimators["infonce"](steps=50)(*pairs(1, 200))
    assert any("batch=512 is more than the 120 samples" in doubt.text for doubt in found.warnings)


def test_a_value_above_what_so_few_pairs_can_average_is_doubted() -> None:
    assert above_pairs("mine", 5.5, 1000)[0].text.startswith("5.5 nats (7.93 bits) is above the logarithm of the 200")
    assert "of the 4096 samples" in above_pairs("mine", 9.0, 100_000)[0].text  # more are read in parts
    assert not above_pairs("mine", 5.2, 1000)


def test_can_be_watched_and_cancelled() -> None:
    seen: list[tuple] = []
    estimators["infonce"](**QUICK)(*pairs(1, 300))

    def stop(done: int, total: int, note: str = "") -> None:
        if done == 60:
            raise Cancelled("enough")

    with watched(stop, lambda *look: seen.append(look)), pytest.raises(Cancelled):
        estimators["infonce"](**QUICK)(*pairs(1, 300))
    assert [one[0] for one in seen] == [25, 50] and seen[0][4] == pytest.approx(math.log(60))


def test_bad_input() -> None:
    x, y = pairs(1, 400)
    with pytest.raises(SampleError, match=r"10 samples; at least 40"):
        estimators["mine"]()(x[:10], y[:10])
    with pytest.raises(SettingError, match=r"alpha=2"):
        estimators["i_alpha"](alpha=2)
    with pytest.raises(SampleError, match="1200 labels are too many"):
        estimators["infonce"]()(np.arange(1200), np.arange(1200) % 7, x_kind="discrete", y_kind="discrete")
    with pytest.raises(SampleError, match="no error of y given x"):
        estimators["club"]()(x, 2 * x)
    assert estimators["infonce"]()(np.zeros(100), y[:100]).nats == 0.0
