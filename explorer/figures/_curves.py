"""Curves over one quantity, each named at its end."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, amount, apart, longest, name_of, plain_axis, wrapped
from explorer.figures.theme import GLYPHS, Theme, faint, narrow, shapes
from explorer.pictures import Curves, Line, Mark

HEIGHT, LABEL = 330, 15
"""Pixels of the axes, and of a name at the end of a curve."""
DASHES = {"solid": "solid", "dash": "dash", "dot": "dot", "points": "solid"}
FEW = 24
"""Points of a curve up to which each has a mark."""
MARK = 24
"""Letters in a line of a mark's words on a narrow screen."""


def height(part: Curves) -> int:
    """Pixels that the axes take."""
    return HEIGHT


def right(part: Curves) -> int:
    """Pixels right of the axes, for the names of the curves."""
    return (14 if narrow() else 24) + min(190, 7 * (2 + longest([line.name for line in part.lines])))


def add(place: Place, part: Curves, look: Theme) -> None:
    """Bands first, then what no point can reach, curves, marks and names."""
    for text, corners in part.regions:
        _region(place, text, np.asarray(corners, float), look)
    colours = _colours(part, look)
    for line, colour in zip(part.lines, colours, strict=True):
        _band(place, part, line, colour)
    for i, (line, colour) in enumerate(zip(part.lines, colours, strict=True)):
        _curve(place, part, line, colour, shapes(len(part.lines))[i])
    _axes(place, part, look)
    _names(place, part, colours)
    for mark in part.marks:
        _mark(place, part, mark, look)


def words(part: Curves) -> str:
    """Where every curve begins and ends."""
    ends = []
    for line in part.lines:
        places, y = part.places(line), np.asarray(line.y, float)
        known = np.flatnonzero(~np.isnan(y))
        if len(known):
            first, last = known[0], known[-1]
            ends.append(
                f"{line.name} from {amount(y[first])} at {amount(places[first])} to {amount(y[last])} at "
                f"{amount(places[last])}"
            )
    return f"Curves of {part.y_title} over {part.x_title}: {'; '.join(ends) or 'no value'}."


def _colours(part: Curves, look: Theme) -> list[str]:
    """What is exact has the colour of the words and what chance gives that of remarks, where there is one of each."""
    styles = [line.style for line in part.lines]
    spare = iter(look.category_colours(len(styles)))
    alone = {"dash": look.text, "dot": look.secondary}
    return [alone[style] if style in alone and styles.count(style) == 1 else next(spare) for style in styles]


def _band(place: Place, part: Curves, line: Line, colour: str) -> None:
    if line.low is None or line.high is None:
        return
    x, low, high = part.places(line), np.asarray(line.low, float), np.asarray(line.high, float)
    known = ~(np.isnan(low) | np.isnan(high))
    if line.style == "points":
        return
    place.add(
        go.Scatter(
            x=np.r_[x[known], x[known][::-1]], y=np.r_[low[known], high[known][::-1]], fill="toself", mode="none",
            fillcolor=faint(colour, 0.2), hoverinfo="skip", name=html.escape(f"{line.name}: band", quote=False),
        )
    )  # fmt: skip


def _curve(place: Place, part: Curves, line: Line, colour: str, shape: str) -> None:
    few = line.style == "solid" and len(line.y) <= FEW
    mode = "markers" if line.style == "points" else "lines+markers" if few else "lines"
    bars: dict[str, Any] = {}
    if line.style == "points" and line.low is not None and line.high is not None:
        up, down = np.asarray(line.high, float) - line.y, np.asarray(line.y, float) - line.low
        bars = {"error_y": {"array": up, "arrayminus": down, "color": colour, "thickness": 1.2, "width": 3}}
    place.add(
        go.Scatter(
            x=part.places(line), y=np.asarray(line.y, float), mode=mode, name=html.escape(line.name, quote=False),
            line={"color": colour, "width": 2, "dash": DASHES[line.style]},
            marker={"symbol": shape, "size": 7, "color": colour},
            hovertemplate=f"{html.escape(line.name, quote=False)}: %{{y:.4g}} at %{{x:.4g}}<extra></extra>", **bars,
        )
    )  # fmt: skip


def _axes(place: Place, part: Curves, look: Theme) -> None:
    x, y = plain_axis(look, part.x_title), plain_axis(look, part.y_title)
    low, high = _span(part)
    y["range"] = list(part.y_range or (low, high)) if not part.log_y else [np.log10(low), np.log10(high)]
    if part.x_range:
        x["range"] = list(part.x_range) if not part.log_x else list(np.log10(part.x_range))
    place.axes(x | {"type": "log" if part.log_x else "linear"}, y | {"type": "log" if part.log_y else "linear"})


def _span(part: Curves) -> tuple[float, float]:
    """Lowest and highest value drawn, with some room; 0 is inside where it is near."""
    given = [one for line in part.lines for one in (line.y, line.low, line.high) if one is not None]
    given += [[mark.at for mark in part.marks if mark.axis == "y"]] + [
        np.asarray(c, float)[:, 1] for _, c in part.regions
    ]
    values = np.concatenate([np.asarray(one, float).ravel() for one in given] or [np.zeros(1)])
    values = values[np.isfinite(values) & (values > 0 if part.log_y else True)]
    if part.y_range:
        return part.y_range
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if part.log_y:
        return low / 1.3, high * 1.3
    low = 0.0 if 0 < low < 0.5 * high else low
    room = 0.06 * (high - low or abs(high) or 1.0)
    return low - room, high + room


def _names(place: Place, part: Curves, colours: list[str]) -> None:
    """Each name at the end of its curve, moved apart from the others."""
    low, high = np.log10(_span(part)) if part.log_y else _span(part)
    ends = []
    for i, line in enumerate(part.lines):
        y = np.asarray(line.y, float)
        known = np.flatnonzero(np.isfinite(y) & ((y > 0) if part.log_y else True))  # no logarithm has a place for 0
        if len(known):
            end = known[np.argmax(part.places(line)[known])]
            ends.append((i, float(np.clip(np.log10(y[end]) if part.log_y else y[end], low, high))))
    names = [name_of(line.name) for line in part.lines]
    gap = LABEL / HEIGHT * (high - low) * (1 + max((one.count("<br>") for one in names), default=0))
    for (i, _), at in zip(ends, _below(apart([y for _, y in ends], gap), gap, high), strict=True):
        glyph = GLYPHS[shapes(len(part.lines))[i]] + " " if _marked(part.lines[i]) else ""
        said = {"text": glyph + names[i], "align": "left", "font": {"color": colours[i], "size": 12}}
        place.write(x=1, xref="x domain", xanchor="left", xshift=6, y=at, **said)


def _below(places: list[float], gap: float, high: float) -> list[float]:
    """Places of names, none above the axes, where it would not be drawn."""
    found = list(places)
    for rank, i in enumerate(sorted(range(len(places)), key=lambda i: -places[i])):
        found[i] = min(places[i], high - gap * rank)
    return found


def _marked(line: Line) -> bool:
    return line.style == "points" or (line.style == "solid" and len(line.y) <= FEW)


def _mark(place: Place, part: Curves, mark: Mark, look: Theme) -> None:
    line: dict[str, Any] = {"color": look.accent, "width": 1.2, "dash": "dot"}
    words = wrapped(mark.text, MARK) if narrow() else html.escape(mark.text, quote=False)
    text = {"text": words, "align": "left", "font": {"color": look.accent, "size": 11}}
    if mark.axis == "x":
        place.figure.add_vline(mark.at, line=line, row=place.row, col=place.column)
        at = np.log10(mark.at) if part.log_x else mark.at
        place.write(x=at, y=1, yref="y domain", xanchor="left", xshift=4, yanchor="top", **text)
    else:
        place.figure.add_hline(mark.at, line=line, row=place.row, col=place.column)
        at = np.log10(mark.at) if part.log_y else mark.at
        place.write(x=0, xref="x domain", y=at, xanchor="left", xshift=6, yanchor="bottom", **text)


def _region(place: Place, text: str, corners: np.ndarray, look: Theme) -> None:
    closed = np.r_[corners, corners[:1]]
    place.add(
        go.Scatter(
            x=closed[:, 0], y=closed[:, 1], fill="toself", mode="lines", line={"width": 0}, fillcolor=look.impossible,
            hoverinfo="skip", name=html.escape(text, quote=False),
        )
    )  # fmt: skip
    middle = corners.mean(0)
    place.write(
        x=middle[0], y=middle[1], text=html.escape(text, quote=False), font={"color": look.secondary, "size": 11}
    )
