"""A selection of samples in the information plane at one step, beside all samples."""

import html
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures.theme import GLYPHS, THEMES, Theme, framed, label, shapes, thousands

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 430, 88, 56, 60, 84
WIDE, TALL = 360, HEIGHT - TOP - BOTTOM
"""Pixels of the frame; labels stand apart from this width on."""
LETTER, LINE, MARK = 6.8, 15, 7
"""Width and height of a letter and half of a mark, px."""

Box = tuple[float, float, float, float]
"""Left, right, low and high end of what a label or mark covers, px."""

ALONE = 0.5
"""Share of samples with a cell for themselves above which the title reads nothing of y."""


def draw(result: Mapping[str, Any], *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """A filled mark a layer for all samples, joined by a line to an open one for the selected samples.

    Both are means over samples of what the samples hold one by one: -log p(t) along x, log p(t, y) / p(t) p(y) along
    y. Over all samples these are H(T) and I(T;Y) of the binned layer; over a selection y may be negative.

    `result` has "layers", "all" and "selected" (None without a selection) with "x" and "y", one number a layer,
    "unit", "step", "step_name", "n", "count" of the selected, "call" of the estimator and "layer", the one to stress.
    """
    look, layers = THEMES[theme], result["layers"]
    every, chosen = _points(result, "all"), _points(result, "selected")
    limits = _limits(np.concatenate([every, chosen]))
    figure = go.Figure()
    for i, (colour, shape) in enumerate(zip(look.layer_colours(len(layers)), shapes(len(layers)), strict=True)):
        _layer(figure, result, i, (every[i], chosen[i]), (colour, shape), look)
    _names(figure, result, every, chosen, limits, look)
    _axes(figure, result["unit"], limits, look)
    title = html.escape(_finding(result, every, chosen), quote=False)
    frame = framed(title, _subtitle(result), _alternative(result, every, chosen), look, HEIGHT, 44)
    frame["title"]["font"] = {"size": 16}
    margin = {"t": TOP + frame["height"] - HEIGHT, "l": LEFT, "r": RIGHT, "b": BOTTOM}
    figure.update_layout(frame | {"margin": margin})
    return figure


def _points(result: Mapping[str, Any], which: str) -> np.ndarray:
    """(layers, 2): x and y; NaN where there is no value."""
    given = result.get(which)
    if given is None:
        return np.full((len(result["layers"]), 2), np.nan)
    return np.array([given["x"], given["y"]], float).T


def _limits(points: np.ndarray) -> np.ndarray:
    """(2, 2): low and high end of x and of y; 0 is always inside."""
    known = np.concatenate([np.zeros((1, 2)), points[~np.isnan(points).any(1)]])
    low, high = known.min(0), known.max(0)
    room = np.where(high > low, high - low, 1.0)
    return np.stack([low - room * (0.02 + 0.06 * (low < 0)), high + 0.1 * room], axis=1)


def _layer(
    figure: go.Figure, result: Mapping[str, Any], i: int, ends: tuple[np.ndarray, np.ndarray], own: tuple[str, str],
    look: Theme,
) -> None:  # fmt: skip
    """The marks of one layer and the line between them."""
    colour, shape = own
    stressed = result["layers"][i] == result.get("layer")
    points = np.stack(ends)
    who = ("all", f"the {thousands(result.get('count') or 0)} selected")
    told = [_told(result, i, name, point) for name, point in zip(who, points, strict=True)]
    line = go.Scatter(x=points[:, 0], y=points[:, 1], mode="lines", hoverinfo="skip",
                      line={"color": colour, "width": 2.5 if stressed else 1.2})  # fmt: skip
    mark: dict[str, Any] = {"symbol": [shape, f"{shape}-open"], "color": colour, "size": 14 if stressed else 10}
    mark["line"] = {"color": [look.background, colour], "width": [1, 2]}
    figure.add_trace(line)
    figure.add_trace(
        go.Scatter(x=points[:, 0], y=points[:, 1], mode="markers", marker=mark, text=told, cliponaxis=False,
                   name=html.escape(label(result["layers"][i]), quote=False), hovertemplate="%{text}<extra></extra>")
    )  # fmt: skip


def _told(result: Mapping[str, Any], i: int, who: str, point: np.ndarray) -> str:
    """What is told of one mark on hover."""
    name, unit = html.escape(label(result["layers"][i]), quote=False), result["unit"]
    return f"{name}, {who}<br>surprise of t {point[0]:.3f} {unit}<br>tells of y {point[1]:.3f} {unit}"


def _names(
    figure: go.Figure, result: Mapping[str, Any], every: np.ndarray, chosen: np.ndarray, limits: np.ndarray, look: Theme
) -> None:
    """Every layer's name beside its filled mark; where marks crowd, with its shape and a hairline."""
    scale = np.array([WIDE, TALL]) / (limits[:, 1] - limits[:, 0])
    places, others = (every - limits[:, 0]) * scale, (chosen - limits[:, 0]) * scale
    taken = _covered(places, others)
    colours, glyphs = look.layer_colours(len(every)), [GLYPHS[one] for one in shapes(len(every))]
    for i in np.flatnonzero(~np.isnan(every).any(1)):
        text = label(result["layers"][i])
        x, y = _free(places[i], LETTER * (len(text) + 2), taken)
        crowded = y != 0 or np.sum(np.linalg.norm(places - places[i], axis=1) < 3 * MARK) > 1
        plain = html.escape(f"{glyphs[i]} {text}" if crowded else text, quote=False)
        figure.add_annotation(
            x=every[i, 0], y=every[i, 1], ax=x, ay=-y, axref="pixel", ayref="pixel", showarrow=True, arrowhead=0,
            arrowwidth=0.8, arrowcolor=look.axis if y else "rgba(0,0,0,0)", standoff=MARK, borderpad=0,
            text=f"<b>{plain}</b>" if result["layers"][i] == result.get("layer") else plain,
            font={"color": colours[i], "size": 12}, xanchor="left" if x > 0 else "right",
        )  # fmt: skip


def _covered(places: np.ndarray, others: np.ndarray) -> list[Box]:
    """What marks and the lines between them cover."""
    steps = np.linspace(0, 1, 25)[:, None]
    found: list[Box] = []
    for one, other in zip(places, others, strict=True):
        points = one + steps * (other - one) if not np.isnan(other).any() else one[None]
        reach = np.where((np.arange(len(points)) % 24 == 0), MARK, 2)
        found += [(x - k, x + k, y - k, y + k) for (x, y), k in zip(points, reach, strict=True) if not np.isnan(x)]
    return found


def _free(place: np.ndarray, width: float, taken: list[Box]) -> tuple[float, float]:
    """Shift of a label from its mark to the nearest free place at its right or left, px; the place is taken then."""
    for step in (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8):
        for side in (1, -1):
            x, y = side * (MARK + 5.0 + 2 * abs(step)), step * (LINE + 1.0)
            left = place[0] + (x if side > 0 else x - width)
            box = (left, left + width, place[1] + y - LINE / 2, place[1] + y + LINE / 2)
            inside = left > 0 and left + width < WIDE + RIGHT and box[2] > 0 and box[3] < TALL + 1.5 * LINE
            if inside and not any(_meet(box, other) for other in taken):
                taken.append(box)
                return x, y
    return MARK + 5.0, 0.0


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def _axes(figure: go.Figure, unit: str, limits: np.ndarray, look: Theme) -> None:
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    log = "log₂" if unit == "bits" else "ln"
    words = f"surprise of t: mean of −{log} p(t), {unit}"
    figure.update_xaxes(**plain, range=limits[0], title={"text": words, "standoff": 6, "font": {"size": 12}})
    words = f"told of y: mean of {log} p(t,y) / p(t)p(y), {unit}"
    figure.update_yaxes(**plain, range=limits[1], title={"text": words, "standoff": 4, "font": {"size": 12}})
    figure.add_hline(0, line={"color": look.secondary, "width": 1}, layer="below")
    if limits[1, 0] < -0.03 * limits[1, 1]:
        figure.add_annotation(x=1, xref="x domain", y=0, text="below 0: t misleads about y", showarrow=False,
                              xanchor="right", yanchor="top", font={"color": look.secondary, "size": 11})  # fmt: skip


def _stressed(result: Mapping[str, Any], every: np.ndarray) -> int | None:
    """The layer to stress, else the last, among those with a value."""
    known = np.flatnonzero(~np.isnan(every).any(1))
    if not len(known):
        return None
    asked = [i for i in known if result["layers"][i] == result.get("layer")]
    return int(asked[0] if asked else known[-1])


def _shuffled(result: Mapping[str, Any], i: int) -> str:
    """What shuffled labels read in that layer."""
    return f", shuffled labels {result['null'][i]:.2g}" if result.get("null") else ""


def _finding(result: Mapping[str, Any], every: np.ndarray, chosen: np.ndarray) -> str:
    """The title: what the selection tells of y in the layer that is stressed, and what all tell."""
    i = _stressed(result, every)
    if i is None:
        return "No layer has a value"
    name, unit, n = label(result["layers"][i]), result["unit"], thousands(result["n"])
    all_tell, some_tell = (f"{one[i, 1]:.2g}".replace("-", "−") for one in (every, chosen))
    count = result.get("count") or 0
    if result.get("alone") and result["alone"][i] > ALONE:
        return f"Cells tell the samples of {name} apart one by one: what they tell of y cannot be read"
    if np.isnan(chosen[i]).any() or not count:
        return f"All {n} samples tell {all_tell} {unit} of y in {name}{_shuffled(result, i)}"
    who, s = (f"The {thousands(count)} selected samples", "") if count > 1 else ("The selected sample", "s")
    if chosen[i, 1] < 0:
        return f"{who} mislead{s} about y in {name}: {some_tell} {unit}, all {n} tell {all_tell}"
    return f"{who} tell{s} {some_tell} {unit} of y in {name}, all {n} tell {all_tell}{_shuffled(result, i)}"


def _subtitle(result: Mapping[str, Any]) -> str:
    """Estimator, step, samples, and what the marks mean."""
    step = f"{result.get('step_name', 'step')} {thousands(result['step'])}"
    marks = "filled: all · open: selected" if result.get("selected") is not None else "none selected"
    return f"{html.escape(result['call'], quote=False)} · {step} · n = {thousands(result['n'])} · {marks}"


def _alternative(result: Mapping[str, Any], every: np.ndarray, chosen: np.ndarray) -> str:
    """The marks in words, for those who do not see them."""
    rows = []
    for name, one, other in zip(result["layers"], every, chosen, strict=True):
        selected = "" if np.isnan(other).any() else f", selected ({other[0]:.2f}, {other[1]:.2f})"
        rows.append(f"{label(name)} ({one[0]:.2f}, {one[1]:.2f}){selected}")
    said = f"Surprise of t and information on y in {result['unit']}: {'; '.join(rows)}."
    return f"Information plane of a selection. {_finding(result, every, chosen)}. {said}".replace("nan", "no value")
