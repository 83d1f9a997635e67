"""One latent beside one factor: joint histogram with its margins, points, and the information beside its null."""

import html
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures.theme import THEMES, Theme, framed, thousands
from explorer.result import LEVEL, NATS_PER
from explorer.results.latents import LatentFactor

TOP, BOTTOM = 90, 46
MARGIN, JOINT, POINTS, NULL = 44, 250, 190, 54
GAPS = (6, 26, 66)
"""Pixels between the rows of panels: margin, joint histogram, points, null."""
NAMED, LONG = 12, 12
"""Levels up to which every one is named, and letters of a name."""
CUT = ", cut off at 0"
"""Said of an interval that would reach below what an information can be."""
SPREAD = 0.62
"""Width over which points of one level are spread, where 1 is the distance of two levels."""


def draw(
    result: LatentFactor, *, unit: Literal["bits", "nats"] = "bits", theme: Literal["light", "dark"] = "light"
) -> go.Figure:
    """The joint histogram as it was cut, samples as points below, and the information with what shuffled rows read.

    Points of a counted factor are spread sideways within their level, evenly and without chance, so that they can be
    seen; only which level they belong to means anything.
    """
    look = THEMES[theme]
    sizes = [MARGIN, JOINT, POINTS, NULL]
    inner = sum(sizes) + sum(GAPS)
    figure = make_subplots(4, 2, column_widths=[0.84, 0.16], horizontal_spacing=0.02)
    _place(figure, sizes, inner)
    figure.add_trace(_joint(result, look), 2, 1)
    for trace, row, column in _margins(result, look):
        figure.add_trace(trace, row, column)
    figure.add_trace(_points(result, look), 3, 1)
    for trace in _null(result, unit, look):
        figure.add_trace(trace, 4, 1)
    height = TOP + inner + BOTTOM
    frame = framed(finding(result, unit), subtitle(result), alternative(result, unit), look, height, 50)
    frame["title"]["font"] = {"size": 16}
    figure.update_layout(frame | {"margin": {"t": TOP + frame["height"] - height, "b": BOTTOM, "l": 60, "r": 16}})
    figure.update_layout(bargap=0.06, hovermode="closest")
    _axes(figure, result, unit, look)
    return figure


def finding(shown: LatentFactor, unit: str) -> str:
    """The title: how much of the factor the latent tells, or that it tells nothing."""
    per = NATS_PER[unit]
    name, factor = _named(shown), html.escape(shown.factor, quote=False)
    if shown.p_value > 0.05:
        return f"{name} tells nothing of {factor} that shuffled rows do not (p = {shown.p_value:.2g})"
    amount = f"{shown.value / per:.3g} of {shown.entropies[1] / per:.3g} {unit}"
    share = f"{100 * shown.share:.0f} %" if shown.share >= 0.005 else "under 1 %"
    return f"{name} tells {share} of {factor}: {amount}"


def subtitle(shown: LatentFactor) -> str:
    """How it was cut, samples, points; which interval it is, and that the matrix has another."""
    about = shown.about
    drawn = "all" if about["points"] == about["n"] else f"{thousands(about['points'])} at random"
    cut = f"{about['bins']} {about['strategy'].replace('_', ' ')} bins · n = {thousands(about['n'])}"
    level, made = 100 * about.get("level", LEVEL), about.get("interval", "")
    sure = f"{level:.0f} % interval: {made}{CUT if about.get('cut') else ''}"
    return f"{cut} · points: {drawn} · seed {about['seed']}<br>{sure} · that of the matrix: bootstrap, fewer shuffles"


def alternative(shown: LatentFactor, unit: str) -> str:
    """The panels in words, for those who do not see them."""
    per, spread = NATS_PER[unit], shown.shuffled / NATS_PER[unit]
    null = f"{len(spread)} shuffles read {spread.mean():.3f} on average, {spread.max():.3f} at most"
    interval = f"interval {shown.low / per:.3f} to {shown.high / per:.3f} {unit}"
    text = f"Joint histogram, points and null of {_named(shown)} and {shown.factor}. "
    return html.escape(f"{text}{finding(shown, unit)}; {interval}; {null}; p = {shown.p_value:.2g}.", quote=False)


def _named(shown: LatentFactor) -> str:
    return f"Latent {shown.latent}" if shown.latent.isdigit() else html.escape(shown.latent, quote=False)


def _place(figure: go.Figure, sizes: list[int], inner: int) -> None:
    """Rows of the given pixels with the gaps between them; the x axes of a factor go together."""
    top = 1.0
    for row, (size, gap) in enumerate(zip(sizes, (*GAPS, 0), strict=True), 1):
        for column in (1, 2):
            figure.update_yaxes(domain=[max(0.0, top - size / inner), top], row=row, col=column)
        top -= (size + gap) / inner
    for row in (1, 3):
        figure.update_xaxes(matches="x3", row=row, col=1)
    for row, column in ((1, 2), (3, 2), (4, 2)):
        figure.update_xaxes(visible=False, row=row, col=column)
        figure.update_yaxes(visible=False, row=row, col=column)


def _joint(shown: LatentFactor, look: Theme) -> go.Heatmap:
    """Samples in every cell; empty cells are left open."""
    counts = shown.counts.astype(float)
    level = counts.sum(0)
    told = [
        [
            f"{_named(shown)} {a:.3g} to {b:.3g}<br>{_level(shown, k)}: {thousands(int(counts[i, k]))} samples, "
            f"{100 * counts[i, k] / max(1, level[k]):.0f} % of them"
            for k in range(counts.shape[1])
        ]
        for i, (a, b) in enumerate(zip(shown.latent_edges[:-1], shown.latent_edges[1:], strict=True))
    ] if counts.size <= 10000 else None  # fmt: skip
    return go.Heatmap(
        z=np.where(counts > 0, counts, np.nan), x=shown.factor_edges, y=shown.latent_edges, zmin=0,
        colorscale=[[0.0, look.impossible], [1.0, look.categories[0]]], showscale=False, text=told,
        hovertemplate="%{text}<extra></extra>" if told else "%{z} samples<extra></extra>", name="samples",
    )  # fmt: skip


def _level(shown: LatentFactor, k: int) -> str:
    name = shown.levels[k] if shown.levels else "{:.3g} to {:.3g}".format(*shown.factor_edges[k : k + 2])
    return html.escape(f"{shown.factor} {name}", quote=False)


def _margins(shown: LatentFactor, look: Theme) -> list[tuple[go.Bar, int, int]]:
    """Samples of every level above, and of every cell of the latent at the right."""
    across, down = shown.counts.sum(0), shown.counts.sum(1)
    bar: dict[str, Any] = {"marker": {"color": look.axis, "line": {"width": 0}}}
    above = go.Bar(
        x=_middles(shown.factor_edges), width=np.diff(shown.factor_edges) * 0.94, y=across, name="margin of the factor",
        customdata=[_level(shown, k) for k in range(len(across))],
        hovertemplate="%{customdata}: %{y} samples<extra></extra>", **bar,
    )  # fmt: skip
    right = go.Bar(
        y=_middles(shown.latent_edges), width=np.diff(shown.latent_edges) * 0.94, x=down, orientation="h",
        hovertemplate="%{x} samples<extra></extra>", name="margin of the latent", **bar,
    )  # fmt: skip
    return [(above, 1, 1), (right, 2, 2)]


def _middles(edges: np.ndarray) -> np.ndarray:
    return (edges[:-1] + edges[1:]) / 2


def _points(shown: LatentFactor, look: Theme) -> go.Scatter:
    x = shown.points[:, 1]
    if shown.levels:
        x = x + SPREAD * (np.arange(len(x)) * 0.6180339887498949 % 1 - 0.5)
    opacity = float(np.clip(120 / max(1, len(x)) ** 0.75, 0.18, 0.8))
    return go.Scatter(
        x=x.astype(np.float32), y=shown.points[:, 0].astype(np.float32), mode="markers", hoverinfo="skip",
        marker={"size": 3, "color": look.categories[0], "opacity": opacity}, name="samples",
    )  # fmt: skip


def _null(shown: LatentFactor, unit: str, look: Theme) -> list[go.Scatter]:
    """What every shuffle read as a stroke, and the value with its interval."""
    per = NATS_PER[unit]
    strokes = go.Scatter(
        x=shown.shuffled / per, y=np.zeros(len(shown.shuffled)), mode="markers", name="shuffled rows",
        marker={"symbol": "line-ns-open", "size": 16, "color": look.secondary, "line": {"width": 1}, "opacity": 0.6},
        hovertemplate="shuffled rows: %{x:.4f}<extra></extra>",
    )  # fmt: skip
    bar = {"array": [(shown.high - shown.value) / per], "arrayminus": [(shown.value - shown.low) / per],
           "symmetric": False, "color": look.text, "thickness": 1.5, "width": 5}  # fmt: skip
    value = go.Scatter(
        x=[shown.value / per], y=[0], mode="markers", error_x=bar, name="value", cliponaxis=False,
        marker={"symbol": "diamond", "size": 11, "color": look.categories[0]},
        hovertemplate=f"%{{x:.4f}} {unit}, interval {shown.low / per:.4f} to {shown.high / per:.4f}<extra></extra>",
    )  # fmt: skip
    return [strokes, value]


def _axes(figure: go.Figure, shown: LatentFactor, unit: str, look: Theme) -> None:
    per, plain = NATS_PER[unit], {"showgrid": False, "zeroline": False, "linecolor": look.axis}
    for row, column in ((1, 1), (2, 2)):
        figure.update_xaxes(**plain, showticklabels=False, ticks="", row=row, col=column)
        figure.update_yaxes(**plain, showticklabels=False, ticks="", row=row, col=column)
    levels: dict[str, Any] = {}
    if shown.levels:
        every = max(1, -(-len(shown.levels) // NAMED))
        names = [one if len(one) <= LONG else f"{one[: LONG - 1]}…" for one in shown.levels[::every]]
        levels = {"tickvals": np.arange(0, len(shown.levels), every),
                  "ticktext": [html.escape(one, quote=False) for one in names]}  # fmt: skip
    limits = {"range": [shown.factor_edges[0], shown.factor_edges[-1]]}
    figure.update_xaxes(**plain, **levels, **limits, ticks="", showticklabels=False, row=2, col=1)
    spread = " (points spread within a level)" if shown.levels else ""
    title = {"text": html.escape(f"{shown.factor}{spread}", quote=False), "standoff": 4}
    figure.update_xaxes(**plain, **levels, ticks="outside", title=title, row=3, col=1)
    low, high = shown.latent_edges[[0, -1]]
    along = {"range": [low - 0.02 * (high - low), high + 0.02 * (high - low)]}
    figure.update_yaxes(**plain, **along, ticks="outside", title={"text": _named(shown)}, nticks=6, row=2, col=1)
    figure.update_yaxes(**plain, **along, ticks="outside", nticks=5, row=3, col=1)
    figure.update_yaxes(**along, row=2, col=2)
    most = min(np.log(len(shown.latent_edges) - 1), shown.entropies[1])
    reach = 1.06 * max(most, shown.high, shown.shuffled.max()) / per
    told = f"information, {unit}: value, and {len(shown.shuffled)} shuffles"
    figure.update_xaxes(**plain, ticks="outside", range=[-0.02 * reach, reach], row=4, col=1,
                        title={"text": told, "standoff": 4})  # fmt: skip
    figure.update_yaxes(visible=False, range=[-1, 1], row=4, col=1)
    line = {"color": look.text, "width": 1, "dash": "dot"}
    figure.add_shape(type="line", x0=most / per, x1=most / per, y0=-1, y1=1, line=line, row=4, col=1)
    note = {"color": look.secondary, "size": 11}
    cap = "ln bins" if np.log(len(shown.latent_edges) - 1) < shown.entropies[1] else "H"
    figure.add_annotation(x=most / per, y=1.0, yanchor="bottom", xanchor="right", text=f"cap: {cap}", font=note,
                          showarrow=False, row=4, col=1)  # fmt: skip
    figure.add_annotation(x=0, y=1.0, yanchor="bottom", xanchor="left", text=f"p = {shown.p_value:.2g}", font=note,
                          showarrow=False, row=4, col=1)  # fmt: skip
