"""How far every estimator is from known truths, one mark a task."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import plotly.graph_objects as go

from explorer.figures.theme import THEMES, Theme, thousands

LEAST = 1e-3
"""Nats below which an error is drawn at this value: the axis is logarithmic."""

SMALL = 0.1
"""Nats: the error up to which an estimate of any information counts as good."""


def draw(result: Mapping[str, Any], *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """Absolute errors of all estimators and peers, the mean over tasks that judge as a bar; `auto` stands on top.

    `result` has "estimators" and "answers", as `explorer benchmark` gives them. Filled marks are tasks that judge,
    open ones those on which rules may have been chosen.
    """
    look = THEMES[theme]
    rows = sorted(result["estimators"], key=_place, reverse=True)  # the first row is drawn at the bottom
    names = [_label(row) for row in rows]
    figure = go.Figure()
    for judged, text in ((False, "task of the design"), (True, "task that judges")):
        figure.add_trace(_marks(result, rows, judged, text, look))
    errors = [(row["judged"]["error"], name) for row, name in zip(rows, names, strict=True)]
    means = [(error, name) for error, name in errors if error is not None]
    figure.add_trace(
        go.Scatter(
            x=[_shown(error) for error, _ in means],
            y=[name for _, name in means],
            mode="markers",
            name="mean of those that judge",
            marker={"symbol": "line-ns-open", "size": 18, "color": look.accent, "line": {"width": 3}},
            customdata=[f"{error:.3f}" for error, _ in means],
            hovertemplate="%{y}: %{customdata} nats on average<extra></extra>",
        )
    )
    figure.add_vline(SMALL, line={"color": look.axis, "dash": "dot"})
    figure.update_layout(_layout(names, _title(result), look))
    return figure


def _marks(result: Mapping[str, Any], rows: Sequence[Any], judged: bool, text: str, look: Theme) -> go.Scatter:
    labels = {row["estimator"]: _label(row) for row in rows}
    errors: dict[tuple[str, str], list[float]] = {}
    for one in result["answers"]:
        if one["value"] is not None and one["judged"] == judged:
            errors.setdefault((one["by"], one["task"]), []).append(abs(one["value"] - one["truth"]))
    means = {key: sum(own) / len(own) for key, own in errors.items()}
    symbol = "circle" if judged else "circle-open"
    return go.Scatter(
        x=[_shown(error) for error in means.values()],
        y=[labels[by] for by, _ in means],
        mode="markers",
        name=text,
        marker={"symbol": symbol, "size": 7, "color": look.categories[0], "opacity": 0.65},
        customdata=[f"{task}: {error:.3f}" for (_, task), error in means.items()],
        hovertemplate="%{y}<br>%{customdata} nats<extra></extra>",
    )


def _layout(names: Sequence[str], title: str, look: Theme) -> dict[str, Any]:
    axis = {"gridcolor": look.impossible, "linecolor": look.axis, "zeroline": False}
    words = f"absolute error, nats; below {LEAST:g} drawn there; dotted: {SMALL:g}"
    return {
        "title": {"text": title, "x": 0, "xref": "container", "font": {"size": 17}},
        "paper_bgcolor": look.background,
        "plot_bgcolor": look.background,
        "font": {"color": look.text, "family": "system-ui, sans-serif"},
        "xaxis": {**axis, "type": "log", "title": {"text": words}, "tickvals": [0.001, 0.01, 0.1, 1, 10]},
        "yaxis": {**axis, "categoryorder": "array", "categoryarray": list(names), "automargin": True},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "height": 160 + 22 * len(names),
        "margin": {"l": 10, "r": 20, "t": 90, "b": 60},
    }


def _place(row: Mapping[str, Any]) -> tuple[bool, float]:
    error = row["judged"]["error"]
    return row["estimator"] != "auto", float("inf") if error is None else error


def _label(row: Mapping[str, Any]) -> str:
    return f"{row['estimator']} (peer)" if "peer" in row else row["estimator"]


def _shown(error: float) -> float:
    return max(error, LEAST)


def _title(result: Mapping[str, Any]) -> str:
    auto = next((row["judged"] for row in result["estimators"] if row["estimator"] == "auto"), None)
    if not auto or auto["error"] is None:
        return "Errors on tasks with known information"
    count = thousands(auto["answered"])
    return f"auto is off by {auto['error']:.3f} nats on average over {count} samples of tasks that judge"
