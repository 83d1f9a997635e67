"""What a lab shows: one picture, or two or three side by side."""

import html
from itertools import pairwise
from typing import Any, Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures import _bars, _cloud, _curves, _grid
from explorer.figures._drawing import Place, wrapped
from explorer.figures.theme import THEMES, Theme, framed, ground, narrow
from explorer.pictures import Bars, Cloud, Curves, Grid, Panels, Picture

TOP, BOTTOM, PANEL, NAMES = 84, 60, 30, 20
"""Pixels above and below the axes, of the title of a part, and of the names of kinds that stand below it."""
LETTERS = {1: 64, 2: 44, 3: 28}
"""Letters in a line of a part's title, by the number of parts."""
WIDTH, AXIS, MOST = 720, 50, 0.4
"""Pixels of a figure beside its words in the app and of an axis with its title, and the share that gaps may take."""
KINDS = {Curves: _curves, Bars: _bars, Grid: _grid, Cloud: _cloud}


def draw(picture: Picture, *, theme: Literal["light", "dark"] | None = None) -> go.Figure:
    """The finding as the title, direct labels, bands; what chance gives is dotted and what is exact is dashed.

    Args:
        theme: the one in force when none is named.
    """
    look = THEMES[theme or ground()]
    parts = list(picture.parts) if isinstance(picture, Panels) else [picture]
    widths = list(picture.widths) if isinstance(picture, Panels) and picture.widths else None
    heads = [wrapped(part.title, LETTERS[1 if narrow() else len(parts)]) for part in parts] if len(parts) > 1 else []
    below = NAMES * max(_lines_of_names(part) for part in parts)
    room = PANEL + below + 16 * max(one.count("<br>") for one in heads) if any(heads) else below * narrow()
    figure, places, axes = _stacked(parts, room) if narrow() else _beside(parts, widths)
    for place, part in zip(places, parts, strict=True):
        KINDS[type(part)].add(place, part, look)
    named = _named(figure, heads, 8 + below, look)
    figure.layout.annotations += (*named, *(one for place in places for one in place.said))
    note = wrapped(picture.note, 10_000 if narrow() else 120)
    top = TOP + room + 16 * note.count("<br>")
    height = top + axes + BOTTOM
    frame = framed(html.escape(picture.title, quote=False), note, alternative(picture), look, height)
    grown = frame["height"] - height
    right = max(KINDS[type(part)].right(part) for part in (parts if narrow() else parts[-1:]))
    figure.update_layout(frame | {"margin": {"t": top + grown, "b": BOTTOM, "l": 20, "r": right}})
    figure.update_layout(meta=frame["meta"] | {"told": {name: float(one) for name, one in picture.told.items()}})
    return figure


def _beside(parts: list[Picture], widths: list[float] | None) -> tuple[go.Figure, list[Place], int]:
    """Axes for each part in a row, and the pixels of their height."""
    figure = make_subplots(1, len(parts), horizontal_spacing=_gap(parts), column_widths=widths)
    places = [Place(figure, column) for column in range(1, len(parts) + 1)]
    return figure, places, max(KINDS[type(part)].height(part) for part in parts)


def _stacked(parts: list[Picture], room: int) -> tuple[go.Figure, list[Place], int]:
    """Axes for each part below each other, `room` pixels for the words above each, and the pixels of all of it."""
    heights = [KINDS[type(part)].height(part) for part in parts]
    gap = BOTTOM + room + 20
    axes = sum(heights) + gap * (len(parts) - 1)
    figure = make_subplots(len(parts), 1, vertical_spacing=gap / axes, row_heights=heights)
    return figure, [Place(figure, 1, row) for row in range(1, len(parts) + 1)], axes


def _lines_of_names(part: Picture) -> int:
    """Lines that the names of kinds take above a cloud."""
    if not (isinstance(part, Cloud) and part.names):
        return 0
    return len(part.names) if narrow() else 1


def _gap(parts: list[Picture]) -> float:
    """Share of the width between two parts: the names right of the one and left of the other have room in the app."""
    gaps = [KINDS[type(one)].right(one) + _left(other) for one, other in pairwise(parts)]
    return min(max(gaps, default=0) / WIDTH, MOST / max(1, len(parts) - 1))


def _left(part: Picture) -> int:
    """Pixels left of the axes: what names of bars or rows take, or numbers and the title of the axis."""
    names = part.names if isinstance(part, Bars) else part.rows if isinstance(part, Grid) else ()
    return max(AXIS, 7 * min(34, max(map(len, names), default=0)))


def _named(figure: go.Figure, heads: list[str], shift: int, look: Theme) -> list[dict[str, Any]]:
    """The title of each part above its axes, as annotations."""
    numbers = range(1, len(heads) + 1)
    axes = [figure.get_subplot(one, 1) if narrow() else figure.get_subplot(1, one) for one in numbers]
    corners = [(one.xaxis.domain[0], one.yaxis.domain[1]) for one in axes]
    return [
        {
            "x": left, "xref": "paper", "y": top, "yref": "paper", "xanchor": "left", "yanchor": "bottom",
            "yshift": shift, "text": head, "align": "left", "showarrow": False,
            "font": {"color": look.secondary, "size": 12},
        }
        for (left, top), head in zip(corners, heads, strict=True)
    ]  # fmt: skip


def alternative(picture: Picture) -> str:
    """The picture in words: its finding, and every part with its axes and ends."""
    parts = list(picture.parts) if isinstance(picture, Panels) else [picture]
    told = [KINDS[type(part)].words(part) for part in parts]
    titles = [f"{part.title}: " if len(parts) > 1 and part.title else "" for part in parts]
    said = " ".join(f"{title}{words}" for title, words in zip(titles, told, strict=True))
    return f"{picture.title}. {said}"
