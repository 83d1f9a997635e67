"""What every measure must do, whichever it is: limits, invariance, symmetry, metrics, bad input, plain details."""

import json
import math

import numpy as np
import pytest
import torch
from measure_cases import ALONE, ENTRIES, LABELLED, PAIRS, WITH_Y, cloud, every_measure, every_pair, given, separable

import explorer
from explorer.catalogue import measures
from explorer.errors import InputError, SampleError, UnitError
from explorer.result import to_json
from explorer.settings import Setting


@every_measure
def test_a_score_knows_all_about_itself(name):
    score = explorer.measure(*given(name), measure=name)
    assert math.isfinite(score.value) and score.n == 120 and score.dim and score.seconds > 0
    assert score.unit == measures[name].unit and score.settings == measures[name]().settings
    assert json.loads(to_json(score.to_dict()))["measure"] == name
    low, high = measures[name].limits
    assert low is None or score.value >= low - 1e-9
    assert high is None or score.value <= high + 1e-9


@every_measure
def test_details_are_plain_and_have_their_lengths(name):
    score = explorer.measure(*given(name), measure=name)
    if "per_unit" in score.details:
        assert len(score.details["per_unit"]) == score.dim
    if "per_class" in score.details:
        assert len(score.details["per_class"]) == 3
    if "spectrum" in score.details:
        assert list(score.details["spectrum"]) == sorted(score.details["spectrum"], reverse=True)


@every_measure
def test_the_seed_decides(name):
    data = given(name)
    first, again = (float(explorer.measure(*data, measure=name, seed=5)) for _ in range(2))
    other = float(explorer.measure(*data, measure=name, seed=6))
    assert first == again
    assert measures[name].random or first == other
    before = torch.random.get_rng_state()
    explorer.measure(*data, measure=name)
    assert torch.equal(before, torch.random.get_rng_state())


@every_measure
def test_order_of_samples_does_not_matter(name):
    if measures[name].random:
        pytest.skip("draws samples by their place")
    data = given(name)
    order = np.random.default_rng(1).permutation(len(data[0]))
    moved = explorer.measure(*(part[order] for part in data), measure=name)
    assert float(moved) == pytest.approx(float(explorer.measure(*data, measure=name)), abs=1e-7)


@every_measure
def test_lists_tensors_and_single_precision_are_taken(name):
    z, *y = given(name)
    single = z.astype(np.float32)
    there = float(explorer.measure(single, *y, measure=name))
    assert float(explorer.measure(single.tolist(), *(part.tolist() for part in y), measure=name)) == there
    assert float(explorer.measure(torch.tensor(single), *map(torch.tensor, y), measure=name)) == there


def _turned(z):
    return z @ np.linalg.qr(np.random.default_rng(3).normal(size=(z.shape[1],) * 2))[0]


def _linear(z):
    return z @ (np.eye(z.shape[1]) + 0.6 * np.random.default_rng(4).normal(size=(z.shape[1],) * 2))


MAPS = {
    "shift": lambda z: z + np.linspace(-2, 3, z.shape[1]),
    "scaling": lambda z: 3.0 * z,
    "stretching": lambda z: z * np.linspace(0.3, 3, z.shape[1]),
    "rotation": _turned,
    "linear": _linear,
    "permutation": lambda z: z[:, ::-1],
    "copies": lambda z: np.repeat(z, 2, axis=1),
}


@pytest.mark.parametrize(("name", "which"), [(name, one) for name in ENTRIES for one in measures[name].invariant])
def test_invariance(name, which):
    z, *y = given(name)
    before, after = (float(explorer.measure(one, *y, measure=name)) for one in (z, MAPS[which](z)))
    assert after == pytest.approx(before, abs=1e-6, rel=1e-6)  # arccos near 1 and whitening lose half the digits


@pytest.mark.parametrize(("name", "which"), [(name, one) for name in ENTRIES for one in measures[name].sensitive])
def test_sensitivity(name, which):
    z, *y = given(name)
    before, after = (float(explorer.measure(one, *y, measure=name)) for one in (z, MAPS[which](z)))
    assert abs(after - before) > 1e-3


@every_pair
def test_a_representation_and_itself(name):
    entry = measures[name]
    if entry.tracks:
        pytest.skip("compares a layer with itself at an earlier step")
    z, _ = given(name)
    alike = float(explorer.measure(z, z, measure=name))
    noise = np.random.default_rng(9).normal(size=z.shape)
    unlike = float(explorer.measure(z, noise, measure=name))
    if entry.distance:
        assert abs(alike) < 0.02 * max(1.0, abs(unlike)) and unlike > alike  # estimators of few samples are not exact
    else:
        assert alike > unlike
        high = entry.limits[1]
        assert high is None or entry.random or alike == pytest.approx(high, abs=1e-6)


PAIRS_CHOSEN = [
    (name, {s.name: one})
    for name in PAIRS
    for s in measures.card(name).settings
    for one in (s.choices or ([True, False] if s.type is bool else [s.default]))
] + [(name, {}) for name in PAIRS]


@pytest.mark.parametrize(("name", "chosen"), PAIRS_CHOSEN, ids=str)
def test_symmetry_and_triangle(name, chosen):
    entry = measures[name](**chosen)
    z, y = given(name)
    assert bool(entry.distance) == bool(measures[name].distance) and (entry.side == "low") == bool(entry.distance)
    if entry.symmetric:
        near = 1e-6 if "moments" in chosen.values() else 1e-8  # a quadratic program magnifies rounding there
        for one in (y, y[:, :4]):
            assert float(entry(z, one)) == pytest.approx(float(entry(one, z)), abs=near)
    if entry.distance == "metric":
        rng = np.random.default_rng(7)
        for _ in range(5):
            a, b, c = (rng.normal(size=(60, d)) + rng.normal(size=(60, 1)) for d in (3, 4, 5))
            assert float(entry(a, c)) <= float(entry(a, b)) + float(entry(b, c)) + 1e-7


@pytest.mark.parametrize("name", LABELLED)
def test_labels_that_are_told_are_evidence_and_shuffled_ones_are_not(name):
    """At 5 % more than one of four shuffles is significant by chance once in 70 measures."""
    z, labels = separable(name)
    assert explorer.measure(z, labels, measure=name, null=True).null.p_value <= 0.05
    z, labels = separable(name, 60)
    orders = [np.random.default_rng(i).permutation(labels) for i in range(4)]
    found = [explorer.measure(z, one, measure=name, null=True).null.p_value for one in orders]
    assert sum(p <= 0.05 for p in found) <= 1


@every_pair
def test_a_pair_that_is_alike_is_evidence(name):
    z, y = given(name)
    if measures[name].side == "both":
        pytest.skip("a change of a layer is no likeness of two")
    assert explorer.measure(z, y, measure=name, null=True).null.p_value == 0.05


@pytest.mark.parametrize("name", [name for name in LABELLED if measures[name].against != "labels"])
def test_classes_cut_from_values_have_names(name):
    z, labels = given(name)
    plain = explorer.measure(z, labels, measure=name, null=False).details
    assert "classes" not in plain
    for y in (z[:, 0], 1000 + 1e-3 * z[:, 0], z[:, :2], np.where(z[:, 0] > 0, 5.0, z[:, 0] / 10)):
        details = explorer.measure(z, y, measure=name, null=False).details
        called = details.get("classes", [])
        assert len(called) == len(set(called)) == len(details.get("per_class", []))
        assert all(isinstance(one, str) and len(one) < 40 for one in called)


@every_measure
def test_what_draws_nothing_leaves_the_random_state(name):
    data = given(name)
    for one in _drawless(name):
        before = torch.random.get_rng_state()
        one.value(*(part.values for part in one.checked(*data) if part))
        assert torch.equal(before, torch.random.get_rng_state())


def _drawless(name):
    settings = [{}, *({s.name: one} for s in measures.card(name).settings for one in s.choices)]
    return [entry for entry in (measures[name](**one) for one in settings) if not entry.draws]


@pytest.mark.parametrize("name", WITH_Y)
def test_a_missing_y_is_refused_in_one_sentence(name):
    with pytest.raises(InputError, match=f"{name} needs y"):
        explorer.measure(given(name)[0], measure=name)


@pytest.mark.parametrize("name", ALONE)
def test_a_needless_y_is_refused(name):
    with pytest.raises(InputError, match="takes z alone"):
        explorer.measure(given(name)[0], np.zeros(120), measure=name)


@every_measure
def test_bad_samples_are_refused(name):
    z, *y = given(name)
    hole = z.copy()
    hole[7, 1] = np.nan
    with pytest.raises(SampleError, match="row 7"):
        explorer.measure(hole, *y, measure=name)
    with pytest.raises(SampleError, match="empty"):
        explorer.measure(z[:0], *y, measure=name)
    if y:
        with pytest.raises(SampleError, match="119"):
            explorer.measure(z, y[0][:119], measure=name)
    with pytest.raises(SampleError, match="at least"):
        explorer.measure(z[:1], *(part[:1] for part in y), measure=name)


@every_measure
def test_constants_are_told_or_refused(name):
    z, *y = given(name)
    for one in (np.zeros_like(z), np.full_like(z, 1 / z.shape[1])):
        try:
            score = explorer.measure(one, *y, measure=name)
        except InputError as refusal:
            assert any(word in str(refusal) for word in ("constant", "never change", "coincide", "same", "apart"))
        else:
            assert math.isfinite(score.value)


@every_measure
def test_a_unit_that_is_no_information_has_no_nats(name):
    score = explorer.measure(*given(name), measure=name)
    if score.unit in ("bits", "nats"):
        assert score.bits == pytest.approx(score.nats / math.log(2))
    else:
        with pytest.raises(UnitError):
            _ = score.nats


def _ends(setting: Setting) -> list:
    if setting.choices:
        return list(setting.choices)
    if setting.type is bool:
        return [True, False]
    limits = [setting.type(end) for end in (setting.range.low, setting.range.high)] if setting.range else []
    return [*limits, *([None] if setting.optional else [])]


SETTINGS = [(name, s.name, end) for name in ENTRIES for s in measures.card(name).settings for end in _ends(s)]


@pytest.mark.ends
@pytest.mark.parametrize(("name", "setting", "end"), SETTINGS)
def test_both_ends_of_every_setting_give_a_number_or_a_sentence(name, setting, end):
    try:
        score = explorer.measure(*given(name, n=60), measure=name, **{setting: end})
    except InputError as refusal:
        assert len(str(refusal)) > 20
    else:
        assert math.isfinite(score.value)


@every_measure
def test_the_docstring_says_what_it_is(name):
    card = measures.card(name)
    assert card.summary.endswith(".") and len(card.summary) < 140
    assert all(setting.help for setting in card.settings)
    assert card.references
    assert set(measures[name].invariant) | set(measures[name].sensitive) <= set(MAPS)
    assert not set(measures[name].invariant) & set(measures[name].sensitive)


def test_the_cases_are_what_they_say():
    z, labels = cloud()
    assert z.shape == (120, 4) and set(labels) == {0, 1, 2} and set(PAIRS) <= set(WITH_Y)
