"""What is read over the number of bins: an information of one cell, or scores of the whole table."""

import html
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._metric_words import said
from explorer.figures.theme import THEMES, Theme, faint, framed, shapes, thousands
from explorer.result import LEVEL, NATS_PER
from explorer.results.latents import BinSweep, LatentFactor

TOP, PANEL, BOTTOM, RIGHT = 96, 330, 54, 128
DASHES = ("solid", "dash")
"""Cells of equal width, and of equal frequency, where both are in one panel."""
INFORMATION = "information"


def draw(
    result: BinSweep | LatentFactor,
    *,
    unit: Literal["bits", "nats"] = "bits",
    theme: Literal["light", "dark"] = "light",
) -> go.Figure:
    """Curves with their intervals as bands, dotted what shuffled rows read, dashed and named the most that can be read.

    One quantity has one panel with both ways to cut; several have a panel a way. A vertical line marks the number of
    bins that is used elsewhere. A value that is missing leaves a gap.
    """
    shown, look = result.sweep if isinstance(result, LatentFactor) else result, THEMES[theme]
    per = NATS_PER[unit] if shown.unit == "nats" else 1.0
    several = len(shown.names) > 1
    panels = [[s] for s in range(len(shown.strategies))] if several else [list(range(len(shown.strategies)))]
    figure = make_subplots(1, len(panels), shared_yaxes=True, horizontal_spacing=0.04)
    for place, strategies in enumerate(panels, 1):
        for i in range(len(shown.names)):
            for s in strategies:
                for trace in _curve(shown, i, s, per, several, look):
                    figure.add_trace(trace, 1, place)
        _cap(figure, shown, strategies, per, place, look)
    height = TOP + PANEL + BOTTOM
    letters = 64 if several else 50
    frame = framed(finding(shown, unit), subtitle(shown), alternative(shown, unit), look, height, letters)
    frame["title"]["font"] = {"size": 18 if several else 16}
    margin = {"t": TOP + frame["height"] - height, "b": BOTTOM, "l": 60, "r": RIGHT}
    figure.update_layout(frame | {"margin": margin, "hovermode": "closest"})
    _axes(figure, shown, panels, per, unit, look)
    _names(figure, shown, panels, per, look)
    return figure


def finding(shown: BinSweep, unit: str) -> str:
    """The title: between what the value moves with the number of bins."""
    at = _marked(shown)
    if np.isnan(shown.value).all():
        return "No value yet"
    span = [np.ptp(row[~np.isnan(row)]) if not np.isnan(row).all() else -1.0 for row in shown.value[:, at[0]]]
    i = int(np.argmax(span))
    per = NATS_PER[unit] if shown.unit == "nats" else 1.0
    row = shown.value[i, at[0]] / per
    low, high, here = np.nanmin(row), np.nanmax(row), row[at[1]]
    over = f"with {shown.bins[0]} to {shown.bins[-1]} bins"
    if shown.unit == "nats":
        latent, factor = (html.escape(str(shown.about.get(one, "")), quote=False) for one in ("latent", "factor"))
        text = f"Latent {latent} tells {low:.2f} to {high:.2f} {unit} of {factor} {over}"
    else:
        text = f"{said(shown.names[i])} is {low:.2f} to {high:.2f} {over}"
    return text if np.isnan(here) else f"{text}; {here:.2f} with {shown.bins[at[1]]}"


def subtitle(shown: BinSweep) -> str:
    """Samples, what lines and bands mean, and how much is there."""
    about = shown.about
    done, parts = about.get("done", 0), about.get("parts", 0)
    left = f" · {thousands(done)} of {thousands(parts)} values so far" if done < parts else ""
    cut = "" if len(shown.names) > 1 else " · solid: equal width, dashed: equal frequency"
    none = f" · {len(about['undefined'])} without a value" if about.get("undefined") else ""
    size = f"n = {thousands(about.get('n', 0))} · seed {about.get('seed', 0)}{left}{none}{cut}"
    made = ", ".join(filter(None, [about.get("interval"), "cut off at 0" if about.get("cut") else ""]))
    interval = f"{100 * about.get('level', LEVEL):.0f} % interval{f' ({made})' if made else ''}"
    band = (
        "no interval and null was asked for"
        if np.isnan(shown.null).all()
        else f"band: {interval} · dotted: shuffled rows"
    )
    return f"{size}<br>{band}"


def alternative(shown: BinSweep, unit: str) -> str:
    """The curves in words, for those who do not see them."""
    per = NATS_PER[unit] if shown.unit == "nats" else 1.0
    parts = []
    for i, name in enumerate(shown.names):
        for s, strategy in enumerate(shown.strategies):
            row = shown.value[i, s] / per
            read = ", ".join(f"{value:.3g} at {bins}" for value, bins in zip(row, shown.bins, strict=True)
                             if not np.isnan(value))  # fmt: skip
            parts.append(f"{name.replace('_', ' ')}, {strategy.replace('_', ' ')}: {read or 'no value'}")
    return html.escape(f"Curves over the number of bins. {finding(shown, unit)}. {'; '.join(parts)}.", quote=False)


def _marked(shown: BinSweep) -> tuple[int, int]:
    """Places of the strategy and of the number of bins that are used elsewhere."""
    strategy = shown.about.get("strategy")
    place = shown.strategies.index(strategy) if strategy in shown.strategies else 0
    return place, int(np.argmin(np.abs(shown.bins - shown.about.get("bins", shown.bins[0]))))


def _colour(shown: BinSweep, i: int, look: Theme) -> str:
    return look.category_colours(len(shown.names))[i]


def _curve(shown: BinSweep, i: int, s: int, per: float, several: bool, look: Theme) -> list[go.Scatter]:
    """The band, what shuffled rows read, and the curve."""
    colour, dash = _colour(shown, i, look), "solid" if several else DASHES[s % 2]
    x = shown.bins
    value, low, high, null = (getattr(shown, name)[i, s] / per for name in ("value", "low", "high", "null"))
    found = []
    known = ~np.isnan(low)
    if known.any():
        band = np.concatenate([high[known], low[known][::-1]])
        found.append(
            go.Scatter(x=np.concatenate([x[known], x[known][::-1]]), y=band, fill="toself", mode="none",
                       fillcolor=faint(colour, 0.22), hoverinfo="skip", name="interval")
        )  # fmt: skip
    if not np.isnan(null).all():
        line = {"color": colour, "width": 1.4, "dash": "dot"}
        found.append(go.Scatter(x=x, y=null, mode="lines", line=line, hoverinfo="skip", name="shuffled rows"))
    told = [_told(shown, i, s, b, per) for b in range(len(x))]
    marker = {"symbol": shapes(len(shown.names))[i] + ("" if several or not s else "-open"), "size": 7, "color": colour}
    line = {"color": colour, "width": 1.8, "dash": dash}
    found.append(go.Scatter(x=x, y=value, mode="lines+markers", line=line, marker=marker, text=told,
                            hovertemplate="%{text}<extra></extra>", name=shown.names[i]))  # fmt: skip
    return found


def _told(shown: BinSweep, i: int, s: int, b: int, per: float) -> str:
    """What is told of one value on hover."""
    name = said(shown.names[i]) if len(shown.names) > 1 else "Information"
    lines = [f"<b>{name}</b>, {shown.bins[b]} {shown.strategies[s].replace('_', ' ')} bins"]
    lines.append(f"{shown.value[i, s, b] / per:.4f}")
    if not np.isnan(shown.low[i, s, b]):
        lines.append(f"interval {shown.low[i, s, b] / per:.4f} to {shown.high[i, s, b] / per:.4f}")
    if not np.isnan(shown.null[i, s, b]):
        lines.append(f"shuffled: {shown.null[i, s, b] / per:.4f}, at most {shown.null_high[i, s, b] / per:.4f}")
    return "<br>".join(lines)


def _cap(figure: go.Figure, shown: BinSweep, strategies: list[int], per: float, place: int, look: Theme) -> None:
    """The most that can be read with the chosen way to cut."""
    s = _marked(shown)[0] if _marked(shown)[0] in strategies else strategies[0]
    if np.isnan(shown.cap[s]).all():
        return
    line = {"color": look.secondary, "width": 1.4, "dash": "longdashdot"}
    cap = go.Scatter(x=shown.bins, y=shown.cap[s] / per, mode="lines", line=line, name="cap",
                     hovertemplate="the most that %{x} bins can read: %{y:.3f}<extra></extra>")  # fmt: skip
    figure.add_trace(cap, 1, place)


def _axes(figure: go.Figure, shown: BinSweep, panels: list[list[int]], per: float, unit: str, look: Theme) -> None:
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    marked = shown.bins[_marked(shown)[1]]
    ends = [np.log10(shown.bins[0]) - 0.04, np.log10(shown.bins[-1]) + 0.04]
    ticks = [one for one in (3, 10, 30, 100, 300, 1000) if shown.bins[0] <= one <= shown.bins[-1]]
    for place, strategies in enumerate(panels, 1):
        title = "bins" if len(panels) == 1 else f"{shown.strategies[strategies[0]].replace('_', ' ')} bins"
        figure.update_xaxes(**plain, type="log", range=ends, tickvals=ticks, row=1, col=place,
                            title={"text": title, "standoff": 4})  # fmt: skip
        line = {"color": look.accent, "width": 1.4}
        if len(panels) == 1 or strategies == [_marked(shown)[0]]:
            figure.add_vline(marked, line=line, row=1, col=place)
            figure.add_annotation(x=np.log10(marked), y=1, yref="y domain", yanchor="bottom", text=f"{marked} bins",
                                  font={"color": look.accent, "size": 11}, showarrow=False, row=1,
                                  col=place)  # fmt: skip
    label = f"information, {unit}" if shown.unit == "nats" else "score"
    figure.update_yaxes(**plain, rangemode="tozero")
    figure.update_yaxes(title={"text": label}, row=1, col=1)


def _names(figure: go.Figure, shown: BinSweep, panels: list[list[int]], per: float, look: Theme) -> None:
    """Every curve's name at its end, moved apart where they would cover each other."""
    last = panels[-1]
    ends = []
    for i, name in enumerate(shown.names):
        for s in last:
            row = shown.value[i, s][~np.isnan(shown.value[i, s])] / per
            text = said(name) if len(panels) > 1 else shown.strategies[s].replace("_", " ")
            mark = {"square": "■", "diamond": "◆", "circle": "●", "triangle-up": "▲"}.get(shapes(i + 1)[i], "")
            if len(row):
                ends.append((row[-1], f"{mark} {text}" if len(panels) > 1 else text, _colour(shown, i, look)))
    s = _marked(shown)[0] if _marked(shown)[0] in last else last[0]
    if not np.isnan(shown.cap[s]).all():
        ends.append((shown.cap[s][-1] / per, "cap: log bins, H", look.secondary))
    known = np.concatenate([getattr(shown, one)[~np.isnan(getattr(shown, one))] for one in ("value", "high", "cap")])
    gap = 0.075 * (known.max() / per if len(known) else 1.0)
    below = -np.inf
    for y, text, colour in sorted(ends):
        below = max(y, below + gap)
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=6, y=below, text=text, showarrow=False,
                              font={"color": colour, "size": 11})  # fmt: skip
