"""Spectra of a representation, and its diffusion spectral entropy over the width of the kernel."""

import html
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures.theme import THEMES, Theme, framed, label, thousands
from explorer.results.representation import Spectrum

HEIGHT, TOP, BOTTOM = 470, 112, 96
WIDE = 330
"""Pixels that the panel of entropies has at least: labels that would meet in it stand in rows."""
DEAD = 0.01
"""Share of log2 n within which an entropy, at either end, says nothing of the points."""
LEAST = 1e-6
"""Eigenvalues and shares below it are not drawn; the figure says how many."""
ONE, ALONE = "so large that all points are one", "so small that every point is alone"
WORDS = {"official": "official", "median": "median distance", "sqrt_d": "√d"}
"""Presets of sigma as they are written under the axis."""


def draw(result: Spectrum, *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """Eigenvalues and principal variances by rank, and entropy against sigma with one curve a power t.

    Shaded are the widths at which the chosen t reads within 1 % of log2 n of either end. A chosen sigma that is not
    among the computed ones is read on the straight line between its neighbours, and its value is written with "about".
    """
    look = THEMES[theme]
    figure = make_subplots(rows=1, cols=2, column_widths=[0.38, 0.62], horizontal_spacing=0.1)
    _spectra(figure, result, look)
    _zones(figure, result, look)
    _entropies(figure, result, look)
    _presets(figure, result, look)
    _choice(figure, result, look)
    _axes(figure, result, look)
    frame = framed(_finding(result), _subtitle(result), _alternative(result), look, HEIGHT)
    figure.update_layout(frame | {"margin": {"t": TOP + frame["height"] - HEIGHT, "l": 62, "r": 30, "b": BOTTOM}})
    return figure


def _ceiling(result: Spectrum) -> float:
    return float(np.log2(max(2, result.n)))


def _chosen(result: Spectrum) -> tuple[float, float]:
    """The chosen sigma and t; without one, the middle width and the first power."""
    about = result.about
    return float(about.get("sigma", result.sigmas[len(result.sigmas) // 2])), float(about.get("t", result.times[0]))


def _curve(result: Spectrum) -> np.ndarray | None:
    """Entropy at the chosen t; None where it was not computed."""
    places = np.flatnonzero(np.isclose(result.times, _chosen(result)[1]))
    return result.entropies[:, places[0]] if len(places) else None


def _value(result: Spectrum) -> tuple[float, bool]:
    """Entropy at the chosen sigma and t, NaN where none is known, and whether it was computed there."""
    sigma, curve = _chosen(result)[0], _curve(result)
    if curve is None or not result.sigmas[0] * 0.999 <= sigma <= result.sigmas[-1] * 1.001:
        return float("nan"), False
    exact = np.flatnonzero(np.isclose(result.sigmas, sigma, rtol=1e-6))
    if len(exact):
        return float(curve[exact[0]]), True
    return float(np.interp(np.log(sigma), np.log(result.sigmas), curve)), False


def _spectra(figure: go.Figure, result: Spectrum, look: Theme) -> None:
    """Both spectra against rank, on logarithmic axes, with their names above them."""
    shares = result.variances / (result.variances.sum() or 1.0)
    rows = (
        (f"eigenvalues at σ {_width(_chosen(result)[0])}", result.eigenvalues, look.categories[0], "solid", "circle"),
        ("shares of variance", shares, look.categories[1], "dash", "diamond"),
    )
    hidden = 0
    for k, (name, values, colour, dash, shape) in enumerate(rows):
        drawn = values[values >= LEAST]
        hidden += len(values) - len(drawn)
        figure.add_trace(
            go.Scatter(x=np.arange(1, len(drawn) + 1), y=drawn, mode="lines+markers" if len(drawn) <= 40 else "lines",
                       line={"color": colour, "width": 2, "dash": dash}, marker={"symbol": shape, "size": 6}, name=name,
                       hovertemplate=f"{name}, %{{x}}: %{{y:.3g}}<extra></extra>"), 1, 1,
        )  # fmt: skip
        key = f"{'━━' if dash == 'solid' else '╍╍'} {name}"
        figure.add_annotation(x=0, xref="x domain", y=1, yref="y domain", yshift=18 - 16 * k, text=key, xanchor="left",
                              yanchor="bottom", showarrow=False, font={"color": colour})  # fmt: skip
    if hidden:
        text = f"{thousands(hidden)} below 10<sup>−6</sup> are not drawn"
        figure.add_annotation(x=0, xref="x domain", y=0, yref="y domain", xshift=4, text=text, showarrow=False,
                              xanchor="left", yanchor="bottom", font={"color": look.secondary, "size": 11})  # fmt: skip


def _zones(figure: go.Figure, result: Spectrum, look: Theme) -> None:
    """The dead zones of the chosen t, from the ends of the axis to where its curve leaves them."""
    curve = _curve(result)
    if curve is None:
        return
    for end, words, anchor in ((0, ALONE, "left"), (-1, ONE, "right")):
        edge = _edge(result, curve, end)
        if edge is None:
            continue
        zone: dict[str, Any] = {"xref": "x2", "y0": 0, "y1": 1, "yref": "y2 domain", "layer": "below"}
        figure.add_shape(type="rect", x0=result.sigmas[end], x1=edge, **zone, fillcolor=look.impossible, line_width=0)
        figure.add_shape(type="line", x0=edge, x1=edge, **zone, line={"color": look.axis, "width": 1, "dash": "dot"})
        head, tail = words.split(" that ")
        figure.add_annotation(
            x=-end, xref="x2 domain", y=1, yref="y2 domain", xanchor=anchor, yanchor="bottom", align=anchor,
            text=f"dead: σ {head} that<br>{tail}", showarrow=False, font={"color": look.secondary, "size": 11},
        )  # fmt: skip


def _edge(result: Spectrum, curve: np.ndarray, end: int) -> float | None:
    """The sigma at which the drawn curve leaves the dead zone at an end of the axis; None where it is not dead."""
    if end:
        return _passes(result.sigmas[::-1], -curve[::-1], -DEAD * _ceiling(result))
    return _passes(result.sigmas, curve, (1 - DEAD) * _ceiling(result))


def _passes(sigmas: np.ndarray, curve: np.ndarray, level: float) -> float | None:
    """Where a drawn curve first falls below a level: its last sigma when never, None when it starts below."""
    below = curve < level
    if below[0]:
        return None
    if not below.any():
        return float(sigmas[-1])
    k = int(np.argmax(below))
    share = (curve[k - 1] - level) / (curve[k - 1] - curve[k])
    return float(sigmas[k - 1] ** (1 - share) * sigmas[k] ** share)


def _entropies(figure: go.Figure, result: Spectrum, look: Theme) -> None:
    """One curve a power; the chosen one is thick. Names stand on the curves, each at its own height."""
    chosen, top = _chosen(result)[1], _ceiling(result)
    order = np.argsort(np.isclose(result.times, chosen), kind="stable")  # the chosen one is drawn last
    heights = np.linspace(0.8, 0.2, len(result.times)) if len(result.times) > 1 else [0.65]
    for k in order:
        own = bool(np.isclose(result.times[k], chosen))
        name, colour = f"t = {result.times[k]:g}", look.categories[0] if own else look.secondary
        hover = f"{name}<br>σ %{{x:.3g}}: %{{y:.3f}} bits<extra></extra>"
        figure.add_trace(
            go.Scatter(x=result.sigmas, y=result.entropies[:, k], mode="lines", name=name, hovertemplate=hover,
                       line={"color": colour, "width": 2.5 if own else 1.3}), 1, 2,
        )  # fmt: skip
        y = min(heights[k] * top, result.entropies[0, k])
        at = _passes(result.sigmas, result.entropies[:, k], y) or result.sigmas[0]
        figure.add_annotation(
            x=np.log10(at), xref="x2", y=y, yref="y2", showarrow=False,
            text=f"<b>{name}</b>" if own else name, bgcolor=look.background, borderpad=1, font={"color": colour},
        )  # fmt: skip
    figure.add_shape(type="line", x0=0, x1=1, xref="x2 domain", y0=top, y1=top, yref="y2", layer="below",
                     line={"color": look.axis, "width": 1})  # fmt: skip


def _marks(result: Spectrum) -> list[tuple[float, str]]:
    """Chosen and preset widths, ascending, each with its words; presets at the chosen width join its words."""
    sigma = _chosen(result)[0]
    known = result.about.get("presets") or {}
    presets = [(float(value), WORDS.get(name, name.replace("_", " "))) for name, value in known.items() if value > 0]
    same = [name for value, name in presets if np.isclose(value, sigma)]
    marks = [(value, f"{name} {_width(value)}") for value, name in presets if not np.isclose(value, sigma)]
    chosen = f"<b>σ {_width(sigma)}</b>" + (f" ({', '.join(same)})" if same else "")
    return sorted([*marks, (sigma, chosen)])


def _presets(figure: go.Figure, result: Spectrum, look: Theme) -> None:
    """A tick and its words under the axis for the chosen width and the presets; those that would meet stand in rows."""
    low, high = np.log10(result.sigmas[0]), np.log10(result.sigmas[-1])
    ends: list[float] = []
    for value, words in _marks(result):
        beyond = "← " if np.log10(value) < low - 1e-9 else "→ " if np.log10(value) > high + 1e-9 else ""
        x, own = float(np.clip(np.log10(value), low, high)), words.startswith("<b>")
        centre, half = WIDE * (x - low) / (high - low or 1.0), 3.2 * len(words.replace("<b>", "").replace("</b>", ""))
        row = next((k for k, end in enumerate(ends) if centre - half > end), len(ends))
        ends[row:] = [centre + half, *ends[row + 1 :]]
        colour = look.accent if own else look.secondary
        side = "left" if centre < half else "right" if centre > WIDE - half else "center"
        figure.add_annotation(
            x=x, xref="x2", xanchor=side, y=0, yref="y2 domain", yshift=-25 - 14 * row, yanchor="top", showarrow=False,
            text=beyond + words, font={"color": colour, "size": 11},
        )  # fmt: skip
        if not beyond:
            line = {"color": colour, "width": 1.5 if own else 1, "dash": "dash" if own else "dot"}
            figure.add_shape(type="line", x0=value, x1=value, xref="x2", y0=0, y1=1, yref="y2 domain", line=line,
                             layer="below")  # fmt: skip


def _choice(figure: go.Figure, result: Spectrum, look: Theme) -> None:
    """The chosen sigma and t with their value."""
    sigma, (value, exact) = _chosen(result)[0], _value(result)
    if np.isnan(value):
        return
    mark = {"symbol": "circle", "size": 11, "color": look.accent, "line": {"width": 2, "color": look.background}}
    words = _bits(value, exact)
    figure.add_trace(go.Scatter(x=[sigma], y=[value], mode="markers", marker=mark, cliponaxis=False, name="chosen",
                                hovertemplate=f"{_place(result)}: {words}<extra></extra>"), 1, 2)  # fmt: skip
    right = np.log(sigma / result.sigmas[0]) > 0.7 * np.log(result.sigmas[-1] / result.sigmas[0])
    figure.add_annotation(
        x=np.log10(sigma), xref="x2", y=value, yref="y2", text=f"<b>{words}</b>", showarrow=False, yanchor="bottom",
        xanchor="right" if right else "left", xshift=-9 if right else 9, yshift=4, bgcolor=look.background,
        font={"color": look.accent, "size": 13},
    )  # fmt: skip


def _axes(figure: go.Figure, result: Spectrum, look: Theme) -> None:
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    power = {"type": "log", "dtick": 1, "exponentformat": "power"}
    most = np.log10(max(2, len(result.eigenvalues), len(result.variances)))
    figure.update_xaxes(**plain | power, range=[-0.03 * most, 1.03 * most], row=1, col=1)
    figure.update_yaxes(**plain | power, row=1, col=1)
    ends = np.log10(result.sigmas[[0, -1]]) + np.array([-1e-6, 1e-6])
    figure.update_xaxes(**plain | power, range=ends.tolist(), row=1, col=2)
    figure.update_yaxes(**plain, range=[-0.02 * _ceiling(result), 1.02 * _ceiling(result)], row=1, col=2)
    for axis, text in (("x", "rank"), ("x2", "σ, width of the kernel")):
        figure.add_annotation(x=0.5, xref=f"{axis} domain", y=0, yref="paper", yshift=6 - BOTTOM, yanchor="bottom",
                              text=text, showarrow=False)  # fmt: skip
    figure.update_yaxes(title={"text": f"entropy, bits; at most log₂ n = {_ceiling(result):.2f}", "standoff": 6}, col=2)


def _width(sigma: float) -> str:
    return thousands(round(sigma)) if sigma >= 1000 else f"{sigma:.3g}"


def _place(result: Spectrum) -> str:
    sigma, t = _chosen(result)
    return f"σ {_width(sigma)}, t {t:g}"


def _bits(value: float, exact: bool) -> str:
    amount = f"{value:.2f}" if value >= 0.1 else f"{value:.3f}" if value >= 0.001 else "less than 0.001"
    return f"{'' if exact else 'about '}{amount} bits"


def _finding(result: Spectrum) -> str:
    """The title: the entropy at the chosen sigma and t, and whether it can say anything."""
    value, exact = _value(result)
    if np.isnan(value):
        return f"{_place(result)} was not computed"
    bits = _bits(value, exact)
    share = value / _ceiling(result)
    if DEAD < share < 1 - DEAD:
        return f"{bits[0].upper()}{bits[1:]} at {_place(result)}: between the dead zones"
    return f"{_place(result)} is in the dead zone: {ONE if share <= DEAD else ALONE} ({bits})"


def _subtitle(result: Spectrum) -> str:
    """What was read, how, and whether rows were left out."""
    return html.escape(" · ".join(_said(result.about, result.n)), quote=False)


def _said(about: Mapping[str, Any], n: int) -> list[str]:
    layer = [label(str(about["layer"]))] if about.get("layer") else []
    step = [f"{about.get('step_name', 'step')} {thousands(about['step'])}"] if about.get("step") is not None else []
    stride, rows = about.get("stride") or 1, about.get("rows") or "all"
    few = f"one row in {stride}" if stride > 1 else f"rows: {rows}" if rows != "all" else ""
    size = f"n = {thousands(n)}" + (f" ({few})" if few else "")
    how = [f"{name} {about[name]}" for name in ("normalization", "seed") if about.get(name) is not None]
    return [*layer, *step, size, *how]


def _alternative(result: Spectrum) -> str:
    """The curves in words, for those who do not see them."""
    ends = [
        f"t = {t:g} from {row[0]:.2f} to {row[-1]:.2f}" for t, row in zip(result.times, result.entropies.T, strict=True)
    ]
    span = f"σ from {_width(result.sigmas[0])} to {_width(result.sigmas[-1])}"
    return f"Spectra by rank, and entropy in bits against {span}. {_finding(result)}. {'; '.join(ends)}."
