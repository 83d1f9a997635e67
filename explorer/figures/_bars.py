"""Horizontal bars with intervals, what chance gives and what is exact."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, across, amount, plain_axis
from explorer.figures._room import LETTER, LINE, Room, longest, most_lines
from explorer.figures.theme import Theme
from explorer.results.pictures import Bars

ROW, LEAST = 27, 150
"""Pixels of a bar with its gap, and of the axes at least."""
LONG = 34
"""Letters of a name on the axis; all of them are told on hover."""


def height(part: Bars, room: Room) -> int:
    """Pixels that the axes take."""
    return max(LEAST, (ROW + 13 * (most_lines(_shorts(part), room.letters) - 1)) * len(part.names))


def least(part: Bars) -> int:
    """Pixels of the width of the axes at least."""
    return 110


def left(part: Bars, letters: int) -> int:
    """Pixels left of the axes, for the names of the bars."""
    return 16 + LETTER * longest(_shorts(part), letters)


def right(part: Bars, letters: int) -> int:
    """Pixels right of the axes, for the column of numbers."""
    return 24 + LETTER * longest([amount(one) for one in np.asarray(part.values, float)], 99)


def above(part: Bars, room: Room) -> int:
    """Lines of names above the axes."""
    return 0


def below(part: Bars, room: Room) -> int:
    """Pixels below the axes."""
    return 43 + LINE * (1 + room.title(_title(part)).count("<br>"))


def add(place: Place, part: Bars, look: Theme) -> None:
    """Bars with intervals, ticks of chance and open marks of what is exact; right of all, the number of each bar."""
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
    """Names left of the axes, and the number of each bar, in its colour, in a column that no mark reaches."""
    reach = [np.asarray(one, float) for one in (values, part.low, part.high, part.null, part.truth) if one is not None]
    reached = np.concatenate(reach)
    low, high = float(np.nanmin(reached, initial=0.0)), float(np.nanmax(reached, initial=0.0))
    room = 0.05 * (high - low or 1.0)
    x = across(place, look, _title(part)) | {"zeroline": True, "zerolinecolor": look.axis}
    x["range"] = [low - room * (low < 0 or part.truth is not None), high + room]
    short = [place.room.named(name) for name in _shorts(part)]
    y = plain_axis(look, "") | {"range": [len(rows) - 0.4, -0.6], "tickvals": rows, "ticktext": short, "ticks": ""}
    place.axes(x, y | {"ticklabelstandoff": 6, "automargin": True})
    font, shift = {"size": 12, "color": look.categories[0]}, right(part, place.room.letters) - 12
    for row in np.flatnonzero(np.isfinite(values)):
        text = amount(values[row])
        place.write(x=1, xref="x domain", y=int(row), xanchor="right", xshift=shift, text=text, font=font)


def _shorts(part: Bars) -> list[str]:
    return [_short(name) for name in part.names]


def _short(name: str) -> str:
    return name if len(name) <= LONG else f"{name[: LONG - 1]}…"


def _title(part: Bars) -> str:
    marks = [
        words for what, words in (("null", "tick: by chance"), ("truth", "◇: exact")) if getattr(part, what) is not None
    ]
    return " · ".join([part.value_title, *marks])
