"""A table of numbers as a heat map."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, amount, longest, name_of, plain_axis
from explorer.figures.theme import Theme, narrow
from explorer.pictures import Grid

CELL, LEAST, MOST = 34, 150, 460
"""Pixels of a row, and of the axes at least and at most."""
CELLS = 150
"""Cells up to which each has its number in it."""
ROOM = 290
"""Pixels of a row with its name on a narrow screen."""


def height(part: Grid) -> int:
    """Pixels that the axes take."""
    return min(MOST, max(LEAST, CELL * len(part.rows)))


def right(part: Grid) -> int:
    """Pixels right of the axes."""
    return 30


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
    numbers = np.arange(len(part.columns)), np.arange(len(part.rows))
    names = [[name_of(str(one)) for one in side] for side in (part.columns, part.rows)]
    x, y = (
        plain_axis(look, title) | {"tickvals": at, "ticktext": text, "ticks": "", "automargin": True}
        for title, at, text in zip((part.column_title, part.row_title), numbers, names, strict=True)
    )
    place.axes(x, y | {"range": [len(part.rows) - 0.5, -0.5]})
    if values.size <= CELLS and not (narrow() and _tight(part)):
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


def _tight(part: Grid) -> bool:
    """Whether numbers would be written over each other on a narrow screen."""
    return ROOM - 7 * longest(list(map(str, part.rows))) < 7 * (part.digits + 2) * len(part.columns)


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
