"""How the parts of a picture share the width of a figure, in the narrowest figure in which they must be read."""

import html
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.figures.theme import narrow

WIDE, SLIM = 640, 340
"""Pixels of the narrowest figure beside its words, and on a narrow screen."""
LETTER, LARGE, LINE = 7, 8, 17
"""Pixels of a letter of names and numbers, of one of the title of an axis, and of a line of that title."""
NAMES = (34, 26, 20, 16, 12)
"""Letters in a line of a name that are tried, one after the other."""
GOOD = {1: 360, 2: 150, 3: 120}
"""Pixels of the axes up to which names are broken into shorter lines, by the number of parts in a row."""


@dataclass(frozen=True)
class Room:
    """What a part has in the narrowest figure.

    Attributes:
        letters: in a line of a name.
        left, axes, right: pixels beside the axes and of them.
    """

    letters: int
    left: int
    axes: int
    right: int

    def title(self, text: str) -> str:
        """The title of the horizontal axis, in lines."""
        return wrapped(text, max(14, (self.axes + 40) // LARGE))

    def named(self, text: str) -> str:
        """A name as it stands at a curve, a bar or a row."""
        return wrapped(text, self.letters)


def alone(part: Any, kind: Any) -> Room:
    """The room of a part that has the width of the figure for itself."""
    if narrow():
        return _room(part, kind, 16, SLIM)
    tried = [_room(part, kind, letters, WIDE) for letters in NAMES]
    return next((one for one in tried if one.axes >= max(GOOD[1], kind.least(part))), tried[-1])


def _room(part: Any, kind: Any, letters: int, width: int) -> Room:
    left, right = kind.left(part, letters), kind.right(part, letters)
    return Room(letters, left, max(80, width - left - right), right)


def beside(parts: Sequence[Any], kind: Callable[[Any], Any], widths: Sequence[float] | None) -> list[Room] | None:
    """The rooms of parts in a row, or None where one of them would be too narrow to be read."""
    shares = np.asarray(widths or [1 / len(parts)] * len(parts), float)
    least = np.array([kind(part).least(part) for part in parts])
    tried = []
    for letters in NAMES:
        sides = [(kind(part).left(part, letters), kind(part).right(part, letters)) for part in parts]
        free = WIDE - sum(map(sum, sides)) - least.sum()
        if free >= 0:
            axes = least + np.floor(free * shares / shares.sum()).astype(int)
            tried.append([Room(letters, a, int(width), b) for (a, b), width in zip(sides, axes, strict=True)])
    for good in (GOOD[len(parts)], 0.8 * GOOD[len(parts)]):
        if found := next((one for one in tried if min(room.axes for room in one) >= good), None):
            return found
    return tried[-1] if tried else None


def domains(rooms: Sequence[Room]) -> list[tuple[float, float]]:
    """Where the axes of rooms in a row begin and end, as shares of the width between the outer margins."""
    starts = np.cumsum([room.left + room.axes + room.right for room in rooms]) - [r.axes + r.right for r in rooms]
    starts, plot = starts - rooms[0].left, sum(r.left + r.axes + r.right for r in rooms) - rooms[0].left
    plot -= rooms[-1].right
    return [(start / plot, min(1.0, (start + room.axes) / plot)) for start, room in zip(starts, rooms, strict=True)]


def wrapped(text: str, letters: int) -> str:
    """Text in lines for a figure, as it is written."""
    return "<br>".join(html.escape(line, quote=False) for line in textwrap.wrap(text, letters))


def longest(names: Sequence[str], letters: int) -> int:
    """Letters of the longest line of some names."""
    return max((len(line) for one in names for line in textwrap.wrap(one, letters)), default=0)


def most_lines(names: Sequence[str], letters: int) -> int:
    """Lines of the name that has most of them."""
    return max((len(textwrap.wrap(one, letters)) for one in names), default=1) or 1


def beside_ticks(numbers: int, title: str, height: int) -> int:
    """Pixels left of the axes: numbers of so many letters, and the title along the axis."""
    return 16 + LETTER * numbers + LINE * len(textwrap.wrap(title, height // LARGE))
