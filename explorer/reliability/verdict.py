"""Why an information plane might be wrong: the rules that fire on the data at hand."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from explorer.result import Doubt, amount
from explorer.results.trajectory import TY, XT, Trajectory, label


def doubts_of(trajectory: Trajectory, others: Sequence[Trajectory] = (), unit: str = "bits") -> tuple[Doubt, ...]:
    """Every rule that fires on a trajectory, the weightiest first; `others` are other estimators' planes."""
    if not len(trajectory):
        return ()
    shown = trajectory.to(unit)
    rules = (
        _deterministic(shown),
        _ruler(shown, [other.to(unit) for other in others]),
        _ceiling(shown),
        _bound(shown),
        _processing(shown),
        _null(shown),
        _negative(shown),
        _missing(shown),
    )
    return (*(doubt for doubt in rules if doubt), *_from_cells(shown))


def _deterministic(shown: Trajectory) -> Doubt | None:
    about = shown.about
    if about["noise"]:
        return None
    top = _amount(about["entropy_x"], shown.unit)
    moves = "how inputs share cells"
    if about["estimator"] == "kde_bounds":
        moves = f"how inputs come within the kernel, variance {about['settings']['variance']:g}"
    if not about["x_is_identity"]:
        moves = "how well this estimator sees it"
    text = (
        f"If the network is deterministic, the true I(X;T) is H(X) for every layer that keeps inputs apart: {top} on "
        f"these samples, infinite for continuous inputs. What moves is {moves}."
    )
    return Doubt("Deterministic network", text)


def _ruler(shown: Trajectory, others: Sequence[Trajectory]) -> Doubt | None:
    """The layer and pair of estimators that differ most at the last step they share."""
    worst: tuple[float, str, float, float, Trajectory] | None = None
    for other in others:
        for layer in shown.layers:
            mine, theirs = (_last(one, layer) for one in (shown, other))
            if mine is None or theirs is None:
                continue
            gap = abs(mine - theirs)
            if worst is None or gap > worst[0]:
                worst = gap, layer, mine, theirs, other
    if worst is None or worst[0] < 0.05 * shown.about["entropy_x"] / _scale(shown.unit):
        return None
    _, layer, mine, theirs, other = worst
    text = (
        f"For {label(layer)}, {other.about['call']} reads {theirs:.1f} {shown.unit} "
        f"where {shown.about['call']} reads {mine:.1f}."
    )
    return Doubt("The ruler matters", text)


def _ceiling(shown: Trajectory) -> Doubt | None:
    top = shown.about["entropy_x"] / _scale(shown.unit)
    high = [layer for layer in shown.layers if (_last(shown, layer) or 0) > 0.98 * top]
    if not high:
        return None
    what = "H(X)" if shown.about["x_is_identity"] else "ln n"
    stand = "stand" if len(high) > 1 else "stands"
    amount = _amount(shown.about["entropy_x"], shown.unit)
    text = f"{_names(high)} {stand} at {what} = {amount}: nothing can be seen there."
    return Doubt("At the ceiling", text)


def _bound(shown: Trajectory) -> Doubt | None:
    """Quantities that are read by a bound on them."""
    bounds = shown.about.get("bounds") or {}
    ways = {"lower": ("below", "higher"), "upper": ("above", "lower")}
    said = []
    for side, (way, other) in ways.items():
        names = [quantity for quantity, one in bounds.items() if one == side]
        if names:
            said.append(f"{' and '.join(names)} from {way}: the truth may be {other}")
    return Doubt("A bound", f"{shown.about['estimator']} bounds {'; '.join(said)}.") if said else None


def _processing(shown: Trajectory) -> Doubt | None:
    """Layers that read more about the target than about the input, which data processing rules out."""
    slack = 0.02 * (shown.about.get("entropy_y") or 1.0) / _scale(shown.unit)
    pairs = [(layer, _last(shown, layer, XT), _last(shown, layer, TY)) for layer in shown.layers]
    over = [layer for layer, xt, ty in pairs if xt is not None and ty is not None and ty > xt + slack]
    if not over or shown.about["target"] in shown.layers:
        return None
    text = (
        f"{_names(over)}: I(T;Y) reads above I(X;T), which no layer computed from X can do; I(X;T) is far too low here."
    )
    return Doubt("Data processing", text)


def _null(shown: Trajectory) -> Doubt | None:
    """Layers whose I(T;Y) with permuted labels is a sizeable part of what is read."""
    found = []
    for layer in shown.layers:
        value, null = (_last(shown, layer, TY, column) for column in ("value", "null"))
        if value is not None and null is not None and null > 0.25 * abs(value):
            found.append(f"{null:.2f} {shown.unit} in {label(layer)}")
    if not found:
        return None
    return Doubt("Null", f"With shuffled labels I(T;Y) still reads {', '.join(found)}.")


def _negative(shown: Trajectory) -> Doubt | None:
    low = np.nanmin(shown.value, initial=0.0)
    if low > -1e-9:
        return None
    text = f"Some values are below 0 (down to {low:.3g} {shown.unit}); they are shown as estimated."
    return Doubt("Negative values", text)


def _missing(shown: Trajectory) -> Doubt | None:
    failed = shown.about["failed"]
    if not failed:
        return None
    layer, reason = next(iter(failed.items()))
    return Doubt("Missing points", f"{_names(list(failed))} without a value at some steps; {label(layer)}: {reason}.")


WORDS = {
    "singletons": "One sample a cell",
    "labels": "Labels as coordinates",
    "outside": "Outside the grid",
    "ties": "Ties",
    "scales": "Unequal scales",
    "ceiling": "Near its ceiling",
    "kind": "Read as labels",
}


def _from_cells(shown: Trajectory) -> Iterable[Doubt]:
    """One doubt for each rule that fired in cells, with the deepest layer's newest sentence."""
    for rule, by_layer in shown.about["doubts"].items():
        layer = [one for one in shown.layers if one in by_layer][-1]
        text = f"{_names(list(by_layer))}. For {label(layer)}: {by_layer[layer]}"
        yield Doubt(WORDS.get(rule, rule.capitalize()), text)


def _last(shown: Trajectory, layer: str, quantity: str = XT, column: str = "value") -> float | None:
    curve = shown.curve(layer, quantity, column)
    known = curve[~np.isnan(curve)]
    return float(known[-1]) if len(known) else None


def _scale(unit: str) -> float:
    return math.log(2) if unit == "bits" else 1.0


def _amount(nats: float, unit: str) -> str:
    return amount(f"{nats / _scale(unit):.4g}", unit)


def _names(layers: Sequence[Any]) -> str:
    *head, last = map(label, layers)
    return f"{', '.join(head)} and {last}" if head else last
