"""Every score of disentanglement as a point with its interval and null, grouped by what it looks at."""

import html
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._matrix_words import scarce
from explorer.figures._metric_words import doubtful, grouped, low_is_good, said, told, unit_of
from explorer.figures.theme import THEMES, Theme, faint, framed, thousands
from explorer.results.metric_table import MetricTable
from explorer.score import Score

ROW, TOP, LINE, BOTTOM, BETWEEN, RIGHT = 26, 84, 16, 50, 60, 210
FAR = 1.0
"""Pure numbers beyond this on either side are marked at the edge of their axis, with their value beside."""
APART_NATS = 10.0
"""Times the median of a panel in nats beyond which a number is marked likewise."""
APART = 0.25
"""Difference of MIG and MIG-sup from which the title tells what it means."""
LONG = 84
"""Letters of a reason in the figure; all of them are told on hover."""

SCORE = "score, a pure number"

Row = tuple[str, str]
"""A group's heading and "", or "" and the key of a score."""


def draw(table: MetricTable, *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """A row a score: a point, its interval as a bar, and in grey what shuffled rows read, from their mean to the most.

    Scores over factors and over latents stand under headings of their own, since each is blind to what the other
    sees. Filled points are without doubt, open ones doubtful. Scores in nats have an axis of their own below. A score
    without a value says why. A number that would squeeze the others, a pure one beyond -1 or 1 or one in nats beyond
    ten times the median, is a triangle at the edge; its value stands at the right and the subtitle says so.
    """
    look = THEMES[theme]
    panels = _panels(table) or [(SCORE, [("no score was asked for", "")])]
    sizes = [ROW * len(rows) for _, rows in panels]
    top = TOP + LINE * subtitle(table).count("<br>")
    height = top + sum(sizes) + BETWEEN * (len(sizes) - 1) + BOTTOM
    inner = height - top - BOTTOM
    figure = make_subplots(len(panels), 1, row_heights=sizes, vertical_spacing=BETWEEN / inner if sizes[1:] else 0)
    for place, (words, rows) in enumerate(panels, 1):
        limits = _limits(table, rows, words)
        for trace in (*_nulls(table, rows, limits, look), _points(table, rows, limits, look)):
            figure.add_trace(trace, place, 1)
        _axes(figure, place, rows, limits, words, look)
        _written(figure, place, table, rows, limits, look)
    frame = framed(finding(table), subtitle(table), alternative(table), look, height)
    margin = {"t": top + frame["height"] - height, "b": BOTTOM, "l": 20, "r": RIGHT}
    figure.update_layout(frame | {"margin": margin, "hovermode": "closest"})
    return figure


def finding(table: MetricTable) -> str:
    """The title: what scores over factors and over latents say together; how far it is, while it is incomplete."""
    missing = table.about.get("missing", ())
    if missing:
        total = len(table.scores) + len(table.undefined) + len(missing)
        return f"{total - len(missing)} of {total} scores so far"
    if not table.scores:
        return "No score has a value"
    if scarce(table):
        return f"{thousands(table.about.get('n', 0))} samples are too few: most of what these scores read is chance"
    one, other = (table.scores.get(name) for name in ("mig", "mig_sup"))
    if one is None or other is None:
        first = next(iter(table.scores.values()))
        return f"{said(first.measure)} is {first.value:.2f}"
    text = f"MIG is {one.value:.2f} over factors, MIG-sup {other.value:.2f} over latents"
    if one.value - other.value > APART:
        return f"{text}: latents hold several factors at once"
    return f"{text}: factors lie in several latents" if other.value - one.value > APART else text


def subtitle(table: MetricTable) -> str:
    """Samples, and what the marks mean."""
    size = f"n = {thousands(table.about.get('n', 0))} · seed {table.about.get('seed', 0)}"
    waiting = len([name for name in table.about.get("waiting", ()) if name in table.scores])
    left = f" · {waiting} intervals and nulls to come" if waiting else ""
    marks = "filled: no rule fired · open: doubtful · grey: shuffled rows, from mean to most · ↓ low is good"
    cut = any(_beyond(table.scores[name], limits) for name, limits in _drawn(table))
    beyond = "<br>triangle: beyond the axis, its value at the right · bars end where the axis does"
    return f"{size}{left} · {marks}{beyond if cut else ''}"


def alternative(table: MetricTable) -> str:
    """The rows in words, for those who do not see them."""
    parts = []
    for words, names in grouped(table, (*table.scores, *table.undefined)):
        parts.append(f"{words}: {', '.join(f'{said(name)} {_value(table, name)}' for name in names)}")
    return html.escape(f"Scores of disentanglement. {finding(table)}. {'; '.join(parts)}.", quote=False)


def _panels(table: MetricTable) -> list[tuple[str, list[Row]]]:
    """Rows of pure numbers and rows in nats; a panel without rows is left out."""
    names = (*table.scores, *table.undefined, *table.about.get("missing", ()))
    panels = [
        (words, _rows(table, [name for name in names if bool(unit_of(table, name)) == in_nats]))
        for words, in_nats in ((SCORE, False), ("nats", True))
    ]
    return [(words, rows) for words, rows in panels if rows]


def _drawn(table: MetricTable) -> list[tuple[str, tuple[float, float]]]:
    """Every score that has a value, and the ends of its axis."""
    return [
        (name, limits)
        for words, rows in _panels(table)
        for limits in [_limits(table, rows, words)]
        for _, name in rows
        if name in table.scores
    ]


def _rows(table: MetricTable, names: Sequence[str]) -> list[Row]:
    """Headings and scores from top to bottom."""
    return [row for words, own in grouped(table, tuple(names)) for row in ((words, ""), *(("", name) for name in own))]


def _value(table: MetricTable, name: str) -> str:
    score = table.scores.get(name)
    return "without a value" if score is None else f"{score.value:.3g} {score.unit}".strip()


def _limits(table: MetricTable, rows: list[Row], words: str) -> tuple[float, float]:
    """The ends of the axis: -1 or more, and 1, for pure numbers; else what numbers within ten times the median need."""
    known = [table.scores[name] for _, name in rows if name in table.scores]
    every = np.array([0.0, *(one for score in known for one in _ends(score))])
    if words != "nats":
        return max(float(every.min()), -FAR), FAR
    sizes = np.abs([score.value for score in known if score.value])
    kept = every[np.abs(every) <= APART_NATS * np.median(sizes)] if len(sizes) else every
    return float(kept.min()), float(kept.max()) or 1.0


def _ends(score: Score) -> tuple[float, ...]:
    """All that is drawn of a score."""
    null = (score.null.mean, score.null.high) if score.null else ()
    return score.value, *(score.interval or ()), *null


def _beyond(score: Score, limits: tuple[float, float]) -> bool:
    """Whether anything of a score lies beyond its axis."""
    return any(not limits[0] <= one <= limits[1] + 1e-9 for one in _ends(score))


def _nulls(table: MetricTable, rows: list[Row], limits: tuple[float, float], look: Theme) -> list[go.Scatter]:
    """In one trace: a grey bar a score, from the mean to the most, at least as wide as a tick."""
    least = 0.004 * (limits[1] - limits[0])
    x, y = [], []
    for place, (_, name) in enumerate(rows):
        score = table.scores.get(name)
        if score is not None and score.null:
            ends = np.clip([score.null.mean, max(score.null.high, score.null.mean + least)], *limits)
            x += [*ends, None]
            y += [place, place, None]
    line = {"color": faint(look.axis, 0.75), "width": 11}
    return [go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="shuffled rows")]


def _points(table: MetricTable, rows: list[Row], limits: tuple[float, float], look: Theme) -> go.Scatter:
    """Points with bars; beyond the axis a triangle at its edge."""
    known = [(place, table.scores[name]) for place, (_, name) in enumerate(rows) if name in table.scores]
    at = [float(np.clip(score.value, *limits)) for _, score in known]
    ends = [np.clip(score.interval or (np.nan, np.nan), *limits) for _, score in known]
    symbols = [_symbol(score, limits) for _, score in known]
    colours = [look.categories[1 if doubtful(score) else 0] for _, score in known]
    return go.Scatter(
        x=at, y=[place for place, _ in known], mode="markers", name="scores", cliponaxis=False,
        marker={"symbol": symbols, "color": colours, "size": 10, "line": {"width": 2, "color": colours}},
        error_x={"array": np.array([b - x for x, (_, b) in zip(at, ends, strict=True)]).clip(0),
                 "arrayminus": np.array([x - a for x, (a, _) in zip(at, ends, strict=True)]).clip(0),
                 "symmetric": False, "color": look.text, "thickness": 1.5, "width": 4},
        customdata=[score.measure for _, score in known], text=[told(table, score.measure) for _, score in known],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _symbol(score: Score, limits: tuple[float, float]) -> str:
    shape = "circle"
    if not limits[0] <= score.value <= limits[1] + 1e-9:
        shape = "triangle-right" if score.value > limits[1] else "triangle-left"
    return f"{shape}-open" if doubtful(score) else shape


def _axes(figure: go.Figure, place: int, rows: list[Row], limits: tuple[float, float], words: str, look: Theme) -> None:
    room = 0.02 * (limits[1] - limits[0])
    text = [f"<b>{head}</b>" if head else f"{said(name)}{' ↓' * low_is_good(name)}" for head, name in rows]
    figure.update_yaxes(
        row=place, col=1, range=[len(rows) - 0.4, -0.6], tickvals=np.arange(len(rows)), ticktext=text, ticks="",
        showgrid=False, zeroline=False, automargin=True,
    )  # fmt: skip
    figure.update_xaxes(
        row=place, col=1, range=[limits[0] - room, limits[1] + room], showgrid=False, zeroline=True,
        zerolinecolor=look.axis, linecolor=look.axis, ticks="outside", title={"text": words, "standoff": 4}, nticks=8,
    )  # fmt: skip
    for row, (_, name) in enumerate(rows):
        if name:
            line = {"color": look.impossible, "width": 1}
            figure.add_shape(type="line", x0=limits[0], x1=limits[1], y0=row, y1=row, line=line, layer="below",
                             row=place, col=1)  # fmt: skip


def _written(
    figure: go.Figure, place: int, table: MetricTable, rows: list[Row], limits: tuple[float, float], look: Theme
) -> None:
    """At the right the value with its interval; in the row the reason of one without a value."""
    waiting = table.about.get("waiting", ())
    beside: dict[str, Any] = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 12, "showarrow": False}
    inside: dict[str, Any] = {"x": max(0.0, limits[0]), "xanchor": "left", "xshift": 4, "showarrow": False}
    for row, (_, name) in enumerate(rows):
        at: dict[str, Any] = {"y": row, "yref": "y" if place == 1 else f"y{place}"}
        if name in table.scores:
            text = _read(table.scores[name], name in waiting)
            figure.add_annotation(**beside, **at, text=text, font={"size": 12, "color": look.text})
        elif name:
            why = f"no value: {table.undefined[name]}" if name in table.undefined else "to come"
            short = html.escape(why if len(why) <= LONG else f"{why[:LONG]}…", quote=False)
            figure.add_annotation(**inside, **at, xref="x" if place == 1 else f"x{place}", text=f"<i>{short}</i>",
                                  hovertext=told(table, name), font={"size": 11, "color": look.secondary})  # fmt: skip


def _read(score: Score, waiting: bool) -> str:
    """The value and its interval, or whether one is to come."""
    value = f"<b>{_number(score.value)}</b>"
    if score.interval:
        return f"{value}  {_number(score.interval[0])} to {_number(score.interval[1])}"
    return f"{value}  interval {'to come' if waiting else 'not asked for'}"


def _number(value: float) -> str:
    """Three decimals, a minus sign as one writes it, and none before a zero."""
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")
