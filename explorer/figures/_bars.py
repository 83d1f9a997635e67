"""Horizontal bars with intervals, what chance gives and what is exact."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, amount, name_of, plain_axis
from explorer.figures.theme import Theme
from explorer.pictures import Bars

ROW, LEAST = 27, 150
"""Pixels of a bar with its gap, and of the axes at least."""
LONG = 34
"""Letters of a name on the axis; all of them are told on hover."""


def height(part: Bars) -> int:
    """Pixels that the axes take."""
    lines = max((name_of(_short(name)).count("<br>") for name in part.names), default=0)
    return max(LEAST, (ROW + 13 * lines) * len(part.names))


def right(part: Bars) -> int:
    """Pixels right of the axes."""
    return 40


def add(place: Place, part: Bars, look: Theme) -> None:
    """Bars with their numbers, then intervals, ticks of chance and open marks of what is exact."""
    rows, values = np.arange(len(part.names)), np.asarray(part.values, float)
    told = [
        html.escape(f"{name}: {amount(value)}", quote=False) for name, value in zip(part.names, values, strict=True)
    ]
    bars: dict[str, Any] = {}
    if part.low is not None and part.high is not None:
        up, down = np.asarray(part.high, float) - values, values - np.asarray(part.low, float)
        bars = {"error_x": {"array": up, "arrayminus": down, "color": look.text, "thickness": 1.2, "width": 3}}
    place.add(
        go.Bar(
            x=values, y=rows, orientation="h", width=0.62, marker={"color": look.categories[0], "line": {"width": 0}},
            hovertext=told, hovertemplate="%{hovertext}<extra></extra>", **bars,
        )
    )  # fmt: skip
    _marks(place, part, rows, look)
    _axes(place, part, rows, values, look)


def _marks(place: Place, part: Bars, rows: np.ndarray, look: Theme) -> None:
    """Ticks of chance and open marks of what is exact, each with a rim of the ground to be seen on a bar."""
    for what, name, symbol, colour in (
        ("null", "by chance", "line-ns-open", look.secondary),
        ("truth", "exact", "diamond-open", look.text),
    ):
        given = getattr(part, what)
        for width, ink in ((5, look.background), (2, colour)) if given is not None else ():
            marker = {"symbol": symbol, "size": 13, "color": ink, "line": {"width": width, "color": ink}}
            told = {"hovertemplate": f"{name}: %{{x:.4g}}<extra></extra>"} if ink == colour else {"hoverinfo": "skip"}
            place.add(go.Scatter(x=np.asarray(given, float), y=rows, mode="markers", marker=marker, name=name, **told))


def words(part: Bars) -> str:
    """Every bar, up to twelve of them."""
    read = [f"{name} {amount(value)}" for name, value in zip(part.names, np.asarray(part.values, float), strict=True)]
    more = f"; and {len(read) - 12} more" if len(read) > 12 else ""
    return f"Bars of {part.value_title}: {'; '.join(read[:12])}{more}."


def _axes(place: Place, part: Bars, rows: np.ndarray, values: np.ndarray, look: Theme) -> None:
    reach = [np.asarray(one, float) for one in (values, part.low, part.high, part.null, part.truth) if one is not None]
    reached = np.concatenate(reach)
    low, high = float(np.nanmin(reached, initial=0.0)), float(np.nanmax(reached, initial=0.0))
    room = 0.14 * (high - low or 1.0)
    x = plain_axis(look, _title(part)) | {"zeroline": True, "zerolinecolor": look.axis}
    x["range"] = [low - 2 * room * (low < 0), high + room]  # names stand left of negative numbers
    short = [name_of(_short(name)) for name in part.names]
    y = plain_axis(look, "") | {"range": [len(rows) - 0.4, -0.6], "tickvals": rows, "ticktext": short, "ticks": ""}
    place.axes(x, y | {"ticklabelstandoff": 6, "automargin": True})
    font = {"size": 11, "color": look.text}
    for row, value in enumerate(values):
        if np.isfinite(value):
            there = [float(one[row]) for one in reach if np.isfinite(one[row])]
            at, anchor, shift = (max(there), "left", 8) if value >= 0 else (min(there), "right", -8)
            place.write(x=at, y=row, xanchor=anchor, xshift=shift, text=amount(value), font=font)


def _short(name: str) -> str:
    return name if len(name) <= LONG else f"{name[: LONG - 1]}…"


def _title(part: Bars) -> str:
    marks = [
        words for what, words in (("null", "tick: by chance"), ("truth", "◇: exact")) if getattr(part, what) is not None
    ]
    return " · ".join([part.value_title, *marks])
