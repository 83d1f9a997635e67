"""One row a latent: its mean over two factors as a map, and over single factors as curves."""

import html
import textwrap
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots
from scipy.stats import chi2, norm
from scipy.stats import f as f_distribution

from explorer.figures.theme import GLYPHS, THEMES, Theme, faint, framed, shapes, thousands
from explorer.result import LEVEL
from explorer.results.latents import Curves, FactorMap

TOP, LINE, ROW, GAP, BOTTOM, SQUARE = 56, 22, 92, 14, 62, 130
"""Pixels; the map of a row is about a square."""
WIDE, WRAP = 800, 124
"""Pixels that all columns are taken to be wide, and letters of a line of the subtitle."""
LEAST = 0.05
"""Of the largest move of any factor: from here on a move is told as a finding."""
CHANCE = 0.05
"""How often the title names any move though no latent moves."""
EXACT = 1e-15
"""Variances below it, and shares of another, are rounding."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
FEW = 24
"""Points of a curve up to which each has a mark."""


def draw(result: FactorMap, *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """Maps of one colour scale and curves of one axis for all latents, so that a silent latent is pale and flat.

    Curves of the series differ in colour, dash and mark, which the subtitle names. A cell without samples is left open.
    """
    look, many = THEMES[theme], len(result.latents)
    columns = (1 if result.plane else 0) + len(result.curves)
    widths = [SQUARE / WIDE] * bool(result.plane)
    rest = (1 - sum(widths)) / max(1, len(result.curves))
    inner = many * ROW + (many - 1) * GAP
    figure = make_subplots(
        many, columns, column_widths=widths + [rest] * len(result.curves), shared_yaxes=False,
        vertical_spacing=GAP / inner if many > 1 else 0, horizontal_spacing=0.055 if columns > 1 else 0,
    )  # fmt: skip
    for row in range(many):
        if result.plane:
            figure.add_trace(_map(result, row, look), row + 1, 1)
        for place, one in enumerate(result.curves, columns - len(result.curves) + 1):
            for trace in _lines(result, one, row, look):
                figure.add_trace(trace, row + 1, place)
    words = subtitle(result, look)
    top = TOP + LINE * (1 + words.count("<br>"))
    height = top + inner + BOTTOM
    frame = framed(finding(result), words, alternative(result), look, height)
    margin = {"t": top + frame["height"] - height, "b": BOTTOM, "l": 20, "r": 20}
    figure.update_layout(frame | {"margin": margin, "hovermode": "closest"})
    _axes(figure, result, columns, look)
    return figure


def finding(shown: FactorMap) -> str:
    """The title: of each factor that is drawn, the latent whose mean moves most with it, beyond what chance does."""
    clauses: list[str] = []
    within: list[str] = []
    moves, sure = _moved(shown), dict(_beyond_chance(shown))
    least = LEAST * max([moved.max() for _, moved in moves], default=0.0)
    for name, moved in moves:
        told = np.where(sure[name], moved, 0.0)
        if told.max() > least:
            verb, most = ("", "") if clauses else (" moves", " most")
            clauses.append(f"{name}{verb} {_named(shown, int(told.argmax()))}{most}")
        elif moved.max() > least:
            within.append(name)
    text = ", ".join(clauses[:5]) or "No latent moves by more than chance"
    more = f"; moves with {' and '.join(within[:3])} are within chance" if within and clauses else ""
    return html.escape(text + more, quote=False)


def subtitle(shown: FactorMap, look: Theme) -> str:
    """What is averaged, bands, which latents are left out, and the marks of the series."""
    about = shown.about
    share = f"{100 * about.get('level', LEVEL):.0f} %"
    band = "standard deviation" if about.get("band") == "deviation" else f"{share} interval of the mean"
    left = f" · {about['left']}" if about.get("left") else ""
    most = _most(shown)
    scale = f" · map: −{most:.2g} (orange) to {most:.2g} (blue)" if shown.plane else ""
    first = f"means over all other factors · band: {band}{scale} · n = {thousands(about.get('n', 0))}{left}"
    lines = textwrap.wrap(html.escape(first, quote=False), WRAP) + [_key(shown, look)] * bool(shown.series)
    return "<br>".join(lines)


def alternative(shown: FactorMap) -> str:
    """The panels in words, for those who do not see them."""
    rows = []
    for j in range(len(shown.latents)):
        read = ", ".join(f"{name} {moved[j]:.2f}" for name, moved in _moved(shown))
        rows.append(f"{_named(shown, j)}: {read}")
    spread = "; ".join(rows)
    text = f"Mean latents over factors. {finding(shown)}. Spread of the means as standard deviations: {spread}."
    return html.escape(text, quote=False)


def _named(shown: FactorMap, j: int) -> str:
    return f"latent {shown.latents[j]}" if shown.latents[j].isdigit() else shown.latents[j]


def _key(shown: FactorMap, look: Theme) -> str:
    """The marks of the series, in their colours."""
    colours, marks = look.category_colours(len(shown.series_levels)), shapes(len(shown.series_levels))
    parts = [
        f"<span style='color:{colour}'>{GLYPHS[mark]} {html.escape(name, quote=False)}</span>"
        for colour, mark, name in zip(colours, marks, shown.series_levels, strict=True)
    ]
    return f"{html.escape(shown.series, quote=False)}: {'  '.join(parts)}"


def _moved(shown: FactorMap) -> list[tuple[str, np.ndarray]]:
    """How far the means of each latent are spread over the levels of each factor, as standard deviations, (d,)."""
    lines = {name: _mean(shown.plane_mean, 2 - axis) for axis, name in enumerate(shown.plane)}
    lines |= {one.factor: _mean(one.mean, 1) for one in shown.curves}
    return [(name, line.std(1)) for name, line in lines.items()]


def _beyond_chance(shown: FactorMap) -> list[tuple[str, np.ndarray]]:
    """Which latents move with each factor by more than chance, of all latents and factors together, (d,).

    A curve moves when its points, as a mean over the series, lie apart by more than their bands allow (chi-square); a
    map when rows or columns differ by more than is left once both are taken off its cells (analysis of variance).
    """
    tests = len(shown.latents) * (len(shown.plane) + len(shown.curves))
    found = [(name, _p_of_map(shown.plane_mean, 2 - axis)) for axis, name in enumerate(shown.plane)]
    found += [(one.factor, _p_of_curves(one, shown.about)) for one in shown.curves]
    return [(name, p < CHANCE / tests) for name, p in found]


def _p_of_map(cells: np.ndarray, axis: int) -> np.ndarray:
    """Of every map (A, B), the p-value of its means over one axis, (d,); 0 where nothing else varies."""
    lines, others = _mean(cells, axis), _mean(cells, 3 - axis)
    whole = _mean(lines, 1)[:, None, None]
    left = cells - np.expand_dims(lines, axis) - np.expand_dims(others, 3 - axis) + whole
    known = (~np.isnan(cells)).sum((1, 2))
    freedom = lines.shape[1] - 1, np.maximum(known - lines.shape[1] - others.shape[1] + 1, 1)
    between = ((lines - whole[:, 0]) ** 2).sum(1) * cells.shape[axis] / max(1, freedom[0])
    within = np.nansum(left**2, (1, 2)) / freedom[1]
    return f_distribution.sf(between / np.maximum(np.maximum(within, EXACT * between), EXACT), *freedom)


def _p_of_curves(one: Curves, about: Mapping[str, Any]) -> np.ndarray:
    """Of every latent, the p-value of its curve over a factor, from the bands, (d,)."""
    reach = float(norm.ppf((1 + about.get("level", LEVEL)) / 2))
    if about.get("band") == "deviation":  # of single samples: that of a mean, with as many in every point
        reach = np.sqrt(about.get("n", 0) / one.mean[0].size)
    variance = ((one.high - one.low) / 2 / reach) ** 2
    known = ~np.isnan(variance)
    weight = np.where(known, 1 / np.maximum(np.where(known, variance, 1), EXACT), 0)
    points = weight.sum(1)  # of a level, over the series
    line = (weight * np.where(known, one.mean, 0)).sum(1) / np.maximum(points, EXACT)
    middle = (points * line).sum(1) / np.maximum(points.sum(1), EXACT)
    return chi2.sf((points * (line - middle[:, None]) ** 2).sum(1), np.maximum((points > 0).sum(1) - 1, 1))


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    """The mean of the values that are there."""
    known = ~np.isnan(values)
    return np.where(known, values, 0).sum(axis) / np.maximum(1, known.sum(axis))


def _most(shown: FactorMap) -> float:
    """The largest mean of all maps, to either side of 0: the end of their colour scale."""
    return float(np.nanmax(np.abs(shown.plane_mean), initial=0.0)) or 1.0


def _map(shown: FactorMap, row: int, look: Theme) -> go.Heatmap:
    most = _most(shown)
    first, second = shown.plane
    return go.Heatmap(
        z=shown.plane_mean[row].T, x=shown.plane_at[0], y=shown.plane_at[1], zmin=-most, zmax=most, showscale=False,
        colorscale=[[0, look.categories[1]], [0.5, look.background], [1, look.categories[0]]], name=_named(shown, row),
        hovertemplate=f"{_named(shown, row)}<br>{html.escape(first)} %{{x:.3g}}, {html.escape(second)} %{{y:.3g}}"
                      "<br>mean %{z:.3f}<extra></extra>",
    )  # fmt: skip


def _lines(shown: FactorMap, one: Curves, row: int, look: Theme) -> list[go.Scatter]:
    """A band and a line for every level of the series."""
    count = len(shown.series_levels)
    colours, marks, found = look.category_colours(count), shapes(count), []
    for s, (colour, mark) in enumerate(zip(colours, marks, strict=True)):
        mean, low, high = one.mean[row, s], one.low[row, s], one.high[row, s]
        known = ~(np.isnan(low) | np.isnan(high))
        band = np.r_[high[known], low[known][::-1]]
        found.append(go.Scatter(x=np.r_[one.at[known], one.at[known][::-1]], y=band, fill="toself", mode="none",
                                fillcolor=faint(colour, 0.16), hoverinfo="skip"))  # fmt: skip
        level = html.escape(shown.series_levels[s], quote=False)
        found.append(
            go.Scatter(
                x=one.at, y=mean, mode="lines+markers" if len(one.at) <= FEW else "lines", name=level,
                line={"color": colour, "width": 1.6, "dash": DASHES[s % len(DASHES)]},
                marker={"symbol": mark, "size": 5, "color": colour}, text=list(one.levels),
                hovertemplate=f"{_named(shown, row)}, {html.escape(one.factor, quote=False)} %{{text}}"
                              f"{', ' + level if level else ''}<br>mean %{{y:.3f}}<extra></extra>",
            )
        )  # fmt: skip
    return found


def _axes(figure: go.Figure, shown: FactorMap, columns: int, look: Theme) -> None:
    many = len(shown.latents)
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis}
    figure.update_xaxes(**plain, ticks="", showticklabels=False)
    figure.update_yaxes(**plain, ticks="", showticklabels=False)
    parts = [np.ravel(getattr(one, name)) for one in shown.curves for name in ("mean", "low", "high")]
    every = np.concatenate([*parts, np.zeros(1)])
    low, high = np.nanmin(every), np.nanmax(every)
    room = 0.04 * (high - low or 1.0)
    first = columns - len(shown.curves) + 1
    for row in range(1, many + 1):
        for place in range(first, columns + 1):
            figure.update_yaxes(range=[low - room, high + room], zeroline=True, zerolinecolor=look.impossible,
                                row=row, col=place)  # fmt: skip
        for place in range(first, columns + 1)[:1]:
            figure.update_yaxes(showticklabels=True, ticks="outside", nticks=4, row=row, col=place)
        figure.update_yaxes(title={"text": f"<b>{html.escape(_named(shown, row - 1), quote=False)}</b>",
                                   "font": {"size": 12}}, row=row, col=1)  # fmt: skip
    maps = ["{} →<br>{} ↑".format(*map(html.escape, shown.plane))] if shown.plane else []
    titles = [*maps, *(html.escape(one.factor, quote=False) for one in shown.curves)]
    for place, title in enumerate(titles, 1):
        figure.update_xaxes(title={"text": title, "standoff": 6}, row=many, col=place)
        figure.update_xaxes(showticklabels=True, ticks="outside", nticks=4, row=many, col=place)
    for place, one in enumerate(shown.curves, first):
        named = one.levels if not all(name.replace(".", "").lstrip("-").isdigit() for name in one.levels) else ()
        if named and len(named) <= 12:
            figure.update_xaxes(tickvals=one.at, ticktext=list(named), row=many, col=place)
