"""A measure of every layer over training: a heat map, and below it the curves with their doubt."""

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._depth import draw_depth, is_one_step
from explorer.figures._profile_words import alternative, amount, finding, subtitle
from explorer.figures.theme import THEMES, Theme, faint, framed, label, narrow, shapes, thousands
from explorer.result import NATS_PER
from explorer.results.trajectory import Trajectory

TOP = 110
"""Pixels above the heat map."""
SIDES = {False: {"l": 100, "r": 130}, True: {"l": 84, "r": 88}}
"""Pixels beside the axes, and on a narrow screen."""

ROW = 30
"""Height of one layer in the heat map, px."""


def draw(
    result: Trajectory,
    *,
    unit: Literal["bits", "nats"] = "bits",
    theme: Literal["light", "dark"] = "light",
    step: int | None = None,
    layer: str | None = None,
) -> go.Figure:
    """Layers from top to bottom as deep as they are, recorded steps evenly spaced from left to right.

    Below, one curve a layer with its band (the measure's own error, or the extremes over runs), and dotted what
    shuffled rows read. A small triangle marks cells at which a rule fired. Informations are shown in `unit`, other
    quantities in their own. Of one step there is no heat map: layers stand from left to right, the value upwards.

    Args:
        step, layer: the cell that is framed.
    """
    shown, look = result.to(unit) if result.unit in NATS_PER else result, THEMES[theme]
    if is_one_step(shown):
        return draw_depth(shown, look, layer)
    layers = len(shown.layers)
    top = max(90, ROW * layers)
    height = 110 + top + 40 + 190 + 50
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[top, 190], vertical_spacing=40 / height)
    figure.add_trace(_heat(shown, look), 1, 1)
    for trace in (_doubtful(shown), _targets(shown)):
        figure.add_trace(trace, 1, 1)
    for trace in _curves(shown, look):
        figure.add_trace(trace, 2, 1)
    frame = framed(finding(shown), subtitle(shown), alternative(shown), look, height)
    figure.update_layout(frame | {"margin": SIDES[narrow()] | {"t": TOP + frame["height"] - height, "b": 50}})
    _axes(figure, shown, look)
    _names(figure, shown, look)
    if step in shown.steps and layer in shown.layers:
        _frame(figure, shown.steps.index(step), shown.layers.index(layer), look)
    return figure


def _values(shown: Trajectory, column: str = "value") -> np.ndarray:
    """(layers, steps)."""
    empty = np.full(len(shown.steps), np.nan)
    quantity = shown.quantities[0] if shown.quantities else ""
    return np.stack([shown.curve(one, quantity, column) if quantity else empty for one in shown.layers])


def _heat(shown: Trajectory, look: Theme) -> go.Heatmap:
    unit = shown.unit or "value"
    return go.Heatmap(
        z=_values(shown),
        x=np.arange(len(shown.steps)),
        y=np.arange(len(shown.layers)),
        colorscale="Viridis" if look.name == "light" else "Cividis",
        hoverinfo="skip",
        colorbar={"title": {"text": unit}, "thickness": 10, "outlinewidth": 0, "lenmode": "pixels", "yanchor": "top",
                  "len": max(90, ROW * len(shown.layers)), "y": 1.0, "x": 1.07, "tickfont": {"size": 10}},
    )  # fmt: skip


def _doubtful(shown: Trajectory) -> go.Scatter:
    """A triangle where a rule fired, unless it fired nearly everywhere: then the panel of doubts says it."""
    places = {step: i for i, step in enumerate(shown.steps)}
    rows = {one: i for i, one in enumerate(shown.layers)}
    fired = [(s, one) for s, one, rules in zip(shown.step.tolist(), shown.layer, shown.warnings, strict=True) if rules]
    fired = fired if len(fired) < 0.5 * max(1, len(shown)) else []
    return go.Scatter(
        x=[places[step] for step, _ in fired],
        y=[rows[str(one)] for _, one in fired],
        mode="markers",
        marker={"symbol": "triangle-up", "size": 7, "color": "#ffffff", "line": {"width": 1, "color": "#16181c"}},
        hoverinfo="skip",
        name="a rule fired",
    )


def _targets(shown: Trajectory) -> go.Scatter:
    """What a pointer hits: one unseen mark a cell, with its words."""
    values, null = _values(shown), _values(shown, "null")
    found = [(i, j) for j in range(len(shown.layers)) for i in range(len(shown.steps))]
    name = shown.about.get("step_name", "step")
    text = [
        f"{label(shown.layers[j])}, {name} {thousands(shown.steps[i])}<br>{amount(values[j, i], shown.unit)}"
        + ("" if np.isnan(null[j, i]) else f"<br>shuffled: {amount(null[j, i], shown.unit)}")
        for i, j in found
    ]
    hidden = {"opacity": 0}
    return go.Scatter(
        x=[i for i, _ in found],
        y=[j for _, j in found],
        mode="markers",
        marker={"symbol": "square", "size": ROW * 0.7, "opacity": 0},
        selected={"marker": hidden},
        unselected={"marker": hidden},
        customdata=[[shown.steps[i], shown.layers[j]] for i, j in found],
        hovertemplate="%{text}<extra></extra>",
        text=text,
        name="cells",
    )


def _curves(shown: Trajectory, look: Theme) -> list[go.Scatter]:
    found = []
    places = np.arange(len(shown.steps))
    columns = [_values(shown, column) for column in ("value", "low", "high", "null")]
    marks = shapes(len(shown.layers))
    for j, colour in enumerate(look.layer_colours(len(shown.layers))):
        value, low, high, null = (column[j] for column in columns)
        known = ~np.isnan(low)
        if known.any():
            x, band = places[known], np.concatenate([high[known], low[known][::-1]])
            found.append(
                go.Scatter(x=np.concatenate([x, x[::-1]]), y=band, fill="toself", mode="none",
                           fillcolor=faint(colour, 0.2), hoverinfo="skip")
            )  # fmt: skip
        line = {"color": colour, "width": 1.8}
        mode = "lines" if len(places) > 1 else "markers"
        marker = {"symbol": marks[j], "color": colour}
        found.append(go.Scatter(x=places, y=value, mode=mode, line=line, marker=marker, hoverinfo="skip",
                                name=label(shown.layers[j])))  # fmt: skip
        if not np.isnan(null).all():
            dotted = line | {"dash": "dot", "width": 1.2}
            found.append(go.Scatter(x=places, y=null, mode="lines", line=dotted, hoverinfo="skip"))
    return found


def _axes(figure: go.Figure, shown: Trajectory, look: Theme) -> None:
    count = len(shown.steps)
    ticks = np.unique(np.linspace(0, count - 1, min(count, 5 if narrow() else 9)).round().astype(int))
    along = {"tickvals": ticks, "ticktext": [thousands(shown.steps[i]) for i in ticks], "range": [-0.5, count - 0.5]}
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    figure.update_xaxes(**plain, **along)
    figure.update_xaxes(title={"text": f"{shown.about.get('step_name', 'step')}, recorded ones evenly spaced"}, row=2)
    figure.update_xaxes(showticklabels=True, row=1)
    rows = np.arange(len(shown.layers))
    figure.update_yaxes(
        row=1, **plain, tickvals=rows, ticktext=[label(one) for one in shown.layers],
        range=[len(rows) - 0.5, -0.5], ticklen=0,
    )  # fmt: skip
    unit = f", {shown.unit}" if shown.unit else ""
    figure.update_yaxes(
        row=2, **plain, title={"text": f"{shown.about.get('words', 'value')}{unit}"}, rangemode="normal"
    )
    figure.update_layout(clickmode="event+select", dragmode=False, hovermode="closest")


def _names(figure: go.Figure, shown: Trajectory, look: Theme) -> None:
    """Every layer's name at the end of its curve, moved apart where they would cover each other."""
    values = _values(shown)
    ends = {j: row[~np.isnan(row)][-1] for j, row in enumerate(values) if not np.isnan(row).all()}
    if not ends:
        return
    every = np.concatenate([_values(shown, column).ravel() for column in ("value", "low", "high", "null")])
    low, high = np.nanmin(every), np.nanmax(every)
    gap = 0.08 * ((high - low) or 1.0)
    heights = dict(zip(sorted(ends, key=ends.__getitem__), _apart(sorted(ends.values()), gap), strict=True))
    colours = look.layer_colours(len(shown.layers))
    for j, y in heights.items():
        figure.add_annotation(
            x=1.0, xref="paper", xanchor="left", xshift=6, y=y, yref="y2", text=label(shown.layers[j]),
            font={"color": look.legible(colours[j]), "size": 11}, showarrow=False,
        )  # fmt: skip


def _apart(heights: list[float], gap: float) -> list[float]:
    """Ascending heights at least `gap` apart, about where they were."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else height)
    shift = (moved[-1] - heights[-1]) / 2
    return [one - shift for one in moved]


def _frame(figure: go.Figure, place: int, row: int, look: Theme) -> None:
    """A frame around the chosen cell, and its step in the curves."""
    line = {"color": look.accent, "width": 2}
    figure.add_shape(type="rect", x0=place - 0.5, x1=place + 0.5, y0=row - 0.5, y1=row + 0.5, line=line, row=1, col=1)
    figure.add_vline(place, line={"color": look.accent, "width": 1, "dash": "dash"}, row=2, col=1)
