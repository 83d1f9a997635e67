"""What every score of codes against factors must do, whichever it is: limits, order, odd data, details, chance."""

import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from disentangled_codes import merged, noisy, perfect, rotated

import explorer
from explorer.catalogue import measures
from explorer.errors import InputError, SampleError
from explorer.result import to_json

ENTRIES = tuple(name for name in measures if measures[name].against == "factors")
VIEWS = ("factors", "latents", "both", "code")
QUICK = {"factor_vae_score": {"train": 600, "test": 600}, "beta_vae_score": {"train": 600, "test": 600}}
"""Settings with which the others of the same entry are tried."""

every_entry = pytest.mark.parametrize("name", ENTRIES)


def given(name: str, z: np.ndarray):
    """The code as the entry takes it: with a little noise of its own where it needs some."""
    return (z, np.full(z.shape, 1e-3)) if measures[name].posterior == "needed" else z


def read(name: str, z, v, **settings):
    return explorer.measure(given(name, np.asarray(z, float)), v, measure=name, **{"null": False} | settings)


def anyhow(name: str, z, v, **settings):
    """The score, or the sentence of a refusal."""
    try:
        score = read(name, z, v, **settings)
    except InputError as refusal:
        assert re.fullmatch(r"[^\n]{20,400}", str(refusal)), refusal
        return str(refusal)
    assert math.isfinite(score.value)
    return score


def code(n: int = 240, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Four factors of 4 levels, each in a noisy latent, two latents of noise, and a dead one at the end."""
    z, v = noisy(n, 0.3, 4, seed)
    return np.c_[z, np.full(n, 0.7)], v


MOVES = {
    "mig_posterior": (0.03, 1e-9),  # 240 samples of each latent, drawn in another order
    "dci": (0.07, 0.07),  # the trees of a factor, and its split; of a latent of noise twice as far
    "explicitness": (1e-6, 0.02),  # the split of a factor: areas of 72 held-out rows
    "sap": (1e-9, 0.08),  # likewise: shares of 72 rows deviate by 0.05
}
"""How far values may move when latents, and when factors, change places: what draws takes others for a column."""


def near(name: str, which: int) -> float:
    """For latents (0) or factors (1) in another order."""
    return MOVES.get(name, (1e-9, 1e-9))[which]


def matched(name: str) -> dict:
    """Settings that ask for no order of the latents."""
    choices = {s.name: s.choices for s in measures.card(name).settings}
    return QUICK.get(name, {}) | ({"assignment": "hungarian"} if "hungarian" in choices.get("assignment", ()) else {})


@every_entry
@pytest.mark.parametrize("which", [perfect, rotated, merged, code])
def test_codes_give_a_finite_value_within_limits(name, which):
    z, v = which()
    score = anyhow(name, z, v)
    if isinstance(score, str):  # such as one that needs a latent without a factor
        assert which in (rotated, merged)
        return
    low, high = measures[name].limits
    assert (low is None or score.value >= low - 1e-9) and (high is None or score.value <= high + 1e-9)


@every_entry
def test_details_follow_one_convention(name):
    z, v = code()
    details = read(name, z, v).details
    assert json.loads(to_json(details))
    assert details["dead"] == 1
    if "per_factor" in details:
        assert len(details["per_factor"]) == v.shape[1]
    if "per_unit" in details:
        assert len(details["per_unit"]) == z.shape[1] and details["per_unit"][-1] is None
    if "matrix" in details:
        assert np.array(details["matrix"], float).shape == (z.shape[1], v.shape[1])
    assert "per_factor" in details or "per_unit" in details


@every_entry
def test_it_says_what_it_goes_over_and_what_it_misses(name):
    entry = measures[name]
    assert entry.view in VIEWS
    assert entry.misses[0].isupper() and entry.misses.endswith(".") and ". " not in entry.misses
    assert 40 < len(entry.misses) <= 125


@every_entry
def test_latents_in_another_order(name):
    z, v = code()
    order = np.random.default_rng(1).permutation(z.shape[1])
    plain, moved = (read(name, one, v, **matched(name)) for one in (z, z[:, order]))
    assert moved.value == pytest.approx(plain.value, abs=near(name, 0))
    if "per_unit" in plain.details:
        before = np.array(plain.details["per_unit"], float)[order]
        after = np.array(moved.details["per_unit"], float)
        assert after == pytest.approx(before, abs=2 * near(name, 0), nan_ok=True)


@every_entry
def test_factors_in_another_order(name):
    z, v = code()
    order = np.array([2, 0, 3, 1])
    plain, moved = (read(name, z, one, **matched(name)) for one in (v, v[:, order]))
    assert moved.value == pytest.approx(plain.value, abs=near(name, 1))
    if "per_factor" in plain.details:
        before = np.array(plain.details["per_factor"], float)[order]
        after = np.array(moved.details["per_factor"], float)
        assert after == pytest.approx(before, abs=2 * near(name, 1), nan_ok=True)


@every_entry
def test_text_and_tables_are_read_as_levels(name):
    z, v = code()
    plain = read(name, z, v).value
    words = np.array(["a", "b", "c", "d"])[v]
    frame = pd.DataFrame(words, columns=["shape", "size", "turn", "place"])
    columns = {"shape": words[:, 0], "size": v[:, 1], "turn": words[:, 2], "place": v[:, 3] / 10}
    for one in (words, frame, columns, frame.astype("category")):
        assert read(name, z, one).value == pytest.approx(plain, abs=1e-9)
    real = read(name, z, np.column_stack([v[:, :3], v[:, 3] + 0.01 * z[:, 5]]))
    assert math.isfinite(real.value)


@every_entry
def test_real_factors_are_taken(name):
    rng = np.random.default_rng(0)
    v = rng.normal(size=(300, 2))
    z = np.c_[v + 0.05 * rng.normal(size=v.shape), rng.normal(size=(300, 1))]
    assert math.isfinite(read(name, z, v).value)
    assert math.isfinite(read(name, z, np.c_[v[:, 0], rng.integers(0, 3, 300)]).value)


ODD = {
    "one factor": lambda z, v: (z, v[:, 0]),
    "one latent": lambda z, v: (z[:, :1], v),
    "one of each": lambda z, v: (z[:, :1], v[:, :1]),
    "as many latents as factors": lambda z, v: (z[:, :4], v),
    "more factors than latents": lambda z, v: (z[:, :2], v),
    "more latents than samples": lambda z, v: (np.random.default_rng(0).normal(size=(30, 40)), v[:30]),
    "twenty samples": lambda z, v: (z[:20], v[:20]),
    "two samples": lambda z, v: (z[:2], np.array([[0, 1], [1, 0]])),
    "five samples": lambda z, v: (z[:5], v[:5]),
    "every level once": lambda z, v: (z, np.c_[np.arange(len(z)), v[:, 0]]),
    "a rare level": lambda z, v: (z, np.where(np.arange(len(z))[:, None] == 5, 9, v)),
    "a constant factor": lambda z, v: (z, np.c_[v, np.ones(len(v))]),
    "constant latents": lambda z, v: (np.ones_like(z), v),
    "all but one dead": lambda z, v: (np.where(np.arange(7) == 1, z, 3.0), v),
    "equal factors": lambda z, v: (z, np.c_[v, v]),
    "equal latents": lambda z, v: (np.c_[z, z], v),
    "an outlier": lambda z, v: (np.where(np.arange(len(z))[:, None] == 7, 1e9, z), v),
    "a tiny unit": lambda z, v: (1e-150 * z, v),
    "a large unit": lambda z, v: (1e12 * z, v),
    "far from zero": lambda z, v: (z + 1e9, v),
    "two levels": lambda z, v: (z, v > 1),
}


@every_entry
@pytest.mark.parametrize("case", ODD)
def test_odd_data_give_a_value_or_a_sentence(name, case):
    found = anyhow(name, *ODD[case](*code()), **QUICK.get(name, {}))
    if case == "constant latents":
        assert "never change" in found
    if case == "a constant factor":
        assert any(doubt.rule == "constant factor" for doubt in found.warnings)
    if case == "all but one dead" and not isinstance(found, str):
        assert found.details["dead"] == 6


@every_entry
def test_bad_data_are_refused(name):
    z, v = code()
    hole = z.copy()
    hole[7, 1] = np.nan
    for bad, rule in (
        ((hole, v), "row 7"),
        ((z, v[:100]), "100"),
        ((z[:0], v[:0]), "empty"),
        ((z, np.ones_like(v)), "never change"),
        ((z, np.where(np.arange(len(v))[:, None] == 3, np.nan, v)), "row 3"),
    ):
        with pytest.raises(SampleError, match=rule):
            read(name, *bad)
    with pytest.raises(InputError, match="needs y"):
        read(name, z, None)
    with pytest.raises(InputError):
        explorer.measure(np.array([["a", "b"]] * 9), v[:9], measure=name)


@every_entry
def test_the_seed_decides(name):
    z, v = noisy(200)
    one, again, other = (read(name, z, v, seed=seed, **QUICK.get(name, {})) for seed in (3, 3, 4))
    assert one.value == again.value and to_json(one.details) == to_json(again.details)
    assert measures[name].random or one.value == other.value


@every_entry
def test_a_code_of_factors_is_evidence_and_shuffled_rows_are_not(name):
    """At 5 % both of two shuffles are significant by chance once in 400."""
    z, v = code(160)
    settings = QUICK.get(name, {}) | {"null": True}
    assert read(name, z, v, **settings).null.p_value <= 0.05
    orders = [np.random.default_rng(i).permutation(len(v)) for i in range(2)]
    assert sum(read(name, z, v[order], **settings).null.p_value <= 0.05 for order in orders) <= 1


CHANCE = {
    **dict.fromkeys(("mig", "mig_sup", "mig_posterior", "rmig", "sap", "dci", "dmig", "xmig", "dlig"), 0.0),
    "explicitness": 0.5,
    "factor_vae_score": 0.25,
    "beta_vae_score": 0.25,
}


@pytest.mark.parametrize("name", CHANCE)
def test_shuffled_rows_read_what_chance_does(name):
    """Informations of 20 cells and 4 levels are biased by 57 / 2n = 0.019 alike: their gaps are below that."""
    z, v = code(1500)
    order = np.random.default_rng(8).permutation(len(v))
    assert read(name, z, v[order]).value == pytest.approx(CHANCE[name], abs=0.06)


def test_details_name_the_factors_that_were_scored():
    rng = np.random.default_rng(0)
    v = {"a": rng.integers(0, 3, 200), "still": np.ones(200, int), "b": rng.integers(0, 3, 200)}
    score = explorer.measure(np.c_[v["a"], v["b"]] + 0.1, v, measure="mig", null=False)
    assert score.details["factors"] == ["a", "b"] and len(score.details["per_factor"]) == 2
