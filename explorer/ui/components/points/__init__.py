"""A cloud of points as a Streamlit component: coloured, selected and scrubbed in the browser, drawn by WebGL.

The server sends the view below, which names what the browser fetches once over HTTP (`explorer.ui.geometry`), and
hears of gestures: a selection is the polygon that was drawn, never the points in it. Scrubbing and playing send nothing
unless the view asks for a report. When the view is drawn the root carries `data-ready` = its version, and always
`data-selected` = the count of selected points.

The drawing is written in WebGL 2 by hand: libraries on regl compile their commands with `new Function`, which the
server's Content-Security-Policy forbids.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import streamlit as st
from streamlit.components.v2.bidi_component import ComponentResult
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

from explorer.result import finite
from explorer.ui.geometry import offer_texts

HERE = Path(__file__).parent
NAME = "information-explorer.points"

Polygon = list[list[float]]


class Selection(TypedDict, total=False):
    """What a person has chosen: one of a polygon at a step, a point, a class."""

    polygon: Polygon  # [[x, y], ...] in the units of the data, at most 4 kB; `explorer.numerics.polygon` tells the rows
    step: int  # the step of the polygon, a value of `steps`
    index: int  # the row of a clicked point
    category: int  # the class whose name was clicked


class PointsView(TypedDict):
    """Everything that is drawn. URLs come from the functions of `explorer.ui.geometry`."""

    version: str  # changes when the data change
    n: int
    steps: list[int]
    positions: list[str]  # a URL a step
    step: NotRequired[int]  # index shown first, the last without it; another one than before is gone to
    categories: NotRequired[str | None]  # the URL of a class for each point; without it all are of the first
    names: list[str]  # of the classes
    colours: list[str]  # "#rrggbb" for each class, 3:1 against the background
    shapes: NotRequired[list[str]]  # of `explorer.figures.theme.SHAPES`, triangle-down or ring; circles without it
    axes: list[str]  # names of x and y, "" for those that mean nothing; one unit has the same length on both
    title: str
    subtitle: NotRequired[str]
    alt: str
    step_name: NotRequired[str]  # "step" without it
    extent: NotRequired[list[list[float]]]  # [[x low, x high], [y low, y high]] over all steps; else that of step one
    theme: NotRequired[Literal["light", "dark"]]
    background: NotRequired[str]  # "#rrggbb"
    size: NotRequired[float]  # diameter of a point, px; chosen by their number without it
    labels: NotRequired[str | None]  # the URL of a text for each point, shown on hover
    images: NotRequired[str | None]  # the URL of a grey picture for each point, shown on hover
    image_shape: NotRequired[list[int]]  # [height, width]
    selected: NotRequired[Selection | Polygon | None]  # as the component reported it, or made elsewhere
    mask: NotRequired[str | None]  # the URL of a bit a row: rows selected elsewhere; goes before `selected`
    filename: NotRequired[str]
    report: NotRequired[bool]  # send the step to the server 600 ms after a scrub or a play has ended


def points(view: Mapping[str, Any], *, key: str, height: int = 560) -> ComponentResult:
    """Show a `PointsView`; `height` is that of the cloud with the controls below it, px.

    A new `selected` or `mask` replaces what is selected in the browser; the same as before leaves it.

    Returns:
        `.selection`: a `Selection` or None; `.step`: the step at rest when the view has `report`, else None;
        `.webgl`: False when the browser cannot draw, else None.
    """
    states: dict[str, Any] = {f"on_{name}_change": _nothing for name in ("selection", "step", "webgl")}
    return _component()(key=key, data=finite(_sent(view) | {"height": height}), **states)


def points_or_flat(view: Mapping[str, Any], *, key: str, flat: Callable[[], Any], height: int = 560) -> ComponentResult:
    """The same, with the Plotly figure that `flat` makes (`explorer.figures.flat_cloud`) where there is no WebGL."""
    result = points(view, key=key, height=height)
    if result.webgl is False:
        st.plotly_chart(flat(), key=f"{key} flat", theme=None)
    return result


def _sent(view: Mapping[str, Any]) -> dict[str, Any]:
    """The view with the URL of a list of URLs: the view is sent with every rerun, the list is fetched once."""
    urls = view["positions"]
    return {**view, "positions": offer_texts(urls) if urls else None}


def _component() -> ComponentRenderer:
    _announce()
    return _registered()


@cache
def _registered() -> ComponentRenderer:
    return st.components.v2.component(NAME, js="points.js")


def _announce() -> None:
    """Tell Streamlit where the script is, where its own scan of installed distributions has not found it.

    The scan reads pyproject.toml beside this file as one of the files of an installed wheel. The files of an editable
    install and of a checkout are in no distribution; there the same file is registered by the call the scan makes.
    """
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(NAME) is None:
        given = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))
        components = [ComponentConfig.from_dict(one) for one in given["tool"]["streamlit"]["component"]["components"]]
        name, version = given["project"]["name"], given["project"]["version"]
        manager.register_from_manifest(ComponentManifest(name, version, components), HERE)


def _nothing() -> None:
    """Streamlit lists a state in the result when it has a callback."""
