"""What says how far a score can be trusted: its null and its interval."""

import json

import numpy as np
import pytest
import torch

import explorer
from explorer.catalogue import measures
from explorer.measures import ParticipationRatio
from explorer.measures._effort import seconds
from explorer.profiles import seconds_of
from explorer.result import Doubt, Null
from explorer.score import Score


def test_columns_shuffled_by_themselves_are_the_null_of_a_spectrum():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(300, 1)) + 0.1 * rng.normal(size=(300, 6))
    score = explorer.measure(z, measure="participation_ratio", null=True)
    assert score.value < 1.1 < 3 < score.null.mean <= score.null.high and score.null.p_value == 0.05
    free = explorer.measure(rng.normal(size=(300, 6)), measure="participation_ratio", null=True)
    assert free.null.p_value > 0.05


def test_the_jackknife_covers_the_participation_ratio_of_a_known_spectrum():
    """Nine in ten 90 % intervals hold the truth: of 40, fewer than 31 come by chance once in 200."""
    scales = np.array([1.0, 1, 1, 0.5])
    truth, rng = (scales**2).sum() ** 2 / (scales**4).sum(), np.random.default_rng(1)
    held = 0
    for seed in range(40):
        z = scales * rng.normal(size=(400, 4))
        score = explorer.measure(z, measure="participation_ratio", interval=True, seed=seed)
        held += score.interval[0] <= truth <= score.interval[1]
    assert held >= 31 and score.level == 0.9


def test_a_score_without_y_has_its_null_only_when_asked():
    assert explorer.measure(np.eye(5), measure="participation_ratio").null is None


def test_threads_leave_the_callers_random_state():
    z, threads = np.random.default_rng(0).normal(size=(40, 3)), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        before = torch.random.get_rng_state()
        for _ in range(20):
            explorer.measure(z, np.arange(40) % 2, measure="class_separation", null=True, interval=True)
            assert torch.equal(before, torch.random.get_rng_state())
    finally:
        torch.set_num_threads(threads)


def test_a_side_decides_the_p_value():
    """Two sides need twice as many shuffles to reach the same p."""
    z, labels = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    z[:, 0] += 4 * labels
    low, both = (explorer.measure(z, labels, measure=one, null=True).null for one in ("alignment", "functional_fisher"))
    assert (low.permutations, low.p_value) == (19, 0.05) and low.mean > 0
    assert both.permutations == 39 and both.p_value >= 0.05
    apart = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])[np.arange(60) % 4]  # every direction has both labels
    assert explorer.measure(apart, np.arange(60) // 4 % 2, measure="alignment", null=True).null.p_value > 0.5


def test_the_seconds_of_a_measure_are_one_formula():
    effort = (1.0, 1e-3, 1e-6, 1e-9)
    assert seconds(effort, 10, 4) == pytest.approx(1 + 0.04 + 1e-4 + 1e-6)
    assert seconds((*effort, 1e-2), 10, 4) - seconds(effort, 10, 4) == pytest.approx(1e-2 * 10 * 4**2)
    assert seconds((*effort, 1e-2), 10, 40) - seconds(effort, 10, 40) == pytest.approx(1e-2 * 10**2 * 40)
    assert seconds((*effort, 0.0, 1e-2), 10, 4) - seconds(effort, 10, 4) == pytest.approx(1e-2 * 10**2 * 4)
    assert seconds_of("linear_cka", 500, 300) == seconds(measures["linear_cka"].effort, 500, 300)


def test_wide_pairs_take_long():
    """A null is left out where it takes long: the square of the columns of both sides counts."""
    z = np.random.default_rng(0).normal(size=(1000, 600))
    assert explorer.measure(z[:, :5], z[:, 5:10], measure="linear_cka").null
    said = explorer.measure(z, z + 1, measure="pwcca")
    assert said.null is None and "no null" in [one.rule for one in said.warnings]


def test_words_of_a_score():
    score = Score("some", 0.25, "bits", interval=(0.2, 0.3), level=0.9, settings={"t": 1}, n=9)
    assert str(score) == "some(t=1): 0.25 bits, 0.2 to 0.3 (n=9). No rule fired."
    assert score.nats == pytest.approx(0.25 * np.log(2)) and float(score) == 0.25
    lost = Score("some", 0.25, "", null=Null(0.3, 0.4, 0.6, 19))
    assert lost.verdict == "Not told from shuffled rows (p = 0.6)."
    doubtful = Score("a<b", 1.0, "", warnings=(Doubt("tail", "x"), Doubt("note", "y", note=True)))
    assert doubtful.verdict == "Doubtful: tail." and "a&lt;b" in doubtful._repr_html_()
    assert json.loads(json.dumps(doubtful.to_dict()))["notes"] == [{"rule": "note", "text": "y"}]


def test_settings_are_checked_in_the_class_too():
    with pytest.raises(TypeError):
        ParticipationRatio(k=3)
