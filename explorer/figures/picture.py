"""What a lab shows: one picture, or two or three side by side."""

import html
from typing import Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures import _bars, _cloud, _curves, _grid
from explorer.figures._drawing import Place, wrapped
from explorer.figures.theme import THEMES, Theme, framed, ground
from explorer.pictures import Bars, Cloud, Curves, Grid, Panels, Picture

TOP, BOTTOM, PANEL = 84, 60, 30
"""Pixels above and below the axes, and of the title of a part."""
LETTERS = {1: 64, 2: 44, 3: 28}
"""Letters in a line of a part's title, by the number of parts."""
KINDS = {Curves: _curves, Bars: _bars, Grid: _grid, Cloud: _cloud}


def draw(picture: Picture, *, theme: Literal["light", "dark"] | None = None) -> go.Figure:
    """The finding as the title, direct labels, bands; what chance gives is dotted and what is exact is dashed.

    Args:
        theme: the one in force when none is named.
    """
    look = THEMES[theme or ground()]
    parts = list(picture.parts) if isinstance(picture, Panels) else [picture]
    widths = picture.widths if isinstance(picture, Panels) else None
    figure = make_subplots(1, len(parts), horizontal_spacing=0.1, column_widths=list(widths) if widths else None)
    for column, part in enumerate(parts, 1):
        KINDS[type(part)].add(Place(figure, column), part, look)
    heads = [wrapped(part.title, LETTERS[len(parts)]) for part in parts] if len(parts) > 1 else []
    room = PANEL + 16 * max((one.count("<br>") for one in heads), default=0) if any(heads) else 0
    _name(figure, heads, look)
    note = wrapped(picture.note, 120)
    top = TOP + room + 16 * note.count("<br>")
    height = top + max(KINDS[type(part)].height(part) for part in parts) + BOTTOM
    frame = framed(html.escape(picture.title, quote=False), note, alternative(picture), look, height)
    grown = frame["height"] - height
    right = max(KINDS[type(part)].right(part) for part in parts[-1:])
    figure.update_layout(frame | {"margin": {"t": top + grown, "b": BOTTOM, "l": 20, "r": right}})
    figure.update_layout(meta=frame["meta"] | {"told": {name: float(one) for name, one in picture.told.items()}})
    return figure


def _name(figure: go.Figure, heads: list[str], look: Theme) -> None:
    """The title of each part above its axes."""
    for column, head in enumerate(heads, 1):
        left = figure.get_subplot(1, column).xaxis.domain[0]
        figure.add_annotation(
            x=left, xref="paper", y=1, yref="paper", xanchor="left", yanchor="bottom", yshift=8, text=head,
            align="left", showarrow=False, font={"color": look.secondary, "size": 12},
        )  # fmt: skip


def alternative(picture: Picture) -> str:
    """The picture in words: its finding, and every part with its axes and ends."""
    parts = list(picture.parts) if isinstance(picture, Panels) else [picture]
    told = [KINDS[type(part)].words(part) for part in parts]
    titles = [f"{part.title}: " if len(parts) > 1 and part.title else "" for part in parts]
    said = " ".join(f"{title}{words}" for title, words in zip(titles, told, strict=True))
    return f"{picture.title}. {said}"
