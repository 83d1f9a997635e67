"""A cloud of points without WebGL: at most 20 000 of them, and the title says how many."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from explorer.figures.theme import THEMES, framed, shapes, thousands

MOST = 20_000
"""Points that a browser draws as SVG without stalling."""
HEIGHT = 560
UNCLASSED, UNNAMED, AXES = None, ("",), ("x", "y")


def draw(
    points: ArrayLike,
    codes: ArrayLike | None = UNCLASSED,
    *,
    names: Sequence[str] = UNNAMED,
    axes: Sequence[str] = AXES,
    title: str = "",
    theme: Literal["light", "dark"] = "light",
) -> go.Figure:
    """A scatter of n x 2 points by class; of more than 20 000 every k-th row is drawn, which the subtitle says.

    One unit has the same length on both axes.
    """
    xy, look = np.asarray(points), THEMES[theme]
    code = np.zeros(len(xy), dtype=int) if codes is None else np.asarray(codes)
    rows = _even(len(xy))
    figure = go.Figure()
    marks = zip(names, look.category_colours(len(names)), shapes(len(names)), strict=True)
    for c, (name, colour, shape) in enumerate(marks):
        own = rows[code[rows] == c]
        figure.add_trace(
            go.Scatter(
                x=xy[own, 0].astype(np.float32), y=xy[own, 1].astype(np.float32), customdata=own, mode="markers",
                name=_plain(name), marker={"color": colour, "symbol": shape, "size": 5, "opacity": 0.8},
                hovertemplate="%{fullData.name}<br>row %{customdata}<extra></extra>",
            )
        )  # fmt: skip
    said = _said(len(rows), len(xy))
    alternative = f"Scatter of {said}, in {len(names)} classes."
    figure.update_layout(framed(_plain(title), said, alternative, look, HEIGHT))
    figure.update_layout(showlegend=len(names) > 1, margin={"l": 56, "r": 16, "t": 88, "b": 52})
    line = {"color": look.secondary, "gridcolor": look.impossible, "zerolinecolor": look.impossible}
    figure.update_xaxes(title=_plain(axes[0]), **line)
    figure.update_yaxes(title=_plain(axes[1]), scaleanchor="x", **line)
    return figure


def _even(n: int) -> np.ndarray:
    """At most `MOST` rows at an even stride, the first and the last among them."""
    return np.arange(n) if n <= MOST else np.linspace(0, n - 1, MOST).astype(int)


def _said(drawn: int, n: int) -> str:
    """How many points are drawn, in words."""
    return f"{thousands(n)} points" if drawn == n else f"{thousands(drawn)} of {thousands(n)} points are drawn"


def _plain(text: str) -> str:
    """Text that Plotly must not read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
