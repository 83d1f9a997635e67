"""Where a part of a picture is drawn, and labels that do not cover each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from explorer.figures._room import LARGE, Room, wrapped
from explorer.figures.theme import Theme


@dataclass(frozen=True)
class Place:
    """One column of a figure of one row, or one row of a figure of one column.

    Attributes:
        room: that the axes have in the narrowest figure.
        height: of the axes, in pixels.
        said: words that whoever draws the figure puts on it, all at once.
    """

    figure: go.Figure
    room: Room
    height: int
    column: int = 1
    row: int = 1
    said: list[dict[str, Any]] = field(default_factory=list)

    def add(self, trace: Any) -> None:
        """Draw a trace here."""
        self.figure.add_trace(trace, self.row, self.column)

    def axes(self, x: dict[str, Any], y: dict[str, Any]) -> None:
        """Change both axes."""
        self.figure.update_xaxes(x, row=self.row, col=self.column)
        self.figure.update_yaxes(y, row=self.row, col=self.column)

    def write(self, **annotation: Any) -> None:
        """Words without an arrow; references to the axes' domains are completed."""
        self.write_all([annotation])

    def write_all(self, annotations: Sequence[dict[str, Any]]) -> None:
        """Many words at once; they are kept in `said`, for Plotly checks all that are there whenever one is added."""
        number = max(self.row, self.column)
        suffix = "" if number == 1 else str(number)
        own = {"showarrow": False, "xref": f"x{suffix}", "yref": f"y{suffix}"}
        domains = {f"{axis} domain": f"{axis}{suffix} domain" for axis in "xy"}
        named = [{key: domains.get(value, value) if key in own else value for key, value in one.items()}
                 for one in annotations]  # fmt: skip
        self.said.extend(own | one for one in named)


def plain_axis(look: Theme, title: str) -> dict[str, Any]:
    """An axis with ticks outside, no grid and plain numbers; its title may have lines."""
    return {
        "showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside", "tickcolor": look.axis,
        "automargin": True, "exponentformat": "e", "minexponent": 6, "title": {"text": title, "standoff": 6},
    }  # fmt: skip


def across(place: Place, look: Theme, title: str) -> dict[str, Any]:
    """The horizontal axis, its title in lines that the axes have room for."""
    return plain_axis(look, place.room.title(title))


def upward(place: Place, look: Theme, title: str) -> dict[str, Any]:
    """The vertical axis, its title in lines that are no longer than it."""
    return plain_axis(look, wrapped(title, place.height // LARGE))


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Places of labels, each at least `gap` above the one below it, and as near to their own as that allows."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[list[int]] = []
    for i in order:
        blocks.append([i])
        while len(blocks) > 1 and _top(blocks[-2], places, gap) > _bottom(blocks[-1], places, gap):
            last = blocks.pop()
            blocks[-1] += last
    found = [0.0] * len(places)
    for block in blocks:
        for rank, i in enumerate(block):
            found[i] = _centre(block, places) + gap * (rank - (len(block) - 1) / 2)
    return found


def _centre(block: list[int], places: Sequence[float]) -> float:
    return sum(places[i] for i in block) / len(block)


def _top(block: list[int], places: Sequence[float], gap: float) -> float:
    return _centre(block, places) + gap * len(block) / 2


def _bottom(block: list[int], places: Sequence[float], gap: float) -> float:
    return _centre(block, places) - gap * len(block) / 2


def amount(value: float) -> str:
    """A number with three digits and a minus sign as one writes it."""
    return f"{0.0 if abs(value) < 1e-12 else value:.3g}".replace("-", "−")
