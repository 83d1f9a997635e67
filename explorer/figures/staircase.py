"""Bounds on an information that rises in steps, a small panel each: near the truth, short of it, or beyond it."""

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._staircase_words import alternative, finding, subtitle, verdict
from explorer.figures.theme import THEMES, Theme, faint, framed, narrow
from explorer.results.bounds import BoundReadings

ROW, TOP, BOTTOM, HEAD = 150, 124, 50, 62
"""Pixels of a panel, above and below all of them, and between two rows."""
COLUMNS, FEWER = 3, 1
"""Panels in a row, and on a narrow screen."""
OVER = 1.55
"""How far above the highest truth the axis ends, as a multiple of it; what is beyond is named."""


def draw(
    result: BoundReadings, *, unit: Literal["bits", "nats"] = "bits", theme: Literal["light", "dark"] = "light"
) -> go.Figure:
    """The true steps dashed, the mean of the readings as steps with a band of one deviation to each side.

    A mark is a circle at the median; where most readings are on the wrong side of the truth for what the bound is
    called, it is a triangle that points there. The dotted line is the most that a bound can read.
    """
    shown, look = result.to(unit), THEMES[theme]
    columns = _columns()
    rows = -(-len(shown.names) // columns)
    height = TOP + BOTTOM + rows * ROW + (rows - 1) * HEAD
    inner = height - TOP - BOTTOM
    figure = make_subplots(rows, columns, vertical_spacing=HEAD / inner if rows > 1 else 0, horizontal_spacing=0.035)
    low, high = _limits(shown)
    said: list[dict[str, Any]] = []
    for i in range(len(shown.names)):
        place = (i // columns + 1, i % columns + 1)
        for trace in _traces(shown, i, look):
            figure.add_trace(trace, *place)
        said += _words(shown, i, look, (low, high))
    _axes(figure, shown, look, (low, high))
    figure.layout.annotations += tuple(said)
    frame = framed(finding(shown), subtitle(shown), alternative(shown), look, height, 92)
    figure.update_layout(frame | {"margin": {"t": TOP + frame["height"] - height, "l": 54, "r": 16, "b": BOTTOM}})
    return figure


def _columns() -> int:
    return FEWER if narrow() else COLUMNS


def _limits(shown: BoundReadings) -> tuple[float, float]:
    """The range of the axis of all panels."""
    return min(0.0, -0.02 * shown.truth[-1]), OVER * float(shown.truth[-1])


def _stairs(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps one wide around 0, 1, 2, ...: both ends of every value."""
    at = np.arange(len(values))
    return np.stack([at - 0.5, at + 0.5], 1).ravel(), np.repeat(values, 2)


def _traces(shown: BoundReadings, i: int, look: Theme) -> list[go.Scatter]:
    """One panel: the band, the truth, the ceiling, the steps of the mean and a mark in the middle of each."""
    colour = look.category_colours(3)[("lower", "upper", "none").index(shown.claims[i])]
    x, mean = _stairs(shown.mean[i])
    truth = go.Scatter(x=x, y=_stairs(shown.truth)[1], mode="lines", hoverinfo="skip", name="truth")
    truth.line = {"color": look.text, "width": 1.5, "dash": "dash"}
    top = go.Scatter(x=x, y=np.full(len(x), shown.ceiling[i]), mode="lines", hoverinfo="skip", name="ceiling")
    top.line = {"color": look.secondary, "width": 1.5, "dash": "dot"}
    line = go.Scatter(x=x, y=mean, mode="lines", hoverinfo="skip", name=shown.names[i])
    line.line = {"color": colour, "width": 2}
    return [_band(shown, i, colour), truth, top, line, _marks(shown, i, colour, look)]


def _band(shown: BoundReadings, i: int, colour: str) -> go.Scatter:
    """One deviation to both sides of the mean, as steps."""
    low, high = shown.mean[i] - shown.deviation[i], shown.mean[i] + shown.deviation[i]
    here = np.repeat(~np.isnan(low), 2)
    x, up = _stairs(high)
    down = _stairs(low)[1]
    closed = np.r_[x[here], x[here][::-1]], np.r_[up[here], down[here][::-1]]
    band = go.Scatter(x=closed[0], y=closed[1], fill="toself", fillcolor=faint(colour, 0.22), mode="none")
    return band.update(hoverinfo="skip", name=f"{shown.names[i]}: band")


def _marks(shown: BoundReadings, i: int, colour: str, look: Theme) -> go.Scatter:
    wrong = {"lower": "triangle-up", "upper": "triangle-down", "none": "circle"}[shown.claims[i]]
    broken = shown.breaks[i]
    mark = {
        "symbol": [wrong if one else "circle" for one in broken],
        "size": [11 if one else 6 for one in broken],
        "color": [look.accent if one else colour for one in broken],
        "line": {"width": 1, "color": look.background},
    }
    told = [_told(shown, i, j) for j in range(len(shown.truth))]
    return go.Scatter(
        x=np.arange(len(shown.truth)), y=shown.median[i], mode="markers", marker=mark, text=told,
        hovertemplate="%{text}<extra></extra>", name=shown.names[i], cliponaxis=False,
    )  # fmt: skip


def _told(shown: BoundReadings, i: int, j: int) -> str:
    lines = [f"<b>{shown.names[i]}</b>, truth {shown.truth[j]:.3g} {shown.unit}"]
    lines.append(f"mean {shown.mean[i, j]:.3f} ± {shown.deviation[i, j]:.3f}, median {shown.median[i, j]:.3f}")
    lines.append(f"above the truth: {shown.above[i, j]:.0%} of {shown.count[i, j]}")
    return "<br>".join(lines)


def _words(shown: BoundReadings, i: int, look: Theme, limits: tuple[float, float]) -> list[dict[str, Any]]:
    """Name and verdict above a panel, and the mean where it leaves the frame."""
    axis = "" if i == 0 else str(i + 1)
    head = {"xref": f"x{axis} domain", "yref": f"y{axis} domain", "showarrow": False, "align": "left"}
    head |= {"x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "yshift": 3}
    colour = look.accent if shown.breaks[i].any() else look.secondary
    said = verdict(shown, i)
    text = f"<b>{shown.names[i]}</b><br><span style='color:{colour};font-size:11px'>{said}</span>"
    found = [head | {"text": text, "font": {"color": look.text, "size": 13}}]
    out = np.flatnonzero(np.nan_to_num(shown.mean[i]) > limits[1])
    if len(out):
        beyond = {"xref": f"x{axis}", "yref": f"y{axis} domain", "showarrow": False, "xanchor": "right"}
        beyond |= {"x": len(shown.truth) - 0.5, "y": 0, "yanchor": "bottom"}
        text = f"↑ {shown.mean[i, out[-1]]:.3g} at {shown.truth[out[-1]]:.3g}"
        found.append(beyond | {"text": text, "font": {"color": look.text, "size": 11}})
    return found


def _axes(figure: go.Figure, shown: BoundReadings, look: Theme, limits: tuple[float, float]) -> None:
    """One axis of truths and one of readings for all panels; only the outer ones are written on."""
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    ticks = {"tickvals": list(range(len(shown.truth))), "ticktext": [f"{one:.3g}" for one in shown.truth]}
    figure.update_xaxes(**plain, **ticks, range=[-0.5, len(shown.truth) - 0.5])
    figure.update_yaxes(**plain, range=list(limits), nticks=5, showticklabels=False)
    count, columns = len(shown.names), _columns()
    for i in range(columns * -(-count // columns)):
        place = {"row": i // columns + 1, "col": i % columns + 1}
        if i >= count:
            figure.update_xaxes(visible=False, **place)
            figure.update_yaxes(visible=False, **place)
            continue
        if i % columns == 0:
            figure.update_yaxes(showticklabels=True, **place)
        if i + columns >= count:
            figure.update_xaxes(title={"text": f"truth, {shown.unit}", "standoff": 4}, **place)
    named = {"x": 0, "xref": "x domain", "xshift": -44, "y": 0.5, "yref": "y domain", "textangle": -90}
    figure.add_annotation(**named, text=f"read, {shown.unit}", showarrow=False, xanchor="center", yanchor="middle")
