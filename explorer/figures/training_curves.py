"""What a critic reads while it learns: of samples learnt from and of samples held out, against updates."""

import html
import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import apart
from explorer.figures.theme import THEMES, Theme, framed, thousands
from explorer.result import LEAST, NATS_PER, SHARE, Estimate

LOSS = "loss"
HEIGHT, TOP, BOTTOM, RIGHT = 330, 84, 50, 150
NEAR_TOP = 0.05
"""Share of the ceiling within which a reading says that the ceiling may hide more."""

FAR = 3.0
"""Times the highest reading beyond which the ceiling is told instead of drawn."""


def draw(
    result: Estimate | Mapping[str, Any],
    *,
    unit: Literal["bits", "nats"] = "bits",
    theme: Literal["light", "dark"] = "light",
) -> go.Figure:
    """Both curves named at their ends, a ring at the state that was read, the ceiling dotted where there is one.

    Curves with "estimate" are those of a loss: then what the estimate would be at each look is drawn in their place.
    Curves whose "unit" is "" are those of a loss too, and are drawn as such while the training runs.

    Args:
        result: an estimate whose details have "curves", in nats, or the details themselves with "estimator", as they
            are while the training runs; then "training" tells which training of the estimate it is.
    """
    look, found = THEMES[theme], _details(result)
    loss = _loss(found)
    scale = 1.0 if loss else NATS_PER[unit]
    step = np.array(found["curves"]["step"], float)
    train, held = (one / scale for one in _read(found["curves"]))
    ceiling = (found.get("ceiling") or math.nan) / scale
    figure = go.Figure()
    if _in_sight(ceiling, train, held):
        line = {"color": look.secondary, "width": 1.5, "dash": "dot"}
        figure.add_hline(ceiling, line=line)
        words = {"x": 0, "xref": "x domain", "y": ceiling, "xanchor": "left", "yanchor": "bottom", "showarrow": False}
        text = f"ceiling {ceiling:.3g} {unit}: no reading above it"
        figure.add_annotation(**words, text=text, font={"color": look.secondary, "size": 11})
    curves = (("learnt from", train, look.categories[1], "dash"), ("held out", held, look.categories[0], "solid"))
    for name, y, colour, dash in curves:
        figure.add_trace(_line(name, step, y, colour, dash, LOSS if loss else unit))
    if len(held) and not np.isnan(held).all():
        figure.add_trace(_best(step, held, _states(found, step, held), look))
    _labels(figure, curves, ceiling if _in_sight(ceiling, train, held) else math.nan)
    _axes(figure, look, LOSS if loss else f"read, {unit}")
    title = finding(found, step, train, held, ceiling, unit)
    alt = f"Training curves. {title}. {_ends(step, train, held, LOSS if loss else unit)}"
    far = (
        "" if math.isnan(ceiling) or _in_sight(ceiling, train, held) else f" · ceiling {ceiling:.3g} {unit}, far above"
    )
    frame = framed(title, subtitle(found) + far, alt, look, HEIGHT, 80)
    figure.update_layout(frame | {"margin": {"t": TOP + frame["height"] - HEIGHT, "l": 60, "r": RIGHT, "b": BOTTOM}})
    return figure


def finding(
    found: Mapping[str, Any], step: np.ndarray, train: np.ndarray, held: np.ndarray, ceiling: float, unit: str
) -> str:
    """The title: what held-out samples read, and whether the critic has learnt samples by heart."""
    name = found.get("estimator") or "The critic"
    if not len(held) or np.isnan(held).all():
        return f"{name} has read no held-out samples yet"
    if _loss(found):
        return f"{name} at update {thousands(int(step[-1]))}: a loss of {held[-1]:.3f} on held-out samples"
    if "stopped" not in found:
        many = f", the mean of {found['at_once']} trainings" if found.get("at_once", 1) > 1 else ""
        return f"{name} at update {thousands(int(step[-1]))}: {held[-1]:.3f} {unit} on held-out samples{many}"
    best = _states(found, step, held)[-1]
    parts = [f"{name} is read at update {thousands(int(step[best]))}: {held[best]:.3f} {unit} on held-out samples"]
    gap = float(train[-1] - held[-1])
    if gap > max(LEAST / NATS_PER[unit], SHARE * abs(held[best])):
        parts.append(f"samples learnt from end {gap:.2g} {unit} higher: some of it is learnt by heart")
    if held[best] > (1 - NEAR_TOP) * ceiling:
        parts.append("that is near its ceiling, and the truth may be higher")
    return "; ".join(parts)


def subtitle(found: Mapping[str, Any]) -> str:
    """How the training ended, or which training of the estimate runs, and what it reads."""
    if "of" in found:
        return f"{html.escape(found['of'], quote=False)} · training now"
    if "stopped" not in found:
        which = found.get("training", 1)
        return f"training {which} of this estimate runs now" if which > 1 else "it is training now"
    best = found.get("best", ())
    several = isinstance(best, list | tuple) and len(set(best)) > 1
    ring = "rings: the states that were read, each on other samples" if several else "ring: the state that was read"
    return f"ended: {found['stopped'] or 'all updates were made'} · {ring}"


def _in_sight(ceiling: float, *curves: np.ndarray) -> bool:
    """Whether the ceiling is near enough to the curves that an axis with both shows how they move."""
    known = np.concatenate([one[~np.isnan(one)] for one in curves])
    return len(known) > 0 and ceiling <= FAR * max(float(known.max()), 1e-9)


def _details(result: Estimate | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(result, Estimate):
        return {"stopped": "", "estimator": result.estimator, **result.details}
    return result


def _loss(found: Mapping[str, Any]) -> bool:
    """Whether the curves are those of a loss, which has no unit."""
    return found.get("unit") == "" and "estimate" not in found["curves"]


def _read(curves: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """What was read of samples learnt from, NaN where that was not, and of those held out."""
    if "estimate" in curves:
        return np.full(len(curves["step"]), math.nan), _numbers(curves["estimate"])
    return _numbers(curves["train"]), _numbers(curves["held"])


def _states(found: Mapping[str, Any], step: np.ndarray, held: np.ndarray) -> list[int]:
    """The looks whose states were read: as "best" tells, else where held-out samples read most; none while it runs."""
    if "stopped" not in found or np.isnan(held).all():
        return []
    told = found.get("best", ())
    updates = list(told) if isinstance(told, list | tuple) else [told]
    known = sorted({int(np.flatnonzero(step == one)[0]) for one in updates if (step == one).any()})
    return known or [int(np.nanargmax(held))]


def _numbers(values: Any) -> np.ndarray:
    return np.array([math.nan if one is None else one for one in values], float)


def _line(name: str, step: np.ndarray, y: np.ndarray, colour: str, dash: str, unit: str) -> go.Scatter:
    told = f"{name}: %{{y:.3f}} {unit} at update %{{x}}<extra></extra>"
    line = {"color": colour, "width": 2, "dash": dash}
    return go.Scatter(x=step, y=y, mode="lines", name=name, line=line, hovertemplate=told)


def _best(step: np.ndarray, held: np.ndarray, states: list[int], look: Theme) -> go.Scatter:
    mark = {"symbol": "circle-open", "size": 12, "color": look.categories[0], "line": {"width": 2}}
    return go.Scatter(x=step[states], y=held[states], mode="markers", marker=mark, hoverinfo="skip", name="read")


def _labels(figure: go.Figure, curves: Any, ceiling: float) -> None:
    """Each curve's name at its end, apart from the other."""
    known = [(name, y[~np.isnan(y)], colour) for name, y, colour, _ in curves]
    known = [one for one in known if len(one[1])]
    if not known:
        return
    drawn = np.concatenate([one[1] for one in known])
    span = np.nanmax([drawn.max(), ceiling]) - drawn.min() or 1.0
    places = apart([float(y[-1]) for _, y, _ in known], 18 / (HEIGHT - TOP - BOTTOM) * span)
    for (name, _, colour), at in zip(known, places, strict=True):
        figure.add_annotation(
            x=1, xref="x domain", xanchor="left", xshift=8, y=at, yref="y", text=name, showarrow=False,
            font={"color": colour, "size": 13},
        )  # fmt: skip


def _axes(figure: go.Figure, look: Theme, title: str) -> None:
    plain = {"showgrid": False, "zeroline": False, "linecolor": look.axis, "ticks": "outside"}
    figure.update_xaxes(**plain, title={"text": "update", "standoff": 6}, rangemode="tozero")
    figure.update_yaxes(**plain, title={"text": title, "standoff": 6}, nticks=6)


def _ends(step: np.ndarray, train: np.ndarray, held: np.ndarray, unit: str) -> str:
    if not len(step):
        return "No point yet."
    first, last = f"update {step[0]:.0f}", f"update {step[-1]:.0f}"
    parts = [
        f"{name} from {y[0]:.3f} {unit} at {first} to {y[-1]:.3f} at {last}"
        for name, y in (("Learnt from", train), ("Held out", held))
        if not np.isnan(y).all()
    ]
    return f"{'; '.join(parts)}."
