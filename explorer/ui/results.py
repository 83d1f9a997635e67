"""What stands around every result: its figure, the code and files that repeat it, the job that it waits for."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer import jobs
from explorer.errors import UnknownNameError
from explorer.ui import export


def figure(drawn: Any, key: str, filename: str) -> None:
    """A Plotly figure in its own colours, read out by its `alt`, saved as SVG from its bar."""
    config = {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": filename}}
    st.plotly_chart(drawn, theme=None, key=key, alt=drawn.layout.meta["alt"], config=config)


def exports(code: str, bibtex: str, about: tuple[str, str], to_frame: Callable[[], Any]) -> None:
    """A result as Python, as citations, as a notebook, as a table; `about` is its name and a sentence."""
    name, note = about
    with st.expander("Copy as Python"):
        st.code(code, language="python")
    with st.expander("Cite"):
        st.code(bibtex or "Nothing to cite yet.", language="bibtex")
    left, right = st.columns(2)
    notebook = export.notebook(code, name, note)
    left.download_button("Notebook", notebook, f"{name}.ipynb", "application/x-ipynb+json", on_click="ignore")
    right.download_button(
        "Table (CSV)", lambda: to_frame().to_csv(index=False), f"{name}.csv", "text/csv", on_click="ignore"
    )


def replace_job(what: str, id: str) -> None:
    """Remember the job that this session waits for, and cancel the one before it: nobody looks at that view now."""
    before = st.session_state.get(f"job-{what}")
    st.session_state[f"job-{what}"] = id
    if before is None or before == id:
        return
    try:
        if jobs.job(before).live:
            jobs.cancel(before)
    except UnknownNameError:  # the database was emptied
        del st.session_state[f"job-{what}"]
