"""A trajectory as the plain data that the browser's plane component draws."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer.figures.finding import alternative, finding, peak_note, subtitle
from explorer.figures.theme import THEMES, label, shapes
from explorer.result import NATS_PER, amount, finite, to_json
from explorer.results.trajectory import TY, XT, Trajectory


def view(
    trajectory: Trajectory, others: Sequence[Trajectory] = (), *, unit: str, theme: str, live: bool, filename: str
) -> dict[str, Any]:
    """Everything the component needs; see `explorer.ui.components.plane` for the contract."""
    shown = trajectory.to(unit)
    rulers = [other.to(unit) for other in others if len(other)]
    note = peak_note(shown)
    about = shown.about
    data = {
        "unit": unit,
        "steps": list(shown.steps),
        "epochs": None,
        "step_name": about.get("step_name", "step"),
        "series": _series(shown, rulers, theme),
        "limits": _limits(shown),
        "axis": {"x": f"I(X;T), {unit}", "y": f"I({_target(about)}), {unit}"},
        "metrics": _metrics(shown),
        "notes": [note | {"layer": label(str(note["layer"]))}] if note else [],
        "start": max(0, len(shown.steps) - 1),
        "log_steps": _log_spaced(shown.steps),
        "multiples": _multiples(shown, rulers, theme),
        "live": live,
        "text": _text(shown),
        "theme": theme,
        "filename": filename,
        "footer": f"{about['call']} · n = {about['n']} · seed {about['seed']}",
    }
    data = finite(data)
    return data | {"version": hashlib.blake2b(to_json(data).encode(), digest_size=6).hexdigest()}


def _series(shown: Trajectory, rulers: Sequence[Trajectory], theme: str) -> list[dict[str, Any]]:
    colours = THEMES[theme].layer_colours(len(shown.layers))
    marks = shapes(len(shown.layers))
    found = []
    for depth, (layer, colour, shape) in enumerate(zip(shown.layers, colours, marks, strict=True)):
        x_low, x_high = _span(shown, rulers, layer, XT)
        y_low, y_high = _span(shown, rulers, layer, TY)
        found.append(
            {
                "layer": label(layer),
                "depth": depth,
                "colour": colour,
                "shape": shape,
                "x": shown.curve(layer, XT),
                "y": shown.curve(layer, TY),
                "null": shown.curve(layer, TY, "null"),
                "x_low": x_low,
                "x_high": x_high,
                "y_low": y_low,
                "y_high": y_high,
                "doubts": _doubts(shown, layer),
            }
        )
    return found


def _span(
    shown: Trajectory, rulers: Sequence[Trajectory], layer: str, quantity: str
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The band at every step: over runs of a group, or over estimators; None without either."""
    low, high = shown.curve(layer, quantity, "low"), shown.curve(layer, quantity, "high")
    if not np.isnan(low).all():
        return low, high
    curves = [_aligned(ruler, shown, layer, quantity) for ruler in (shown, *rulers)]
    if len(curves) < 2:
        return None, None
    table = np.stack(curves)
    known = ~np.isnan(table).all(0)
    low, high = np.full(table.shape[1], np.nan), np.full(table.shape[1], np.nan)
    low[known], high[known] = np.nanmin(table[:, known], 0), np.nanmax(table[:, known], 0)
    return low, high


def _aligned(ruler: Trajectory, shown: Trajectory, layer: str, quantity: str) -> np.ndarray:
    if layer not in ruler.layers:
        return np.full(len(shown.steps), np.nan)
    by_step = dict(zip(ruler.steps, ruler.curve(layer, quantity).tolist(), strict=True))
    return np.array([by_step.get(step, np.nan) for step in shown.steps])


def _doubts(shown: Trajectory, layer: str) -> list[list[str]]:
    """Of every step the rules that fired on either quantity."""
    by_step: dict[int, dict[str, None]] = {}
    for step, name, rules in zip(shown.step.tolist(), shown.layer, shown.warnings, strict=True):
        if name == layer:
            by_step.setdefault(step, {}).update(dict.fromkeys(rules))
    return [list(by_step.get(step, {})) for step in shown.steps]


def _multiples(shown: Trajectory, rulers: Sequence[Trajectory], theme: str) -> list[dict[str, Any]]:
    """The curves of the view by layer: both quantities of every layer over the steps, with their bands."""
    colours = THEMES[theme].layer_colours(len(shown.layers))
    rows = []
    for layer, colour in zip(shown.layers, colours, strict=True):
        for place, quantity in (("x", XT), ("y", TY)):
            low, high = _span(shown, rulers, layer, quantity)
            row = {"layer": label(layer), "colour": colour, "quantity": place, "value": shown.curve(layer, quantity)}
            null = shown.curve(layer, TY, "null") if place == "y" else None
            rows.append(row | {"band_low": low, "band_high": high, "null": null})
    return rows


def _limits(shown: Trajectory) -> dict[str, Any]:
    """Where no point can be, as far as the estimator is bound by it."""
    about, unit = shown.about, shown.unit
    x_max, y_max = (_in_unit(about.get(key), unit) for key in ("entropy_x", "entropy_y"))
    bound = about["x_is_identity"]
    return {
        "x_max": x_max if bound else None,
        "x_label": f"I(X;T) ≤ H(X) = {amount(f'{x_max:.4g}', unit)}" if x_max is not None and bound else None,
        "y_max": y_max,
        "y_label": f"no point can be here: I(T;Y) ≤ H(Y) = {amount(f'{y_max:.3g}', unit)}"
        if y_max is not None
        else None,
        "diagonal": bound,
    }


def _in_unit(nats: float | None, unit: str) -> float | None:
    return None if nats is None else nats / NATS_PER[unit]


def _metrics(shown: Trajectory) -> list[dict[str, Any]]:
    """Every metric at the recorded steps; test curves are dashed."""
    by_step: dict[int, Mapping[str, Any]] = {line["step"]: line for line in shown.metrics}
    names = dict.fromkeys(name for line in shown.metrics for name in line if name not in ("step", "epoch"))
    return [
        {
            "name": name,
            "values": [by_step.get(step, {}).get(name) for step in shown.steps],
            "dash": "test" in name or "val" in name,
        }
        for name in names
    ]


def _log_spaced(steps: Sequence[int]) -> bool:
    """Whether a logarithmic axis shows the steps better: the last gap far exceeds the first."""
    return len(steps) > 8 and steps[-1] - steps[-2] > 5 * max(1, steps[1] - steps[0])


def _text(shown: Trajectory) -> dict[str, str]:
    about = shown.about
    empty = "No point yet: the first recorded step has not been computed."
    if len(shown) and np.isnan(shown.value).all():
        empty = f"No point: {next(iter(about['failed'].values()), 'every value is missing')}"
    if not len(shown):
        return {"title": "No point yet", "subtitle": about["call"], "alt": alternative(shown), "empty": empty}
    return {"title": finding(shown), "subtitle": subtitle(shown), "alt": alternative(shown), "empty": empty}


def _target(about: Mapping[str, Any]) -> str:
    return "T;Y" if about["target"] == "y" else f"T;{label(str(about['target']))}"
