"""A measure over depth: what a profile is where only one step was recorded."""

import textwrap

import numpy as np
import plotly.graph_objects as go

from explorer.figures._profile_words import amount, depth_alternative, depth_finding, depth_subtitle
from explorer.figures.theme import Theme, faint, framed, label
from explorer.results.trajectory import Trajectory

WIDE = 118
"""Letters of a line of the subtitle."""
PLOT, TOP = 300, 110
"""Heights of the panel and of what stands above it, px."""
LETTER = 6.2
"""Width of a letter of a layer's name, px."""
ACROSS, MOST = 110, 48
"""Letters of names that stand side by side without a slant, and names that stand there with one."""
SLANT = 40
"""Degrees."""


def is_one_step(shown: Trajectory) -> bool:
    """Whether there is one step and no other is to come."""
    return len(shown.steps) < 2 and shown.about.get("total", 0) <= len(shown.layers)


def draw_depth(shown: Trajectory, look: Theme, layer: str | None) -> go.Figure:
    """Layers from left to right as deep as they are, the value upwards with its interval; hollow, shuffled rows."""
    value, low, high, null = (column(shown, name) for name in ("value", "low", "high", "null"))
    places = np.arange(len(shown.layers))
    figure = go.Figure([
        go.Scatter(x=places, y=value, mode="lines", line={"color": faint(look.text, 0.35), "width": 1.2},
                   connectgaps=False, hoverinfo="skip"),
        _null(places, null, look),
        _marks(shown, (value, low, high, null), look),
        _fired(shown, np.where(np.isnan(high), value, np.fmax(value, high)), look),
    ])  # fmt: skip
    names, slant = _names(shown)
    left, below = _room(names, slant)
    title = depth_finding(shown), "<br>".join(textwrap.wrap(depth_subtitle(shown), WIDE))
    frame = framed(*title, depth_alternative(shown), look, TOP + PLOT + below)
    margin = {"l": left, "r": 24, "t": frame["height"] - PLOT - below, "b": below}
    figure.update_layout(frame | {"margin": margin})
    _axes(figure, shown, look, names, slant)
    if layer in shown.layers:
        figure.add_vline(shown.layers.index(layer), line={"color": look.accent, "width": 1, "dash": "dash"})
    return figure


def column(shown: Trajectory, name: str) -> np.ndarray:
    """One number a layer, (layers,); NaN where there is none."""
    if not shown.quantities or not shown.steps:
        return np.full(len(shown.layers), np.nan)
    return np.array([shown.curve(layer, shown.quantities[0], name)[-1] for layer in shown.layers])


def _null(places: np.ndarray, null: np.ndarray, look: Theme) -> go.Scatter:
    marker = {"symbol": "circle-open", "size": 8, "color": look.secondary}
    line = {"color": look.secondary, "width": 1.2, "dash": "dot"}
    return go.Scatter(x=places, y=null, mode="lines+markers", marker=marker, line=line, hoverinfo="skip", name="null")


def _marks(shown: Trajectory, columns: tuple[np.ndarray, ...], look: Theme) -> go.Scatter:
    """Values with their intervals; a click opens the layer."""
    value, low, high, null = columns
    text = [
        f"{label(name)}<br>{amount(value[i], shown.unit)}"
        + ("" if np.isnan(low[i]) else f"<br>{amount(low[i])} to {amount(high[i], shown.unit)}")
        + ("" if np.isnan(null[i]) else f"<br>shuffled: {amount(null[i], shown.unit)}")
        for i, name in enumerate(shown.layers)
    ]
    bars = {"type": "data", "symmetric": False, "array": high - value, "arrayminus": value - low}
    bars |= {"thickness": 1.4, "width": 4, "color": look.text}
    solid = {"marker": {"opacity": 1}}
    marker = {"size": 10, "color": look.layer_colours(len(value))}
    return go.Scatter(
        x=np.arange(len(value)), y=value, error_y=bars, mode="markers", marker=marker, selected=solid,
        unselected=solid, name="value", text=text, hovertemplate="%{text}<extra></extra>",
        customdata=[[step, name] for name in shown.layers for step in shown.steps],
    )  # fmt: skip


def _fired(shown: Trajectory, tops: np.ndarray, look: Theme) -> go.Scatter:
    """A triangle above the layers at which a rule fired."""
    fired = {str(name) for name, rules in zip(shown.layer, shown.warnings, strict=True) if rules}
    places = [i for i, name in enumerate(shown.layers) if name in fired and not np.isnan(tops[i])]
    return go.Scatter(x=places, y=tops[places], mode="text", text="▲", textposition="top center", hoverinfo="skip",
                      textfont={"color": look.accent, "size": 11}, name="a rule fired")  # fmt: skip


def _names(shown: Trajectory) -> tuple[list[str], bool]:
    """The layers' names along the axis, every k-th of more than 48, and whether they slant."""
    names = [label(one) for one in shown.layers]
    every = -(-len(names) // MOST)
    kept = [name if i % every == 0 else "" for i, name in enumerate(names)]
    return kept, max(map(len, kept), default=0) * len(kept) // max(every, 1) > ACROSS


def _room(names: list[str], slant: bool) -> tuple[int, int]:
    """Pixels to the left of the panel and below it that hold all names: the first of slanted ones reaches far left."""
    if not slant:
        return 70, 46
    angle = np.radians(SLANT)
    reach = [LETTER * len(name) * np.cos(angle) - 14 * i for i, name in enumerate(names)]
    return int(max(70, *reach)), int(46 + LETTER * max(map(len, names)) * np.sin(angle))


def _axes(figure: go.Figure, shown: Trajectory, look: Theme, names: list[str], slant: bool) -> None:
    plain = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    places = [i for i, name in enumerate(names) if name]
    figure.update_xaxes(
        **plain, tickvals=places, ticktext=[names[i] for i in places], range=[-0.5, len(names) - 0.5],
        tickangle=-SLANT if slant else 0, tickfont={"size": 11},
    )  # fmt: skip
    unit = f", {shown.unit}" if shown.unit else ""
    figure.update_yaxes(**plain, title={"text": f"{shown.about.get('words', 'value')}{unit}"}, rangemode="normal")
    figure.update_yaxes(showgrid=True, gridcolor=faint(look.axis, 0.25))
    figure.update_layout(clickmode="event+select", dragmode=False, hovermode="closest")
