"""The divergence of a variational autoencoder over its training, as three terms, with the reconstruction below."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures.theme import THEMES, Theme, faint, framed, thousands
from explorer.result import NATS_PER

TERMS = ("index-code information", "total correlation", "dimension-wise KL")
"""Names of the three terms in the metrics of a recording."""
WHOLE, BELOW, ACTIVE = "kl", "reconstruction", "active units"
PATTERNS = ("", "/", ".")
TOP, PANEL, BETWEEN, LOSS, BOTTOM, RIGHT = 88, 270, 26, 110, 52, 190


def draw(
    metrics: Sequence[Mapping[str, Any]],
    *,
    unit: Literal["bits", "nats"] = "nats",
    theme: Literal["light", "dark"] = "light",
) -> go.Figure:
    """Areas of the three terms on one another, their sum as a line, and the reconstruction over the same epochs.

    What is above 0 is stacked upwards and what is below 0 downwards, crossed, so that an estimate that chance or bias
    has made negative is seen; the line is the sum of all of them. `metrics` are those of a recording, in nats; lines
    without the three terms are left out.
    """
    look, per = THEMES[theme], NATS_PER[unit]
    lines = measured(metrics)
    x = np.array([line.get("epoch", line["step"]) for line in lines], float)
    terms = np.array([[line[name] for line in lines] for name in TERMS], float).reshape(len(TERMS), -1) / per
    inner = PANEL + BETWEEN + LOSS
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[PANEL, LOSS], vertical_spacing=BETWEEN / inner)
    for trace in (*_areas(x, terms, look), _sum(x, lines, terms, per, look)):
        figure.add_trace(trace, 1, 1)
    figure.add_trace(_loss(x, lines, per, look), 2, 1)
    height = TOP + inner + BOTTOM
    words = finding(lines, unit), subtitle(lines, unit), alternative(lines, unit)
    frame = framed(*words, look, height)
    margin = {"t": TOP + frame["height"] - height, "b": BOTTOM, "l": 60, "r": RIGHT}
    figure.update_layout(frame | {"margin": margin, "hovermode": "x unified"})
    _axes(figure, x, lines, unit, look)
    _names(figure, terms, look)
    return figure


def measured(metrics: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines that have all three terms as numbers, by epoch or step."""
    lines = [line for line in metrics if all(isinstance(line.get(name), int | float) for name in TERMS)]
    return sorted(lines, key=lambda line: line.get("epoch", line["step"]))


def finding(lines: Sequence[Mapping[str, Any]], unit: str) -> str:
    """The title: of what the divergence consists at the end."""
    if not lines:
        return "No epoch has been measured yet"
    last, per = lines[-1], NATS_PER[unit]
    whole = sum(last[name] for name in TERMS) / per
    parts = ", ".join(f"{name} {_number(last[name] / per)}" for name in TERMS).replace("-code", "‑code")
    text = f"At {_name(lines)} {_at(last)} the KL is {_number(whole)} {unit}: {parts}"
    return f"The code is empty, no latent is active. {text}" if last.get(ACTIVE) == 0 else text


def subtitle(lines: Sequence[Mapping[str, Any]], unit: str) -> str:
    """How many epochs, active latents, and where an estimate is below 0."""
    active = lines[-1].get(ACTIVE) if lines else None
    units = f" · {active:.0f} active latents at the end" if isinstance(active, int | float) else ""
    below = [name for name in TERMS if any(line[name] < 0 for line in lines)]
    crossed = f" · below 0, crossed: {', '.join(below)}" if below else ""
    return f"{thousands(len(lines))} measured {_name(lines)}s{units} · {unit} an image · line: the whole KL{crossed}"


def alternative(lines: Sequence[Mapping[str, Any]], unit: str) -> str:
    """The areas in words, for those who do not see them."""
    if not lines:
        return "Empty: no epoch has been measured yet."
    per, ends = NATS_PER[unit], (lines[0], lines[-1])
    parts = [f"{name} from {_number(ends[0][name] / per)} to {_number(ends[1][name] / per)}" for name in TERMS]
    if all(BELOW in one for one in ends):
        parts.append(f"reconstruction from {ends[0][BELOW] / per:.1f} to {ends[1][BELOW] / per:.1f}")
    return f"Terms of the divergence over {_name(lines)}s, in {unit}. {finding(lines, unit)}. {'; '.join(parts)}."


def _number(value: float) -> str:
    """Two digits; a minus sign as one writes it, and none before a zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _name(lines: Sequence[Mapping[str, Any]]) -> str:
    return "epoch" if lines and "epoch" in lines[-1] else "step"


def _at(line: Mapping[str, Any]) -> str:
    return thousands(round(line.get("epoch", line["step"])))


def _areas(x: np.ndarray, terms: np.ndarray, look: Theme) -> list[go.Scatter]:
    """What is above 0 of every term, then what is below."""
    found = []
    for side, parts in (("above", np.maximum(terms, 0)), ("below", np.minimum(terms, 0))):
        for i, (name, part) in enumerate(zip(TERMS, parts, strict=True)):
            if side == "below" and not (part < 0).any():
                continue
            colour = look.categories[i]
            line = {"color": colour, "width": 1.4 * (side == "above")}
            pattern = {"shape": PATTERNS[i] if side == "above" else "x", "fgcolor": faint(colour, 0.55), "size": 9,
                       "solidity": 0.16, "bgcolor": faint(colour, 0.3), "fillmode": "replace"}  # fmt: skip
            found.append(
                go.Scatter(x=x, y=part, stackgroup=side, mode="lines", line=line,
                           fillcolor=faint(colour, 0.3), fillpattern=pattern, customdata=terms[i], name=name,
                           hovertemplate="%{customdata:.3f}" if side == "above" else None,
                           hoverinfo=None if side == "above" else "skip")
            )  # fmt: skip
    return found


def _sum(x: np.ndarray, lines: Sequence[Mapping[str, Any]], terms: np.ndarray, per: float, look: Theme) -> go.Scatter:
    """The KL as it was measured, or the sum of the terms."""
    whole = [line[WHOLE] / per if WHOLE in line else total for line, total in zip(lines, terms.sum(0), strict=True)]
    line = {"color": look.text, "width": 2}
    mode = "lines" if len(x) > 1 else "markers"
    return go.Scatter(x=x, y=whole, mode=mode, line=line, name="KL", hovertemplate="%{y:.3f}", marker={"size": 8})


def _loss(x: np.ndarray, lines: Sequence[Mapping[str, Any]], per: float, look: Theme) -> go.Scatter:
    known = [line.get(BELOW, np.nan) / per for line in lines]
    return go.Scatter(x=x, y=known, mode="lines" if len(x) > 1 else "markers", name=BELOW, marker={"size": 8},
                      line={"color": look.text, "width": 1.6, "dash": "dash"}, hovertemplate="%{y:.2f}")  # fmt: skip


def _axes(figure: go.Figure, x: np.ndarray, lines: Sequence[Mapping[str, Any]], unit: str, look: Theme) -> None:
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    span = [x.min(), x.max()] if len(x) > 1 else [-0.5, 1.5] if not len(x) else [x[0] - 0.5, x[0] + 0.5]
    figure.update_xaxes(**plain, range=span)
    figure.update_xaxes(title={"text": _name(lines), "standoff": 4}, row=2, col=1)
    figure.update_yaxes(**plain, rangemode="tozero")
    figure.update_yaxes(zeroline=True, zerolinecolor=look.axis, title={"text": f"KL, {unit}"}, row=1, col=1)
    figure.update_yaxes(title={"text": f"recon., {unit}"}, nticks=4, rangemode="normal", row=2, col=1)
    figure.update_layout(
        {f"{axis}{row}": {"visible": bool(len(x))} for axis in ("xaxis", "yaxis") for row in ("", "2")}
    )
    if len(x):
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=8, y=lines[-1].get(BELOW, 0) / NATS_PER[unit],
                              yref="y2", text=BELOW, showarrow=False, font={"size": 12})  # fmt: skip


def _names(figure: go.Figure, terms: np.ndarray, look: Theme) -> None:
    """Every term's name beside the middle of its area at the end, moved apart where they would cover each other."""
    if not terms.shape[1]:
        return
    last = terms[:, -1]
    tops = np.where(last >= 0, np.maximum(last, 0).cumsum(), np.minimum(last, 0).cumsum())
    span = float(np.maximum(terms, 0).sum(0).max() - np.minimum(terms, 0).sum(0).min()) or 1.0
    floor = -np.inf
    for i in np.argsort(tops - last / 2, kind="stable"):
        y = max(tops[i] - last[i] / 2, floor)
        floor = y + 0.075 * span
        text = f"{TERMS[i]} {_number(last[i])}"
        figure.add_annotation(x=1, xref="paper", xanchor="left", xshift=8, y=y, yref="y", text=text, showarrow=False,
                              font={"color": look.categories[i], "size": 12})  # fmt: skip
