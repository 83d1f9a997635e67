"""Latents x factors: squares whose area is what a latent tells of a factor, with the gaps of both sides."""

import html
import textwrap
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._matrix_words import above_all, alternative, beyond, finding, leaving, named, subtitle
from explorer.figures.theme import THEMES, Theme, framed
from explorer.result import NATS_PER
from explorer.results.metric_table import MetricTable

NOBODY: tuple[int, int] | None = None
TOP, LINE, BOTTOM, STRIP, BETWEEN = 106, 16, 58, 92, 34
WIDE, MATRIX = 790, 0.7
"""Pixels that both panels are taken to be wide, to keep squares square, and the share of them for the matrix."""
TURNED, TURN = 9, 70
"""Factors above which names are turned, and the pixels that they take then."""
TALL, LEAST, ALL_ROWS = 42, 6, 600
"""Pixels of a row at most, at least, and of all rows about."""
LETTERS, DIGITS, SEEN = 13, 38, 6
"""Pixels that a row needs for a name or a number, that a number takes beside its square, and of a null's outline."""


def draw(
    table: MetricTable,
    *,
    unit: Literal["bits", "nats"] = "bits",
    theme: Literal["light", "dark"] = "light",
    cell: tuple[int, int] | None = NOBODY,
    order: bool = True,
) -> go.Figure:
    """One row a latent, one column a factor; the area of a square is I / H, that of its ground is 1.

    A dashed outline is the most that shuffled rows read, where it would be wider than 6 pixels; it is always told on
    hover. A square that is not larger than it is hollow and grey; a line says how many others are above their own null
    alone, as chance brings about where cells are many. The latent that tells most of a factor, above the null of all
    cells and of those that do not drown in their noise, has a frame and its number is bold. Below, the gap between the
    two latents that tell most of each factor (their mean is MIG); at the right, the gap between the two factors that
    each latent tells most of. A click on a cell gives its latent and factor, counted as in the table.

    Args:
        unit: of the numbers that are written in.
        order: rows sorted by the factor of which they tell most; else as they come.
        cell: latent and factor of the cell that is marked, counted as in the table.
    """
    look, rows = THEMES[theme], table.order if order else np.arange(len(table.latents))
    grid = Grid(len(table.latents), len(table.factors))
    top = TOP + (TURN if len(table.factors) > TURNED else 16 * max(len(_wrapped(one)) > 1 for one in table.factors))
    words = subtitle(table, unit)
    top += LINE * (words.count("<br>") - 1)
    height = top + 24 + grid.row * len(rows) + BETWEEN + STRIP + BOTTOM
    frame = framed(finding(table), words, alternative(table, unit), look, height)
    inner = frame["height"] - height + top, height - top - BOTTOM
    figure = make_subplots(
        2, 2, column_widths=[MATRIX, 1 - MATRIX], row_heights=[grid.row * len(rows) + 24, STRIP],
        vertical_spacing=BETWEEN / inner[1], horizontal_spacing=0.03,
    )  # fmt: skip
    for trace in (*_squares(table, rows, grid, look), *_words(table, rows, grid, unit, look)):
        figure.add_trace(trace, 1, 1)
    _below(figure, table, unit, look)
    _beside(figure, table, rows, grid, look)
    figure.update_layout(frame | {"margin": {"t": inner[0], "b": BOTTOM, "l": 96, "r": 20}})
    figure.update_layout(clickmode="event+select", dragmode=False, hovermode="closest", barmode="overlay")
    _axes(figure, table, rows, grid, unit, look)
    if cell is not None and cell[0] in rows:
        _marked(figure, int(np.flatnonzero(rows == cell[0])[0]), cell[1], look)
    return figure


class Grid:
    """Sizes of cells of d latents and K factors: a row in pixels, and the sides of a full square in both units.

    Where there is no room for numbers the squares are stretched to the width of the cell; shares of area stay.
    """

    def __init__(self, latents: int, factors: int):
        self.row = int(np.clip(ALL_ROWS // latents, LEAST, TALL))
        column = WIDE * MATRIX / factors
        side = min(0.84 * self.row, 0.92 * column)
        self.written = self.row >= LETTERS and column >= side + DIGITS + 8
        wide = side if self.written else 0.92 * column
        self.side, self.pixels = np.array([wide / column, side / self.row]), side
        self.left = -(wide + DIGITS * self.written) / column / 2
        self.middle = self.left + self.side[0] / 2

    def square(self, k: int, row: int, share: float) -> tuple[list[float], list[float]]:
        """The corners of a square with this share of the area of the full one, closed, and a gap after it."""
        half = np.sqrt(max(share, 0.0)) * self.side / 2
        x, y = k + self.middle, float(row)
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
        xs, ys = ([at + step[i] * half[i] for step in corners] for i, at in enumerate((x, y)))
        return [*xs, np.nan], [*ys, np.nan]


def _squares(table: MetricTable, rows: np.ndarray, grid: Grid, look: Theme) -> list[go.Scatter]:
    """Grounds, filled and hollow squares, frames and nulls: one trace each, whatever their number."""
    shares, sure, certain = np.minimum(table.shares[rows], 1.0), beyond(table)[rows], above_all(table)[rows]
    living = ~np.isin(rows, table.about.get("dead", ()))
    every = [(i, k) for i in range(len(rows)) for k in range(len(table.factors)) if living[i]]
    clear = leaving(table)[rows]
    best = [(int(clear[:, k].argmax()), k) for k in range(len(table.factors)) if clear[:, k].any()]
    null = np.nan_to_num(table.null_high[rows] / table.entropies)
    seen = np.sqrt(np.maximum(null, 0)) * grid.pixels >= SEEN
    line = {"color": look.categories[0], "width": 0}
    return [
        _polygons(grid, every, np.ones_like(shares), {"width": 0}, look.impossible, "ground"),
        _polygons(grid, [at for at in every if sure[at]], shares, line, look.categories[0], "above the null"),
        _polygons(grid, [at for at in every if not sure[at]], shares, {"color": look.axis, "width": 1.2}, None,
                  "not above the null"),
        _polygons(grid, [at for at in best if certain[at]], np.ones_like(shares), {"color": look.text, "width": 1.4},
                  None, "tells most of the factor"),
        _polygons(grid, [at for at in every if seen[at]], np.minimum(null, 1),
                  {"color": look.accent, "width": 1.2, "dash": "2px,2px"}, None, "most that shuffled rows read"),
    ]  # fmt: skip


def _polygons(
    grid: Grid, cells: list[tuple[int, int]], shares: np.ndarray, line: dict[str, Any], fill: str | None, name: str
) -> go.Scatter:
    corners = [grid.square(k, i, shares[i, k]) for i, k in cells]
    x, y = (np.array([one for pair in corners for one in pair[axis]], np.float32) for axis in (0, 1))
    filled = {"fill": "toself", "fillcolor": fill} if fill else {}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name=name, **filled)


def _words(table: MetricTable, rows: np.ndarray, grid: Grid, unit: str, look: Theme) -> list[go.Scatter]:
    """The numbers beside the squares, and what a pointer hits."""
    cells = [(i, k) for i in range(len(rows)) for k in range(len(table.factors))]
    hidden = {"opacity": 0}
    targets = go.Scatter(
        x=[k for _, k in cells], y=[i for i, _ in cells], mode="markers", name="cells",
        marker={"symbol": "square", "size": max(8, grid.row * 0.9), "opacity": 0},
        selected={"marker": hidden}, unselected={"marker": hidden},
        customdata=[[int(rows[i]), k] for i, k in cells],
        text=[_told(table, int(rows[i]), k, unit) for i, k in cells], hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    if not grid.written:
        return [targets]
    best, sure, dead = leaving(table).argmax(0), beyond(table), table.about.get("dead", ())
    certain, drowned = above_all(table), table.about.get("drowned", ())
    alive = [(i, k) for i, k in cells if rows[i] not in dead]
    numbers = [f"{table.information[rows[i], k] / NATS_PER[unit]:.2f}" for i, k in alive]
    text = [f"<b>{one}</b>" if best[k] == rows[i] and certain[rows[i], k] and rows[i] not in drowned else one
            for one, (i, k) in zip(numbers, alive, strict=True)]  # fmt: skip
    ink = [look.text if sure[rows[i], k] else look.secondary for i, k in alive]
    written = go.Scatter(
        x=[k + grid.left + grid.side[0] + 0.02 for _, k in alive], y=[i for i, _ in alive], mode="text", text=text,
        textposition="middle right", textfont={"color": ink, "size": 12 if grid.row >= 22 else 10}, hoverinfo="skip",
        name="numbers",
    )  # fmt: skip
    return [written, targets]


def _told(table: MetricTable, j: int, k: int, unit: str) -> str:
    """What is told of one cell on hover."""
    per = NATS_PER[unit]
    head = f"<b>{html.escape(named(table, j))}</b> and <b>{html.escape(table.factors[k])}</b>"
    if j in table.about.get("dead", ()):
        return f"{head}<br>the latent never changes"
    lines = [head, f"{table.information[j, k] / per:.3f} {unit}, {table.shares[j, k]:.1%} of the factor's entropy"]
    if not np.isnan(table.low[j, k]):
        lines.append(f"interval {table.low[j, k] / per:.3f} to {table.high[j, k] / per:.3f}")
    if not np.isnan(table.null[j, k]):
        lines.append(f"shuffled rows read {table.null[j, k] / per:.3f}, at most {table.null_high[j, k] / per:.3f}")
    if j in table.about.get("drowned", ()):
        lines.append("of its means alone: they drown in their noise")
    return "<br>".join([*lines, "click to look inside"])


def _below(figure: go.Figure, table: MetricTable, unit: str, look: Theme) -> None:
    """Of every factor: from what the second latent tells to what the first does."""
    if len(table.latents) < 2:
        return
    second, first = np.sort(table.shares, 0)[-2:]
    wide = len(table.factors) <= TURNED
    told = [
        f"<b>{html.escape(name)}</b>, H = {h / NATS_PER[unit]:.3f} {unit}"
        f"<br>best latent {a:.1%}, next {b:.1%}: gap {a - b:.1%}"
        for name, h, a, b in zip(table.factors, table.entropies, first, second, strict=True)
    ]
    bars = go.Bar(
        x=np.arange(len(first)), y=first - second, base=second, width=0.34, marker={"color": look.axis},
        text=[f"{100 * gap:.0f} %" if wide else "" for gap in first - second], textposition="outside", textangle=0,
        textfont={"color": look.text, "size": 11}, hovertext=told, hovertemplate="%{hovertext}<extra></extra>",
        name="gap of a factor", cliponaxis=False,
    )  # fmt: skip
    figure.add_trace(bars, 2, 1)


def _beside(figure: go.Figure, table: MetricTable, rows: np.ndarray, grid: Grid, look: Theme) -> None:
    """Of every latent: from what it tells of the second factor to what it tells of the first."""
    living = np.array([i for i, j in enumerate(rows) if j not in table.about.get("dead", ())], int)
    if len(table.factors) < 2 or not len(living):
        return
    second, first = np.sort(table.shares[rows[living]], 1).T[-2:]
    told = [
        f"<b>{html.escape(named(table, j))}</b><br>best factor {a:.1%}, next {b:.1%}: gap {a - b:.1%}"
        for j, a, b in zip(rows[living].tolist(), first, second, strict=True)
    ]
    bars = go.Bar(
        y=living, x=first - second, base=second, orientation="h", width=0.34, marker={"color": look.axis},
        text=[f"{100 * gap:.0f} %" if grid.row >= LETTERS else "" for gap in first - second], textposition="outside",
        textfont={"color": look.text, "size": 11}, hovertext=told, hovertemplate="%{hovertext}<extra></extra>",
        name="gap of a latent", cliponaxis=False,
    )  # fmt: skip
    figure.add_trace(bars, 1, 2)


def _axes(figure: go.Figure, table: MetricTable, rows: np.ndarray, grid: Grid, unit: str, look: Theme) -> None:
    d, many = len(rows), len(table.factors)
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "ticks": ""}
    every = max(1, -(-LETTERS // grid.row))
    dead = table.about.get("dead", ())
    drowned = table.about.get("drowned", ())
    words = {j: ", dead" if j in dead else ", drowned" if j in drowned else "" for j in rows.tolist()}
    names = [f"{named(table, j)}{word}" for j, word in words.items()]
    down = {"range": [d - 0.5, -0.5], "tickvals": np.arange(0, d, every)}
    short = [html.escape(one, quote=False) for one in names[::every]]
    figure.update_yaxes(row=1, col=1, **plain, **down, ticktext=short, automargin=True, tickfont={"size": 11})
    figure.update_yaxes(row=1, col=2, **plain, **down, showticklabels=False)
    across = {"range": [-0.5, many - 0.5], "tickvals": np.arange(many), "automargin": True}
    turned = {"tickangle": -40 if many > TURNED else 0}
    wrapped = [_short(one) if many > TURNED else "<br>".join(_wrapped(one)[:2]) for one in table.factors]
    figure.update_xaxes(row=1, col=1, **plain, **across, **turned, ticktext=wrapped, side="top", tickfont={"size": 13})
    share = {"range": [0, 1.04], "tickvals": [0, 0.5, 1], "ticktext": ["0", "½", "1"], "tickfont": {"size": 10}}
    lined = plain | {"linecolor": look.axis, "ticks": "outside", "ticklen": 3}
    entropies = [f"H {h / NATS_PER[unit]:.2f}" if many <= TURNED else "" for h in table.entropies]
    figure.update_xaxes(row=2, col=1, **plain, **across, **turned, ticktext=entropies, linecolor=look.axis,
                        title={"text": f"gap between the two latents that tell most, as a share of H ({unit})",
                               "standoff": 6, "font": {"size": 11}})  # fmt: skip
    figure.update_yaxes(row=2, col=1, **lined, **share | {"range": [0, 1.25]})
    figure.update_xaxes(row=1, col=2, **lined, **share | {"range": [0, 1.16]}, side="bottom",
                        title={"text": "gap between the two factors<br>that a latent tells most of", "standoff": 4,
                               "font": {"size": 11}})  # fmt: skip
    for axis in (figure.update_xaxes, figure.update_yaxes):
        axis(row=2, col=2, visible=False)


def _wrapped(name: str) -> list[str]:
    """A factor's name in short lines."""
    return [html.escape(line, quote=False) for line in textwrap.wrap(name, 14)] or [""]


def _short(name: str) -> str:
    return html.escape(name if len(name) <= 18 else f"{name[:17]}…", quote=False)


def _marked(figure: go.Figure, row: int, k: int, look: Theme) -> None:
    """A frame around the cell that is looked into."""
    line = {"color": look.accent, "width": 2}
    figure.add_shape(type="rect", x0=k - 0.48, x1=k + 0.48, y0=row - 0.5, y1=row + 0.5, line=line, row=1, col=1)
