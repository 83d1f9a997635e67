"""Which samples are selected: by a polygon, a class or rows of the table; in the URL, with undo and redo."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from explorer.errors import InputError
from explorer.numerics.polygon import inside

KEY = "sel"
MOST = 400
"""Rows that a selection by table may name: they stand in the URL."""

GRID = 32_767
"""Steps from the middle to the farthest corner of a polygon in the URL."""

Polygon = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Selection:
    """Samples by one rule; equal for every view that shows it.

    Attributes:
        kind: "all", "polygon", "class" or "rows".
        polygon: vertices in the embedding's own unit, whatever the cloud is scaled by.
        step, place: of the cloud in which it was drawn.
        category: index of a class in sorted order.
        rows: numbers of samples.
    """

    kind: str = "all"
    polygon: Polygon = ()
    step: int = 0
    place: str = ""
    category: int = 0
    rows: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """As it stands in the URL; a polygon to 1/32 767 of its farthest corner."""
        if self.kind == "polygon":
            reach = float(f"{np.abs(self.polygon).max() or 1.0:.6g}")
            grid = np.round(np.clip(np.array(self.polygon) / reach, -1, 1) * GRID).astype("<i2")
            return f"polygon:{self.step}:{self.place}:{reach:g}:{base64.urlsafe_b64encode(grid.tobytes()).decode()}"
        if self.kind == "class":
            return f"class:{self.category}"
        return f"rows:{','.join(map(str, self.rows))}" if self.kind == "rows" else ""

    def mask(self, positions: np.ndarray | None, codes: np.ndarray | None, n: int, unit: float = 1.0) -> np.ndarray:
        """The selected samples, (n,) truth values; none where what the rule needs is not there.

        Args:
            positions: of the cloud in which a polygon was drawn, at its step, divided by `unit`.
        """
        none = np.zeros(n, bool)
        if self.kind == "polygon" and positions is not None:
            return inside(positions, np.array(self.drawn(unit)))
        if self.kind == "class" and codes is not None:
            return codes == self.category
        if self.kind == "rows":
            none[[row for row in self.rows if 0 <= row < n]] = True
        return none

    def drawn(self, unit: float) -> list[list[float]]:
        """The polygon over positions that were divided by `unit`."""
        return [[x / unit, y / unit] for x, y in self.polygon]


def parsed(text: str) -> Selection:
    """The selection that a URL names.

    Raises:
        InputError: for a text that names none.
    """
    kind, _, rest = text.partition(":")
    try:
        if kind == "polygon":
            return _polygon(rest)
        if kind == "class":
            return Selection("class", category=int(rest))
        if kind == "rows":
            return Selection("rows", rows=tuple(sorted({int(one) for one in rest.split(",") if one}))[:MOST])
    except ValueError as error:
        raise InputError(f"{KEY}={text[:40]!r} names no selection: {error}") from error
    if text:
        raise InputError(f"{KEY}={text[:40]!r} names no selection; it must begin with polygon:, class: or rows:")
    return Selection()


def _polygon(text: str) -> Selection:
    step, _, rest = text.partition(":")
    rest, _, code = rest.rpartition(":")
    place, _, reach = rest.rpartition(":")
    corners = np.frombuffer(base64.urlsafe_b64decode(code), "<i2").reshape(-1, 2) * (float(reach) / GRID)
    if len(corners) < 3 or not np.isfinite(corners).all():
        raise ValueError("a polygon needs three finite corners")
    return Selection("polygon", tuple((float(x), float(y)) for x, y in corners), int(step), place)


def current() -> Selection:
    """The selection in the URL; a wrong one is told and left."""
    try:
        return parsed(st.query_params.get(KEY, ""))
    except InputError as error:
        st.warning(f"Ignored: {error}.")
        return Selection()


def choose(new: Selection) -> None:
    """Select, and remember what was selected before."""
    before = st.query_params.get(KEY, "")
    if new.text == before:
        return
    st.session_state.setdefault("selections", []).append(before)
    st.session_state["undone"] = []
    _put(new.text)


def undo() -> None:
    """Back to the selection before."""
    _step("selections", "undone")


def redo() -> None:
    """The selection that was undone."""
    _step("undone", "selections")


def can(which: str) -> bool:
    """Whether there is something to undo ("selections") or redo ("undone")."""
    return bool(st.session_state.get(which))


def reported(value: Any, place: str, unit: float) -> Selection | None:
    """What the cloud of `place` reports, as a selection; None where it reports nothing.

    Args:
        unit: by which the positions at the reported step were divided.
    """
    if not value:
        return None
    if "polygon" in value:
        corners = tuple((float(x) * unit, float(y) * unit) for x, y in value["polygon"])
        return Selection("polygon", corners, int(value["step"]), place)
    if "category" in value:
        return Selection("class", category=int(value["category"]))
    return Selection("rows", rows=(int(value["index"]),)) if "index" in value else None


def _step(source: str, target: str) -> None:
    if can(source):
        st.session_state.setdefault(target, []).append(st.query_params.get(KEY, ""))
        _put(st.session_state[source].pop())


def _put(text: str) -> None:
    if text:
        st.query_params[KEY] = text
    else:
        st.query_params.pop(KEY, None)
