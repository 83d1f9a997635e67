"""What stands around every result: its figure, the code and files that repeat it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.ui import export, show

BAR = 24
"""Pixels above a title that the bar of buttons takes, so that it covers no word."""
UNUSED = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]
"""Buttons that nobody needs; dragging zooms, and the house shows all again."""


def figure(drawn: Any, key: str, filename: str, on_select: Callable[[], None] | None = None) -> None:
    """A Plotly figure in its own colours, read out by its `alt`, saved as SVG from its bar.

    Args:
        on_select: called after a click on a mark; then `st.session_state[key].selection` holds it.
    """
    config = {
        "displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": filename},
        "modeBarButtonsToRemove": UNUSED,
    }  # fmt: skip
    options: dict[str, Any] = {"theme": None, "key": key, "alt": drawn.layout.meta["alt"], "config": config}
    if on_select:
        options |= {"on_select": on_select, "selection_mode": "points"}
    st.plotly_chart(below_bar(drawn), **options)


def below_bar(drawn: Any) -> Any:
    """A copy of a figure with room for the bar above its title; the axes keep their height."""
    layout = drawn.layout
    height = layout.height + BAR
    lowered: dict[str, Any] = {
        "height": height,
        "margin_t": (100 if layout.margin.t is None else layout.margin.t) + BAR,
    }
    if layout.title.y is not None:
        lowered["title_y"] = 1 - ((1 - layout.title.y) * layout.height + BAR) / height
    return type(drawn)(drawn).update_layout(**lowered)


def exports(code: str, bibtex: str, about: tuple[str, str], to_frame: Callable[[], Any]) -> None:
    """A result as Python, as citations, as a notebook, as a table; `about` is its name and a sentence."""
    name, note = about
    with st.expander("Copy as Python"):
        show.code(code, language="python")
    with st.expander("Cite"):
        show.code(bibtex or "Nothing to cite yet.", language="bibtex")
    left, right = st.columns(2)
    notebook = export.notebook(code, name, note)
    left.download_button("Notebook", notebook, f"{name}.ipynb", "application/x-ipynb+json", on_click="ignore")
    right.download_button(
        "Table (CSV)", lambda: to_frame().to_csv(index=False), f"{name}.csv", "text/csv", on_click="ignore"
    )
