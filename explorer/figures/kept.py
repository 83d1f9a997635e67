"""Figures that were kept as plain data: brought back, enlarged for a projector, or without their finding."""

import html
import re
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from explorer.figures.theme import LINE


def figure(data: Mapping[str, Any]) -> go.Figure:
    """The figure that this was written from."""
    return go.Figure(data)


def unsaid(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same figure without its finding and the room for it; the words below that, and all else, stay."""
    layout = dict(data["layout"])
    finding, _, words = layout["title"]["text"].rpartition("</b><br>")
    room = LINE * (finding.count("<br>") + 1)
    plain = html.unescape(re.sub("<[^>]+>", "", finding.replace("<br>", " ")))
    about = layout.get("meta", {})
    alt = "The finding is held back. " + about.get("alt", "").replace(plain, "", 1).replace(" . ", " ").lstrip(". ")
    height, margin = layout["height"] - room, layout.get("margin", {})
    place = {"y": 1 - LINE / height} if "y" in layout["title"] else {}
    layout |= {
        "title": layout["title"] | {"text": words} | place,
        "height": height,
        "margin": margin | {"t": margin.get("t", 100) - room},
        "meta": about | {"alt": alt.strip()},
    }
    return {**data, "layout": layout}


def enlarged(data: Mapping[str, Any], factor: float, screen: float = 560.0) -> dict[str, Any]:
    """The same figure with letters, marks and margins `factor` times as large, and so its height, up to `screen` px."""
    grown = _grown(data, factor)
    layout, height = grown["layout"], data["layout"].get("height", 450)
    layout["height"] = max(height, min(height * factor, screen))
    layout["margin"] = {side: one * factor for side, one in data["layout"].get("margin", {}).items()}
    layout["font"] = {"size": 12 * factor} | layout.get("font", {})
    return grown


def _grown(part: Any, factor: float, owner: str = "") -> Any:
    """A part of a figure, its sizes grown; `owner` is the name that the part has."""
    if isinstance(part, Mapping):
        return {name: _sized(name, one, factor, owner) for name, one in part.items()}
    if isinstance(part, list):
        return [_grown(one, factor, owner) for one in part]
    if isinstance(part, str) and "font-size:" in part:
        return re.sub(r"font-size:\s*(\d+)px", lambda found: f"font-size:{round(int(found[1]) * factor)}px", part)
    return part


def _sized(name: str, value: Any, factor: float, owner: str) -> Any:
    letters = name == "size" and (owner.endswith("font") or owner == "marker")
    if (letters or name in ("xshift", "yshift", "standoff")) and isinstance(value, int | float):
        return value * factor
    return value if name == "bdata" else _grown(value, factor, name)
