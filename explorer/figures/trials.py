"""Estimators against a known truth: the estimates with their bands, bias, deviation and time."""

import html
import math
import textwrap
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._room import wrapped
from explorer.figures._trials_words import alternative, amount, finding, place, subtitle
from explorer.figures.theme import GLYPHS, THEMES, Theme, faint, framed, narrow, shapes
from explorer.result import NATS_PER
from explorer.results.comparison import Trials

HEIGHT, TOP, BOTTOM, RIGHT = 670, 88, 52, 150
ESTIMATES = 0.64
"""Share of the height that the estimates take; bias, deviation and time stand below them."""
APART = 17
"""Pixels between two labels."""
SHADED = (70, 30)
"""Letters in a line of what the shade means, and on a narrow screen."""

Look = tuple[str, str]
"""Colour and marker shape of an estimator."""


def draw(
    result: Trials, *, unit: Literal["bits", "nats"] = "bits", theme: Literal["light", "dark"] = "light"
) -> go.Figure:
    """Mean estimates against the truth with the 10 to 90 % band of samples, and bias, deviation and time below.

    Grey marks where an estimate counts as failed: off by more than 0.1 nats and by more than 15 % of the truth.
    A cross on the axis is a value at which the estimator refuses the samples; its reason is told on hover.
    Of one sample a point there is no deviation and no panel of it.
    Every estimator has the same traces whatever is known of it, so that a figure that fills in is redrawn in place.
    """
    shown, look = result.to(unit), THEMES[theme]
    below = len(_below(shown))
    figure = make_subplots(
        rows=2, cols=below, specs=[[{"colspan": below}, *[None] * (below - 1)], [{}] * below],
        row_heights=[ESTIMATES, 1 - ESTIMATES], vertical_spacing=0.15, horizontal_spacing=0.09,
    )  # fmt: skip
    looks = list(zip(look.category_colours(len(shown.estimators)), shapes(len(shown.estimators)), strict=True))
    low, high = _limits(shown)
    _shade(figure, shown, look, (low, high))
    truth = {"color": look.text, "width": 2, "dash": "dash"}
    figure.add_trace(go.Scatter(x=shown.values, y=shown.truth, mode="lines", line=truth, hoverinfo="skip"), 1, 1)
    for i, one in enumerate(looks):
        _curves(figure, shown, i, one, look)
    _refusals(figure, shown, looks, low, (high - low) * 0.035)
    _labels(figure, shown, looks, look, (low, high))
    _axes(figure, shown, look, (low, high))
    figure.update_layout(_layout(shown, look))
    return figure


def _below(shown: Trials) -> dict[str, np.ndarray]:
    """The small panels: what each shows of every estimator."""
    panels = {f"↑ bias, {shown.unit}": shown.bias, f"↑ deviation, {shown.unit}": shown.deviation,
              "↑ seconds": shown.seconds}  # fmt: skip
    return {name: rows for name, rows in panels.items() if rows is not shown.deviation or _repeated(shown)}


def _repeated(shown: Trials) -> bool:
    """Whether there is more than one sample a point."""
    return shown.about.get("seeds") != 1


def _limits(shown: Trials) -> tuple[float, float]:
    """The range of the estimates' axis."""
    parts = [shown.truth - shown.margin, shown.truth + shown.margin, shown.low.ravel(), shown.high.ravel()]
    known = np.concatenate([np.zeros(1), *parts])
    low, high = np.nanmin(known), np.nanmax(known)
    room = 0.05 * (high - low or 1.0)
    return float(low - room), float(high + room)


def _span(shown: Trials) -> tuple[float, float]:
    """The range of what is swept; a single value stands in the middle."""
    first, last = shown.values[0], shown.values[-1]
    return (first, last) if last > first else (first - 0.5 * abs(first or 1), first + 0.5 * abs(first or 1))


def _shade(figure: go.Figure, shown: Trials, look: Theme, limits: tuple[float, float]) -> None:
    """Where an estimate has failed, in the panel of estimates and in that of biases."""
    known = ~np.isnan(shown.truth)
    values, truth, margin = (np.array(a)[known] for a in (shown.values, shown.truth, shown.margin))
    if len(values) == 1:
        values, truth, margin = np.array(_span(shown)), np.repeat(truth, 2), np.repeat(margin, 2)
    low, high = limits
    bias = _bias_limit(shown)
    for edge, end, column in (
        (truth + margin, high, (1, 1)), (truth - margin, low, (1, 1)), (margin, bias, (2, 1)), (-margin, -bias, (2, 1))
    ):  # fmt: skip
        x, y = np.concatenate([values, values[::-1]]), np.concatenate([edge, np.full(len(edge), end)])
        region = go.Scatter(x=x, y=y, fill="toself", fillcolor=look.impossible, line={"width": 0}, mode="lines")
        figure.add_trace(region.update(hoverinfo="skip"), *column)
    text = f"shaded: off by over {0.1 / NATS_PER[shown.unit]:.2g} {shown.unit} and over 15 % of the truth"
    figure.add_annotation(
        x=1, xref="x domain", y=1, yref="y domain", showarrow=False, xanchor="right", yanchor="bottom", align="right",
        text=wrapped(text, SHADED[narrow()]), xshift=(RIGHT - 12) * narrow(),
        font={"color": look.secondary, "size": 11},
    )  # fmt: skip


def _bias_limit(shown: Trials) -> float:
    """The range of the biases' axis, both ways."""
    return 1.15 * float(np.nanmax(np.concatenate([np.abs(shown.bias).ravel(), shown.margin]), initial=1e-3))


def _curves(figure: go.Figure, shown: Trials, i: int, own: Look, look: Theme) -> None:
    """One estimator in all four panels."""
    colour, shape = own
    values, known = np.array(shown.values), ~np.isnan(shown.low[i])
    x = np.concatenate([values[known], values[known][::-1]])
    y = np.concatenate([shown.low[i][known], shown.high[i][known][::-1]])
    band = go.Scatter(x=x, y=y, fill="toself", fillcolor=faint(colour, 0.15), line={"width": 0}, mode="lines")
    figure.add_trace(band.update(hoverinfo="skip"), 1, 1)
    symbols = [f"{shape}-open" if share > 0.5 else shape for share in shown.doubted[i]]
    mark = {"symbol": symbols, "color": colour, "line": {"width": 1, "color": look.background}}
    told = [_told(shown, i, j) for j in range(len(values))]
    small = [(rows, 9.0, (2, column)) for column, rows in enumerate(_below(shown).values(), 1)]
    for rows, size, where in [(shown.mean, 13 - min(i, 3) * 1.5, (1, 1)), *small]:
        trace = go.Scatter(
            x=values, y=rows[i], mode="lines+markers", line={"color": colour, "width": 2}, cliponaxis=False,
            marker=mark | {"size": size}, text=told, hovertemplate="%{text}<extra></extra>", name=shown.estimators[i],
            error_y=_bars(shown, i, colour) if where == (1, 1) else None,
        )  # fmt: skip
        figure.add_trace(trace, *where)


def _bars(shown: Trials, i: int, colour: str) -> dict[str, Any] | None:
    """The band as a bar, where there is a single value and no band to be seen."""
    if len(shown.values) > 1:
        return None
    below, above = shown.mean[i] - shown.low[i], shown.high[i] - shown.mean[i]
    return {"array": above, "arrayminus": below, "symmetric": False, "thickness": 1.5, "color": colour}


def _told(shown: Trials, i: int, j: int) -> str:
    """What is told of one point on hover."""
    name, value = shown.estimators[i], shown.values[j]
    lines = [f"<b>{name}</b>, {place(shown, value)}"]
    lines.append(f"mean {shown.mean[i, j]:.3f} {shown.unit}, truth {shown.truth[j]:.3f}")
    lines += [f"10 to 90 %: {shown.low[i, j]:.3f} to {shown.high[i, j]:.3f}"] if _repeated(shown) else []
    deviation = f", deviation {shown.deviation[i, j]:.3f}" if _repeated(shown) else ""
    lines.append(f"bias {shown.bias[i, j]:+.3f}{deviation}, {shown.seconds[i, j]:.2g} s")
    refused = f", {shown.refused[i, j]} refused" if shown.refused[i, j] else ""
    lines.append(f"{shown.count[i, j]} sample{'' if shown.count[i, j] == 1 else 's'}{refused}")
    if shown.doubted[i, j]:
        lines.append(f"doubted: {shown.doubted[i, j]:.0%} of them ({', '.join(shown.rules.get(name, ()))})")
    return "<br>".join(lines)


def _refusals(figure: go.Figure, shown: Trials, looks: Sequence[Look], low: float, step: float) -> None:
    """Crosses on the axis where an estimator has no value, those of one value above each other."""
    height = np.zeros(len(shown.values))
    for i, (colour, _) in enumerate(looks):
        gone = (shown.count[i] == 0) & (shown.refused[i] > 0)
        told = [_reason(shown, i, value) for value, here in zip(shown.values, gone, strict=True) if here]
        mark = {"symbol": "x-thin", "size": 9, "line": {"color": colour, "width": 2.5}}
        figure.add_trace(
            go.Scatter(x=np.array(shown.values)[gone], y=low + step * (0.6 + height[gone]), mode="markers",
                       marker=mark, text=told, hovertemplate="%{text}<extra></extra>", cliponaxis=False), 1, 1,
        )  # fmt: skip
        height[gone] += 1


def _reason(shown: Trials, i: int, value: Any) -> str:
    """Why an estimator has no value, as it is told on hover."""
    why = textwrap.wrap(html.escape(shown.errors.get((shown.estimators[i], value), "")), 60)
    return "<br>".join([f"<b>{shown.estimators[i]}</b>, {place(shown, value)}: no value", *why])


def _labels(figure: go.Figure, shown: Trials, looks: Sequence[Look], look: Theme, limits: tuple[float, float]) -> None:
    """Every curve's name beside its end, in its colour and with its mark, none above another."""
    found = [_end("truth", "- -", look.text, shown.truth, limits[0])]
    for i, (colour, shape) in enumerate(looks):
        if shown.count[i].any() or shown.refused[i].any():
            found.append(_end(shown.estimators[i], GLYPHS[shape], colour, shown.mean[i], limits[0]))
    pixels = (limits[1] - limits[0]) / (ESTIMATES * 0.84 * (HEIGHT - TOP - BOTTOM))
    for (_, text, colour), y in zip(found, _apart([y for y, *_ in found], APART * pixels, limits), strict=True):
        figure.add_annotation(
            x=1, xref="x domain", y=y, yref="y", text=text, showarrow=False, xanchor="left", xshift=12,
            font={"color": colour, "size": 13},
        )  # fmt: skip


def _end(name: str, glyph: str, colour: str, row: np.ndarray, floor: float) -> tuple[float, str, str]:
    """Height, text and colour of a curve's label; one without a value stands on the floor."""
    known = row[~np.isnan(row)]
    if len(known):
        return float(known[-1]), f"{glyph} {name}", colour
    return floor, f"✕ {name}: {'not finite' if name == 'truth' else 'no value'}", colour


def _apart(places: Sequence[float], gap: float, limits: tuple[float, float]) -> list[float]:
    """Places moved as little as keeps `gap` between neighbours, inside the limits as far as they fit."""
    order = np.argsort(places, kind="stable")
    moved = np.array(places, float)[order]
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    if len(moved):
        moved[-1] = min(moved[-1], limits[1])
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - gap)
    back = np.empty(len(moved))
    back[order] = moved
    return back.tolist()


def _axes(figure: go.Figure, shown: Trials, look: Theme, limits: tuple[float, float]) -> None:
    """One axis of what is swept under all panels, logarithmic where its values are spread so."""
    values, sweep = shown.values, str(shown.about.get("sweep", "value"))
    log = values[0] > 0 and values[-1] / values[0] >= 12
    span = np.log10(_span(shown)) if log else np.array(_span(shown), float)
    span += np.array([-1, 1]) * 1e-6 * np.ptp(span)  # or rounding would push the outer marks out of the frame
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    few = values if len(values) <= 3 else (values[0], values[len(values) // 2], values[-1])
    names = list(_below(shown))
    small = [(2, column, few) for column in range(1, len(names) + 1)]
    for row, column, ticks in [(1, 1, values if len(values) <= 12 else None), *small]:
        axis = plain | {"type": "log" if log else "linear", "range": span.tolist()}
        axis["title"] = {"text": sweep, "standoff": 6}
        if ticks is not None:
            axis |= {"tickvals": list(ticks), "ticktext": [amount(one) for one in ticks]}
        figure.update_xaxes(**axis, row=row, col=column)
    bias = _bias_limit(shown)
    zero = {"zeroline": True, "zerolinecolor": look.axis, "zerolinewidth": 1}
    figure.update_yaxes(**plain, range=limits, row=1, col=1)
    figure.update_yaxes(**plain | zero, range=[-bias, bias], nticks=5, row=2, col=1)
    if _repeated(shown):
        figure.update_yaxes(**plain, rangemode="tozero", nticks=5, row=2, col=2)
    figure.update_yaxes(**plain | _decades(shown.seconds), row=2, col=len(names))
    for name, k in zip((f"↑ information, {shown.unit}", *names), ("", "2", "3", "4"), strict=False):
        figure.add_annotation(
            x=0, xref=f"x{k} domain", xshift=-44, y=1, yref=f"y{k} domain", yshift=8, text=name, showarrow=False,
            xanchor="left", yanchor="bottom",
        )  # fmt: skip


def _decades(values: np.ndarray) -> dict[str, Any]:
    """A logarithmic axis of whole powers of ten, at most five of them with a number; without values it has none."""
    known = values[np.isfinite(values) & (values > 0)]
    if not len(known):
        return {"type": "log", "tickvals": []}
    low, high = math.floor(np.log10(known.min())), math.ceil(np.log10(known.max()))
    step = max(1, math.ceil((high - low) / 4))
    limits = [low - 0.05, max(high, low + 1) + 0.05]
    return {"type": "log", "tick0": low, "dtick": step, "exponentformat": "power", "range": limits}


def _layout(shown: Trials, look: Theme) -> dict[str, Any]:
    frame = framed(finding(shown), subtitle(shown), alternative(shown), look, HEIGHT)
    return frame | {"margin": {"t": TOP + frame["height"] - HEIGHT, "l": 60, "r": RIGHT, "b": BOTTOM}}
