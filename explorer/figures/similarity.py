"""How alike representations are: the matrix of all pairs beside a map on which alike ones lie close."""

from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures._cloud import free_sides
from explorer.figures.theme import THEMES, Theme, framed, label, narrow, shapes, thousands
from explorer.results.representation import Similarity

PRINTED = 8
"""Representations up to which the values are written into the cells."""

LABELLED = 30
"""Representations up to which every one is named on the axes."""

HEIGHT, TOP, BOTTOM, BELOW = 520, 92, 92, 380
"""Pixels of the figure, above and below its axes, and of a map that stands below the matrix."""
SIDE = 300
"""Pixels of the side of the map, about, by which names are kept off marks."""


def draw(result: Similarity, *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """The values of all pairs, and classical scaling of the dissimilarities; what shuffled rows read is in the title.

    Strongly coloured cells are alike, whether the values are distances or similarities. A cell without a value is left
    empty and says why on hover. On the map only distances mean anything: it can be turned and mirrored at will. Where
    a layer is there at several steps, a line joins them and its name stands at the last.
    """
    look = THEMES[theme]
    figure = _panels()
    names = [label(name) for name in result.names]
    figure.add_trace(_matrix(result, names, look), 1, 1)
    if len(names) <= PRINTED:
        _print(figure, result, look)
    for trail in _trails(result, look):
        figure.add_trace(trail, *_second())
    figure.add_trace(_map(result, names, look), *_second())
    _axes(figure, result, names, look)
    height = HEIGHT + BELOW * narrow()
    frame = framed(finding(result), subtitle(result), alternative(result), look, height)
    margin = {"t": TOP + frame["height"] - height, "b": BOTTOM, "l": 20, "r": 20}
    figure.update_layout(frame | {"margin": margin})
    return figure


def _panels() -> go.Figure:
    """The matrix and the map, side by side or, on a narrow screen, below each other."""
    if narrow():
        return make_subplots(rows=2, vertical_spacing=0.16)
    return make_subplots(cols=2, column_widths=[0.52, 0.48], horizontal_spacing=0.16)


def _second() -> tuple[int, int]:
    """Row and column of the map."""
    return (2, 1) if narrow() else (1, 2)


def finding(shown: Similarity) -> str:
    """The title: which two are the most alike, and what shuffled rows read there."""
    best = _most_alike(shown)
    if best is None:
        return "No two representations could be compared"
    i, j = best
    a, b = sorted((i, j))
    unit = f" {shown.about['unit']}" if shown.about.get("unit") else ""
    how = "the least apart" if shown.distance else "the most alike"
    text = f"{label(shown.names[a])} and {label(shown.names[b])} are {how}: {shown.values[i, j]:.2f}{unit}"
    if shown.null is None or np.isnan(shown.null[i, j]):
        return text
    return f"{text}; shuffled rows read {shown.null[i, j]:.2f}"


def subtitle(shown: Similarity) -> str:
    """Measure, samples, null, and how far the map can be trusted."""
    about = shown.about
    null = "no null" if shown.null is None else f"null: rows shuffled, {_range(shown.null)}"
    stress = f"map: {about.get('dissimilarity', '')}, {shown.stress:.1%} of their squares not shown (stress)"
    rules = [f"{rule} ({one['pairs']} pairs)" for rule, one in about.get("doubts", {}).items()]
    doubted = f" · doubtful: {', '.join(rules)}" if rules else ""
    size = f"n = {thousands(about.get('n', 0))} · seed {about.get('seed', 0)}"
    return f"{about.get('call', '')} · {size}<br>{null} · {stress}{doubted}"


def alternative(shown: Similarity) -> str:
    """The matrix in words, for those who do not see it."""
    m, kind = len(shown.names), "distances" if shown.distance else "similarities"
    away = shown.values[~np.eye(m, dtype=bool)]
    known = away[~np.isnan(away)]
    spread = f" They range from {known.min():.2f} to {known.max():.2f}." if len(known) else ""
    named = ", ".join(label(name) for name in shown.names[:LABELLED])
    return f"Matrix of {kind} of {m} representations ({named}) beside a map of them. {finding(shown)}.{spread}"


def _most_alike(shown: Similarity) -> tuple[int, int] | None:
    """Of all pairs of two different ones that have a value."""
    values = np.where(np.eye(len(shown.names), dtype=bool), np.nan, shown.values)
    if np.isnan(values).all():
        return None
    place = np.nanargmin(values) if shown.distance else np.nanargmax(values)
    i, j = np.unravel_index(place, values.shape)
    return int(i), int(j)


def _range(values: np.ndarray) -> str:
    if np.isnan(values).all():
        return "without a value"
    return f"{np.nanmin(values):.2f} to {np.nanmax(values):.2f}"


def _matrix(shown: Similarity, names: list[str], look: Theme) -> go.Heatmap:
    low, high = _limits(shown)
    low_colour, high_colour = (
        (look.categories[0], look.background) if shown.distance else (look.background, look.categories[0])
    )
    places = list(range(len(names)))
    return go.Heatmap(
        z=shown.values, x=places, y=places, zmin=low, zmax=high, xgap=1, ygap=1,
        colorscale=[[0.0, low_colour], [1.0, high_colour]],
        customdata=[[_told(shown, names, i, j) for j in places] for i in places],
        hovertemplate="%{customdata}<extra></extra>", hoverongaps=True,
        colorbar=_beside_matrix() | {"title": {"text": shown.about.get("unit", "")}},
    )  # fmt: skip


def _beside_matrix() -> dict[str, Any]:
    place = {"x": 1.0, "y": 1.0, "yanchor": "top", "len": 0.42} if narrow() else {"x": 0.475}
    return place | {"thickness": 10, "outlinewidth": 0}


def _limits(shown: Similarity) -> tuple[float, float]:
    """The range of the colours: from 0, or a value below it, to the highest possible or found."""
    if np.isnan(shown.values).all():
        return 0.0, 1.0
    low, high = min(0.0, float(np.nanmin(shown.values))), float(np.nanmax(shown.values))
    limit = None if shown.distance else (shown.about.get("limits") or [None, None])[1]
    return low, max(high, limit or high, low + 1e-12)


def _told(shown: Similarity, names: list[str], i: int, j: int) -> str:
    """What is told of one cell on hover."""
    pair = f"<b>{names[i]}</b> and <b>{names[j]}</b>"
    if np.isnan(shown.values[i, j]):
        reasons = shown.about.get("errors", {})
        keys = (f"{shown.names[i]} and {shown.names[j]}", f"{shown.names[j]} and {shown.names[i]}")
        return f"{pair}<br>no value: {next((reasons[one] for one in keys if one in reasons), 'not computed')}"
    text = f"{pair}<br>{shown.values[i, j]:.4g} {shown.about.get('unit', '')}".rstrip()
    if shown.null is None or np.isnan(shown.null[i, j]):
        return text
    return f"{text}<br>shuffled rows read {shown.null[i, j]:.4g}"


def _print(figure: go.Figure, shown: Similarity, look: Theme) -> None:
    """The values, in the ink that can be read on the colour of the cell."""
    low, high = _limits(shown)
    for (i, j), value in np.ndenumerate(shown.values):
        if not np.isnan(value):
            strength = abs(value - (high if shown.distance else low)) / (high - low)
            ink = look.background if strength > 0.55 else look.text
            font = {"color": ink, "size": 12}
            figure.add_annotation(x=j, y=i, text=f"{value:.2f}", showarrow=False, font=font, row=1, col=1)


def _map(shown: Similarity, names: list[str], look: Theme) -> go.Scatter:
    layers = [one["layer"] for one in _parts(shown)]
    depth = list(dict.fromkeys(layers))
    looks = dict(zip(depth, zip(look.layer_colours(len(depth)), shapes(len(depth)), strict=True), strict=True))
    ends = {i for trail in _courses(shown) for i in trail[:-1]}
    last = [label(layer) if ends else name for layer, name in zip(layers, names, strict=True)]
    text = ["" if i in ends else name for i, name in enumerate(last)]
    return go.Scatter(
        x=shown.places[:, 0], y=shown.places[:, 1], mode="markers+text", text=text,
        textposition=_sides(shown.places, text), customdata=names, hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
        marker={
            "color": [looks[one][0] for one in layers], "symbol": [looks[one][1] for one in layers],
            "size": [7 if i in ends else 12 for i in range(len(names))], "opacity": 1.0,
            "line": {"width": 1, "color": look.background},
        },
        textfont={"color": look.text, "size": 11},
    )  # fmt: skip


def _parts(shown: Similarity) -> list[dict[str, Any]]:
    """Run, step and layer of every representation; one that tells nothing is a layer of its own."""
    alone = [{"run": "", "step": 0, "layer": name} for name in shown.names]
    return list(shown.about.get("representations", alone))


def _courses(shown: Similarity) -> list[list[int]]:
    """The places of one layer over its steps, where there are several and one run."""
    parts = _parts(shown)
    if len({one["run"] for one in parts}) > 1:
        return []
    courses: dict[str, list[int]] = {}
    for i in sorted(range(len(parts)), key=lambda i: parts[i]["step"]):
        courses.setdefault(parts[i]["layer"], []).append(i)
    return [course for course in courses.values() if len(course) > 1]


def _trails(shown: Similarity, look: Theme) -> list[go.Scatter]:
    line = {"color": look.axis, "width": 1}
    return [
        go.Scatter(x=shown.places[course, 0], y=shown.places[course, 1], mode="lines", line=line, hoverinfo="skip")
        for course in _courses(shown)
    ]


def _sides(places: np.ndarray, names: list[str]) -> list[str]:
    """Where each label stands: where it covers least of other marks and labels."""
    known = ~np.isnan(places[:, 0])
    sides = np.full(len(places), "top center", dtype=object)
    if known.any():
        reach = 1.24 * (float(np.ptp(places[known], axis=0).max()) or 1.0)
        shown = [name for name, there in zip(names, known, strict=True) if there]
        sides[known] = free_sides(places[known] / reach * SIDE, shown, mark=7.0)
    return sides.tolist()


def _axes(figure: go.Figure, shown: Similarity, names: list[str], look: Theme) -> None:
    every = max(1, -(-len(names) // LABELLED))
    ticks: dict[str, Any] = {"tickvals": list(range(0, len(names), every)), "ticktext": names[::every], "ticks": ""}
    square = {"showgrid": False, "zeroline": False, "constrain": "domain"}
    figure.update_xaxes(**ticks, **square, automargin=True, constraintoward="right", row=1, col=1)
    figure.update_yaxes(**ticks, **square, automargin=True, autorange="reversed", scaleanchor="x", row=1, col=1)
    known = shown.places[~np.isnan(shown.places[:, 0])]
    reach = 0.62 * float(np.ptp(known, axis=0).max() or 1.0) if len(known) else 1.0
    middle = (known.max(0) + known.min(0)) / 2 if len(known) else np.zeros(2)
    row, col = _second()
    for axis, at, more in ((figure.update_xaxes, 0, {}), (figure.update_yaxes, 1, {"scaleanchor": "x2"})):
        span = [middle[at] - reach, middle[at] + reach]
        line = {"gridcolor": look.impossible, "linecolor": look.axis, "zeroline": False, "constrain": "domain"}
        axis(**line, range=span, showticklabels=False, mirror=True, row=row, col=col, **more)
    unit = shown.about.get("unit") if shown.distance else ""
    title = "map: near means alike" + (f", {unit}" if unit else "")
    figure.update_xaxes(title={"text": title, "standoff": 8}, row=row, col=col)
