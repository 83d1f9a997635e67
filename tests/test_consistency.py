"""The laws that every information obeys, and estimators that break them."""

import numpy as np
import pytest

import explorer
from explorer.distributions import BinarySymmetricChannel, BivariateNormal, DiscreteTable, HalfCube, MultivariateNormal
from explorer.estimators import KSG, GaussianCopula, PlugIn
from explorer.reliability.consistency import consistency


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


def test_a_part_that_is_refused_says_nothing() -> None:
    """Half of twelve samples is too few for k = 8."""
    entry = KSG(k=8)
    rng = np.random.default_rng(0)
    samples = entry.checked(rng.normal(size=12), rng.normal(size=12))
    assert "additivity" not in [check.law for check in consistency(entry, samples, 0.0)]
