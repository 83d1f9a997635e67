"""How the values of a layer are spread, with the share of zeros."""

import html
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures.theme import THEMES, Theme, framed, label, thousands

HEIGHT = 300


def draw(found: Mapping[str, Any], *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """Bars of the values other than 0; the share of zeros, which would tower over them, is in the title.

    `found` is the summary of a layer: "layer", "zeros", "smallest", "largest", "mean", "deviation", "rows", "samples",
    and "histogram" with "edges" and "counts" of the values of `rows` samples. The mean of all values is a dotted line.
    """
    look, edges = THEMES[theme], np.array(found["histogram"]["edges"], float)
    counts = np.array(found["histogram"]["counts"], float)
    share = 100 * counts / max(1.0, counts.sum())
    figure = go.Figure()
    if len(counts):
        told = [f"{a:.4g} to {b:.4g}: {one:.2g} %" for a, b, one in zip(edges[:-1], edges[1:], share, strict=True)]
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2, y=share, width=np.diff(edges), hovertext=told,
            hovertemplate="%{hovertext}<extra></extra>", marker={"color": look.categories[0], "line": {"width": 0}},
        )  # fmt: skip
        _mean(figure, found["mean"], look)
    height = HEIGHT
    frame = framed(html.escape(_title(found), quote=False), _subtitle(found), _words(found, share), look, height, 46)
    frame["title"]["font"] = {"size": 15}
    figure.update_layout(
        frame | {"margin": {"t": 84 + frame["height"] - height, "l": 56, "r": 16, "b": 46}, "bargap": 0}
    )
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    figure.update_xaxes(**plain, title={"text": "value", "standoff": 4})
    figure.update_yaxes(**plain, title={"text": "share of values other than 0, %"}, rangemode="tozero")
    return figure


def _mean(figure: go.Figure, mean: float, look: Theme) -> None:
    line = {"color": look.text, "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=mean, x1=mean, y0=0, y1=1, yref="y domain", line=line)
    text = f"mean {mean:.3g}".replace("-", "−")
    figure.add_annotation(x=mean, y=1, yref="y domain", yanchor="bottom", text=text, showarrow=False)


def _title(found: Mapping[str, Any]) -> str:
    name = label(found["layer"])
    if found["smallest"] is None:
        return f"No value of {name} is finite"
    ends = f"from {found['smallest']:.3g} to {found['largest']:.3g}".replace("-", "−")
    zeros = 100 * found["zeros"]
    if not found["zeros"]:
        return f"Values of {name} reach {ends}; none is 0"
    percent = "Under 0.1" if zeros < 0.1 else f"{zeros:.1f}" if zeros < 99.95 or zeros == 100 else "Over 99.9"
    return f"{percent} % of the values of {name} are 0; all reach {ends}"


def _subtitle(found: Mapping[str, Any]) -> str:
    rows = "all" if found["rows"] == found["samples"] else f"{thousands(found['rows'])} evenly spaced ones of"
    return f"bars: {rows} {thousands(found['samples'])} samples · range, mean and zeros: all values"


def _words(found: Mapping[str, Any], share: np.ndarray) -> str:
    if found["deviation"] is None or not len(share):
        return f"Histogram. {_title(found)}."
    edges = found["histogram"]["edges"]
    top = int(share.argmax())
    return (
        f"Histogram. {_title(found)}. Mean {found['mean']:.3g}, standard deviation {found['deviation']:.3g}. Of the "
        f"values other than 0 most, {share[top]:.2g} %, lie from {edges[top]:.3g} to {edges[top + 1]:.3g}."
    )
