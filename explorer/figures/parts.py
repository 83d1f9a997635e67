"""What each unit or class has of a measure, in order."""

import html
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.catalogue import measures
from explorer.figures.theme import THEMES, Theme, framed, thousands
from explorer.result import repr_call
from explorer.score import Score

TOP, BOTTOM = 108, 56
MOST = 60
"""Parts drawn at most: half of them the largest, half the smallest."""
ROW = {"per_unit": 17, "per_class": 26}
"""Height of a bar with its gap, px."""
WORDS = {"per_unit": ("unit", "units"), "per_class": ("class", "classes")}
LONG = 28
"""Letters of a name on the axis; all of them are told on hover."""
ROUNDING = 1e-12
"""Below it a part is what is left of sums that cancel, and is written as 0."""
UNNAMED: tuple[str, ...] = ()


def draw(
    score: Score,
    *,
    theme: Literal["light", "dark"] = "light",
    which: Literal["per_unit", "per_class"] = "per_unit",
    names: Sequence[str] | None = UNNAMED,
) -> go.Figure:
    """Bars from the largest to the smallest, with their mean as a dotted line.

    Of more than 60 the 30 largest and 30 smallest are drawn, and the figure says how many are not. The subtitle
    counts those that have no value.

    Args:
        which: the parts, a key of the score's details.
        names: of the parts, as one reads them; without any they are counted from 0, as in "unit 12".
    """
    look, values = THEMES[theme], np.array(score.details[which], float)
    named = list(names or [f"{WORDS[which][0]} {i}" for i in range(len(values))])
    order = np.argsort(-values, kind="stable")[: int((~np.isnan(values)).sum())]
    half, cut = MOST // 2, len(order) > MOST
    drawn = np.r_[order[:half], order[-half:]] if cut else order
    rows = np.arange(len(drawn)) + cut * (np.arange(len(drawn)) >= half)  # a row stays free for those left out
    figure = go.Figure()
    if len(drawn):
        figure.add_trace(_bars(score, values[drawn], rows, [named[i] for i in drawn], look).update(customdata=drawn))
        _notes(figure, score, values[order], look)
    height = TOP + BOTTOM + ROW[which] * max(3, len(drawn) + cut)
    frame = framed(html.escape(_finding(score, which, values, named), quote=False), _subtitle(score, which, values),
                   _alternative(score, which, values, named), look, height)  # fmt: skip
    figure.update_layout(frame | {"margin": {"t": TOP + frame["height"] - height, "l": 20, "r": 30, "b": BOTTOM}})
    _axes(figure, score, values[drawn], rows, [named[i] for i in drawn], look)
    return figure


def _amount(value: float, unit: str = "") -> str:
    """A number with three digits, a minus sign as one writes it, and its unit."""
    rounded = 0.0 if abs(value) < ROUNDING else value
    return f"{rounded:.3g} {unit}".strip().replace("-", "−")


def _column(values: np.ndarray) -> list[str]:
    """Numbers below each other, with the decimals that give the largest of them three digits."""
    largest = float(np.abs(values).max()) or 1.0
    decimals = int(np.clip(2 - np.floor(np.log10(largest)), 0, 6))
    return [f"{value:.{decimals}f}".replace("-", "−") for value in values]


def _bars(score: Score, values: np.ndarray, rows: np.ndarray, names: Sequence[str], look: Theme) -> go.Bar:
    told = [f"{name}: {_amount(value, score.unit)}" for name, value in zip(names, values, strict=True)]
    return go.Bar(
        x=values, y=rows, orientation="h", width=0.74, marker={"color": look.categories[0], "line": {"width": 0}},
        text=_column(values), textposition="outside", cliponaxis=False, textangle=0,
        textfont={"size": 11, "color": look.text}, hovertext=[html.escape(one, quote=False) for one in told],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip


def _notes(figure: go.Figure, score: Score, values: np.ndarray, look: Theme) -> None:
    """The mean of all, how many make half of the sum, and how many are not drawn."""
    mean = float(values.mean())
    line = {"color": look.text, "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=mean, x1=mean, y0=0, y1=1, yref="y domain", layer="below", line=line)
    text = f"mean {_amount(mean, score.unit)}"
    figure.add_annotation(x=mean, y=1, yref="y domain", yanchor="bottom", text=text, showarrow=False)
    note: dict[str, Any] = {"showarrow": False, "font": {"color": look.secondary, "size": 11}, "xref": "x domain"}
    few = _few(values)
    if few and few <= MOST // 2:
        line = {"color": look.axis, "width": 1, "dash": "dash"}
        figure.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=few - 0.5, y1=few - 0.5, line=line)
        text = f"above: {100 * values[:few].sum() / values.sum():.0f} % of the sum"
        figure.add_annotation(x=1, y=few - 0.5, xanchor="right", yanchor="top", text=text, **note)
    if len(values) > MOST:
        text = f"{thousands(len(values) - MOST)} between these are not drawn"
        figure.add_annotation(x=0.5, y=MOST // 2, text=text, bgcolor=look.background, **note)


def _axes(
    figure: go.Figure, score: Score, values: np.ndarray, rows: np.ndarray, names: Sequence[str], look: Theme
) -> None:
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    room = 0.09 * (high - low or 1.0)
    unit = score.unit or "a pure number"
    figure.update_xaxes(
        range=[low - room * (low < 0), high + room], showgrid=False, zeroline=True, zerolinecolor=look.axis,
        linecolor=look.axis, ticks="outside", title={"text": f"{score.measure.replace('_', ' ')}, {unit}"},
    )  # fmt: skip
    short = [html.escape(name if len(name) <= LONG else f"{name[: LONG - 1]}…", quote=False) for name in names]
    figure.update_yaxes(
        range=[rows.max(initial=0) + 0.6, -0.6], tickvals=rows, ticktext=short, showgrid=False,
        zeroline=False, ticks="", ticklabelstandoff=6, automargin=True, tickfont={"size": 11},
    )  # fmt: skip


def _few(values: np.ndarray) -> int:
    """How many of the largest hold half of the sum; 0 where they are more than a quarter, or a value is negative."""
    if len(values) < 4 or values.min() < 0 or values.sum() <= 0:
        return 0
    few = int(np.searchsorted(values.cumsum(), values.sum() / 2)) + 1
    return few if few <= len(values) / 4 else 0


def _finding(score: Score, which: str, values: np.ndarray, names: Sequence[str]) -> str:
    """The title: how few hold half of the sum, or which part has the least and which the most."""
    one, many = WORDS[which]
    known = np.sort(values[~np.isnan(values)])[::-1]
    if not len(known):
        return f"No {one} has a value"
    if known[0] == known[-1]:
        read = f"All {len(known)} {many} read" if len(known) > 1 else f"{names[int(np.nanargmax(values))]} reads"
        return f"{read} {_amount(known[0], score.unit)}"
    few = _few(known)
    if which == "per_unit" and few:
        whole = np.isclose(known.sum(), score.value, rtol=1e-6)
        what = f"the {_amount(score.value, score.unit)} of all" if whole else f"the sum over {many}"
        share = 100 * known[:few].sum() / known.sum()
        return f"{few} of {len(known)} {many} hold{'s' * (few == 1)} {share:.0f} % of {what}"
    least, most = (_who(values, edge, names, many) for edge in (known[-1], known[0]))
    low, high = _amount(known[-1], score.unit), _amount(known[0], score.unit)
    if which == "per_class" and score.measure in measures and measures.card(score.measure).family == "probes":
        return f"{least[0]} {'is' if least[1] else 'are'} read worst: {low}; {most[0]} best: {high}"
    return f"{most[0]} {'reads' if most[1] else 'read'} most: {high}; {least[0]} least: {low}"


def _who(values: np.ndarray, edge: float, names: Sequence[str], many: str) -> tuple[str, bool]:
    """The name of the only part with this value, or how many have it; and whether it is one."""
    found = np.flatnonzero(values == edge)
    return (names[found[0]], True) if len(found) == 1 else (f"{len(found)} {many}", False)


def _subtitle(score: Score, which: str, values: np.ndarray) -> str:
    """How it was read, from what, and how far it can be trusted."""
    none = int(np.isnan(values).sum())
    count = f"{thousands(len(values))} {WORDS[which][len(values) != 1]}" + f", {none} without a value" * bool(none)
    call = html.escape(repr_call(score.measure, score.settings), quote=False)
    whole = f"reads {_amount(score.value, score.unit)}"
    return f"{call}<br>{whole} · n = {thousands(score.n)} · {count} · seed {score.seed} · {score.verdict}"


def _alternative(score: Score, which: str, values: np.ndarray, names: Sequence[str]) -> str:
    """The bars in words, for those who do not see them."""
    order = np.argsort(-values, kind="stable")[: int((~np.isnan(values)).sum())]
    ends = order if len(order) <= 12 else np.r_[order[:5], order[-5:]]
    read = "; ".join(f"{names[i]} {_amount(values[i])}" for i in ends)
    what = "" if len(order) <= 12 else "the five largest and the five smallest: "
    return f"Bars, in {score.unit or 'no unit'}. {_finding(score, which, values, names)}. {what}{read or 'No value'}."
