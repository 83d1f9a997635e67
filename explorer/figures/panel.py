"""All estimators on one pair of variables: a dot with its interval and null for each."""

import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures.theme import THEMES, Theme, faint, framed, narrow, thousands
from explorer.result import LEAST, NATS_PER, SHARE
from explorer.results.comparison import Panel

ROW, TOP, BOTTOM = 30, 72, 56
FAR = 4
"""How many times as far from 0 as most of what is trusted the axis may reach; what lies beyond is told at its edge."""
BOUND = {"lower": "triangle-right", "upper": "triangle-left"}
"""Marks of bounds: they point to where the truth can be."""


def draw(
    result: Panel, *, unit: Literal["bits", "nats"] = "bits", theme: Literal["light", "dark"] = "light"
) -> go.Figure:
    """Values in order, filled where no rule fired; the bar is the interval, the grey one reaches from the null's mean
    to its maximum. The interval of a doubtful estimate may run out of the frame. What reads very far from the others
    is an arrow with its number at the edge.
    """
    shown, look = result.to(unit), THEMES[theme]
    figure = go.Figure()
    order = np.argsort(shown.value, kind="stable")
    names = [_name(shown, i) for i in order]
    for i in order:
        if not np.isnan(shown.null_mean[i]):
            x, y = [shown.null_mean[i], shown.null_high[i]], [_name(shown, i)] * 2
            null = go.Scatter(x=x, y=y, mode="lines", line={"color": faint(look.axis, 0.6), "width": 9})
            figure.add_trace(null.update(hoverinfo="skip"))
    limits = _limits(shown)
    figure.add_trace(_dots(shown, order, look, limits))
    height = TOP + BOTTOM + ROW * max(2, len(names))
    figure.update_layout(_layout(shown, look, height))
    rows = {"categoryorder": "array", "categoryarray": names, "showticklabels": bool(names), "ticks": ""}
    figure.update_yaxes(**rows, showgrid=True, gridcolor=look.impossible)
    zero = {"zeroline": True, "zerolinecolor": look.axis, "showgrid": False, "linecolor": look.axis}
    figure.update_xaxes(**zero, ticks="outside", range=limits)
    figure.layout.annotations = [one for i in order for one in _edges(shown, i, limits, look)]
    arrow = f" · arrow: beyond{'' if narrow() else ' the axis'}" if figure.layout.annotations else ""
    figure.update_xaxes(title={"text": f"I(X;Y), {shown.unit}{arrow}", "standoff": 8})
    return figure


def _name(shown: Panel, i: int) -> str:
    """An estimator, with what it estimates where that is no I(X;Y)."""
    return shown.estimators[i] if shown.comparable[i] else f"{shown.estimators[i]}: {shown.quantity[i]}"


def _limits(shown: Panel) -> list[float]:
    """From below 0 to beyond the largest value and null, and the intervals of those that are not doubtful, up to a
    few times what is typical of estimates of I(X;Y) that are trusted.
    """
    trusted = [np.where(shown.trusted, side, np.nan) for side in (shown.low, shown.high)] if len(shown) else []
    parts = np.stack([shown.value, shown.null_mean, shown.null_high, *trusted]) if len(shown) else np.zeros((1, 1))
    known = np.append(parts[np.abs(parts) <= _reach(shown, parts)], 0.0)
    low, high = float(known.min()), float(known.max())
    room = max(0.04 * (high - low), 0.1 * (0.1 - (high - low)))
    return [low - room, high + room]


def _reach(shown: Panel, parts: np.ndarray) -> float:
    """How far from 0 the axis may go, by those that are trusted and comparable, else comparable, else by all."""
    chosen = next((one for one in (shown.trusted & shown.comparable, shown.comparable) if one.any()), None)
    far = np.nanmax(np.abs(parts if chosen is None else parts[:, chosen]), axis=0, initial=0.0)
    return float(FAR * np.median(far)) or np.inf


def _edges(shown: Panel, i: int, limits: list[float], look: Theme) -> list[dict[str, Any]]:
    """What of an estimator lies beyond either end of the axis, as an arrow with its number there."""
    colour = look.categories[0] if shown.trusted[i] else look.categories[1]
    found: list[dict[str, Any]] = []
    for out, x, side, text in ((_below, 0, "left", "← {}"), (_above, 1, "right", "{} →")):
        if said := _beyond(shown, i, partial(out, limits=limits)):
            found.append({
                "x": x, "xref": "x domain", "xanchor": side, "y": _name(shown, i), "yref": "y", "yshift": 10,
                "text": text.format(said).replace("-", "−"), "hovertext": _told(shown, i), "showarrow": False,
                "font": {"color": colour, "size": 12},
            })  # fmt: skip
    return found


def _below(value: float, limits: list[float]) -> bool:
    return bool(value < limits[0])


def _above(value: float, limits: list[float]) -> bool:
    return bool(value > limits[1])


def _beyond(shown: Panel, i: int, out: Callable[[float], bool]) -> str:
    """The value, null and end of a trusted interval that lie out of the axis, in words; one on a narrow screen."""
    ends = (shown.low[i], shown.high[i]) if shown.trusted[i] else ()
    said = [f"{shown.value[i]:.3f}"] if out(shown.value[i]) else []
    said += [f"interval to {one:.3f}" for one in ends if out(one)]
    nulls = (("up to ", shown.null_high[i]), ("", shown.null_mean[i]))
    null = "null" if narrow() else "without dependence"
    said += [f"{null} {how}{one:.3f}" for how, one in nulls if out(one)][:1]
    return ", ".join(said[:1] if narrow() else said)


def _dots(shown: Panel, order: np.ndarray, look: Theme, limits: list[float]) -> go.Scatter:
    """A mark for each, with the interval of those that are on the axis."""
    colours = [look.categories[0] if good else look.categories[1] for good in shown.trusted]
    symbols = [
        BOUND.get(bound, "circle") + ("" if good else "-open")
        for bound, good in zip(shown.bound, shown.trusted, strict=True)
    ]
    hidden = (shown.value < limits[0]) | (shown.value > limits[1])
    low, high = (np.where(np.isnan(side) | hidden, shown.value, side) for side in (shown.low, shown.high))
    return go.Scatter(
        x=shown.value[order],
        y=[_name(shown, i) for i in order],
        mode="markers",
        marker={
            "symbol": [symbols[i] for i in order],
            "color": [colours[i] for i in order],
            "size": 11,
            "line": {"width": 2, "color": [colours[i] for i in order]},
        },
        error_x={
            "array": (high - shown.value)[order],
            "arrayminus": (shown.value - low)[order],
            "symmetric": False,
            "color": look.secondary,
            "thickness": 1.5,
            "width": 4,
        },
        text=[_told(shown, i) for i in order],
        hovertemplate="%{text}<extra></extra>",
    )


def _told(shown: Panel, i: int) -> str:
    """What is told of one estimator on hover."""
    lines = [f"<b>{shown.estimators[i]}</b>: {shown.value[i]:z.3f} {shown.unit}"]
    if not np.isnan(shown.low[i]):
        lines.append(f"interval {shown.low[i]:z.3f} to {shown.high[i]:z.3f}")
    if not np.isnan(shown.null_mean[i]):
        lines.append(
            f"without dependence {shown.null_mean[i]:.3f}, at most {shown.null_high[i]:.3f}; p = {shown.p_value[i]:.2g}"
        )
    return "<br>".join([*lines, *textwrap.wrap(shown.verdict[i], 60)])


def finding(shown: Panel) -> str:
    """The title: whether the estimators agree, and on what."""
    about = shown.about
    if about.get("cells", 0) < about.get("total", 0):
        out = len(shown.errors)
        refused = f", {out} of them refuse{'s' * (out == 1)} these data" if out else ""
        return f"{thousands(max(0, about['cells'] - 1))} of {thousands(about['total'] - 1)} estimators so far{refused}"
    if not len(shown):
        return "No estimator takes this pair" if shown.errors else "No value yet"
    same = shown.comparable
    good = shown.trusted & same
    if constant := _constant(shown):
        return constant.rstrip(".")
    if not good.any():
        return f"Every estimate is doubtful: they read {_range(shown, same)}" if same.any() else "No estimate of I(X;Y)"
    if _dependent(shown, good) is False:
        return "No evidence that x and y depend on each other"
    low, high = shown.value[good].min(), shown.value[good].max()
    if good.sum() == 1:
        return f"{shown.estimators[int(np.argmax(good))]} alone reads without doubt: {_range(shown, good)}"
    if high - low <= max(LEAST / NATS_PER[shown.unit], SHARE * abs(high)):
        doubtful = f"; {(same & ~good).sum()} doubtful" if (same & ~good).any() else ""
        return f"{good.sum()} estimators agree: {_range(shown, good)}{doubtful}"
    if np.nanmax(shown.low[good]) <= np.nanmin(shown.high[good]) and not np.isnan(shown.low[good]).any():
        return f"{good.sum()} estimators agree within their intervals: {_range(shown, good)}"
    first, last = np.argmin(np.where(good, shown.value, np.inf)), np.argmax(np.where(good, shown.value, -np.inf))
    names = shown.estimators
    return f"The estimators disagree: {names[first]} reads {low:.2f}, {names[last]} {high:.2f} {shown.unit}"


def subtitle(shown: Panel) -> str:
    """The pair and what the marks mean."""
    about = shown.about
    size = f"n = {thousands(about.get('n', 0))} · dim {about.get('dim_x')} and {about.get('dim_y')}"
    return f"{size} · seed {about.get('seed', 0)} · filled: no rule fired · open: doubtful · grey: without dependence"


def alternative(shown: Panel) -> str:
    """The dots in words, for those who do not see them."""
    low, high = _limits(shown)
    read = [
        f"{name} {value:.3f}{' (beyond the axis)' * (not low <= value <= high)}"
        for name, value in zip(shown.estimators, shown.value, strict=True)
    ]
    return f"Estimates side by side, in {shown.unit}. {finding(shown)}. {'; '.join(read) or 'No value'}."


def _constant(shown: Panel) -> str:
    """What is said where a variable never changes, "" elsewhere."""
    said = {text for doubts in shown.doubts for rule, text, _ in doubts if rule == "constant"}
    return said.pop() if len(said) == 1 else ""


def _dependent(shown: Panel, good: np.ndarray) -> bool | None:
    """Whether most of those with a null tell dependence; None where none has one."""
    known = shown.p_value[good & ~np.isnan(shown.p_value)]
    return bool((known <= 0.05).mean() >= 0.5) if len(known) else None


def _range(shown: Panel, chosen: np.ndarray) -> str:
    low, high = shown.value[chosen].min(), shown.value[chosen].max()
    text = f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    return f"{text} {shown.unit}"


def _layout(shown: Panel, look: Theme, height: int) -> dict[str, Any]:
    frame = framed(finding(shown), subtitle(shown), alternative(shown), look, height)
    return frame | {"margin": {"t": TOP + frame["height"] - height, "l": 190, "r": 24, "b": BOTTOM}}
