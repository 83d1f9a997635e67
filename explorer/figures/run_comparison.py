"""Layers of runs beside those of a baseline: differences with intervals, and below them the curves over steps."""

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._run_words import alternative, finding, looks, subtitle, text, told, words
from explorer.figures.theme import LINE, THEMES, Theme, faint, framed, label, thousands
from explorer.result import NATS_PER
from explorer.results.run_deltas import RunDelta, RunDeltas
from explorer.results.trajectory import Trajectory

TOP, BOTTOM, PANEL = 72, 46, 120
MARK, LEAST = 15, 28
"""Pixels of one run in a row of the differences, and of a row at least."""
GAP, APART = 34, 4
"""Pixels between two rows of curves, and of an empty row between them and the differences."""
LETTERS = 38
"""Letters of a line of the title: what a narrow screen holds."""
BEYOND = 0.5
"""Share of the range of all values by which bands are followed above and below; wider ones run out of the frame."""


def draw(
    result: RunDeltas,
    *,
    unit: Literal["bits", "nats"] = "bits",
    theme: Literal["light", "dark"] = "light",
    step: int | None = None,
) -> go.Figure:
    """A row a layer, a mark a run: how far it is from the baseline at one step, with the interval of the difference.

    Filled marks are those whose interval leaves 0 out; a mark without a bar has no interval. Below, the baseline and
    all runs over steps, a panel a layer, all panels of a quantity on the same axes; bands are intervals of means over
    seeds, or a reading's own, and run out of the frame where they are much wider than all values are apart.

    Args:
        step: at which differences are shown; None takes the last that is common.
    """
    shown, look = result.to(unit) if result.unit in NATS_PER else result, THEMES[theme]
    row = max(LEAST, MARK * len(shown.runs) + 8) * max(2, len(shown.layers))
    places = _places(shown)
    figure, inner = _grid(shown, row, places)
    for column, quantity in enumerate(shown.quantities, 1):
        _differences(figure, shown, column, quantity, step, look)
    rows = shown.at(step)
    for (layer, quantity), place in places.items():
        _curves(figure, shown, layer, quantity, place, look)
        if rows:
            _at(figure, shown, rows[0].step, place, look)
    head = subtitle(shown, step, look)
    top = TOP + LINE * head.count("<br>")
    height = top + inner + BOTTOM
    frame = framed(finding(shown, step), head, alternative(shown, step), look, height, LETTERS)
    margin = {"t": top + frame["height"] - height, "b": BOTTOM, "l": 20, "r": 20}
    figure.update_layout(frame | {"margin": margin, "hovermode": "closest"})
    return figure


def _places(shown: RunDeltas) -> dict[tuple[str, str], tuple[int, int]]:
    """Row and column of every panel of curves: a column a quantity, or two columns of layers of a single one."""
    if len(_steps(shown)) < 2:
        return {}
    several = len(shown.quantities) > 1
    return {
        (layer, quantity): (3 + i, 1 + k) if several else (3 + i // 2, 1 + i % 2)
        for i, layer in enumerate(shown.layers)
        for k, quantity in enumerate(shown.quantities)
    }


def _grid(shown: RunDeltas, row: int, places: dict[tuple[str, str], tuple[int, int]]) -> tuple[go.Figure, int]:
    """The differences over the panels of curves, and how many pixels they take."""
    down = max((place for place, _ in places.values()), default=2) - 2
    across = max(1, len(shown.quantities), 2 if places else 1)
    inner = row + (APART + down * PANEL + (down + 1) * GAP if down else 0)
    wide = len(shown.quantities) < 2 and across == 2
    titles = {(1, k): f"<b>{words(shown, one)}</b>" for k, one in enumerate(shown.quantities, 1)}
    titles |= {
        place: f"{text(label(layer))}" + (f", {text(quantity)}" if len(shown.quantities) > 1 else "")
        for (layer, quantity), place in places.items()
    }
    heights = [row, APART, *[PANEL] * down] if down else [row]
    specs: list[Any] = [[{"colspan": 2}, None] if wide else [{}] * across, [None] * across, *[[{}] * across] * down]
    specs = specs[: len(heights)]
    drawn = [(i, k) for i, line in enumerate(specs, 1) for k, one in enumerate(line, 1) if one is not None]
    figure = make_subplots(
        len(heights), across, row_heights=heights, horizontal_spacing=0.1,
        vertical_spacing=GAP / inner if down else 0, specs=specs,
        subplot_titles=[titles.get(place, "") for place in drawn],
    )  # fmt: skip
    figure.update_annotations(font={"size": 11})
    return figure, inner


def _differences(
    figure: go.Figure, shown: RunDeltas, column: int, quantity: str, step: int | None, look: Theme
) -> None:
    """One trace a run, each a little lower in the row of a layer than the one before."""
    for place, run in enumerate(shown.runs):
        colour, mark, _ = looks(shown, look)[run]
        rows = [row for row in shown.at(step) if (row.run, row.quantity) == (run, quantity)]
        rows = [row for row in rows if not np.isnan(row.difference)]
        height = 0.7 * ((place + 0.5) / len(shown.runs) - 0.5)
        figure.add_trace(_marks(shown, rows, height, colour, mark), 1, column)
    figure.update_yaxes(
        row=1, col=column, range=[len(shown.layers) - 0.4, -0.6], tickvals=np.arange(len(shown.layers)), ticks="",
        ticktext=[text(label(one)) for one in shown.layers] if column == 1 else [""] * len(shown.layers),
        showgrid=False, zeroline=False, automargin=True,
    )  # fmt: skip
    unit = f", {shown.unit}" if shown.unit else ""
    figure.update_xaxes(
        row=1, col=column, showgrid=True, gridcolor=look.impossible, zeroline=False, linecolor=look.axis,
        ticks="outside", title={"text": f"difference{unit}", "standoff": 2, "font": {"size": 11}}, nticks=6,
    )  # fmt: skip
    figure.add_vline(0, line={"color": look.text, "width": 1.4}, row=1, col=column)


def _marks(shown: RunDeltas, rows: list[RunDelta], height: float, colour: str, mark: str) -> go.Scatter:
    delta = np.array([row.difference for row in rows])
    ends = [np.array([getattr(row, name) for row in rows]) for name in ("difference_low", "difference_high")]
    bars = {"array": ends[1] - delta, "arrayminus": delta - ends[0], "symmetric": False, "color": colour,
            "thickness": 1.5, "width": 3}  # fmt: skip
    return go.Scatter(
        x=delta, y=[shown.layers.index(row.layer) + height for row in rows], mode="markers", error_x=bars,
        marker={"symbol": [mark if row.sign else f"{mark}-open" for row in rows], "color": colour, "size": 9,
                "line": {"width": 1.6, "color": colour}},
        text=[told(shown, row) for row in rows], hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _steps(shown: RunDeltas) -> list[int]:
    """The steps of all sides."""
    return sorted({step for side in shown.sides for step in side.steps})


def _curves(
    figure: go.Figure, shown: RunDeltas, layer: str, quantity: str, place: tuple[int, int], look: Theme
) -> None:
    """The baseline and all runs in one layer, on the axes that all panels of the quantity share."""
    every = _steps(shown)
    for side, (colour, mark, dash) in zip(shown.sides, looks(shown, look).values(), strict=True):
        if layer not in side.layers or quantity not in side.quantities:
            continue
        x = np.searchsorted(every, side.steps)
        value, low, high = (side.curve(layer, quantity, column) for column in ("value", "low", "high"))
        known = ~np.isnan(low)
        if known.any():
            both = np.concatenate([x[known], x[known][::-1]])
            band = np.concatenate([high[known], low[known][::-1]])
            figure.add_trace(go.Scatter(x=both, y=band, fill="toself", mode="none", fillcolor=faint(colour, 0.18),
                                        hoverinfo="skip"), *place)  # fmt: skip
        line = {"color": colour, "width": 2.2 if side is shown.sides[0] else 1.8, "dash": dash}
        figure.add_trace(
            go.Scatter(x=x, y=value, mode="lines+markers", line=line, text=_read(shown, side, value),
                       marker={"symbol": mark, "size": 6, "maxdisplayed": 6}, hovertemplate="%{text}<extra></extra>"),
            *place,
        )  # fmt: skip
    _axes(figure, shown, layer, quantity, place, look)


def _read(shown: RunDeltas, side: Trajectory, values: np.ndarray) -> list[str]:
    """What is told of the points of a curve on hover."""
    name, at = text(str(side.about.get("recording", ""))), shown.about.get("step_name", "step")
    pairs = zip(side.steps, values, strict=True)
    return [f"{name}<br>{at} {thousands(step)}: {one:.3g} {shown.unit}" for step, one in pairs]


def _axes(figure: go.Figure, shown: RunDeltas, layer: str, quantity: str, place: tuple[int, int], look: Theme) -> None:
    every, last = _steps(shown), shown.layers[-1 if len(shown.quantities) > 1 else -2 :]
    ticks = np.unique(np.linspace(0, len(every) - 1, min(len(every), 5)).round().astype(int))
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    figure.update_yaxes(
        row=place[0], col=place[1], **plain, range=_range(shown, quantity), nticks=4, automargin=True,
        title={"text": shown.unit or "value", "standoff": 2, "font": {"size": 11}} if place[1] == 1 else None,
    )  # fmt: skip
    name = f"{shown.about.get('step_name', 'step')}, recorded ones evenly spaced"
    figure.update_xaxes(
        row=place[0], col=place[1], **plain, tickvals=ticks, ticktext=[thousands(every[i]) for i in ticks],
        range=[-0.5, len(every) - 0.5], showticklabels=layer in last, tickangle=0,
        title={"text": name, "standoff": 2, "font": {"size": 11}} if layer in last and place[1] == 1 else None,
    )  # fmt: skip


def _range(shown: RunDeltas, quantity: str) -> list[float]:
    """Of all values of a quantity, and of bands a little beyond them."""
    own = [(side, side.quantity == quantity) for side in shown.sides]
    parts = [[getattr(side, name)[rows] for side, rows in own] for name in ("value", "low", "high")]
    value, *ends = (np.concatenate(part) for part in parts)
    value = value[~np.isnan(value)]
    if not len(value):
        return [0.0, 1.0]
    span = float(np.ptp(value)) or abs(float(value[0])) or 1.0
    low, high = value.min() - BEYOND * span, value.max() + BEYOND * span
    known = np.clip(np.concatenate([value, *(end[~np.isnan(end)] for end in ends)]), low, high)
    return [float(known.min()) - 0.06 * span, float(known.max()) + 0.06 * span]


def _at(figure: go.Figure, shown: RunDeltas, step: int, place: tuple[int, int], look: Theme) -> None:
    """The step of the differences."""
    line = {"color": look.accent, "width": 1, "dash": "dash"}
    figure.add_vline(_steps(shown).index(step), line=line, row=place[0], col=place[1])
