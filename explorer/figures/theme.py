"""Every colour and shape of the figures, for a light and a dark ground."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from plotly.colors import sample_colorscale

from explorer.results.trajectory import label as label

SHAPES = ("square", "diamond", "circle", "triangle-up", "pentagon", "star", "cross", "hexagon")

GLYPHS = dict(zip(SHAPES, "■◆●▲⬟★✚⬢", strict=True))
"""Every marker shape as a character, for words beside a mark."""


WORDS = 4.5
"""Contrast that words keep against the ground."""
LINE = 24
"""Height of a line of a title, and of one of the words below it, in pixels."""
MOST = {"title": 64, "words": 108}
"""Letters in a line of a title, and of the words below it: they end within the narrowest figure beside its words."""
NARROW = {"title": 34, "words": 52}
"""The same on a narrow screen."""


@dataclass(frozen=True)
class Theme:
    """The ground, the ink and the part of viridis that keeps 3:1 against the ground."""

    name: str
    background: str
    text: str
    secondary: str
    axis: str
    impossible: str
    accent: str
    depths: tuple[float, float]
    categories: tuple[str, ...]

    def category_colours(self, count: int) -> list[str]:
        """One colour for each of things that have no order, repeating after seven; shapes tell them apart then."""
        return [self.categories[i % len(self.categories)] for i in range(count)]

    def layer_colours(self, count: int) -> list[str]:
        """One colour a layer, ordered by depth, as "#rrggbb"."""
        low, high = self.depths
        places = [low + (high - low) * i / max(1, count - 1) for i in range(count)]
        return [_hex(colour) for colour in sample_colorscale("Viridis", places)]

    def legible(self, colour: str) -> str:
        """A colour "#rrggbb" mixed with the ink until words in it keep 4.5:1 against the ground."""
        mixed = (sample_colorscale([colour, self.text], k / 20)[0] for k in range(21))
        return next((one for one in map(_hex, mixed) if contrast(one, self.background) >= WORDS), self.text)


LIGHT_CATEGORIES = ("#0b5cab", "#a84300", "#007060", "#7a3db8", "#a3195b", "#5c6400", "#4d5a66")
DARK_CATEGORIES = ("#6cb2ff", "#ffab70", "#4fd1bd", "#c8a5ff", "#ff94bf", "#c9d463", "#b3bcc6")
LIGHT = Theme("light", "#ffffff", "#1f2328", "#5c6370", "#8a8f98", "#f1f1ef", "#b8303f", (0.0, 0.58), LIGHT_CATEGORIES)
DARK = Theme("dark", "#16181c", "#e8e6df", "#a3a7ae", "#7b8089", "#24262b", "#ff8a90", (0.35, 1.0), DARK_CATEGORIES)
THEMES = {"light": LIGHT, "dark": DARK}
_ground: ContextVar[Literal["light", "dark"]] = ContextVar("_ground", default="light")
_narrow: ContextVar[bool] = ContextVar("_narrow", default=False)


def ground() -> Literal["light", "dark"]:
    """The theme in force, for figures that are drawn without one being named: light, unless `on` says otherwise."""
    return _ground.get()


def narrow() -> bool:
    """Whether figures are drawn for a narrow screen: panels below each other, words in short lines."""
    return _narrow.get()


@contextmanager
def on(theme: Literal["light", "dark"], narrow: bool = False) -> Iterator[None]:
    """Draw on a light or a dark ground inside the block, and for a narrow screen or not."""
    tokens = _ground.set(theme), _narrow.set(narrow)
    try:
        yield
    finally:
        _ground.reset(tokens[0])
        _narrow.reset(tokens[1])


def shapes(count: int) -> list[str]:
    """One marker shape a layer, repeating after eight."""
    return [SHAPES[i % len(SHAPES)] for i in range(count)]


def thousands(number: int) -> str:
    """8000 as "8 000", with a thin no-break space."""
    return f"{number:,}".replace(",", "\u202f")


def faint(colour: str, share: float) -> str:
    """A colour "#rrggbb" that lets most of the ground through, for bands."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


def contrast(one: str, other: str) -> float:
    """The ratio of luminances of two colours "#rrggbb", from 1 to 21, as WCAG defines it."""
    dark, bright = sorted(map(_luminance, (one, other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return sum(share * one for share, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _hex(colour: str) -> str:
    parts: Sequence[str] = colour.removeprefix("rgb(").removesuffix(")").split(",")
    return "#" + "".join(f"{round(float(part)):02x}" for part in parts)


def framed(title: str, subtitle: str, alternative: str, look: Theme, height: int, letters: int = 64) -> dict[str, Any]:
    """What the layouts of all figures with a finding above them share; long titles take more lines and height.

    Args:
        letters: that a line of the title holds; fewer for a figure that stands beside others.
    """
    title, alternative = (re.sub(r"[-−](0\.0+(?![0-9]))", r"\1", text) for text in (title, alternative))  # no -0.00
    most = NARROW if narrow() else MOST
    lines, words = textwrap.wrap(title, min(letters, most["title"])), _wrapped(subtitle, most["words"])
    height += LINE * (len(lines) - 1 + words.count("<br>") - subtitle.count("<br>"))
    return {
        "title": {
            "text": f"<b>{'<br>'.join(lines)}</b><br><span style='font-size:12px'>{words}</span>",
            "x": 0, "xref": "container", "y": 1 - LINE / height, "yref": "container", "yanchor": "top",
            "font": {"size": 18},
        },
        "showlegend": False,
        "paper_bgcolor": look.background,
        "plot_bgcolor": look.background,
        "font": {"color": look.text, "size": 12},
        "hoverlabel": {"bgcolor": look.background, "bordercolor": look.axis, "font": {"color": look.text}},
        "height": height,
        "meta": {"alt": alternative},
    }  # fmt: skip


def _wrapped(words: str, letters: int) -> str:
    """Every line of words in lines of so many letters; words with marks of their own as they are."""
    lines = words.split("<br>")
    if any("<" in line for line in lines):
        return words
    return "<br>".join("<br>".join(textwrap.wrap(line, letters)) for line in lines)
