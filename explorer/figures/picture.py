"""What a lab shows: one picture, or two or three side by side."""

import html
from typing import Any, Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures import _bars, _cloud, _curves, _grid
from explorer.figures._drawing import Place
from explorer.figures._room import Room, alone, beside, domains, wrapped
from explorer.figures.theme import THEMES, Theme, framed, ground, narrow
from explorer.results.pictures import Bars, Cloud, Curves, Grid, Panels, Picture

TOP, PANEL, NAMES = 84, 30, 20
"""Pixels above the axes, of the title of a part, and of a line of the names of kinds that stand below it."""
TITLE, NOTE = 58, 90
"""Letters in a line of the finding and of the note below it."""
KINDS = {Curves: _curves, Bars: _bars, Grid: _grid, Cloud: _cloud}


def draw(picture: Picture, *, theme: Literal["light", "dark"] | None = None) -> go.Figure:
    """The finding as the title, direct labels, bands; what chance gives is dotted and what is exact is dashed.

    Parts stand below each other on a narrow screen, and where a row of them would be too narrow to be read.

    Args:
        theme: the one in force when none is named.
    """
    look = THEMES[theme or ground()]
    parts = list(picture.parts) if isinstance(picture, Panels) else [picture]
    rooms = _row(picture, parts)
    stacked = rooms is None
    rooms = rooms or [alone(part, _kind(part)) for part in parts]
    heads = [_head(part, room) for part, room in zip(parts, rooms, strict=True)] if len(parts) > 1 else []
    below = NAMES * max(_kind(part).above(part, room) for part, room in zip(parts, rooms, strict=True))
    room = PANEL + below + 16 * max(one.count("<br>") for one in heads) if any(heads) else max(0, below - NAMES)
    figure, places, axes = (_stacked if stacked else _beside)(parts, rooms, room)
    for place, part in zip(places, parts, strict=True):
        _kind(part).add(place, part, look)
    named = _named(places, heads, 8 + below, look)
    figure.layout.annotations += (*named, *(one for place in places for one in place.said))
    note = wrapped(picture.note, 10_000 if narrow() else NOTE)
    top, bottom = TOP + room + 16 * note.count("<br>"), _bottom(parts, rooms, stacked)
    frame = framed(_plain(picture.title), note, alternative(picture), look, top + axes + bottom, TITLE)
    grown = frame["height"] - top - axes - bottom
    right = max(one.right for one in (rooms if stacked else rooms[-1:]))
    figure.update_layout(frame | {"margin": {"t": top + grown, "b": bottom, "l": 20, "r": right}})
    figure.update_layout(meta=frame["meta"] | {"told": {name: float(one) for name, one in picture.told.items()}})
    return figure


def _kind(part: Picture) -> Any:
    return KINDS[type(part)]


def _plain(title: str) -> str:
    return html.escape(title, quote=False)


def _row(picture: Picture, parts: list[Any]) -> list[Room] | None:
    """The rooms of parts side by side, or None for those that stand below each other."""
    if narrow() or len(parts) == 1:
        return None
    return beside(parts, _kind, picture.widths if isinstance(picture, Panels) else None)


def _head(part: Picture, room: Room) -> str:
    """The title of a part, in lines that end before the next part begins."""
    return wrapped(part.title, (room.axes + room.right - 8) // 7)


def _beside(parts: list[Any], rooms: list[Room], _: int) -> tuple[go.Figure, list[Place], int]:
    """Axes for each part in a row, and the pixels of their height."""
    figure = make_subplots(1, len(parts))
    for axis, ends in zip(figure.select_xaxes(), domains(rooms), strict=True):
        axis.domain = ends
    height = max(_kind(part).height(part, room) for part, room in zip(parts, rooms, strict=True))
    places = [Place(figure, room, height, column) for column, room in enumerate(rooms, 1)]
    return figure, places, height


def _stacked(parts: list[Any], rooms: list[Room], above: int) -> tuple[go.Figure, list[Place], int]:
    """Axes for each part below each other, `above` pixels for the words above each, and the pixels of all of it."""
    heights = [_kind(part).height(part, room) for part, room in zip(parts, rooms, strict=True)]
    gap = above + 20 + max((_kind(p).below(p, r) for p, r in zip(parts[:-1], rooms, strict=False)), default=0)
    axes = sum(heights) + gap * (len(parts) - 1)
    figure = make_subplots(len(parts), 1, vertical_spacing=gap / axes, row_heights=heights)
    rows = enumerate(zip(rooms, heights, strict=True), 1)
    return figure, [Place(figure, room, height, 1, row) for row, (room, height) in rows], axes


def _bottom(parts: list[Any], rooms: list[Room], stacked: bool) -> int:
    """Pixels below the lowest axes."""
    pairs = list(zip(parts, rooms, strict=True))
    return max(_kind(part).below(part, room) for part, room in (pairs[-1:] if stacked else pairs))


def _named(places: list[Place], heads: list[str], shift: int, look: Theme) -> list[dict[str, Any]]:
    """The title of each part above its axes, as annotations."""
    axes = [place.figure.get_subplot(place.row, place.column) for place in places[: len(heads)]]
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
    told = [_kind(part).words(part) for part in parts]
    titles = [f"{part.title}: " if len(parts) > 1 and part.title else "" for part in parts]
    said = " ".join(f"{title}{words}" for title, words in zip(titles, told, strict=True))
    return f"{picture.title}. {said}"
