"""Points in a plane, each kind with a colour and a shape of its own."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, plain_axis
from explorer.figures.theme import GLYPHS, Theme, narrow, shapes
from explorer.pictures import Cloud

HEIGHT = 380
"""Pixels of the axes."""
NAMED = 8
"""Kinds up to which each is named at the top; more are told on hover alone."""


def height(part: Cloud) -> int:
    """Pixels that the axes take."""
    return HEIGHT


def right(part: Cloud) -> int:
    """Pixels right of the axes."""
    return 40


def add(place: Place, part: Cloud, look: Theme) -> None:
    """Links below, then the points of each kind, and their texts."""
    points = np.asarray(part.points, float)
    _links(place, part, points, look)
    kinds = np.zeros(len(points), int) if part.kinds is None else np.asarray(part.kinds, int)
    many = int(kinds.max(initial=0)) + 1
    colours, marks = look.category_colours(many), shapes(many)
    for kind in range(many):
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            place.add(_kind(part, points[chosen], chosen, kind, colours[kind], marks[kind]))
    place.axes(plain_axis(look, part.x_title), plain_axis(look, part.y_title))
    if part.names and many <= NAMED:
        named = [f"<span style='color:{colours[i]}'>{GLYPHS[marks[i]]} {html.escape(name, quote=False)}</span>"
                 for i, name in enumerate(part.names[:many])]  # fmt: skip
        text = ("<br>" if narrow() else "   ").join(named)
        place.write(x=0, xref="x domain", y=1, yref="y domain", xanchor="left", yanchor="bottom", align="left",
                    text=text, font={"size": 12}, bgcolor=look.background)  # fmt: skip


def words(part: Cloud) -> str:
    """How many points of each kind, and where they lie."""
    points = np.asarray(part.points, float)
    kinds = np.zeros(len(points), int) if part.kinds is None else np.asarray(part.kinds, int)
    of = [f"{int((kinds == i).sum())} of {name}" for i, name in enumerate(part.names)] or [f"{len(points)} in all"]
    said = ", ".join(of[:12]) + (" and more kinds" if len(of) > 12 else "")
    return f"Points in the plane of {part.x_title} and {part.y_title}: {said}."


def _kind(part: Cloud, points: np.ndarray, chosen: np.ndarray, kind: int, colour: str, mark: str) -> go.Scatter:
    size: Any = 8 if part.sizes is None else np.asarray(part.sizes, float)[chosen]
    name = html.escape(part.names[kind], quote=False) if part.names else ""
    texts = None if part.texts is None else [html.escape(part.texts[i], quote=False) for i in chosen]
    return go.Scatter(
        x=points[:, 0], y=points[:, 1], mode="markers" if texts is None else "markers+text", text=texts,
        textposition="top center", textfont={"size": 11}, name=name, cliponaxis=False,
        marker={"symbol": mark, "size": size, "color": colour, "line": {"width": 0}},
        hovertemplate=f"{name + ': ' * bool(name)}%{{x:.3g}}, %{{y:.3g}}<extra></extra>",
    )  # fmt: skip


def _links(place: Place, part: Cloud, points: np.ndarray, look: Theme) -> None:
    if not part.links:
        return
    gap = np.full((len(part.links), 1, 2), np.nan)
    path = np.concatenate([points[np.asarray(part.links, int)], gap], 1).reshape(-1, 2)
    line = {"color": look.axis, "width": 1}
    place.add(go.Scatter(x=path[:, 0], y=path[:, 1], mode="lines", line=line, hoverinfo="skip"))
