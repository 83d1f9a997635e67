"""Every colour and shape of the figures, for a light and a dark ground."""

from collections.abc import Sequence
from dataclasses import dataclass

from plotly.colors import sample_colorscale

SHAPES = ("square", "diamond", "circle", "triangle-up", "pentagon", "star", "cross", "hexagon")


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

    def layer_colours(self, count: int) -> list[str]:
        """One colour a layer, ordered by depth, as "#rrggbb"."""
        low, high = self.depths
        places = [low + (high - low) * i / max(1, count - 1) for i in range(count)]
        return [_hex(colour) for colour in sample_colorscale("Viridis", places)]


LIGHT = Theme("light", "#ffffff", "#1f2328", "#5c6370", "#8a8f98", "#f1f1ef", "#b8303f", (0.0, 0.58))
DARK = Theme("dark", "#16181c", "#e8e6df", "#a3a7ae", "#7b8089", "#24262b", "#ff8a90", (0.35, 1.0))
THEMES = {"light": LIGHT, "dark": DARK}


def shapes(count: int) -> list[str]:
    """One marker shape a layer, repeating after eight."""
    return [SHAPES[i % len(SHAPES)] for i in range(count)]


def label(layer: str) -> str:
    """A layer's name as it is written beside its mark."""
    return layer.replace("_", " ")


def thousands(number: int) -> str:
    """8000 as "8 000", with a thin no-break space."""
    return f"{number:,}".replace(",", "\u202f")


def _hex(colour: str) -> str:
    parts: Sequence[str] = colour.removeprefix("rgb(").removesuffix(")").split(",")
    return "#" + "".join(f"{round(float(part)):02x}" for part in parts)
