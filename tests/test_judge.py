"""Intervals, the rules that fire, and the words of the verdict."""

import ast
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

import explorer
from explorer.distributions import (
    BivariateNormal,
    HalfCube,
    HeavyTails,
    LabelledClusters,
    MultivariateNormal,
    Parabola,
    Rounded,
    StudentT,
    ZeroInflated,
)
from explorer.errors import InputError
from explorer.estimators import KSG, Gaussian, GaussianCopula, PlugIn
from explorer.reliability.interval import LEVEL, Interval, interval_of
from explorer.result import Doubt, Estimate, Null, off

rng = np.random.default_rng(0)


def rules(result: Estimate) -> list[str]:
    return [doubt.rule for doubt in result.warnings if not doubt.note]


def covered(entry, truth, n: int, tries: int) -> float:
    found = []
    for seed in range(tries):
        samples = entry.checked(*truth.sample(n, seed))
        interval = interval_of(entry, samples, entry.on(samples).nats, seed)
        found.append(interval.low <= truth.nats <= interval.high)
    return float(np.mean(found))


@pytest.mark.parametrize(
    ("entry", "truth", "n"),
    [
        (GaussianCopula(), HalfCube(dim=3, rho=0.6), 400),
        (KSG(), BivariateNormal(rho=0.6), 400),
        (KSG(margins="gauss"), MultivariateNormal(dim=2, rho=0.5), 3000),
    ],
    ids=str,
)
def test_intervals_cover(entry, truth, n: int) -> None:
    """At level 0.9; 60 tries have a standard error of 0.04 below it."""
    assert covered(entry, truth, n, 60) >= LEVEL - 0.1


def test_the_jackknife_is_its_formula() -> None:
    x, y = BivariateNormal().sample(200)
    entry = Gaussian()
    samples = entry.checked(x, y)
    value = entry.on(samples).nats
    order = np.random.default_rng(5).permutation(200)
    left = [np.setdiff1d(order, group) for group in np.array_split(order, 10)]
    read = np.array([entry(x[rows], y[rows]).nats for rows in left])
    expected = np.sqrt(0.9 * np.square(read - read.mean()).sum())
    found = interval_of(entry, samples, value, seed=5)
    assert found.standard_error == pytest.approx(expected, abs=1e-12)
    assert found.low < value < found.high


def test_blocks_take_over_where_samples_are_many() -> None:
    """The deviation over blocks is near the true one, rho / sqrt(n) for a normal pair."""
    entry, truth = GaussianCopula(), BivariateNormal(rho=0.8)
    samples = entry.checked(*truth.sample(20_000))
    found = interval_of(entry, samples, entry.on(samples).nats)
    assert found.standard_error == pytest.approx(0.8 / np.sqrt(20_000), rel=0.5)  # from 20 blocks: 16 %


def test_drift_points_to_the_truth_in_many_columns() -> None:
    truth = MultivariateNormal(dim=5, rho=0.7)
    entry = KSG()
    samples = entry.checked(*truth.sample(1000))
    value = entry.on(samples).nats
    found = interval_of(entry, samples, value)
    assert value < truth.nats and found.bias < 0.5 * (value - truth.nats) < 0
    assert found.high > value + 3 * found.standard_error


@pytest.mark.parametrize(
    ("estimator", "truth", "n", "rule"),
    [
        ("ksg", MultivariateNormal(dim=10, rho=0.85), 1000, "few samples"),
        ("ksg", HeavyTails(dim=2, rho=0.8, alpha=0.3), 500, "disagreement"),
        ("gaussian", StudentT(dim=5, df=2.0), 1000, "disagreement"),
        ("gaussian_copula", Parabola(noise=0.1), 500, "disagreement"),
    ],
)
def test_estimates_that_are_off_say_so(estimator: str, truth, n: int, rule: str) -> None:
    result = explorer.estimate(*truth.sample(n), estimator=estimator, null=False)
    assert off(result.nats, truth.nats)
    assert rule in rules(result) and result.verdict.startswith("Doubtful: ")


def test_disagreement_tells_both_numbers_and_why() -> None:
    result = explorer.estimate(*HeavyTails(dim=1, rho=0.8, alpha=0.3).sample(500), estimator="gaussian", null=False)
    text = next(doubt.text for doubt in result.warnings if doubt.rule == "disagreement")
    assert text.startswith("gaussian reads ") and " bits) where " in text and "columns have heavy tails" in text


@pytest.mark.parametrize("estimator", ["auto", "ksg", "gaussian", "gaussian_copula"])
def test_good_estimates_are_left_alone(estimator: str) -> None:
    result = explorer.estimate(*BivariateNormal(rho=0.75).sample(1000), estimator=estimator)
    assert rules(result) == [] and result.verdict == "No rule fired."
    assert result.interval is not None and result.level == LEVEL and result.standard_error is not None


def test_constants_carry_exactly_nothing_and_it_is_said() -> None:
    for x, y in ((np.ones(100), rng.normal(size=100)), (rng.normal(size=100), np.ones(100))):
        for estimator in ("auto", "ksg", "gaussian", "mixed_ksg"):
            result = explorer.estimate(x, y, estimator=estimator, x_kind="continuous", y_kind="continuous")
            assert result.nats == 0.0 and rules(result) == ["constant"]


@pytest.mark.parametrize("of", [lambda x: x[:, :1] ** 2, lambda x: x.sum(1), lambda x: np.tanh(x @ np.ones((3, 4)))])
def test_functions_carry_no_finite_information_and_it_is_said(of) -> None:
    x = rng.normal(size=(1000, 3))
    assert "deterministic" in rules(explorer.estimate(x, of(x), null=False))
    noisy = of(x).reshape(1000, -1) + 0.5 * rng.normal(size=(1000, 1))
    assert "deterministic" not in rules(explorer.estimate(x, noisy, null=False))


def test_few_samples_are_imprecise() -> None:
    """With 60 samples of three columns a side, no value is worth more than its interval."""
    found = [explorer.estimate(*MultivariateNormal(3, 0.6).sample(60, seed), null=False) for seed in range(10)]
    missed = [one for one in found if off(one.nats, MultivariateNormal(3, 0.6).nats)]
    assert missed and np.mean(["Doubtful" in one.verdict for one in missed]) >= 0.9


@pytest.mark.parametrize("estimator, settings", [("infonce", {"steps": 60}), ("minde", {"steps": 60}), ("mist", {})])
def test_an_interval_of_the_estimators_own_is_imprecise_too(estimator: str, settings: dict) -> None:
    x, y = BivariateNormal(0.8).sample(48)
    result = explorer.estimate(x, y, estimator=estimator, null=False, **settings)
    low, high = result.interval
    assert off(max(high, 2 * result.nats - low), result.nats) and "imprecise" in rules(result)


def test_an_interval_below_zero_found_nothing() -> None:
    from explorer.reliability.rules import fired

    samples = KSG().checked(*rng.normal(size=(2, 500, 1)))
    for high, expected in ((-0.001, ["negative"]), (0.001, [])):
        said = list(fired(KSG(), samples, -0.01, Interval(-0.019, high, 0.006, 0.0, 0.009), None))
        assert [doubt.rule for doubt in said] == expected and all(doubt.note for doubt in said)


def test_copies_and_handfuls_are_named() -> None:
    x, y = BivariateNormal().sample(250)
    assert "copies" in rules(explorer.estimate(np.tile(x, (4, 1)), np.tile(y, (4, 1)), null=False))
    assert "copies" not in rules(explorer.estimate(*Rounded(step=0.5).sample(1000), null=False))
    assert "few samples" in rules(explorer.estimate(x[:5], y[:5]))


def test_ties_in_single_columns_are_seen() -> None:
    """Whole rows repeat seldom in five columns, each of which has its atom."""
    truth = ZeroInflated(dim=5)
    result = explorer.estimate(*truth.sample(1000), null=False)
    assert result.details["chosen"].startswith("mixed_ksg")
    assert not off(result.nats, truth.nats) or "few samples" in rules(result)


def test_labels_read_as_places_are_doubted() -> None:
    x, y = LabelledClusters(classes=5, dim=2, layout="ring").sample(500)
    assert "labels" in rules(explorer.estimate(x, y, estimator="gaussian", null=False))
    assert "labels" not in rules(explorer.estimate(x, y, estimator="ross", null=False))


def test_more_than_the_label_has_is_doubted() -> None:
    from explorer.reliability.rules import fired

    entry = PlugIn()
    samples = entry.checked(rng.integers(0, 50, 100), rng.integers(0, 2, 100))
    assert [doubt.rule for doubt in fired(entry, samples, 0.9, None, None)] == ["above entropy"]
    assert not list(fired(entry, samples, 0.5, None, None))


def test_a_part_that_is_refused_leaves_the_estimate() -> None:
    """Eight neighbours are there among twelve samples and not among six."""
    x, y = rng.normal(size=(2, 12))
    result = explorer.estimate(x, y, estimator="ksg", k=8)
    assert result.nats == KSG(k=8)(x, y).nats and result.interval is None
    said = next(doubt.text for doubt in result.warnings if doubt.rule == "no interval")
    assert said == "Parts of the samples were refused: ksg needs more than k=8 samples; got 6"


def test_words_of_the_verdict() -> None:
    good, doubtful = Estimate("I(X;Y)", 0.5), Estimate("I(X;Y)", 0.5, warnings=(Doubt("ties", "t"), Doubt("ties", "u")))
    assert good.verdict == "No rule fired." and doubtful.verdict == "Doubtful: ties."
    chance = Estimate("I(X;Y)", 0.01, null=Null(0.0, 0.02, 0.4, 20), warnings=(Doubt("null", "n", note=True),))
    assert chance.verdict.startswith("No evidence of dependence (p = 0.4)")


@pytest.mark.parametrize("change", [{"null": False}, {"interval": False}])
def test_what_is_not_asked_for_is_not_computed(change: dict) -> None:
    result = explorer.estimate(*BivariateNormal().sample(100), estimator="ksg", **change)
    assert (result.null is None) == ("null" in change) and (result.interval is None) == ("interval" in change)


def test_entropies_have_intervals_too() -> None:
    result = explorer.estimate(rng.normal(size=500), estimator="kozachenko_leonenko")
    assert result.quantity == "h(X)" and result.interval is not None
    low, high = result.interval
    assert low < 0.5 * np.log(2 * np.pi * np.e) < high
    with pytest.raises(InputError, match=r"z=\.\.\. is a condition"):
        explorer.estimate(rng.normal(size=50), z=rng.normal(size=50))


def test_the_callers_random_state_is_left_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    explorer.estimate(*BivariateNormal().sample(80))
    assert torch.equal(torch.rand(2), expected)


def test_real_columns_of_few_values_hold_no_more_than_their_entropy() -> None:
    from explorer.reliability.rules import fired

    x, noise = np.random.default_rng(0).normal(size=(2, 2000))
    for y, doubted in (((x > 0).astype(float), True), (x + noise, False)):
        samples = GaussianCopula().checked(x, y)
        found = {one.rule: one.text for one in fired(GaussianCopula(), samples, 0.9, None, None)}
        assert ("above entropy" in found) == doubted
        assert not doubted or "above the entropy 0.693" in found["above entropy"]


@pytest.mark.parametrize("room", ["estimators", "measures/disentanglement", "reliability"])
def test_informations_in_the_texts_of_doubts_are_told_in_both_units(room: str) -> None:
    """A number before " nats" is of a text that is read on pages in bits too: `in_both` writes it."""
    said = []
    for path in (Path(explorer.__file__).parent / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            for number, after in pairwise(node.values) if isinstance(node, ast.JoinedStr) else ():
                if isinstance(number, ast.FormattedValue) and isinstance(after, ast.Constant):
                    said += [f"{path.name}:{node.lineno}"] if str(after.value).startswith((" nats", " bits")) else []
    assert said == []
