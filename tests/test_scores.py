"""What says how far a score can be trusted: its null and its interval."""

import json

import numpy as np
import pytest

import explorer
from explorer.measures import ParticipationRatio
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
