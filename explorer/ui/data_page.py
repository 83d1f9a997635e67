"""The Data page: what was recorded, its sanity, copies of parts, two recordings side by side, and adding more."""

from collections.abc import Callable
from importlib import import_module

import streamlit as st

from explorer.data import Recording
from explorer.ui import beside_view, overview_view, pick, sanity_view, show, subset_view
from explorer.ui.form import given, tell_ignored

SHARED = (
    "This server is shared: recordings are added and copied by whoever runs it, with `explorer record`, "
    "`explorer convert` or the library."
)

View = Callable[[Recording], None]

VIEWS: dict[str, View] = {
    "What was recorded": overview_view.panel,
    "Sanity": sanity_view.panel,
    "Rows and layers": subset_view.panel,
    "Two recordings": beside_view.panel,
}
ADD, COPIES = "Add", "Rows and layers"
READ = {
    "What was recorded": (),
    "Sanity": ("step", "layer"),
    "Rows and layers": ("rows", "k", "count", "by", "seed", "drop", "rename", "steps", "name"),
    "Two recordings": ("with",),
}
"""What each view reads from the URL."""
WAYS = {"Record a trained network": "record_view", "Open files of activations": "import_view"}
"""What a person reads, and the module whose `panel()` adds a recording so."""


def page() -> None:
    """The run, then one view of it; only the open one reads and computes."""
    first = given()
    overview_view.tell_deleted()
    run = pick.choice()
    recording = pick.opened(run)
    if recording is not None and recording.steps:
        st.title(show.plain(recording.name))
    tabs = st.tabs([*VIEWS, ADD], key="view", bind="query-params", on_change="rerun")
    for tab, (name, view) in zip(tabs[:-1], VIEWS.items(), strict=True):
        with tab:
            if tab.open and name == COPIES and pick.shared():
                st.info(SHARED)
            elif tab.open and _there(recording, run):
                with show.told("Choose another run above, or another view; nothing was changed."):
                    view(recording)  # type: ignore[arg-type]
                silent = {one for other, names in READ.items() if other != name for one in names} | {
                    "view",
                    "way",
                    "with",
                }
                tell_ignored({key: texts for key, texts in first.items() if key not in silent}, f"data-{name}")
    with tabs[-1]:
        if tabs[-1].open:
            _add()


def _there(recording: Recording | None, run: str) -> bool:
    """Whether there is something to look at; else a sentence, unless one is above."""
    if recording is not None and recording.steps:
        return True
    if recording is not None or pick.waiting(run):
        st.info("Nothing is recorded in this run yet. Wait for its first step, or choose another run above.")
    return False


def _add() -> None:
    """The ways in which a recording comes here."""
    if pick.shared():
        st.info(SHARED)
        return
    way = st.segmented_control(
        "How", list(WAYS), default=next(iter(WAYS)), required=True, key="way", bind="query-params"
    )
    with show.told("Change what the message names; nothing was written."):
        import_module(f"explorer.ui.{WAYS[way]}").panel()
