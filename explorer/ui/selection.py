"""Which samples are selected: by a polygon, a class, rows of the table or a value; in the URL, with undo and redo."""

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


@dataclass(frozen=True)
class Selection:
    """Samples by one rule; equal for every view that shows it.

    Attributes:
        kind: "all", "polygon", "class" or "rows".
        polygon: vertices in the coordinates of one cloud.
        step, place: which cloud: its step, and "layer/embedding".
        category: index of a class in sorted order.
        rows: numbers of samples.
    """

    kind: str = "all"
    polygon: tuple[tuple[float, float], ...] = ()
    step: int = 0
    place: str = ""
    category: int = 0
    rows: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """As it stands in the URL; a polygon in steps of 1/32 767 of the cloud's half width."""
        if self.kind == "polygon":
            grid = np.round(np.clip(np.array(self.polygon), -1.5, 1.5) * 20_000).astype("<i2")
            return f"polygon:{self.step}:{self.place}:{base64.urlsafe_b64encode(grid.tobytes()).decode()}"
        if self.kind == "class":
            return f"class:{self.category}"
        return f"rows:{','.join(map(str, self.rows))}" if self.kind == "rows" else ""

    def mask(self, positions: np.ndarray | None, codes: np.ndarray | None, n: int) -> np.ndarray:
        """The selected samples, (n,) truth values; none where what the rule needs is not there."""
        none = np.zeros(n, bool)
        if self.kind == "polygon" and positions is not None:
            return inside(positions, np.array(self.polygon))
        if self.kind == "class" and codes is not None:
            return codes == self.category
        if self.kind == "rows":
            none[[row for row in self.rows if row < n]] = True
        return none


def parsed(text: str) -> Selection:
    """The selection that a URL names.

    Raises:
        InputError: for a text that names none.
    """
    kind, _, rest = text.partition(":")
    try:
        if kind == "polygon":
            step, _, rest = rest.partition(":")
            place, _, code = rest.rpartition(":")
            grid = np.frombuffer(base64.urlsafe_b64decode(code), "<i2").reshape(-1, 2) / 20_000
            if len(grid) < 3:
                raise ValueError("fewer than three corners")
            return Selection("polygon", tuple((float(x), float(y)) for x, y in grid), int(step), place)
        if kind == "class":
            return Selection("class", category=int(rest))
        if kind == "rows":
            rows = tuple(sorted({int(one) for one in rest.split(",") if one}))[:MOST]
            return Selection("rows", rows=rows)
    except ValueError as error:
        raise InputError(f"{KEY}={text[:40]!r} names no selection: {error}") from error
    if text:
        raise InputError(f"{KEY}={text[:40]!r} names no selection; it must begin with polygon:, class: or rows:")
    return Selection()


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


def reported(value: Any, place: str) -> Selection | None:
    """What the cloud of `place` reports, as a selection; None where it reports nothing."""
    if not value:
        return None
    if "polygon" in value:
        return Selection("polygon", tuple((float(x), float(y)) for x, y in value["polygon"]), int(value["step"]), place)
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
