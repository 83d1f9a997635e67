"""The pages of the app: every script in pages/, in the order of the file names."""

from pathlib import Path
from typing import Any

import streamlit as st

from explorer.packaged import root
from explorer.ui.show import plain

TITLES = {"plane": "Information plane"}
ICONS = {
    "start": ":material/home:",
    "data": ":material/table_chart:",
    "plane": ":material/timeline:",
    "representation": ":material/scatter_plot:",
    "disentanglement": ":material/grid_on:",
    "estimators": ":material/straighten:",
    "compare": ":material/compare_arrows:",
    "labs": ":material/science:",
}


def pages() -> dict[str, Any]:
    """The pages by name; `3_plane.py` is "plane" and has the address /plane."""
    scripts = sorted((root() / "pages").glob("[0-9]*_*.py"))
    return {_name(script): _page(script, script == scripts[0]) for script in scripts}


def link(name: str, label: str, **parameters: str) -> None:
    """A link to a page with parameters in its URL."""
    st.page_link(pages()[name], label=plain(label), icon=ICONS.get(name), query_params=parameters)


def go(name: str, **parameters: str) -> None:
    """Open another page with parameters in its URL."""
    st.switch_page(pages()[name], query_params=parameters)


def _page(script: Path, first: bool) -> Any:
    name = _name(script)
    title = TITLES.get(name, name.capitalize())
    return st.Page(script, title=title, url_path=name, icon=ICONS.get(name, ":material/pending:"), default=first)


def _name(script: Path) -> str:
    return script.stem.partition("_")[2]
