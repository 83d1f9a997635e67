"""Two recordings side by side: probe, layers, factors, where they come from."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from explorer.data import Recording
from explorer.recordings import differences
from explorer.recordings.differences import Line
from explorer.ui import pick, show
from explorer.ui.overview_view import FLOAT16
from explorer.ui.pages import link

KEY = "with"


def panel(recording: Recording) -> None:
    """What is equal, what differs, and whether they can be compared."""
    other = _other(st.query_params.get("run", ""))
    if other is None:
        return
    equal, sentence = differences.same_probe(recording, other)
    (st.success if equal else st.info)(show.plain(sentence))
    shared = differences.shared_rows(recording, other)
    if shared and not equal:
        st.markdown(
            f"{shared[0]:,} of {len(recording):,} samples of {show.plain(recording.name)} have inputs that "
            f"{show.plain(other.name)} holds too, and {shared[1]:,} of {len(other):,} the other way."
        )
    only = st.toggle("Only what differs", key="differs", bind="query-params")
    names = recording.name, other.name if other.name != recording.name else f"{other.name} (2)"
    _table("Samples, steps and labels", differences.properties(recording, other), names, only)
    layers = differences.layers(recording, other)
    _table("Layers", layers, names, only)
    if any("float16" in f"{one.first} {one.second}".split() for one in layers):
        st.markdown(FLOAT16)
    _table("Where they come from", differences.provenance(recording, other), names, only)
    runs = [st.query_params["run"], st.query_params[KEY]]
    link("compare", "Compare what the two know", baseline=runs[0], **{KEY: runs[1]})


def _other(run: str) -> Recording | None:
    """The second recording: the URL's `with`, chosen from a box."""
    named = st.query_params.get(KEY, "")
    every = pick.runs(named) if named else pick.runs()
    known = {path: title for path, title in every.items() if path != run or path == named}
    options, key = list(known), f"with-{run}-{named}"
    st.selectbox(
        "With", options, options.index(named) if named else None, format_func=lambda path: known.get(path, path),
        key=key, on_change=_choose, args=(key,), accept_new_options=True,
        placeholder="Choose a second recording, or type its folder",
    )  # fmt: skip
    if not named:
        st.info(
            "Choose a second recording: another seed, a copy with fewer rows, or the training samples of this network."
        )
        return None
    found = pick.opened(named)
    if found is not None and not found.steps:
        st.info("Nothing is recorded in the second run yet.")
        return None
    return found


def _choose(key: str) -> None:
    chosen = pick.typed(st.session_state[key])
    if chosen:
        st.query_params[KEY] = chosen
    else:
        st.query_params.pop(KEY, None)


def _table(title: str, lines: Sequence[Line], names: tuple[str, str], only: bool) -> None:
    """A line a property; what differs is marked by a sign."""
    st.subheader(title)
    shown = [one for one in lines if not (only and one.equal)]
    if not shown:
        st.markdown("Nothing differs.")
        return
    first, second = names
    rows = [
        {"differs": "" if one.equal else "≠", "what": one.name, first: one.first, second: one.second} for one in shown
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, column_config={"differs": st.column_config.Column(width="small")},
        alt=f"{title} of both recordings; ≠ marks what differs",
    )  # fmt: skip
