"""How every estimator is called: inputs, settings, cards and results."""

import inspect
import json
import typing
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pandas as pd
import pytest
import torch
from estimator_cases import CASES, Kinds, every_estimator, every_kind, pair_of

import explorer
from explorer.catalogue import estimators
from explorer.cells import Cells
from explorer.data import Recording
from explorer.errors import InputError, SampleError, SettingError, UnknownNameError
from explorer.plan import Plan
from explorer.result import to_json
from explorer.settings import Range, Setting

KEYS = [
    *("quantity", "nats", "bits", "interval", "level", "standard_error", "null", "bound", "warnings"),
    *("estimator", "settings", "n", "dim_x", "dim_y", "seconds", "device"),
    *("verdict", "notes", "details"),
]


def first_kind(name: str) -> Kinds:
    return next(kind for entry, kind in CASES if entry == name)


def samples(name: str, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    return pair_of(name, first_kind(name), n)


@every_kind
def test_result_is_plain_json(name: str, kind: Kinds) -> None:
    estimate = estimators[name]()
    plain = json.loads(to_json(estimate(*pair_of(name, kind, 60)).to_dict()), parse_constant=pytest.fail)
    assert list(plain) == KEYS
    assert plain["bits"] * np.log(2) == pytest.approx(plain["nats"])
    assert plain["bound"] in ("none", "lower", "upper")
    assert all(list(warning) == ["rule", "text"] for warning in plain["warnings"])
    assert (plain["estimator"], plain["settings"], plain["n"]) == (name, estimate.settings, 60)
    assert (plain["dim_x"], plain["dim_y"]) == tuple((estimate.columns or 3) if k == "continuous" else 1 for k in kind)


@every_kind
def test_containers_give_the_same_number(name: str, kind: Kinds) -> None:
    estimate = estimators[name]()
    x, y = pair_of(name, kind, 60)
    x = x.astype(np.float32).astype(float) if x.dtype == float else x  # what every container below can hold
    expected = estimate(x, y, x_kind=kind[0], y_kind=kind[1]).nats
    given: list[Any] = [
        x.tolist(),
        pd.DataFrame(x),
        torch.as_tensor(x),
        torch.as_tensor(x).requires_grad_(x.dtype == float),
    ]
    given += [torch.as_tensor(x).float()] if x.dtype == float else [pd.Series(x), pd.Series(x, dtype="category")]
    given += [x.astype(np.float32), np.asfortranarray(x), x[::-1][::-1]]
    for one in given:
        assert estimate(one, y, x_kind=kind[0], y_kind=kind[1]).nats == pytest.approx(expected, abs=1e-12)


def test_indexes_that_differ_are_said() -> None:
    x = pd.Series(np.random.default_rng(0).normal(size=60))
    y = (x + 1).sample(frac=1, random_state=0)
    rules = [doubt.rule for doubt in estimators["gaussian"]()(x, y).warnings]
    assert rules == ["index"] and not estimators["gaussian"]()(x, y.sort_index() + x**2).warnings


def _spoilt(x: np.ndarray, value: Any) -> np.ndarray:
    spoilt = x.astype(type(value) if isinstance(value, complex | float) else object)
    spoilt[3] = value
    return spoilt


BAD: dict[str, tuple[Callable[[np.ndarray], Any], str]] = {
    "too short": (lambda x: x[:-1], "{} has 59[ ;]"),
    "NaN": (lambda x: _spoilt(x, np.nan), "{} holds .* NaN, the first in row 3"),
    "infinity": (lambda x: _spoilt(x, np.inf), "{} holds .* infinity, the first in row 3"),
    "missing": (lambda x: _spoilt(x, None), "{} holds .* missing value.*, the first in row 3"),
    "empty": (lambda x: x[:0], "{} is empty, shape"),
    "complex": (lambda x: _spoilt(x, 1j), "{} has dtype complex128"),
    "ragged": (lambda x: [[1], [1, 2]] * 30, "{} must be a table of numbers or labels; its rows differ in length"),
    "nested": (lambda x: _spoilt(x[:, 0] if x.ndim > 1 else x, [1, 2]), r"{} holds \[1, 2\] as one value"),
    "single": (lambda x: 3.5, "{}='3.5' is a single value"),
    "text": (lambda x: "abc", "{}='abc' is a single value"),
}


@every_estimator
@pytest.mark.parametrize("which", BAD)
def test_bad_samples_get_one_sentence(name: str, which: str) -> None:
    spoil, rule = BAD[which]
    x, y = samples(name)
    for argument, pair in (("x", (spoil(x), y)), ("y", (x, spoil(y)))):
        with pytest.raises(SampleError, match=rule.format(argument)) as refusal:
            estimators[name]()(*pair)
        assert "\n" not in str(refusal.value)


@every_estimator
def test_one_sample_is_too_few(name: str) -> None:
    x, y = samples(name)
    with pytest.raises(SampleError, match=rf"ha(s|ve) 1 sample; at least {estimators[name].least} are needed"):
        estimators[name]()(x[:1], y[:1])


@every_estimator
def test_the_wrong_kind_is_refused_or_said(name: str) -> None:
    """Text where numbers are needed and fractions where values are counted; whole floats are labels, and it says so."""
    estimate = estimators[name]()
    if estimate.needs[0] == "continuous":
        with pytest.raises(SampleError, match=r"x holds text \('a'"):
            estimate(["a", "b", "c"] * 20, samples(name)[1])
    if estimate.needs[0] == "discrete":
        with pytest.raises(SampleError, match="x holds real numbers"):
            estimate(np.random.default_rng(0).normal(size=60), samples(name)[1])
        floats = samples(name)[0].astype(float)
        assert "kind" in [doubt.rule for doubt in estimate(floats, samples(name)[1]).warnings]
    with pytest.raises(SettingError, match="x_kind='real' must be one of"):
        estimate(*samples(name), x_kind="real")


@every_estimator
def test_call_settings_have_rules(name: str) -> None:
    estimate = estimators[name]()
    for seed in (-1, 2.5, "a"):
        with pytest.raises(SettingError, match=r"seed=.* must be a whole number of at least 0"):
            estimate(*samples(name), seed=seed)
    with pytest.raises(SettingError, match="device='tpu' must be"):
        estimate(*samples(name), device="tpu")


@every_estimator
def test_entropy_or_a_sentence(name: str) -> None:
    estimate = estimators[name]()
    x = samples(name)[0]
    try:
        found = estimate(x)
    except InputError as refusal:
        assert f"{name} estimates I(X;Y) and needs y" in str(refusal)
    else:
        differential = x.dtype == float and estimate.differential
        assert found.quantity == ("h(X)" if differential else "H(X)")
        assert found.dim_y == 0
        assert differential or 0 <= found.nats <= np.log(60) + 59 / 120  # ln n, and what miller_madow adds at most


@every_estimator
@pytest.mark.parametrize("with_x", [True, False])
@pytest.mark.parametrize("layer", ["live", "dead"])
@pytest.mark.parametrize("y", ["labels", "numbers", "words"])
def test_a_cell_of_the_plane_is_two_numbers_or_a_sentence(name: str, y: str, layer: str, with_x: bool) -> None:
    x, t = pair_of(name, ("continuous", "continuous"), 60)
    column = {"labels": x[:, 0] > 0, "numbers": x[:, 0], "words": np.where(x[:, 0] > 0, "ash", "oak")}[y]
    recording = Recording.from_arrays({0: {"live": t, "dead": 0 * t}}, x=x if with_x else None, y=column)
    try:
        cell = Cells(recording, Plan(name, permutations=2).checked(recording)).at(0, layer)
    except InputError as refusal:
        assert name in str(refusal)
    else:
        assert "error" in cell or np.isfinite([cell["xt"], cell["ty"], cell["null"]]).all()
        assert layer == "live" or "error" in cell or abs(cell["xt"]) + abs(cell["ty"]) < 1e-12  # rounding of sums


@every_estimator
def test_unknown_settings_get_near_names(name: str) -> None:
    for setting in estimators.card(name).settings:
        with pytest.raises(
            SettingError, match=f"no setting of {name} called '{setting.name}s'; did you mean .*{setting.name}"
        ):
            explorer.estimate(*samples(name), estimator=name, **{f"{setting.name}s": 1})
    with pytest.raises(UnknownNameError, match=f"no estimator '{name}x'; did you mean .*'{name}'"):
        explorer.estimate(*samples(name), estimator=f"{name}x")


def settings_of() -> Iterator[tuple[str, Setting]]:
    for name in estimators:
        yield from ((name, setting) for setting in estimators.card(name).settings)


every_setting = pytest.mark.parametrize(("name", "setting"), list(settings_of()), ids=lambda v: getattr(v, "name", v))


@every_setting
def test_settings_out_of_their_rule_are_refused(name: str, setting: Setting) -> None:
    wrong: list[Any] = ["much", float("nan"), [1]]
    if setting.range:
        wrong += [setting.range.low - 1, setting.range.high + abs(setting.range.high) + 1]
    if not setting.optional:
        wrong += [None]
    for value in wrong:
        with pytest.raises(SettingError, match=f"{setting.name}=.* must"):
            estimators[name](**{setting.name: value})


@pytest.mark.ends
@every_setting
def test_settings_at_both_ends(name: str, setting: Setting) -> None:
    ends = [setting.range.low, setting.range.high] if setting.range else [*setting.choices]
    taken = [kind for entry, kind in CASES if entry == name]
    short: dict[str, Any] = {}
    if estimators[name].learned:  # a training each: of one kind, and no longer than its rule allows
        steps = next(one for one in estimators.card(name).settings if one.name == "steps")
        short, taken = {"steps": steps.range.low}, taken[:1]
        ends = ends[:1] if setting.name == "steps" else ends
    for value in [*ends, *([None] if setting.optional else [])]:
        for kind in taken:
            try:
                found = estimators[name](**{**short, setting.name: value})(*pair_of(name, kind, 150))
            except InputError as refusal:
                assert setting.name in str(refusal)
            else:
                assert np.isfinite(found.nats)


@every_estimator
def test_card_is_the_signature(name: str) -> None:
    """What is read from the source is what Python binds: names, defaults, types, ranges, choices."""
    entry, card = estimators[name], estimators.card(name)
    assert card.summary.endswith(".") and card.references
    hints = typing.get_type_hints(entry, include_extras=True)
    runtime = inspect.signature(entry).parameters
    assert [setting.name for setting in card.settings] == list(runtime)
    for setting in card.settings:
        hint, *notes = (
            get_args(hints[setting.name])
            if get_origin(hints[setting.name]) is typing.Annotated
            else [hints[setting.name]]
        )
        parts = get_args(hint) if type(None) in get_args(hint) else ()
        plain = next((part for part in parts if part is not type(None)), hint)
        choices = get_args(plain) if get_origin(plain) is Literal else ()
        assert setting.default == runtime[setting.name].default
        assert setting.type is (type(choices[0]) if choices else plain)
        assert (setting.optional, setting.choices) == (bool(parts), choices)
        assert setting.range == next((note for note in notes if isinstance(note, Range)), None)
        assert setting.help, f"{name} does not say what {setting.name} is"


@every_estimator
def test_settings_make_the_value(name: str) -> None:
    entry = estimators[name]
    assert entry() == entry() and hash(entry()) == hash(entry())
    assert eval(repr(entry()), {entry.__name__: entry}) == entry()
