"""Looks at one holdout: bounds against simulation and by hand, a fooled holdout against its closed form."""

import math

import numpy as np
import pytest

from explorer.engines.validity.holdout import EFFECT, Thresholdout, reports, split, usual
from explorer.engines.validity.looks import adaptive, fixed, voted
from explorer.errors import InputError


def test_bounds_by_hand():
    assert fixed(200, 1, 0.1) == pytest.approx(math.sqrt(math.log(20) / 400))
    assert adaptive(200, 1) == pytest.approx(fixed(200, 1))  # one look follows from nothing
    questions = 1 + 10 + 100
    assert adaptive(50, 3, 0.05, answers=10) == pytest.approx(fixed(50, questions))
    assert adaptive(50, 7, answers=1) == pytest.approx(fixed(50, 7))  # one possible answer tells nothing


def test_adaptive_looks_cost_the_root_of_their_number():
    assert adaptive(4096, 400) / adaptive(4096, 100) == pytest.approx(2, abs=0.02)
    assert fixed(4096, 400) / fixed(4096, 100) < 1.1
    assert adaptive(4096, 100_000) > 1  # a number that is no overflow


def test_shares_fixed_beforehand_stay_within_the_bound():
    rng, n, looks = np.random.default_rng(0), 100, 20
    shares = rng.binomial(n, 0.5, (2000, looks)) / n
    outside = (np.abs(shares - 0.5).max(1) > fixed(n, looks, 0.1)).mean()
    assert outside < 0.1  # Hoeffding's bound is not tight: about 0.02
    assert outside > 0.001


def test_no_way_of_looking_passes_the_adaptive_bound():
    for n, looks in ((100, 10), (1000, 1000), (100, 1000)):
        assert voted(n, looks) - 0.5 < adaptive(n, looks)


@pytest.mark.parametrize("arguments", [(0, 1, 0.05), (10, 0, 0.05), (10, 1, 0.0), (10, 1, 1.0)])
def test_bounds_refuse_what_has_no_meaning(arguments):
    for bound in (fixed, adaptive):
        with pytest.raises(InputError):
            bound(*arguments)


@pytest.mark.parametrize("n, looks", [(1000, 1000), (400, 200), (100, 1000)])
def test_a_reused_holdout_reports_what_theory_says(n, looks):
    found = [reports(split(n, looks, seed=s), [looks // 4, looks], usual(n, 2 * looks, s)) for s in range(20)]
    reused = np.array([one.reused for one in found])
    error = reused.std(0, ddof=1) / math.sqrt(len(found))
    expected = [voted(n, looks // 4), voted(n, looks)]
    # the normal limit of the vote is off by about 1 / kept features
    assert np.all(np.abs(reused.mean(0) - expected) < 3 * error + 1 / (looks // 8))
    fresh = np.array([one.reused_fresh for one in found])
    assert np.all(np.abs(fresh.mean(0) - 0.5) < 3 * fresh.std(0, ddof=1) / math.sqrt(len(found)))


def test_thresholdout_reports_that_coins_cannot_be_known():
    n, looks = 1000, 1000
    found = [reports(split(n, looks, seed=s), [looks], usual(n, 2 * looks, s)) for s in range(20)]
    guarded, reused = (np.array([getattr(one, what)[0] for one in found]) for what in ("guarded", "reused"))
    # the few answers that it gives from the holdout leak a little, far less than what the reused holdout shows
    assert 0 < (guarded - 0.5).mean() < 0.04 < 0.19 < (reused - 0.5).mean()
    assert np.abs(guarded - 0.5).max() < 2 / math.sqrt(n) + 0.03


def test_thresholdout_keeps_features_that_tell():
    n, looks, telling = 1000, 500, 20
    data = split(n, looks, telling, seed=3)
    found = reports(data, [looks], usual(n, 2 * looks, 3))
    # half of what is kept otherwise by chance: about (looks - telling) features of noise vote beside 20 of 4 errors
    expected = 0.5 + telling * EFFECT / math.sqrt(n) / math.sqrt(looks) / math.sqrt(2 * math.pi)
    assert found.guarded[0] == pytest.approx(expected, abs=0.035)
    assert data.tells.sum() == telling
    shares = (data.holdout[:, data.tells] > 0).mean()
    assert shares == pytest.approx(0.5 + EFFECT / (2 * math.sqrt(n)), abs=3 * 0.5 / math.sqrt(n * telling))


def test_thresholdout_answers_from_training_while_both_agree_and_counts_what_it_gives_away():
    guard = Thresholdout(threshold=0.1, noise=0.0, budget=2)
    assert guard.ask(0.52, 0.45) == 0.52 and guard.spent == 0
    assert guard.ask(0.70, 0.45) == 0.45 and guard.spent == 1
    assert guard.ask(0.20, 0.45) == 0.45 and guard.spent == 2
    assert math.isnan(guard.ask(0.5, 0.5)), "nothing is answered once the budget is spent"


def test_thresholdout_noise_has_the_scale_that_it_says():
    guard = Thresholdout(threshold=-1e9, noise=0.01, budget=20_000)
    answers = np.array([guard.ask(0.9, 0.4) for _ in range(20_000)])
    assert np.abs(answers - 0.4).mean() == pytest.approx(0.01, rel=0.03)  # of Laplace noise: its scale
    assert answers.mean() == pytest.approx(0.4, abs=3e-4)


def test_the_seed_decides():
    one, two, other = (reports(split(64, 30, 2, seed=s), [10, 30], usual(64, 60, s)) for s in (1, 1, 2))
    assert np.array_equal(one.reused, two.reused) and np.array_equal(one.guarded, two.guarded)
    assert not np.array_equal(one.reused, other.reused)


@pytest.mark.parametrize("n, features, telling", [(8, 10, 0), (100, 10, 11), (100, 10, -1)])
def test_split_refuses(n, features, telling):
    with pytest.raises(InputError):
        split(n, features, telling)


@pytest.mark.parametrize("looks", [[], [0, 3], [3, 11]])
def test_reports_refuse(looks):
    with pytest.raises(InputError, match="must lie in"):
        reports(split(64, 10), looks, usual(64, 100))
