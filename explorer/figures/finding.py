"""What a plane shows, in one sentence that follows from its numbers."""

import math
from collections.abc import Sequence

import numpy as np

from explorer.figures.theme import label, thousands
from explorer.result import NATS_PER
from explorer.results.trajectory import TY, XT, Trajectory

LEAST = 0.05
"""Share of H(X) that a change must exceed to be told as a finding."""


def finding(shown: Trajectory, follow: str | None = None) -> str:
    """The title of a plane: which layer forgets most, or that none does; how far it is, while it is incomplete.

    Args:
        follow: the layer to speak of, whatever it does.
    """
    about, known = shown.about, ~np.isnan(shown.value)
    if not known.any():
        return "No value yet" if not about.get("failed") else "No value: the estimator refuses these samples"
    if about.get("cells", 0) < about.get("total", 0) and about.get("complete"):
        return f"{thousands(about['cells'])} of {thousands(about['total'])} points so far"
    if len(shown.steps) < 2:
        return f"{_steps(shown).capitalize()}: what moves is not seen"
    if np.isnan(shown.value[shown.quantity == XT]).all():
        return "I(X;T) has no value with this estimator"
    layer, step, peak, last = _largest_fall(shown, [follow] if follow else shown.layers)
    least = max(LEAST * (about.get("entropy_x") or 0.0) / NATS_PER[shown.unit], 1e-9)
    at = f"{about.get('step_name', 'step')} {thousands(step)}"
    if peak - last > least:
        return f"{label(layer)} forgets {peak - last:.1f} of {peak:.1f} {shown.unit} about its input after {at}"
    if follow:
        return _held(shown, follow, least)
    return f"No layer forgets more than {max(0.0, peak - last):.1f} {shown.unit} about its input"


def _held(shown: Trajectory, layer: str, least: float) -> str:
    """What a layer that forgets nothing gains from its first step to its last, or that it gains nothing."""
    curve = shown.curve(layer, XT)
    first, last = curve[~np.isnan(curve)][[0, -1]]
    if last - first > least:
        gain = f"gains {last - first:.1f} {shown.unit} about its input"
        return f"{label(layer)} {gain} up to {shown.about.get('step_name', 'step')} {thousands(shown.steps[-1])}"
    return f"{label(layer)} neither gains nor forgets more than {least:.1f} {shown.unit} about its input"


def peak_note(shown: Trajectory) -> dict[str, object] | None:
    """The point that the title speaks of: layer, step and a few words."""
    if len(shown.steps) < 2:
        return None
    layer, step, peak, last = _largest_fall(shown, shown.layers)
    if peak - last < LEAST * (shown.about.get("entropy_x") or 0.0) / NATS_PER[shown.unit]:
        return None
    text = f"{shown.about.get('step_name', 'step')} {thousands(step)}: peak {peak:.1f} {shown.unit}"
    return {"step": step, "layer": layer, "text": text}


def subtitle(shown: Trajectory) -> str:
    """Estimator, samples and steps."""
    about = shown.about
    permuted = f" · null: mean of {about['permutations']} permutations" if about.get("permutations") else ""
    runs = f" · {len(about['runs'])} runs, band: {about['band']}" if "runs" in about else ""
    noise = f" · noise {about['noise']:g} on T" if about.get("noise") else ""
    return f"{about['call']} · X: {about['x']} · n = {thousands(about['n'])} · {_steps(shown)}{noise}{permuted}{runs}"


def _steps(shown: Trajectory) -> str:
    """How many steps are shown, and of how many that were recorded."""
    count, recorded = len(shown.steps), shown.about.get("recorded", len(shown.steps))
    if count < recorded:
        return f"{thousands(count)} of {thousands(recorded)} recorded steps"
    return "one recorded step" if recorded == 1 else f"{thousands(recorded)} recorded steps"


def alternative(shown: Trajectory, follow: str | None = None) -> str:
    """The plane in words, for those who do not see it; `follow` as in `finding`."""
    if not len(shown):
        return "An empty information plane: no point has been computed yet."
    ends = [f"{label(layer)} from {_point(shown, layer, 0)} to {_point(shown, layer, -1)}" for layer in shown.layers]
    return f"Information plane. {finding(shown, follow)}. I(X;T), I(T;Y) in {shown.unit}: " + "; ".join(ends) + "."


def _point(shown: Trajectory, layer: str, place: int) -> str:
    x, y = (curve[~np.isnan(curve)] for curve in (shown.curve(layer, XT), shown.curve(layer, TY)))
    return f"({x[place]:.2f}, {y[place]:.2f})" if len(x) and len(y) else "no value"


def _largest_fall(shown: Trajectory, layers: Sequence[str]) -> tuple[str, int, float, float]:
    """Layer, step of its peak, peak and last value, for the largest fall of I(X;T) among some layers."""
    best = (layers[0], shown.steps[0], 0.0, 0.0)
    fall = -math.inf
    for layer in layers:
        curve = shown.curve(layer, XT)
        known = np.flatnonzero(~np.isnan(curve))
        if len(known):
            peak = int(known[np.argmax(curve[known])])
            last = float(curve[known[-1]])
            if curve[peak] - last > fall:
                fall = float(curve[peak]) - last
                best = (layer, shown.steps[peak], float(curve[peak]), last)
    return best
