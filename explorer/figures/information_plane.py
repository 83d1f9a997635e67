"""The information plane: every layer's trail from its first to its last recorded step."""

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures.finding import alternative, finding, subtitle
from explorer.figures.theme import THEMES, Theme, framed, label, narrow, shapes, thousands
from explorer.result import NATS_PER, amount
from explorer.results.trajectory import TY, XT, Trajectory

LOW = 0.1
"""Share of the height below which a name under its mark would lie on the numbers of the axis."""
BESIDE = {False: 0.1, True: 0.22}
"""Share of the width within which the names of two marks of one height would meet, and on a narrow screen."""
NEAR = 0.06
"""Share of the largest value within which the names of two layers would cover each other."""
HEIGHT, TOP = 560, 84
"""Pixels of the figure and above its axes, with a title and words of one line each."""


def draw(
    result: Trajectory,
    *,
    unit: Literal["bits", "nats"] = "bits",
    theme: Literal["light", "dark"] = "light",
    slider: bool = True,
    follow: str | None = None,
) -> go.Figure:
    """Trails of all layers, open marks at the start, filled at the end, with a slider over the steps.

    The short dashed line under a mark is the null: I(T;Y) with the target permuted. Grey marks
    where no point can be: above H(Y), right of H(X), left of I(X;T) = I(T;Y).

    Args:
        slider: draw the marks at every step, to be moved through; without it at the first and last alone.
        follow: the layer that the title speaks of; the one that forgets most when none is named.
    """
    shown, look = result.to(unit), THEMES[theme]
    figure = go.Figure()
    layers = shown.layers
    drawn = zip(layers, look.layer_colours(len(layers)), shapes(len(layers)), _names(shown), strict=True)
    for layer, colour, shape, name in drawn:
        for trace in _trail(shown, layer, colour, shape, name | {"textfont": {"color": look.legible(colour)}}):
            figure.add_trace(trace)
    _shade(figure, shown, look)
    figure.update_layout(_layout(shown, look, follow))
    if slider and len(shown.steps) > 1:
        figure.frames = [_frame(shown, place) for place in range(len(shown.steps))]
        figure.update_layout(sliders=[_slider(shown)])
    return figure


def _names(shown: Trajectory) -> list[dict[str, Any]]:
    """The name of each layer and where it stands: below its last mark, but where marks lie together in a column."""
    ends = np.array([[shown.curve(layer, XT)[-1], shown.curve(layer, TY)[-1]] for layer in shown.layers]).reshape(-1, 2)
    reach = np.array([np.nanmax(np.abs(shown.value), initial=1e-9), np.nanmax(np.abs(ends[:, 1]), initial=1e-9)])
    apart = (ends - ends[:, None]) / reach
    near = (np.abs(apart) < NEAR).all(2) | np.eye(len(ends), dtype=bool)
    names = []
    for i, (layer, row) in enumerate(zip(shown.layers, near, strict=True)):
        column = bool(row.sum() > 1)
        own = "\u00a0\u00a0" * column + label(layer)
        lines = [own if other == i else "\u00a0" for other in np.flatnonzero(row)]
        side = "middle right" if column else _side(apart[i], ends[i] / reach)
        names.append({"text": ["", "<br>".join(lines)], "textposition": side})
    return names


def _side(apart: np.ndarray, own: np.ndarray) -> str:
    """Where a name stands alone: off the numbers of the axis, and away from marks that are as high and beside it."""
    if own[1] < LOW:
        return "top right"
    beside = apart[(np.abs(apart[:, 1]) < NEAR) & (np.abs(apart[:, 0]) < BESIDE[narrow()]) & (apart[:, 0] != 0), 0]
    right, left = bool((beside > 0).any()), bool((beside < 0).any())
    if right == left:
        return "bottom center"
    return "bottom right" if left else "bottom left" if own[0] > BESIDE[True] else "top center"


def _trail(
    shown: Trajectory, layer: str, colour: str, shape: str, name: dict[str, Any]
) -> tuple[go.Scatter, go.Scatter, go.Scatter]:
    x, y, null = shown.curve(layer, XT), shown.curve(layer, TY), shown.curve(layer, TY, "null")
    symbols = [f"{shape}-open"] + [shape] * (len(x) - 1)
    text = [f"{label(layer)}<br>{shown.about.get('step_name', 'step')} {thousands(step)}" for step in shown.steps]
    hover = f"%{{text}}<br>I(X;T) %{{x:.3f}} {shown.unit}<br>I(T;Y) %{{y:.3f}} {shown.unit}<extra></extra>"
    line = go.Scatter(
        x=x, y=y, mode="lines", line={"color": colour, "width": 1.5}, opacity=0.6, text=text, hovertemplate=hover
    )
    ends = [0, len(x) - 1]
    mark = go.Scatter(
        x=x[ends],
        y=y[ends],
        mode="markers+text",
        marker={"symbol": [symbols[0], symbols[-1]], "size": 11, "color": colour},
        **name,
        cliponaxis=False,
        error_x=_bars(shown, layer, XT, ends, colour),
        error_y=_bars(shown, layer, TY, ends, colour),
        hoverinfo="skip",
        name=label(layer),
    )
    floor = go.Scatter(
        x=[x[-1], x[-1]],
        y=[null[-1], y[-1]],
        mode="lines",
        line={"color": colour, "width": 1, "dash": "dot"},
        hovertemplate=f"{label(layer)} with the target permuted: {null[-1]:.3f} {shown.unit}<extra></extra>",
    )
    return line, mark, floor


def _bars(shown: Trajectory, layer: str, quantity: str, places: list[int], colour: str) -> dict[str, Any] | None:
    """From the lowest to the highest run of a group; None for a single run."""
    value, low, high = (shown.curve(layer, quantity, column)[places] for column in ("value", "low", "high"))
    if np.isnan(low).all():
        return None
    return {"array": high - value, "arrayminus": value - low, "symmetric": False, "color": colour, "thickness": 1}


def _frame(shown: Trajectory, place: int) -> go.Frame:
    """The marks and nulls at one step."""
    data, traces = [], []
    for i, layer in enumerate(shown.layers):
        x, y, null = shown.curve(layer, XT), shown.curve(layer, TY), shown.curve(layer, TY, "null")
        data += [
            go.Scatter(x=x[[0, place]], y=y[[0, place]]),
            go.Scatter(x=[x[place]] * 2, y=[null[place], y[place]]),
        ]
        traces += [3 * i + 1, 3 * i + 2]
    return go.Frame(name=str(shown.steps[place]), data=data, traces=traces)


def _shade(figure: go.Figure, shown: Trajectory, look: Theme) -> None:
    """Regions that data processing and the entropies rule out."""
    x_top, y_top = (_in_unit(shown, key) for key in ("entropy_x", "entropy_y"))
    grey: dict[str, Any] = {"fillcolor": look.impossible, "line": {"width": 0}, "layer": "below"}
    note: dict[str, Any] = {"showarrow": False, "font": {"color": look.secondary, "size": 11}}
    right = (x_top or float(np.nanmax(shown.value, initial=1.0))) * 1.05
    if y_top is not None:
        figure.add_shape(type="rect", x0=0, x1=right, y0=y_top, y1=y_top * 1.08, **grey)
        text = f"no point can be here: I(T;Y) ≤ H(Y) = {amount(f'{y_top:.3g}', shown.unit)}"
        figure.add_annotation(x=right / 2, y=y_top * 1.04, text=text, **note)
    if y_top is not None and shown.about["x_is_identity"]:
        corner = min(right, y_top)
        figure.add_shape(type="path", path=f"M 0 0 L 0 {y_top} L {corner} {corner} Z", **grey)
    if x_top is not None and shown.about["x_is_identity"]:
        high = (y_top or float(np.nanmax(shown.value, initial=1.0))) * 1.08
        figure.add_shape(type="rect", x0=x_top, x1=right, y0=0, y1=high, **grey)


def _layout(shown: Trajectory, look: Theme, follow: str | None) -> dict:
    axis = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside", "rangemode": "tozero"}
    frame = framed(finding(shown, follow), subtitle(shown), alternative(shown, follow), look, HEIGHT)
    return frame | {
        "xaxis": axis | {"title": f"I(X;T), {shown.unit}"},
        "yaxis": axis | {"title": f"I(T;Y), {shown.unit}"},
        "margin": {"t": TOP + frame["height"] - HEIGHT, "l": 70, "r": 44, "b": 60},
    }


def _slider(shown: Trajectory) -> dict:
    step_name = shown.about.get("step_name", "step")
    move = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    steps = [{"label": str(step), "method": "animate", "args": [[str(step)], move]} for step in shown.steps]
    return {"active": len(steps) - 1, "currentvalue": {"prefix": f"{step_name} "}, "steps": steps, "pad": {"t": 40}}


def _in_unit(shown: Trajectory, key: str) -> float | None:
    value = shown.about.get(key)
    return None if value is None else value / NATS_PER[shown.unit]
