"""Curves over one quantity, each named at its end."""

import html
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import Place, across, amount, apart, upward
from explorer.figures._marks import mark
from explorer.figures._numbers import logarithmic
from explorer.figures._room import LETTER, LINE, Room, beside_ticks, longest
from explorer.figures._spans import x_span, y_span
from explorer.figures.theme import GLYPHS, Theme, faint, shapes
from explorer.results.pictures import Curves, Line

HEIGHT, LABEL = 330, 15
"""Pixels of the axes, and of a name at the end of a curve."""
DASHES = {"solid": "solid", "dash": "dash", "dot": "dot", "points": "solid"}
FEW = 24
"""Points of a curve up to which each has a mark."""


def height(part: Curves, room: Room) -> int:
    """Pixels that the axes take."""
    return HEIGHT


def least(part: Curves) -> int:
    """Pixels of the width of the axes at least."""
    return 130


def left(part: Curves, letters: int) -> int:
    """Pixels left of the axes, for their numbers and title."""
    if part.log_y:
        numbers = longest(logarithmic(*y_span(part), HEIGHT, False)["ticktext"], 99)
    else:
        low, high = y_span(part)
        digits = max(0, int(np.ceil(-np.log10((high - low) / 4 or 1.0))))
        numbers = max(len(f"{one:.{digits}f}") for one in (low, high))
    return beside_ticks(numbers, part.y_title, HEIGHT)


def right(part: Curves, letters: int) -> int:
    """Pixels right of the axes, for the names of the curves."""
    return 14 + LETTER * (2 + longest([line.name for line in part.lines], letters))


def above(part: Curves, room: Room) -> int:
    """Lines of names above the axes."""
    return 0


def below(part: Curves, room: Room) -> int:
    """Pixels below the axes."""
    return 43 + LINE * (1 + room.title(part.x_title).count("<br>"))


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
    said: list[Any] = []
    for one in part.marks:
        said.append(mark(place, part, one, said, look))


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
    x, y = across(place, look, part.x_title), upward(place, look, part.y_title)
    for axis, log, span, pixels in (
        (x, part.log_x, x_span(part), place.room.axes), (y, part.log_y, y_span(part), place.height)
    ):  # fmt: skip
        axis["range"] = list(np.log10(span)) if log else list(span)
        axis.update(logarithmic(*span, pixels, axis is x) if log else {"type": "linear"})
    place.axes(x, y)


def _names(place: Place, part: Curves, colours: list[str]) -> None:
    """Each name at the end of its curve, moved apart from the others."""
    low, high = np.log10(y_span(part)) if part.log_y else y_span(part)
    ends = []
    for i, line in enumerate(part.lines):
        y = np.asarray(line.y, float)
        known = np.flatnonzero(np.isfinite(y) & ((y > 0) if part.log_y else True))  # no logarithm has a place for 0
        if len(known):
            end = known[np.argmax(part.places(line)[known])]
            ends.append((i, float(np.clip(np.log10(y[end]) if part.log_y else y[end], low, high))))
    names = [place.room.named(line.name) for line in part.lines]
    gap = LABEL / HEIGHT * (high - low) * (1 + max((one.count("<br>") for one in names), default=0))
    for (i, _), at in zip(ends, _inside(apart([y for _, y in ends], gap), gap, low, high), strict=True):
        glyph = GLYPHS[shapes(len(part.lines))[i]] + " " if _marked(part.lines[i]) else ""
        said = {"text": glyph + names[i], "align": "left", "font": {"color": colours[i], "size": 12}}
        place.write(x=1, xref="x domain", xanchor="left", xshift=6, y=at, **said)


def _inside(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Places of names, none below or above the axes, where it would not be drawn."""
    found, order = list(places), sorted(range(len(places)), key=lambda i: places[i])
    gap = min(gap, (high - low) / max(1, len(places) - 1))
    for rank, i in enumerate(order):
        found[i] = max(found[i], low + gap * rank)
    for rank, i in enumerate(reversed(order)):
        found[i] = min(found[i], high - gap * rank)
    return found


def _marked(line: Line) -> bool:
    return line.style == "points" or (line.style == "solid" and len(line.y) <= FEW)


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
