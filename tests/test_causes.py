"""Invariant features against hand counts; cause and effect where it is known, and where nothing can tell."""

import math

import numpy as np
import pytest
from scipy.interpolate import BSpline
from scipy.special import expit, xlogy

from explorer.engines.causes.environments import Environments, Weights
from explorer.engines.causes.independence import dependence
from explorer.engines.causes.residuals import PRIOR, Directions, _Problem, _splines, directions, fitted, pair
from explorer.errors import InputError, SampleError
from explorer.measures.kernel.hsic import HSIC


def h(p):
    return -xlogy(p, p) - xlogy(1 - p, 1 - p)


def test_information_about_the_environment_in_closed_form():
    found = Environments(0.25, (0.1, 0.2))
    assert found.information("shape") == pytest.approx(0, abs=1e-15)
    assert found.information("nothing") == pytest.approx(0, abs=1e-15)
    assert found.information("colour") == pytest.approx(h(0.15) - (h(0.1) + h(0.2)) / 2, abs=1e-14)


def test_information_of_both_features_by_counting():
    noise, flips = 0.3, (0.05, 0.4, 0.45)
    table = {}
    for e, flip in enumerate(flips):
        for s in (0, 1):
            for c in (0, 1):
                for y in (0, 1):
                    p = (noise if s != y else 1 - noise) * (flip if c != y else 1 - flip) / 2 / len(flips)
                    table[e, s, c, y] = p
    assert sum(table.values()) == pytest.approx(1)

    def total(**fixed):
        names = ("e", "s", "c", "y")
        return sum(p for key, p in table.items() if all(key[names.index(n)] == v for n, v in fixed.items()))

    counted = sum(
        p * math.log(p * total(s=s, c=c) / total(s=s, c=c, e=e) / total(s=s, c=c, y=y))
        for (e, s, c, y), p in table.items()
    )
    found = Environments(noise, flips)
    assert found.information("both") == pytest.approx(counted, abs=1e-14)
    assert np.allclose(found.table.ravel(), [table[key] for key in sorted(table)])


def test_predictors_in_closed_form_are_the_least():
    found = Environments(0.25, (0.1, 0.2))
    least, invariant = found.least_risk(), found.invariant()
    assert least.colour == pytest.approx(math.log(0.85 / 0.15)) and invariant.shape == pytest.approx(math.log(3))
    # the invariant one has the entropy that the shape leaves, in every environment
    assert found.risk(invariant, np.array([0.0, 0.1, 0.9])) == pytest.approx([h(0.25)] * 3)

    def pooled(weights):
        return sum(float(found.risk(weights, flip)) for flip in found.flips)

    for step in ((1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3)):
        assert pooled(least) < pooled(Weights(least.shape + step[0], least.colour + step[1]))


def test_risk_by_drawing_samples():
    rng, n = np.random.default_rng(0), 400_000
    s = rng.choice([-1, 1], n)
    y = s * np.where(rng.random(n) < 0.25, -1, 1)
    c = y * np.where(rng.random(n) < 0.9, -1, 1)
    losses = -np.log(expit(y * (0.8 * s + 1.3 * c)))
    found = float(Environments(0.25, (0.1, 0.2)).risk(Weights(0.8, 1.3), 0.9))
    assert found == pytest.approx(losses.mean(), abs=4 * losses.std() / math.sqrt(n))


def test_the_penalty_leads_from_least_risk_to_the_invariant_predictor():
    found = Environments(0.25, (0.1, 0.2))
    none, strong = found.penalised(0), found.penalised(1e7)
    assert (none.shape, none.colour) == pytest.approx((found.least_risk().shape, found.least_risk().colour), abs=1e-6)
    assert (strong.shape, strong.colour) == pytest.approx((math.log(3), 0), abs=1e-3)
    colours = [found.penalised(penalty).colour for penalty in (0, 10, 100, 1000, 1e5)]
    assert colours == sorted(colours, reverse=True)
    assert float(found.risk(none, 0.9)) > 1.3 > 0.57 > float(found.risk(strong, 0.9))


def test_a_predictor_without_penalty_need_not_be_invariant():
    # two environments in which another predictor has no slope either, and less risk (kamath2021)
    found = Environments(0.05, (0.2, 0.25))
    strong = found.penalised(1e7)
    assert (strong.shape, strong.colour) == pytest.approx((math.log(19), 2.0403), abs=2e-3)
    assert sum(float(found.risk(strong, flip)) for flip in found.flips) < 2 * h(0.05) - 0.03
    step = 1e-5
    for flip in found.flips:
        high, low = (
            float(found.risk(Weights(w * strong.shape, w * strong.colour), flip)) for w in (1 + step, 1 - step)
        )
        assert (high - low) / (2 * step) == pytest.approx(0, abs=2e-3)


@pytest.mark.parametrize("noise, flips", [(0.0, (0.1, 0.2)), (0.2, (0.1,)), (0.2, (0.1, 1.0)), (math.nan, (0.1, 0.2))])
def test_environments_refuse(noise, flips):
    with pytest.raises(InputError, match="two environments or more"):
        Environments(noise, flips)


def test_a_negative_penalty_is_refused():
    with pytest.raises(InputError, match="penalty"):
        Environments(0.2, (0.1, 0.2)).penalised(-1.0)


def test_dependence_is_that_of_the_measure():
    rng = np.random.default_rng(0)
    for n in (6, 7, 150):
        x = rng.standard_normal(n)
        y = x**2 + rng.standard_normal(n)
        assert dependence(x, y).value == pytest.approx(HSIC()(x[:, None], y[:, None]).value, rel=1e-12)
    ties, y = np.repeat(np.arange(5.0), 8), rng.standard_normal(40)
    assert dependence(ties, y).value == pytest.approx(HSIC()(ties[:, None], y[:, None]).value, rel=1e-12)


def test_the_null_of_the_dependence_by_permutation():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal(120), rng.exponential(size=120)
    found = [dependence(x, rng.permutation(y)) for _ in range(600)]
    values = np.array([one.value for one in found])
    assert found[0].expected == pytest.approx(values.mean(), abs=3 * values.std() / math.sqrt(600))
    chances = np.array([one.p_value for one in found])
    for level in (0.05, 0.2, 0.5):
        assert (chances < level).mean() == pytest.approx(level, abs=4 * math.sqrt(level * (1 - level) / 600) + 0.01)
    assert dependence(x, x).p_value < 1e-12


@pytest.mark.parametrize("x, y", [(np.zeros(9), np.arange(9.0)), (np.arange(5.0), np.arange(5.0)),
                                  (np.arange(9.0), np.arange(8.0)), (np.zeros((9, 1)), np.zeros((9, 1)))])  # fmt: skip
def test_dependence_refuses(x, y):
    with pytest.raises(SampleError):
        dependence(x, y)


def test_the_fit_recovers_mean_and_deviation():
    rng, n = np.random.default_rng(2), 4000
    x = rng.uniform(-2, 2, n)
    mean, deviation = np.sin(2 * x), 0.2 + 0.1 * x**2
    y = mean + deviation * rng.standard_normal(n)
    found = fitted(x, y)
    # of a normal distribution with the right mean and deviation
    known = -np.log(deviation / y.std()).mean() - math.log(2 * math.pi * math.e) / 2
    assert found.likelihood == pytest.approx(known, abs=0.03)
    middle = np.abs(x) < 1.7
    assert np.corrcoef(found.residual[middle], ((y - mean) / deviation)[middle])[0, 1] > 0.99
    assert found.residual.mean() == pytest.approx(0, abs=0.02) and found.residual.std() == pytest.approx(1, abs=0.02)


def test_the_likelihood_has_one_top():
    x, y = pair(200, 0.5, 0.5)
    x, y = ((v - v.mean()) / v.std() for v in (x, y))
    problem = _Problem.of(_splines(x), y)
    best = problem.best()
    top = problem.value(best)
    rng = np.random.default_rng(0)
    for _ in range(200):  # nothing is higher, and half-way to anything is higher than the mean of both
        other = np.stack([rng.standard_normal(8) * 3, rng.exponential(size=8) + 0.01])
        value = problem.value(other)
        assert value < top
        assert problem.value((best + other) / 2) >= (value + top) / 2 - 1e-12
    step = 1e-6 * rng.standard_normal((2, 8))
    assert problem.value(best + step) == pytest.approx(top, abs=1e-9)


def test_splines_are_shares():
    basis = _splines(np.random.default_rng(0).standard_normal(100))
    assert basis.shape == (100, 8) and basis.min() >= 0
    assert basis.sum(1) == pytest.approx(np.ones(100))
    assert PRIOR < 0.1


def test_splines_are_those_of_scipy():
    x = np.random.default_rng(1).standard_normal(200)
    inner = np.quantile(x, np.linspace(0, 1, 6))
    knots = np.concatenate([np.repeat(inner[0], 3), inner, np.repeat(inner[-1], 3)])
    assert _splines(x) == pytest.approx(BSpline.design_matrix(x, knots, 3).toarray(), abs=1e-14)


def less_left(found: Directions) -> bool:
    """Whether the residuals know less of the first column as cause."""
    return found.forward.dependence.value < found.backward.dependence.value


def likelier(found: Directions) -> bool:
    """Whether the effect is likelier with the first column as cause."""
    return found.forward.likelihood > found.backward.likelihood


@pytest.mark.parametrize("bend, spread, right", [(0.5, 0.0, 20), (0.0, 1.0, 18), (0.5, 0.5, 20)])
def test_the_direction_is_found_where_it_can_be(bend, spread, right):
    found = [directions(*pair(300, bend, spread, seed)) for seed in range(20)]
    assert sum(map(less_left, found)) >= right and sum(map(likelier, found)) >= right
    assert sum(less_left(directions(*pair(300, bend, spread, seed)[::-1])) for seed in range(20)) <= 20 - right


def test_a_normal_pair_has_no_direction():
    found = [directions(*pair(300, 0, 0, seed)) for seed in range(40)]
    # 40 coin flips: between 11 and 29 with a chance above 0.99
    assert 11 <= sum(map(less_left, found)) <= 29 and 11 <= sum(map(likelier, found)) <= 29
    assert min(min(one.forward.dependence.p_value, one.backward.dependence.p_value) for one in found) > 0.05


def test_scale_and_shift_do_not_matter():
    x, y = pair(150, 0.4, 0.3)
    one, two = directions(x, y), directions(1e3 * x - 7, -0.02 * y + 5)
    assert one.forward.dependence.value == pytest.approx(two.forward.dependence.value, rel=1e-6)
    assert one.backward.likelihood == pytest.approx(two.backward.likelihood, abs=1e-8)


@pytest.mark.parametrize("x, y", [(np.arange(31.0), np.arange(31.0)), (np.arange(40.0), np.arange(41.0)),
                                  (np.arange(40.0), np.arange(40.0) % 8)])  # fmt: skip
def test_fit_refuses(x, y):
    with pytest.raises(SampleError):
        fitted(x, y)
