"""A table of numbers as a heat map."""

import html
import textwrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, across, amount, upward
from explorer.figures._room import LETTER, LINE, Room, longest
from explorer.figures.theme import Theme
from explorer.results.pictures import Grid

CELL, LEAST, MOST = 34, 150, 460
"""Pixels of a row, and of the axes at least and at most."""
CELLS = 150
"""Cells up to which each has its number in it."""
TURNED = {-40: 0.65, -90: 1.0}
"""Angles of names of columns that are wider than a column, and the share of their length that they reach down."""


def height(part: Grid, room: Room) -> int:
    """Pixels that the axes take."""
    return min(MOST, max(LEAST, CELL * len(part.rows)))


def least(part: Grid) -> int:
    """Pixels of the width of the axes at least, with the numbers in the cells."""
    return max(120, _written(part) if np.size(part.values) <= CELLS else 0)


def left(part: Grid, letters: int) -> int:
    """Pixels left of the axes, for the names of the rows and their title."""
    return 16 + LETTER * longest(list(map(str, part.rows)), letters) + (LINE + 4) * bool(part.row_title)


def right(part: Grid, letters: int) -> int:
    """Pixels right of the axes."""
    return 30


def above(part: Grid, room: Room) -> int:
    """Lines of names above the axes."""
    return 0


def below(part: Grid, room: Room) -> int:
    """Pixels below the axes: names of columns, turned where they are wider than one, and the title."""
    names, angle = _columns(part, room)
    lines = max(one.count("<br>") for one in names) + 1
    reach = TURNED[angle] * LETTER * longest(list(map(str, part.columns)), 99) if angle else 13 * lines
    return round(30 + reach + LINE * (1 + room.title(part.column_title).count("<br>")))


def add(place: Place, part: Grid, look: Theme) -> None:
    """Cells from the colour of the ground to that of the largest, numbers in them where they fit."""
    values = np.asarray(part.values, float)
    most = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
    low = -most if part.diverging else float(min(0.0, np.nanmin(values, initial=0.0)))
    ends = [look.categories[1], look.background, look.categories[0]]
    scale = [[0, ends[0]], [0.5, ends[1]], [1, ends[2]]] if part.diverging else [[0, look.background], [1, ends[2]]]
    place.add(
        go.Heatmap(
            z=values, zmin=low, zmax=most, colorscale=scale, showscale=False, xgap=1, ygap=1, hoverongaps=False,
            hovertext=_told(part, values), hovertemplate="%{hovertext}<extra></extra>",
        )
    )  # fmt: skip
    names, angle = _columns(part, place.room)
    x = across(place, look, part.column_title) | {"tickvals": np.arange(len(names)), "ticktext": names}
    y = upward(place, look, part.row_title) | {"tickvals": np.arange(len(part.rows))}
    y |= {"ticktext": [place.room.named(str(one)) for one in part.rows], "range": [len(part.rows) - 0.5, -0.5]}
    place.axes(x | {"ticks": "", "tickangle": angle}, y | {"ticks": ""})
    if values.size <= CELLS and place.room.axes >= _written(part):
        _numbers(place, part, values, (low, most), look)


def words(part: Grid) -> str:
    """The largest and the smallest cell."""
    values = np.asarray(part.values, float)
    if np.isnan(values).all():
        return f"A table of {part.value_title} without a value."
    said = []
    for what, flat in (("most", int(np.nanargmax(values))), ("least", int(np.nanargmin(values)))):
        row, column = divmod(flat, values.shape[1])
        said.append(f"{what} {amount(values[row, column])} at {part.rows[row]}, {part.columns[column]}")
    shape = f"{values.shape[0]} by {values.shape[1]}"
    return f"A table, {shape}, of {part.value_title}: {part.row_title} by {part.column_title}; {'; '.join(said)}."


def _written(part: Grid) -> int:
    """Pixels that the numbers of a row take."""
    values = np.asarray(part.values, float)
    digits = len(f"{np.nanmax(np.abs(values), initial=0.0):.{part.digits}f}") + bool((values < 0).any())
    return (LETTER * digits + 4) * len(part.columns)


def _columns(part: Grid, room: Room) -> tuple[list[str], int]:
    """The names of the columns, in lines or turned by an angle, as a column has room for them."""
    names = list(map(str, part.columns))
    pixels = room.axes // max(1, len(names))
    lines = [textwrap.wrap(one, max(1, (pixels - 4) // LETTER), break_long_words=False) for one in names]
    if all(len(line) * LETTER <= pixels - 4 for one in lines for line in one):
        return ["<br>".join(html.escape(line, quote=False) for line in one) for one in lines], 0
    return [html.escape(one, quote=False) for one in names], -40 if pixels >= 24 else -90


def _told(part: Grid, values: np.ndarray) -> list[list[str]]:
    """What each cell tells on hover."""
    return [
        [
            html.escape(f"{row}, {column}: {amount(value)}", quote=False)
            for column, value in zip(part.columns, line, strict=True)
        ]
        for row, line in zip(part.rows, values, strict=True)
    ]


def _numbers(place: Place, part: Grid, values: np.ndarray, ends: tuple[float, float], look: Theme) -> None:
    """Numbers in the colour that can be read on their cell."""
    low, high = ends
    told: list[dict[str, Any]] = []
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            if np.isfinite(value):
                share = abs(value) / high if part.diverging else (value - low) / (high - low)
                colour = look.background if share > 0.55 else look.text
                text = f"{0.0 if abs(value) < 0.5 * 10.0**-part.digits else value:.{part.digits}f}".replace("-", "−")
                told.append({"x": column, "y": row, "text": text, "font": {"size": 12, "color": colour}})
    place.write_all(told)
