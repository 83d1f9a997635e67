"""Whether variables mostly repeat each other or tell something only together, and what each adds."""

import html
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._drawing import amount
from explorer.figures._room import wrapped
from explorer.figures.theme import THEMES, Theme, faint, framed, narrow, thousands
from explorer.result import NATS_PER
from explorer.results.interactions import Interactions

TOP, GAUGE, BETWEEN, ROW, BOTTOM = 92, 96, 84, 27, 54
MOST = 40
"""Variables drawn at most: those whose gradients are the largest in magnitude."""
LONG = 28
"""Letters of a name on the axis; all of them are told on hover."""
TITLE = 56
"""Letters of a line of the title."""
ADDS = (70, 32)
"""Letters of a line of the lower axis' title, and on a narrow screen."""
OF_TARGET = ("deterministic", "small atoms")
"""Doubts on what pairs tell of the target, on which no number here rests."""


def draw(
    found: Interactions, *, theme: Literal["light", "dark"] = "light", unit: Literal["nats", "bits"] = "nats"
) -> go.Figure:
    """The O-information on a line from synergy to redundancy with its interval, over bars of what each variable adds.

    The grey band on the line is what shuffled variables read, from least to most. Bars to the left add synergy, bars
    to the right redundancy; of more than 40 variables those that add most are drawn, and the subtitle says so.
    """
    look, per = THEMES[theme], NATS_PER[unit]
    order = np.argsort(-found.gradients, kind="stable")
    strongest = np.argsort(-np.abs(found.gradients), kind="stable")[:MOST]
    order = order[np.isin(order, strongest)]
    bars = ROW * max(2, len(order))
    height = TOP + GAUGE + BETWEEN + bars + BOTTOM
    figure = make_subplots(2, 1, row_heights=[GAUGE, bars], vertical_spacing=BETWEEN / (height - TOP - BOTTOM))
    _gauge(figure, found, per, look)
    _bars(figure, found, order, per, look)
    frame = framed(
        finding(found, unit), _subtitle(found, unit, len(order)), alternative(found, unit), look, height, TITLE
    )
    margin = {"t": TOP + frame["height"] - height, "l": 20, "r": 30, "b": BOTTOM}
    figure.update_layout(frame | {"margin": margin, "bargap": 0.3})
    _axes(figure, found, order, unit, look)
    return figure


def finding(found: Interactions, unit: str = "nats") -> str:
    """The title: what prevails, by how much."""
    value = amount(found.o_information / NATS_PER[unit])
    size = amount(abs(found.o_information) / NATS_PER[unit])
    if found.prevails == "redundancy":
        return f"Redundancy prevails by {size} {unit}: these {len(found.names)} variables repeat each other"
    if found.prevails == "synergy":
        return f"Synergy prevails by {size} {unit}: these {len(found.names)} variables tell more only together"
    why = "as with variables shuffled" if found.as_shuffled else "its interval holds 0"
    return f"Neither redundancy nor synergy prevails: Ω is {value} {unit}, {why}"


def alternative(found: Interactions, unit: str) -> str:
    """The figure in words."""
    per = NATS_PER[unit]
    read = [f"{name} {amount(one / per)}" for name, one in zip(found.names, found.gradients, strict=True)]
    more = f"; and {len(read) - 12} more" if len(read) > 12 else ""
    return f"{finding(found, unit)}. {_read(found, unit)}. Each adds to Ω, {unit}: {'; '.join(read[:12])}{more}."


def _read(found: Interactions, unit: str) -> str:
    tc, dtc, _, s = (amount(one / NATS_PER[unit]) for one in found.totals)
    return f"TC {tc}, DTC {dtc}, their sum S {s} {unit}"


def _subtitle(found: Interactions, unit: str, drawn: int) -> str:
    about = found.about
    parts = [_read(found, unit), f"{about.get('method', '')}", f"n = {thousands(int(about.get('n', 0)))}"]
    if np.isfinite(found.totals_low[2]):
        parts.append(f"bars: {about.get('level', 0.9):.0%} intervals")
    if np.isfinite(found.null[2]):
        parts.append("grey: variables shuffled")
    if drawn < len(found.names):
        parts.append(f"{drawn} of {len(found.names)} variables, those that add most")
    grave = list(dict.fromkeys(one.rule for one in found.doubts if not one.note and one.rule not in OF_TARGET))
    parts += [f"doubtful: {', '.join(grave)}"] if grave else []
    return html.escape(" · ".join(part for part in parts if part), quote=False)


def _gauge(figure: go.Figure, found: Interactions, per: float, look: Theme) -> None:
    """The line with its two ends named, the null as a band, the value with its interval."""
    value, low, high = (one[2] / per for one in (found.totals, found.totals_low, found.totals_high))
    if np.isfinite(found.null_low[2]):
        band = {"x": [found.null_low[2] / per, found.null_high[2] / per], "y": [0, 0], "mode": "lines"}
        told = "shuffled variables: %{x:.3g}<extra></extra>"
        figure.add_trace(
            go.Scatter(**band, line={"color": faint(look.axis, 0.75), "width": 18}, hovertemplate=told), 1, 1
        )
    ends = {"array": [high - value], "arrayminus": [value - low], "symmetric": False} if np.isfinite(low) else {}
    colour = _colour(value, look)
    mark = go.Scatter(
        x=[value], y=[0], mode="markers", name="Ω", cliponaxis=False,
        marker={"symbol": "diamond", "size": 15, "color": colour, "line": {"width": 2, "color": look.background}},
        error_x=ends | {"color": look.text, "thickness": 2.5, "width": 7} if ends else None,
        hovertemplate=f"Ω = {amount(value)}<extra></extra>",
    )  # fmt: skip
    figure.add_trace(mark, 1, 1)
    words: dict[str, Any] = {"showarrow": False, "yref": "y domain", "xref": "x domain", "yanchor": "bottom", "y": 1.0}
    less, more = ("", "") if narrow() else (", only together", ", told more than once")
    font = {"size": 13}
    figure.add_annotation(
        **words,
        x=0,
        xanchor="left",
        text=f"◂ <b>synergy</b>{less}",
        font=font | {"color": look.categories[1]},
    )
    figure.add_annotation(
        **words,
        x=1,
        xanchor="right",
        text=f"<b>redundancy</b>{more} ▸",
        font=font | {"color": look.categories[0]},
    )
    within = f"  {amount(low)} to {amount(high)}" if ends else ""
    figure.add_annotation(
        x=value, y=0, yshift=17, yanchor="bottom", xanchor=_side(value, found, per), showarrow=False,
        text=f"<b>Ω = {amount(value)}</b>{within}", font={"size": 12, "color": look.text}, bgcolor=look.background,
    )  # fmt: skip


def _side(value: float, found: Interactions, per: float) -> str:
    """Where a label stands so that it stays inside."""
    share = value / _reach(found, per)
    return "left" if share < -0.55 else "right" if share > 0.55 else "center"


def _reach(found: Interactions, per: float) -> float:
    """Half the width of the line: the largest magnitude on it, and a little."""
    known = [one[2] for one in (found.totals, found.totals_low, found.totals_high, found.null_low, found.null_high)]
    return 1.15 * float(np.nanmax(np.abs(known))) / per or 1.0


def _bars(figure: go.Figure, found: Interactions, order: np.ndarray, per: float, look: Theme) -> None:
    values, low, high = (one[order] / per for one in (found.gradients, found.gradients_low, found.gradients_high))
    known = np.isfinite(low)
    ends = {"array": np.where(known, high - values, 0), "arrayminus": np.where(known, values - low, 0)}
    error = ends | {"symmetric": False, "color": look.text, "thickness": 1.3, "width": 3}
    figure.add_trace(
        go.Bar(
            x=values, y=np.arange(len(order)), orientation="h", name="adds", cliponaxis=False,
            marker={"color": [_colour(one, look) for one in values], "line": {"width": 0}},
            error_x=error if known.any() else None,
            customdata=[html.escape(found.names[i], quote=False) for i in order],
            hovertemplate="%{customdata}: %{x:.3g}<extra></extra>",
        ), 2, 1,
    )  # fmt: skip
    for row, value in enumerate(values):
        edge = np.nanmax([value, high[row]]) if value >= 0 else np.nanmin([value, low[row]])
        side = {"xanchor": "left", "xshift": 7} if value >= 0 else {"xanchor": "right", "xshift": -7}
        figure.add_annotation(x=edge, y=row, xref="x2", yref="y2", text=amount(value), showarrow=False, **side,
                              font={"size": 11, "color": look.text})  # fmt: skip


def _colour(value: float, look: Theme) -> str:
    return look.categories[0 if value >= 0 else 1]


def _axes(figure: go.Figure, found: Interactions, order: np.ndarray, unit: str, look: Theme) -> None:
    reach = _reach(found, NATS_PER[unit])
    plain = {
        "showgrid": False,
        "zeroline": True,
        "zerolinecolor": look.axis,
        "linecolor": look.axis,
        "ticks": "outside",
    }
    figure.update_xaxes(
        **plain, row=1, col=1, range=[-reach, reach], title={"text": f"Ω = TC − DTC, {unit}", "standoff": 4}
    )
    figure.update_yaxes(row=1, col=1, visible=False, range=[-1, 1.6])
    shown = [one[order] / NATS_PER[unit] for one in (found.gradients, found.gradients_low, found.gradients_high)]
    low, high = (
        float(np.nanmin([0.0, *map(np.nanmin, _known(shown))])),
        float(np.nanmax([0.0, *map(np.nanmax, _known(shown))])),
    )
    room = (0.3 if narrow() else 0.16) * (high - low or 1.0)
    limits = [low - room * (low < 0) - 0.02 * room, high + room]
    all_of_it = ", which is all of it: two alone have none" if len(found.names) == 3 else ""
    adds = wrapped(f"what each adds: Ω less Ω without it{all_of_it}, {unit}", ADDS[narrow()])
    title = {"text": adds, "standoff": 4}
    figure.update_xaxes(**plain, row=2, col=1, range=limits, title=title, automargin=True)
    short = [name if len(name) <= LONG else f"{name[: LONG - 1]}…" for name in (found.names[i] for i in order)]
    figure.update_yaxes(
        row=2, col=1, range=[len(order) - 0.4, -0.6], tickvals=np.arange(len(order)), ticks="", showgrid=False,
        ticktext=[html.escape(one, quote=False) for one in short], zeroline=False, automargin=True, ticklabelstandoff=6,
    )  # fmt: skip


def _known(shown: list[np.ndarray]) -> list[np.ndarray]:
    return [one for one in shown if np.isfinite(one).any()]
