"""The information plane as a Streamlit component: drawn, scrubbed and played in the browser.

The server sends one JSON object, the view below, and hears nothing back, unless the view asks for a report.
New data under the same key keep the step, the chosen layer and the play; so a plane fills in while a job runs.
When the drawing is done the root carries `data-ready` = the view's version, which tests wait for.

All lists over steps have the length of `steps`; a missing value is None, NaN or infinite, and leaves a gap.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NotRequired, TypedDict

import streamlit as st
from streamlit.components.v2.bidi_component import ComponentResult
from streamlit.components.v2.types import ComponentRenderer

from explorer.result import finite

Values = list[float | None]
SCRIPTS = (
    "geometry.js",
    "drawing.js",
    "view.js",
    "layer.js",
    "plane_scene.js",
    "strips.js",
    "panels.js",
    "files.js",
    "player.js",
    "keys.js",
    "plane.js",
)


class Series(TypedDict):
    """One layer. Colours come from Python, for the theme of the view; they hold 3:1 against its background."""

    layer: str
    depth: int
    colour: str
    shape: str  # circle square diamond triangle-up triangle-down pentagon hexagon star cross
    x: Values
    y: Values
    null: NotRequired[Values | None]  # what y reads with labels permuted
    x_low: NotRequired[Values | None]
    x_high: NotRequired[Values | None]
    y_low: NotRequired[Values | None]
    y_high: NotRequired[Values | None]
    doubts: NotRequired[list[list[str]] | None]  # names of the rules that fired, a list a step


class Limits(TypedDict, total=False):
    """Where no point can be. A sentence too long for a narrow drawing keeps what follows its colon."""

    x_max: float | None
    x_label: str | None
    y_max: float | None
    y_label: str | None
    diagonal: bool | str | None  # shade y > x; a string replaces the sentence "I(T;Y) ≤ I(X;T)"


class Metric(TypedDict):
    """A curve in a strip. The last word of the name is its kind, and each kind has its own strip."""

    name: str
    values: Values
    dash: NotRequired[bool]


class Note(TypedDict):
    """A few words at one layer's point."""

    step: int
    layer: str
    text: str


class Multiple(TypedDict):
    """One curve of the view by layer: I(X;T) where quantity is "x", I(T;Y) where it is "y"."""

    layer: str
    colour: str
    quantity: Literal["x", "y"]
    value: Values
    band_low: NotRequired[Values | None]  # over estimators, or over runs
    band_high: NotRequired[Values | None]
    null: NotRequired[Values | None]


class View(TypedDict):
    """Everything that is drawn."""

    version: str  # changes when the data change
    unit: str
    steps: list[int]  # ascending, at any spacing
    series: list[Series]
    axis: dict[Literal["x", "y"], str]  # names with units
    text: dict[str, str]  # title (the finding), subtitle, alt; empty: why there is no point yet; null: its key
    epochs: NotRequired[list[float] | None]  # shown instead of steps
    step_name: NotRequired[str]  # "epoch" with epochs, else "step"
    limits: NotRequired[Limits]
    metrics: NotRequired[list[Metric]]
    notes: NotRequired[list[Note]]
    multiples: NotRequired[list[Multiple] | None]  # without it the view by layer shows the series
    start: NotRequired[int]  # index shown first; the last without it
    log_steps: NotRequired[bool]
    live: NotRequired[bool]  # follow the newest step unless the person has scrubbed away
    report: NotRequired[bool]  # send the step to the server 600 ms after a scrub or a play has ended
    theme: NotRequired[Literal["light", "dark"]]
    filename: NotRequired[str]
    footer: NotRequired[str]  # estimator, settings, n, seed


def plane(data: Mapping[str, Any], *, key: str, height: int = 640) -> ComponentResult:
    """Show a `View`; `height` is that of plane, controls and strips together, px.

    Returns:
        `.step`: the step at rest when the view has `report`, else None.
    """
    return _component()(key=key, data=finite({**data, "height": height}), on_step_change=_nothing)


@cache
def _component() -> ComponentRenderer:
    folder = files(__name__)
    html, css = ((folder / name).read_text("utf-8") for name in ("plane.html", "plane.css"))
    script = "\n".join((folder / name).read_text("utf-8") for name in SCRIPTS)
    return st.components.v2.component("information_plane", html=html, css=css, js=script)


def _nothing() -> None:
    """Streamlit lists a state in the result when it has a callback."""
