"""Which units of a layer change, never change, stay at 0 or hold NaN."""

import html
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures.theme import THEMES, Theme, framed, label, thousands

MOST = 4096
"""Cells drawn at most; of more units each cell stands for several."""
CELL, TOP, BOTTOM = 15, 106, 26
STATES = ("changes", "constant, not 0", "always 0", "NaN or infinite")


def draw(found: Mapping[str, Any], *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """A cell a unit, in rows from the upper left, by the worst of what its units do.

    `found` has "layer" and "states", a number 0 to 3 for every unit: changes, constant but not 0, always
    0, NaN or infinite. Of more than 4096 units a cell stands for several in a row, and the figure says for how many.
    """
    look, states = THEMES[theme], np.asarray(found["states"], int)
    block = -(-len(states) // MOST)
    padded = np.concatenate([states, np.full(-len(states) % block, -1)]).reshape(-1, block)
    cells = padded.max(1)
    width = int(np.ceil(np.sqrt(3 * len(cells))))
    filled = np.full(-(-len(cells) // width) * width, np.nan)
    filled[: len(cells)] = cells
    grid = filled.reshape(-1, width)
    height = TOP + BOTTOM + max(40, min(CELL * len(grid), 300))
    frame = framed(html.escape(_title(found["layer"], states), quote=False), _legend(states, block, look),
                   _words(found["layer"], states), look, height, 46)  # fmt: skip
    frame["title"]["font"] = {"size": 15}
    figure = go.Figure(_heat(grid, padded, block, look))
    figure.update_layout(frame | {"margin": {"t": TOP + frame["height"] - height, "l": 8, "r": 16, "b": BOTTOM}})
    figure.update_xaxes(visible=False, constrain="domain", constraintoward="left")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain", constraintoward="top")
    return figure


def _colours(look: Theme) -> tuple[str, ...]:
    """Of the states: faint for what is as it should be, and brighter the worse."""
    ground = "#dbe3ec" if look.name == "light" else "#38404a"
    return ground, look.categories[5], look.categories[1], look.accent


def _heat(grid: np.ndarray, padded: np.ndarray, block: int, look: Theme) -> go.Heatmap:
    colours = _colours(look)
    scale = [(edge / 4, colours[state]) for state in range(4) for edge in (state, state + 1)]
    told = np.full(grid.size, "", dtype=object)
    for cell, states in enumerate(padded):
        named = (
            f"unit {cell}" if block == 1 else f"units {cell * block} to {cell * block + int((states >= 0).sum()) - 1}"
        )
        told[cell] = f"{named}: {_counted(states)}"
    return go.Heatmap(
        z=grid, zmin=-0.5, zmax=3.5, colorscale=scale, showscale=False, xgap=1, ygap=1, text=told.reshape(grid.shape),
        hovertemplate="%{text}<extra></extra>", hoverongaps=False,
    )  # fmt: skip


def _counted(states: np.ndarray) -> str:
    """What units do: one word where it is one, counts where they are several."""
    counts = [(int((states == code).sum()), word) for code, word in enumerate(STATES)]
    there = [(count, word) for count, word in counts if count]
    return there[0][1] if len(there) == 1 else ", ".join(f"{count} {word}" for count, word in there)


def _title(layer: str, states: Sequence[int] | np.ndarray) -> str:
    total, still = len(states), int((np.asarray(states) > 0).sum())
    name = label(layer)
    if not still:
        return f"All {thousands(total)} units of {name} change"
    broken = int((np.asarray(states) == 3).sum())
    what = "never change" if not broken else "hold NaN or infinity" if broken == still else "never change or hold NaN"
    return f"{thousands(still)} of {thousands(total)} units of {name} {what}"


def _legend(states: np.ndarray, block: int, look: Theme) -> str:
    parts = [
        f"<span style='color:{colour}'>■</span> {thousands(int((states == code).sum()))} {word}"
        for code, (word, colour) in enumerate(zip(STATES, _colours(look), strict=True))
        if (states == code).any()
    ]
    several = f"<br>a cell stands for {block} units, by the worst of them" if block > 1 else ""
    return " · ".join(parts) + several


def _words(layer: str, states: np.ndarray) -> str:
    listed = [f"{word}: {', '.join(map(str, np.flatnonzero(states == code)[:12]))}"
              + (" and more" if (states == code).sum() > 12 else "")
              for code, word in enumerate(STATES) if code and (states == code).any()]  # fmt: skip
    return f"Grid of units. {_title(layer, states)}. {'; '.join(listed)}".rstrip(". ") + "."
