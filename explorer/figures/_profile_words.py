"""What a profile shows, in sentences that follow from its numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from explorer.figures.theme import label, thousands
from explorer.results.trajectory import Trajectory

LEAST = 0.05
"""Share of the largest value that a change must exceed to be told as a finding."""


def finding(shown: Trajectory) -> str:
    """The title: where the measure moves most, or that it moves nowhere; how far it is, while it is incomplete."""
    about, words = shown.about, shown.about.get("words", "The measure")
    if without := _without(shown):
        return without
    ends = {layer: _ends(shown, layer) for layer in shown.layers}
    known = {layer: pair for layer, pair in ends.items() if pair}
    if len(shown.steps) < 2:
        layer = max(known, key=lambda one: known[one][1])
        return f"{words} is largest in {label(layer)}: {amount(known[layer][1], shown.unit)}"
    layer = max(known, key=lambda one: np.nanmax(_curve(shown, one)) - np.nanmin(_curve(shown, one)))
    curve, (first, last) = _curve(shown, layer), known[layer]
    span = float(np.nanmax(curve) - np.nanmin(curve))
    if span <= LEAST * float(np.nanmax(np.abs(shown.value))):
        return f"{words} hardly moves in any layer: {amount(first, shown.unit)} to {amount(last, shown.unit)}"
    if abs(last - first) >= span / 2:
        verb = "rises" if last > first else "falls"
        return f"{words} {verb} most in {label(layer)}: {amount(first)} to {amount(last, shown.unit)}"
    place = int(np.nanargmax(np.abs(curve - first)))
    verb, at = "rises" if curve[place] > first else "falls", f"{about.get('step_name', 'step')} "
    at += thousands(shown.steps[place])
    return f"{words} in {label(layer)} {verb} to {amount(curve[place], shown.unit)} at {at} and ends at {amount(last)}"


def _without(shown: Trajectory) -> str:
    """What there is to say while values are missing; "" once they are there."""
    about, words = shown.about, shown.about.get("words", "The measure")
    if np.isnan(shown.value).all():
        return f"{words}: no value yet" if not about.get("failed") else f"{words} has no value on these layers"
    if about.get("cells", 0) < about.get("total", 0) and about.get("complete"):
        return f"{words}: {thousands(about['cells'])} of {thousands(about['total'])} cells so far"
    return ""


def depth_finding(shown: Trajectory) -> str:
    """The title of one step: how the measure goes with depth; intervals that overlap are said."""
    words = shown.about.get("words", "The measure")
    if without := _without(shown):
        return without
    known = [(layer, pair[1]) for layer in shown.layers if (pair := _ends(shown, layer))]
    values = np.array([value for _, value in known])
    (start, first), (end, last) = known[0], known[-1]
    if len(known) == 1:
        return f"{words} is {amount(first, shown.unit)} in {label(start)}"
    span, least = float(np.ptp(values)), LEAST * float(np.abs(values).max())
    if span <= least:
        return f"{words} hardly moves with depth: {amount(first)} in {label(start)}, {_in(shown, *known[-1])}"
    if abs(last - first) >= span / 2:
        verb, place = "rises" if last > first else "falls", len(known) - 1
    else:
        place = int(np.abs(values - first).argmax())
        verb = "rises" if values[place] > first else "falls"
    text = f"{words} {verb} from {amount(first)} in {label(start)} to {_in(shown, *known[place])}"
    text += "" if place == len(known) - 1 else f" and ends at {amount(last)} in {label(end)}"
    return text + (", and their intervals overlap" if _overlap(shown, start, known[place][0]) else "")


def _in(shown: Trajectory, layer: str, value: float) -> str:
    return f"{amount(value, shown.unit)} in {label(layer)}"


def _overlap(shown: Trajectory, one: str, other: str) -> bool:
    """Whether the intervals of two layers hold a common value; False where one has none."""
    (low, high), (least, most) = (
        [shown.curve(layer, shown.quantities[0], end)[-1] for end in ("low", "high")] for layer in (one, other)
    )
    return bool(low <= most and least <= high)


def depth_subtitle(shown: Trajectory) -> str:
    """As of several steps, with the step, the intervals and what marks mean."""
    about = shown.about
    bars = about.get("band", "the measure's own interval") if not np.isnan(shown.low).all() else ""
    step = f" · {about.get('step_name', 'step')} {thousands(shown.steps[0])}" if shown.steps else ""
    fired = " · ▲ a rule fired" if any(shown.warnings) else ""
    return f"{subtitle(shown)}{step}{f' · bars: {bars}' if bars else ' · no intervals'}{fired}"


def depth_alternative(shown: Trajectory) -> str:
    """One step in words: every layer in the order of depth, with its interval."""
    told = []
    for layer in shown.layers:
        pair = _ends(shown, layer)
        told.append(f"{label(layer)} {amount(pair[1]) if pair else 'no value'}")
    return f"Values by layer at one step. {depth_finding(shown)}. In {shown.unit or 'no unit'}: {'; '.join(told)}."


def subtitle(shown: Trajectory) -> str:
    """Measure, what it is compared with, samples, steps."""
    about = shown.about
    against = f" · against {_partner(about)}" if about.get("target") else ""
    shuffles = "rows shuffled" if about.get("against") else "every unit shuffled by itself"
    null = f" · dotted: {shuffles}, mean of {about['permutations']}" if about.get("permutations") else ""
    runs = f" · {len(about['runs'])} runs, band: {about['band']}" if "runs" in about else ""
    n = thousands(about.get("n", 0))
    return f"{about.get('call', '')}{against} · n = {n} · seed {about.get('seed', 0)}{null}{runs}"


def _partner(about: Mapping[str, Any]) -> str:
    """What a layer is compared with, as one reads it."""
    step, target = about.get("step_name", "step"), about["target"]
    steps = {"previous": f"the {step} recorded before", "first": f"the first {step}", "last": f"the last {step}"}
    return {**steps, "x": "the inputs"}.get(target, label(target))


def alternative(shown: Trajectory) -> str:
    """The profile in words, for those who do not see it."""
    ends = []
    for layer in shown.layers:
        pair = _ends(shown, layer)
        ends.append(f"{label(layer)} " + (f"from {amount(pair[0])} to {amount(pair[1])}" if pair else "no value"))
    return f"Heat map of layers by steps. {finding(shown)}. In {shown.unit or 'no unit'}: {'; '.join(ends)}."


def amount(value: float, unit: str = "") -> str:
    """A number with three or four digits, and its unit."""
    return "no value" if np.isnan(value) else f"{value:.3g} {unit}".strip()


def _ends(shown: Trajectory, layer: str) -> tuple[float, float] | None:
    """The first and last value of a layer; None without any."""
    if not shown.quantities:
        return None
    curve = _curve(shown, layer)
    curve = curve[~np.isnan(curve)]
    return (float(curve[0]), float(curve[-1])) if len(curve) else None


def _curve(shown: Trajectory, layer: str) -> np.ndarray:
    return shown.curve(layer, shown.quantities[0])
