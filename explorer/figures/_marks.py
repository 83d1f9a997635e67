"""Lines of reference across curves, their words where they cover least."""

from typing import Any

import numpy as np

from explorer.figures._drawing import Place
from explorer.figures._room import wrapped
from explorer.figures._spans import x_span, y_span
from explorer.figures.theme import Theme
from explorer.results.pictures import Curves, Mark

LETTER, LINE, STEP, MARK = 6.5, 14, 4, 4
"""Pixels of a letter and a line of the words, between points of a curve that words may cover, and half of a marker."""
OUTSIDE, WORDS = 1000, 500
"""What a pixel out of the axes, or words on words, cost: more than any curve that is covered."""

Box = tuple[float, float, float, float]
"""Left, low, right and high end, in pixels from the lower left corner of the axes."""


def mark(place: Place, part: Curves, one: Mark, said: list[Box], look: Theme) -> Box:
    """Draw a line and its words, and return what the words cover.

    Args:
        said: what words of other marks cover.
    """
    line: dict[str, Any] = {"color": look.accent, "width": 1.2, "dash": "dot"}
    upright = one.axis == "x"
    add = place.figure.add_vline if upright else place.figure.add_hline
    add(one.at, line=line, row=place.row, col=place.column)
    text = wrapped(one.text, max(10, int(0.6 * place.room.axes / LETTER)))
    lines = text.split("<br>")
    size = LETTER * max(map(len, lines)) + 8, float(LINE * len(lines) + 2)
    axes = place.room.axes, place.height
    at = _pixels(np.array([one.at]), *_axis(part, place, upright))[0]
    points = _points(part, place, one)
    box = min(_boxes(at, size, axes, upright), key=lambda box: _cost(box, points, said, axes))
    where = _along(one, part, box, at, axes) if upright else _level(one, part, box, at, axes)
    place.write(**where, text=text, align="left", font={"color": look.accent, "size": 11})
    return box


def _along(one: Mark, part: Curves, box: Box, at: float, axes: tuple[int, int]) -> dict[str, Any]:
    """Left or right of an upright line, at the height of the box."""
    y = {"y": (box[1] + box[3]) / 2 / axes[1], "yref": "y domain", "yanchor": "middle"}
    side = {"xanchor": "left", "xshift": 4} if box[0] >= at - 1 else {"xanchor": "right", "xshift": -4}
    return {"x": np.log10(one.at) if part.log_x else one.at, **y, **side}


def _level(one: Mark, part: Curves, box: Box, at: float, axes: tuple[int, int]) -> dict[str, Any]:
    """Above or below a line across, where the box lies along it."""
    y = {"y": np.log10(one.at) if part.log_y else one.at, "yanchor": "bottom" if box[1] >= at - 1 else "top"}
    free = axes[0] - (box[2] - box[0])
    side = {"x": 1, "xanchor": "right", "xshift": -4} if box[0] >= free > 0 else {
        "x": box[0] / axes[0], "xanchor": "left", "xshift": 6}  # fmt: skip
    away = max(box[1] - at, at - box[3])
    return {"xref": "x domain", **y, **side, "yshift": away if box[1] >= at - 1 else -away}


def _boxes(at: float, size: tuple[float, float], axes: tuple[int, int], upright: bool) -> list[Box]:
    """Where words may stand, the best first: along an upright line from its top down, or near one across."""
    (wide, high), (right, top) = size, axes
    if upright:
        lows = [top - high - step * high for step in range(max(1, int(top / high)))]
        corners = [(left, low) for low in lows for left in (at, at - wide)]
    else:
        lefts = [share * max(0.0, right - wide) for share in (0.0, 1.0, 0.25, 0.5, 0.75)]
        corners = [
            (left, low) for away in (0, LINE, 2 * LINE) for low in (at + away, at - high - away) for left in lefts
        ]
    return [(left, low, left + wide, low + high) for left, low in corners]


def _cost(box: Box, points: np.ndarray, said: list[Box], axes: tuple[int, int]) -> float:
    """Points under words, words under words, and pixels of words out of the axes."""
    left, low, right, high = box
    x, y = points[:, 0], points[:, 1]
    under = ((x > left) & (x < right) & (y > low - MARK) & (y < high + MARK)).sum()
    words = sum(left < c and a < right and low < d and b < high for a, b, c, d in said)
    out = sum(max(0.0, one) for one in (-left, right - axes[0], -low, high - axes[1]))
    return float(under + WORDS * words + OUTSIDE * out)


def _points(part: Curves, place: Place, one: Mark) -> np.ndarray:
    """Points of all curves, bars of intervals and other lines of reference, a few pixels apart."""
    horizontal, vertical = _axis(part, place, True), _axis(part, place, False)
    found = [np.zeros((0, 2))]
    for line in part.lines:
        x, y = _pixels(part.places(line), *horizontal), _pixels(np.asarray(line.y, float), *vertical)
        found.append(_dense(x, y, line.style == "points"))
        if line.style == "points" and line.low is not None and line.high is not None:
            ends = [_pixels(np.asarray(side, float), *vertical) for side in (line.low, line.high)]
            found += [_dense(np.array([a, a]), np.array([b, c]), False) for a, b, c in zip(x, *ends, strict=True)]
    for other in part.marks:
        if other is not one:
            at = _pixels(np.array([other.at]), *_axis(part, place, other.axis == "x"))[0]
            across, along = np.full(2, at), np.array([0.0, place.height if other.axis == "x" else place.room.axes])
            path = (across, along) if other.axis == "x" else (along, across)
            found.append(_dense(path[0], path[1], False))
    return np.concatenate(found)


def _axis(part: Curves, place: Place, horizontal: bool) -> tuple[tuple[float, float], bool, int]:
    if horizontal:
        return x_span(part), part.log_x, place.room.axes
    return y_span(part), part.log_y, place.height


def _pixels(values: np.ndarray, span: tuple[float, float], log: bool, pixels: int) -> np.ndarray:
    """Where values lie on an axis; NaN for those that a logarithm has no place for."""
    low, high = np.log10(span) if log else span
    known = np.where(values > 0, values, np.nan) if log else values
    return np.asarray(pixels * ((np.log10(known) if log else known) - low) / (high - low))


def _dense(x: np.ndarray, y: np.ndarray, alone: bool) -> np.ndarray:
    """Points along a path, or the points alone."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if alone or len(x) < 2:
        return np.stack([x, y], 1)
    along = np.r_[0, np.cumsum(np.hypot(np.diff(x), np.diff(y)))]
    steps = np.linspace(0, along[-1], min(4000, 2 + int(along[-1] / STEP)))
    return np.stack([np.interp(steps, along, x), np.interp(steps, along, y)], 1)
