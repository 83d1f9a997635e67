"""The laws that every information obeys, and estimators that break them."""

import numpy as np
import pytest

import explorer
from explorer.catalogue import estimators
from explorer.distributions import BinarySymmetricChannel, BivariateNormal, DiscreteTable, HalfCube, MultivariateNormal
from explorer.estimators import KSG, GaussianCopula, PlugIn
from explorer.reliability.consistency import Check, consistency

LAWS = ["data processing", "additivity", "independence"]


def broken(entry, pair) -> list[str]:
    samples = entry.checked(*pair)
    return [check.law for check in consistency(entry, samples, entry.on(samples).nats) if not check.passed]


@pytest.mark.parametrize(
    ("entry", "truth"),
    [(GaussianCopula(), HalfCube(dim=3, rho=0.6)), (KSG(), BivariateNormal()), (PlugIn(), BinarySymmetricChannel())],
    ids=str,
)
def test_the_laws_hold_where_the_estimator_is_right(entry, truth) -> None:
    assert broken(entry, truth.sample(1000)) == []


def test_many_columns_break_additivity() -> None:
    """Ten columns side by side with ten others: nearest neighbours read less than the sum."""
    assert "additivity" in broken(KSG(), MultivariateNormal(dim=5, rho=0.8).sample(1000))


def test_sparse_tables_break_independence() -> None:
    assert "independence" in broken(PlugIn(), DiscreteTable(levels=30, strength=0.3).sample(400))


def test_a_value_below_what_noise_leaves_breaks_data_processing() -> None:
    entry = GaussianCopula()
    samples = entry.checked(*BivariateNormal(rho=0.9).sample(500))
    laws = {check.law: check for check in consistency(entry, samples, value=0.05)}
    assert not laws["data processing"].passed and "it breaks this law" in laws["data processing"].doubt.text


def test_they_are_asked_for_and_say_what_was_read() -> None:
    pair = BivariateNormal().sample(400)
    assert not [d for d in explorer.estimate(*pair, estimator="gaussian").warnings if d.rule == "additivity"]
    found = {d.rule: d for d in explorer.estimate(*pair, estimator="gaussian", laws=True).warnings}
    assert {"data processing", "additivity", "independence"} <= set(found)
    assert all(found[law].note and "as it must be" in found[law].text for law in ("additivity", "independence"))


def test_a_part_that_is_refused_is_said_to_be_untried() -> None:
    """Half of twelve samples is too few for k = 8."""
    entry = KSG(k=8)
    rng = np.random.default_rng(0)
    samples = entry.checked(rng.normal(size=12), rng.normal(size=12))
    laws = {check.law: check for check in consistency(entry, samples, 0.0)}
    assert list(laws) == LAWS and laws["additivity"].doubt.note
    assert laws["additivity"].doubt.text.startswith("This law was not tried: ") and "k=8" in laws["additivity"].untried


@pytest.mark.parametrize("name", ["total_correlation", "dual_total_correlation", "o_information"])
def test_what_variables_share_obeys_them_too(name) -> None:
    """Halves set side by side are twice as many variables, also where variables have several columns."""
    rng = np.random.default_rng(0)
    x = rng.multivariate_normal(np.zeros(5), 0.6 + 0.4 * np.eye(5), 2000)
    for groups in ("", "0-1,2,3+4"):
        found = explorer.estimate(x, estimator=name, groups=groups, laws=True, interval=False, null=False).warnings
        said = {one.rule: one for one in found if one.rule in LAWS}
        assert list(said) == LAWS and all(one.note for one in said.values())
        assert ("not tried: noise can raise Ω" in said["data processing"].text) == (name == "o_information")
        assert "With variables shuffled" in said["independence"].text
    bits = rng.integers(0, 8, (120, 4))
    sparse = explorer.estimate(bits, estimator=name, laws=True, interval=False, null=False).warnings
    assert not {one.rule: one.note for one in sparse}["independence"], "a sparse table reads much of nothing"


def test_no_law_is_passed_over_in_silence() -> None:
    x, y = BivariateNormal().sample(200)
    for given in ({"x": x, "estimator": "gaussian"}, {"x": x, "y": y, "z": x + y**2, "estimator": "gaussian"}):
        (said,) = [one for one in explorer.estimate(**given, laws=True).warnings if one.rule == "laws"]
        assert said.note and said.text.startswith("No law is tried on ")
    (said,) = [one for one in explorer.estimate(x, np.ones(200), laws=True).warnings if one.rule == "laws"]
    assert said.note and said.text == "No law is tried where a variable is constant: the information is 0."


SHORT = {"steps": 60, "batch": 64, "hidden": 16, "gradients": False}
LEARNED = [name for name in estimators if estimators[name].learned]


@pytest.mark.ends
@pytest.mark.parametrize("name", LEARNED)
def test_every_law_is_answered_by_what_trains(name) -> None:
    """Passed, broken or not tried, as its numbers say, whatever a short training reads."""
    short = {one.name: SHORT[one.name] for one in estimators.card(name).settings if one.name in SHORT}
    entry, rng = estimators[name](**short), np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    samples = entry.checked(x) if entry.by_column else entry.checked(x[:, :1], x[:, :1] + x[:, 1:2])
    checks = consistency(entry.bare, samples, entry.on(samples, 0).nats)
    assert [one.law for one in checks] == LAWS
    for one in checks:
        untried = one.law != "independence" if entry.ordered else entry.two_sided and one.law == "data processing"
        assert bool(one.untried) == untried and np.isfinite(one.read) != untried
        assert untried or one.passed == kept(one, 300), one
        assert one.doubt.note == one.passed and one.doubt.text


def kept(check: Check, n: int) -> bool:
    """Whether the numbers of a check obey its law."""
    apart = check.read - check.expected
    if check.law == "additivity":
        return abs(apart) <= max(0.1, 0.15 * abs(check.expected))
    return (apart if check.law == "data processing" else abs(apart)) <= 2 / n**0.5
