"""Scores of several models as differences from one of them."""

import html
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._metric_words import grouped, low_is_good, said
from explorer.figures.theme import GLYPHS, THEMES, Theme, framed, shapes, thousands
from explorer.results.metric_deltas import Delta, deltas
from explorer.results.metric_table import MetricTable

TOP, BOTTOM, BETWEEN, RIGHT = 100, 52, 62, 110
MARK, LEAST = 15, 26
"""Pixels of one model in a row, and of a row at least."""
FIRST = ""

Row = tuple[str, str]
"""A group's heading and "", or "" and the key of a score."""


def draw(
    tables: Mapping[str, MetricTable], baseline: str = FIRST, *, theme: Literal["light", "dark"] = "light"
) -> go.Figure:
    """A row a score, a mark a model: how far it is from the baseline, with the interval of the difference.

    The baseline is the line at 0 and its values stand at the right. Scores in nats have an axis of their own. Filled
    marks are those whose interval leaves 0 out; a mark without a bar has no interval yet.

    Args:
        baseline: name of the model that the others are compared with; the first when it is empty.
    """
    look, baseline = THEMES[theme], baseline or next(iter(tables))
    found = {(one.metric, one.model): one for one in deltas(tables, baseline)}
    others = [name for name in tables if name != baseline]
    panels = [(words, rows) for words, rows in _panels(tables, baseline, found) if rows]
    row = max(LEAST, MARK * len(others) + 8)
    sizes = [row * len(rows) for _, rows in panels] or [row]
    inner = sum(sizes) + BETWEEN * (len(sizes) - 1)
    figure = make_subplots(len(sizes), 1, row_heights=sizes, vertical_spacing=BETWEEN / inner if len(sizes) > 1 else 0)
    for place, (words, rows) in enumerate(panels, 1):
        for trace in _marks(rows, others, found, look):
            figure.add_trace(trace, place, 1)
        _axes(figure, place, rows, words, baseline, look)
        _beside(figure, place, rows, others, found, baseline, look)
    height = TOP + inner + BOTTOM
    frame = framed(
        finding(tables, baseline), subtitle(tables, baseline, look), alternative(tables, baseline), look, height
    )
    margin = {"t": TOP + frame["height"] - height, "b": BOTTOM, "l": 20, "r": RIGHT}
    figure.update_layout(frame | {"margin": margin, "hovermode": "closest"})
    return figure


def finding(tables: Mapping[str, MetricTable], baseline: str) -> str:
    """The title: in how many scores the model that differs most is above and below the baseline."""
    told: dict[str, list[int]] = {}
    for one in deltas(tables, baseline):
        if one.model != baseline and not np.isnan(one.difference_low):
            told.setdefault(one.model, []).append(one.sign)
    if not told:
        return f"No score of two models with intervals yet; the baseline is {html.escape(baseline, quote=False)}"
    model = max(told, key=lambda name: sum(map(abs, told[name])))
    above, below, all_of = told[model].count(1), told[model].count(-1), len(told[model])
    names = [html.escape(name, quote=False) for name in (model, baseline)]
    if not above + below:
        return f"No model differs from {names[1]} by more than the intervals"
    parts = [f"{word} in {count}" for word, count in (("above", above), ("below", below)) if count]
    return f"{names[0]} is {' and '.join(parts)} of {all_of} scores, against {names[1]}"


def subtitle(tables: Mapping[str, MetricTable], baseline: str, look: Theme) -> str:
    """Samples, what bars are, and the marks of the models."""
    sizes = sorted({table.about.get("n", 0) for table in tables.values()})
    n = " to ".join(thousands(one) for one in dict.fromkeys((sizes[0], sizes[-1])))
    bars = "bars: interval of the difference, as of independent samples · filled: 0 left out · ↓ low is good"
    return f"n = {n} · {bars}<br>{_key([name for name in tables if name != baseline], look)}"


def alternative(tables: Mapping[str, MetricTable], baseline: str) -> str:
    """The differences in words, for those who do not see them."""
    read = [
        f"{said(one.metric)} of {one.model} {one.difference:+.3g} {one.unit}".rstrip()
        for one in deltas(tables, baseline)
        if one.model != baseline and not np.isnan(one.difference)
    ]
    text = f"Differences of scores from {baseline}. {finding(tables, baseline)}. {'; '.join(read) or 'No value'}."
    return html.escape(text.replace("-", "−"), quote=False)


def _looks(others: list[str], look: Theme) -> list[tuple[str, str]]:
    return list(zip(look.category_colours(len(others)), shapes(len(others)), strict=True))


def _key(others: list[str], look: Theme) -> str:
    """The marks of the models, in their colours."""
    return "   ".join(
        f"<span style='color:{colour}'>{GLYPHS[mark]} {html.escape(name, quote=False)}</span>"
        for name, (colour, mark) in zip(others, _looks(others, look), strict=True)
    )


def _panels(
    tables: Mapping[str, MetricTable], baseline: str, found: Mapping[tuple[str, str], Delta]
) -> list[tuple[str, list[Row]]]:
    """Rows of pure numbers, and of scores in nats."""
    metrics = dict.fromkeys(metric for metric, _ in found)
    panels = []
    for words, in_nats in (("difference of a pure number", False), ("difference, nats", True)):
        own = tuple(name for name in metrics if bool(found[name, baseline].unit) == in_nats)
        heads = grouped(tables[baseline], own)
        panels.append((words, [row for head, names in heads for row in ((head, ""), *(("", name) for name in names))]))
    return panels


def _marks(rows: list[Row], others: list[str], found: Mapping[tuple[str, str], Delta], look: Theme) -> list[go.Scatter]:
    """One trace a model, each a little lower in the row than the one before."""
    traces = []
    for place, (name, (colour, mark)) in enumerate(zip(others, _looks(others, look), strict=True)):
        known = [(i, found[metric, name]) for i, (_, metric) in enumerate(rows) if metric]
        known = [(i, one) for i, one in known if not np.isnan(one.difference)]
        delta = np.array([one.difference for _, one in known])
        bars = {"array": np.array([one.difference_high for _, one in known]) - delta,
                "arrayminus": delta - np.array([one.difference_low for _, one in known]),
                "symmetric": False, "color": colour, "thickness": 1.5, "width": 3}  # fmt: skip
        traces.append(
            go.Scatter(
                x=delta, y=[i + _offset(place, len(others)) for i, _ in known], mode="markers", name=name,
                marker={"symbol": [mark if one.sign else f"{mark}-open" for _, one in known], "color": colour,
                        "size": 9, "line": {"width": 1.6, "color": colour}},
                error_x=bars, text=[_told(one) for _, one in known], hovertemplate="%{text}<extra></extra>",
            )
        )  # fmt: skip
    return traces


def _offset(place: int, count: int) -> float:
    return 0.7 * ((place + 0.5) / count - 0.5)


def _told(one: Delta) -> str:
    """What is told of one mark on hover."""
    lines = [f"<b>{html.escape(one.model, quote=False)}</b>, {said(one.metric)}: {one.value:.4f} {one.unit}".rstrip()]
    lines.append(f"difference {one.difference:+.4f}".replace("-", "−"))
    if not np.isnan(one.difference_low):
        lines.append(f"interval {one.difference_low:+.4f} to {one.difference_high:+.4f}".replace("-", "−"))
    return "<br>".join(lines)


def _axes(figure: go.Figure, place: int, rows: list[Row], words: str, baseline: str, look: Theme) -> None:
    text = [f"<b>{head}</b>" if head else f"{said(name)}{' ↓' * low_is_good(name)}" for head, name in rows]
    figure.update_yaxes(
        row=place, col=1, range=[len(rows) - 0.4, -0.6], tickvals=np.arange(len(rows)), ticktext=text, ticks="",
        showgrid=False, zeroline=False, automargin=True,
    )  # fmt: skip
    figure.update_xaxes(
        row=place, col=1, showgrid=True, gridcolor=look.impossible, zeroline=False, linecolor=look.axis,
        ticks="outside", title={"text": words, "standoff": 4}, nticks=8,
    )  # fmt: skip
    figure.add_vline(0, line={"color": look.text, "width": 1.4}, row=place, col=1)
    if place == 1:
        name = html.escape(baseline, quote=False)
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=10, y=1, yref="paper", yanchor="bottom",
                              text=f"<b>{name}</b>", showarrow=False, font={"size": 11})  # fmt: skip


def _beside(
    figure: go.Figure, place: int, rows: list[Row], others: list[str], found: Mapping[tuple[str, str], Delta],
    baseline: str, look: Theme,
) -> None:  # fmt: skip
    """The baseline's values at the right; in the row the models without a value."""
    axis = "" if place == 1 else str(place)
    colours = [colour for colour, _ in _looks(others, look)]
    for i, (_, metric) in enumerate(rows):
        if not metric:
            continue
        base = found[metric, baseline]
        text = "no value" if np.isnan(base.value) else f"{base.value:.3f} {base.unit}".replace("-", "−").rstrip()
        at: dict[str, Any] = {"showarrow": False, "yref": f"y{axis}"}
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=10, y=i, text=text, **at)
        for k, name in enumerate(others):
            one = found[metric, name]
            if np.isnan(one.difference):
                font = {"color": colours[k], "size": 10}
                figure.add_annotation(x=0, xref=f"x{axis}", xanchor="left", xshift=6, y=i + _offset(k, len(others)),
                                      text="<i>no value</i>" if one.why else "<i>to come</i>", font=font,
                                      hovertext=html.escape(one.why, quote=False), **at)  # fmt: skip
