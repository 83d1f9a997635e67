"""Points in a plane, each kind with a colour and a shape of its own."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, across, upward
from explorer.figures._room import LETTER, LINE, Room, beside_ticks
from explorer.figures.theme import GLYPHS, Theme, shapes
from explorer.results.pictures import Cloud

HEIGHT = 380
"""Pixels of the axes."""
FEW = 60
"""Texts up to which each is moved to the side of its point where it covers least; more stand for their points."""
SIDES = (("top", "center"), ("bottom", "center"), ("middle", "right"), ("middle", "left"), ("top", "right"),
         ("top", "left"), ("bottom", "right"), ("bottom", "left"))  # fmt: skip
"""Places of a text at its point, the best first."""
NAMED = 8
"""Kinds up to which each is named at the top; more are told on hover alone."""


def height(part: Cloud, room: Room) -> int:
    """Pixels that the axes take."""
    return HEIGHT


def least(part: Cloud) -> int:
    """Pixels of the width of the axes at least."""
    return 150


def left(part: Cloud, letters: int) -> int:
    """Pixels left of the axes, for their numbers and title."""
    return beside_ticks(5, part.y_title, HEIGHT)


def right(part: Cloud, letters: int) -> int:
    """Pixels right of the axes."""
    return 40 if part.texts else 20


def above(part: Cloud, room: Room) -> int:
    """Lines of names above the axes."""
    return len(_lines(part, room))


def below(part: Cloud, room: Room) -> int:
    """Pixels below the axes."""
    return 43 + LINE * (1 + room.title(part.x_title).count("<br>"))


def add(place: Place, part: Cloud, look: Theme) -> None:
    """Links below, then the points of each kind, and their texts."""
    points = np.asarray(part.points, float)
    _links(place, part, points, look)
    kinds = np.zeros(len(points), int) if part.kinds is None else np.asarray(part.kinds, int)
    many = int(kinds.max(initial=0)) + 1
    colours, marks = look.category_colours(many), shapes(many)
    sides = _sides(place, part, points)
    for kind in range(many):
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            place.add(_kind(part, points[chosen], chosen, kind, colours[kind], marks[kind], sides[chosen]))
    place.axes(across(place, look, part.x_title), upward(place, look, part.y_title))
    named = [f"<span style='color:{colours[i]}'>{GLYPHS[marks[i]]} {html.escape(name, quote=False)}</span>"
             for i, name in enumerate(part.names[:many])]  # fmt: skip
    if lines := _lines(part, place.room):
        text = "<br>".join("   ".join(named[i] for i in line if i < many) for line in lines)
        place.write(x=0, xref="x domain", y=1, yref="y domain", xanchor="left", yanchor="bottom", align="left",
                    text=text, font={"size": 12}, bgcolor=look.background)  # fmt: skip


def _lines(part: Cloud, room: Room) -> list[list[int]]:
    """Which kinds are named in each line above the axes, none wider than they are; many kinds are told on hover."""
    lines: list[list[int]] = []
    free = 0
    for i, name in enumerate(part.names if len(part.names) <= NAMED else ()):
        taken = LETTER * (len(name) + 5)
        if taken > free:
            lines.append([])
            free = room.axes + room.right
        lines[-1].append(i)
        free -= taken
    return lines


def words(part: Cloud) -> str:
    """How many points of each kind, and where they lie."""
    points = np.asarray(part.points, float)
    kinds = np.zeros(len(points), int) if part.kinds is None else np.asarray(part.kinds, int)
    of = [f"{int((kinds == i).sum())} of {name}" for i, name in enumerate(part.names)] or [f"{len(points)} in all"]
    said = ", ".join(of[:12]) + (" and more kinds" if len(of) > 12 else "")
    return f"Points in the plane of {part.x_title} and {part.y_title}: {said}."


def _sides(place: Place, part: Cloud, points: np.ndarray) -> np.ndarray:
    """Where each text stands at its point: above, unless another place covers less of other texts and points."""
    sides = np.full(len(points), "top center", dtype=object)
    written = [i for i, text in enumerate(part.texts or ()) if text]
    if not len(written) or len(written) > FEW:
        return sides
    low, high = points.min(0), points.max(0)
    at = (points - low) / np.where(high > low, high - low, 1.0) * (0.9 * place.room.axes, 0.9 * place.height)
    return free_sides(at, part.texts or ())


def free_sides(at: np.ndarray, texts: Sequence[str], mark: float = 0.0) -> np.ndarray:
    """The side of each point (n, 2), in pixels, at which its text covers least; where there is none, above.

    Args:
        mark: half the width of a mark, in pixels.
    """
    sides = np.full(len(at), "top center", dtype=object)
    boxes = np.zeros((0, 4))
    for i in (i for i, text in enumerate(texts) if text):
        tried = _around(at[i], 6.0 * len(texts[i]))
        costs = [_covered(box, at, boxes, mark) for box in tried.values()]
        sides[i] = list(tried)[int(np.argmin(costs))]
        boxes = np.vstack([boxes, tried[sides[i]]])
    return sides


def _around(at: np.ndarray, wide: float) -> dict[str, tuple[float, float, float, float]]:
    """Left, low, right and high end of a text at each side of a point, in pixels."""
    (x, y), half, edge, high = at, wide / 2, 6.0, 12.0
    lows = {"top": y + edge, "middle": y - high / 2, "bottom": y - edge - high}
    lefts = {"center": x - half, "right": x + edge, "left": x - edge - wide}
    return {f"{a} {b}": (lefts[b], lows[a], lefts[b] + wide, lows[a] + high) for a, b in SIDES}


def _covered(box: tuple[float, float, float, float], at: np.ndarray, boxes: np.ndarray, mark: float) -> float:
    """Points under a text, and texts under it, which count for more."""
    left, low, right, high = box
    x, y = at.T
    points = ((x > left - mark) & (x < right + mark) & (y > low - mark) & (y < high + mark)).sum()
    texts = (boxes[:, 0] < right) & (left < boxes[:, 2]) & (boxes[:, 1] < high) & (low < boxes[:, 3])
    return float(points + 100 * texts.sum())


def _kind(
    part: Cloud, points: np.ndarray, chosen: np.ndarray, kind: int, colour: str, mark: str, sides: np.ndarray
) -> go.Scatter:
    size: Any = 8 if part.sizes is None else np.asarray(part.sizes, float)[chosen]
    name = html.escape(part.names[kind], quote=False) if part.names else ""
    return go.Scatter(
        x=points[:, 0], y=points[:, 1], name=name, cliponaxis=False,
        marker={"symbol": mark, "size": size, "color": colour, "line": {"width": 0}},
        hovertemplate=f"{name + ': ' * bool(name)}%{{x:.3g}}, %{{y:.3g}}<extra></extra>",
        **_texts(part, chosen, colour, sides),
    )  # fmt: skip


def _texts(part: Cloud, chosen: np.ndarray, colour: str, sides: np.ndarray) -> dict[str, Any]:
    """Marks with their texts beside them, or the texts of many points in the place of their marks."""
    if part.texts is None:
        return {"mode": "markers"}
    text = [html.escape(part.texts[i], quote=False) for i in chosen]
    if len(part.texts) > FEW and all(part.texts):
        font = {"size": 11, "color": colour}
        return {"mode": "text", "text": text, "textposition": "middle center", "textfont": font}
    return {"mode": "markers+text", "text": text, "textposition": list(sides), "textfont": {"size": 11}}


def _links(place: Place, part: Cloud, points: np.ndarray, look: Theme) -> None:
    if not part.links:
        return
    gap = np.full((len(part.links), 1, 2), np.nan)
    path = np.concatenate([points[np.asarray(part.links, int)], gap], 1).reshape(-1, 2)
    line = {"color": look.axis, "width": 1}
    place.add(go.Scatter(x=path[:, 0], y=path[:, 1], mode="lines", line=line, hoverinfo="skip"))
