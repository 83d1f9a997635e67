"""What to ask next: nested expectations against the closed form, disagreement against geometry."""

import math

import numpy as np
import pytest
from scipy.special import expit

from explorer.engines.decisions.disagreement import Classifier, bumps, least_disagreement, moons, wishes
from explorer.engines.decisions.nested import FIRST, STAY, Experiment, _correction, _log_mean, gains
from explorer.errors import InputError


@pytest.mark.parametrize("strength", [0.3, 1.0, 2.0])
def test_readings_without_bias_have_the_gain_as_their_mean(strength):
    experiment = Experiment(strength)
    values, cost = experiment.unbiased(60_000, np.random.default_rng(0))
    assert values.mean() == pytest.approx(experiment.nats, abs=4 * values.std() / math.sqrt(len(values)))
    expected = 1 + 2 * FIRST * (1 - STAY) / (1 - 2 * STAY)
    assert cost / len(values) == pytest.approx(expected, rel=0.1)


def test_corrections_are_the_differences_of_the_bias():
    # the mean correction between m and its halves is minus the fall of the nested estimate from m / 2 to m
    experiment, rng, outer = Experiment(1.0), np.random.default_rng(1), 100_000
    for m in (2, 8):
        noise, logs = experiment._drawn(outer, m, rng)
        first = -(noise**2) / 2 - _log_mean(logs[:, : m // 2])
        second = -(noise**2) / 2 - _log_mean(logs[:, m // 2 :])
        whole = -(noise**2) / 2 - _log_mean(logs)
        assert whole - (first + second) / 2 == pytest.approx(-_correction(logs), abs=1e-12)
        assert _correction(logs).min() >= -1e-12, "a logarithm of a mean is above the mean of logarithms"


def test_the_bias_of_nested_estimates_is_that_of_the_delta_method():
    strength, m = 0.5, 64
    experiment, rng = Experiment(strength), np.random.default_rng(2)
    values = experiment.nested(60_000, m, rng)
    # E[p^2] / p^2 over parameters, averaged over y ~ N(0, 1 + s^2): the variance of the inner mean over its square
    y = math.sqrt(1 + strength**2) * rng.standard_normal(2000)
    inner = np.exp(-((y[:, None] - strength * rng.standard_normal((2000, 2000))) ** 2) / 2)
    bias = (inner.var(1) / inner.mean(1) ** 2).mean() / (2 * m)
    error = values.std() / math.sqrt(len(values))
    assert values.mean() - experiment.nats == pytest.approx(bias, abs=4 * error + 0.1 * bias)


def test_gains_at_one_cost():
    found = gains(Experiment(2.0), (1, 16, 256), 200_000)
    true = Experiment(2.0).nats
    assert found.nested[0] > true + 1 and found.nested[1] > true + 0.05
    assert abs(found.nested[2] - true) < 4 * found.error[2]
    assert abs(found.unbiased - true) < 4 * found.unbiased_error
    assert found.error[0] < found.error[2], "few inner samples buy many readings, of something else"


def test_experiments_refuse():
    for strength in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(InputError, match="positive"):
            Experiment(strength)
    with pytest.raises(InputError, match="cost"):
        gains(Experiment(1.0), (1, 256), 300)


def test_least_disagreement_of_lines_through_a_round_cloud_is_an_angle():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4000, 2))
    angles = np.linspace(-np.pi / 2, np.pi / 2, 2001)
    others = np.stack([np.cos(angles), np.sin(angles)], 1)
    found = least_disagreement(x, np.array([1.0, 0.0]), others)
    # a line turned by an angle changes the share angle / pi; the least turn that changes x is its own angle to the line
    expected = np.abs(np.arctan2(x[:, 0], np.abs(x[:, 1]))) / np.pi
    assert np.abs(found - expected).max() < 0.03  # shares of 4000 samples are known to about 0.01
    assert np.corrcoef(found, expected)[0, 1] > 0.999


def test_what_no_hypothesis_changes_is_asked_last():
    x = np.array([[1.0], [2.0], [-1.0]])
    assert least_disagreement(x, np.array([1.0]), np.array([[2.0], [0.5]])).tolist() == [1.0, 1.0, 1.0]
    assert least_disagreement(x, np.array([1.0]), np.array([[-1.0]])).tolist() == [1.0, 1.0, 1.0]


def test_more_hypotheses_only_lower_it():
    x, y = moons(200, 0.15)
    features = bumps(x)
    model = Classifier.fitted(features[:40], y[:40])
    others = model.perturbed(500, 0.5, np.random.default_rng(0))
    few, many = (least_disagreement(features, model.weights, others[:k]) for k in (50, 500))
    assert np.all(many <= few) and (many < few).any()


def test_the_classifier_is_at_its_top_and_its_covariance_is_the_curvature():
    x, y = moons(60, 0.2, seed=1)
    features = bumps(x)
    model = Classifier.fitted(features, y)

    def loss(w):
        return -np.log(expit(np.where(y == 1, 1, -1) * (features @ w))).sum() + 0.05 * w @ w

    step = 1e-4
    for i in (0, 5, 16):
        e = np.eye(17)[i] * step
        assert (loss(model.weights + e) - loss(model.weights - e)) / (2 * step) == pytest.approx(0, abs=1e-5)
        second = (loss(model.weights + e) - 2 * loss(model.weights) + loss(model.weights - e)) / step**2
        assert np.linalg.inv(model.covariance)[i, i] == pytest.approx(second, rel=1e-3)


def test_the_three_rules_ask_for_different_samples():
    x, y = moons(400, 0.15)
    features = bumps(x)
    found = wishes(Classifier.fitted(features[:40], y[:40]), features[40:])
    first = {name: set(rows.tolist()) for name, rows in found.first(20).items()}
    assert all(len(rows) == 20 for rows in first.values())
    assert len(first["least disagreement"] & first["entropy"]) > 10 > len(first["information gain"] & first["entropy"])
    assert np.all(found.gain <= found.entropy + 1e-12) and found.gain.min() >= -1e-12


def test_moons_lie_where_they_should():
    x, y = moons(1000, 0.0)
    upper, lower = x[y == 0], x[y == 1]
    assert (upper**2).sum(1) == pytest.approx(np.ones(500)) and upper[:, 1].min() >= 0
    assert ((lower - [1, 0.5]) ** 2).sum(1) == pytest.approx(np.ones(500)) and lower[:, 1].max() <= 0.5
    with pytest.raises(InputError):
        moons(3, 0.1)
