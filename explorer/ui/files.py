"""Choose arrays of files and runs: boxes that list what is at hand, and uploads."""

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import arrays
from explorer.errors import ExplorerError
from explorer.examples.base import bundled
from explorer.home import home
from explorer.sources._readers import is_source, is_table, lazy, uploads
from explorer.ui import making, pick, show

HELP = "FILE, FILE:column, FILE:a,b, RUN:STEP:LAYER, RUN:x or RUN:label. What is not in the list is typed."


def box(place: Any, label: str, key: str, keys: Sequence[str], help: str = HELP) -> str:
    """A box that takes a name of the list or any text; the text as other code reads it.

    Args:
        keys: of all boxes of the view, whose files are in the list too.
    """
    chosen = place.selectbox(
        label, _suggestions(keys), index=None, key=key, accept_new_options=True, bind="query-params",
        placeholder="FILE:column, or choose", help=help,
    )  # fmt: skip
    text = (chosen or "").strip()
    return "" if making.shown(text.partition(":")[0]) else resolved(text)


def uploader(label: str, keys: Sequence[str], whole: bool = False) -> None:
    """A place to drop files; the first and last array are put into the first two boxes of `keys`.

    Of several files the first two are. One that cannot be read is told, and put nowhere.

    Args:
        whole: put a table into the first box as it is, all its columns.
    """
    key = f"upload-{keys[0]}"
    given = st.file_uploader(
        label, uploads(), accept_multiple_files=True, key=key, on_change=_keep, args=(tuple(keys), whole),
        help="Kept on the computer that runs the app, and sent nowhere else.",
    )  # fmt: skip
    for said in st.session_state.get(f"{key}-refused", ()) if given else ():
        st.error(show.plain(said))


def taker(label: str, key: str) -> None:
    """A place to drop one file, which the text box called `key` then names."""
    st.file_uploader(
        label, uploads(), key=f"upload-{key}", on_change=_take, args=(key,),
        help="Kept on the computer that runs the app, and sent nowhere else.",
    )  # fmt: skip


def resolved(text: str) -> str:
    """The text with an upload's own path."""
    return str(home() / text) if text.startswith(f"uploads{os.sep}") else text


def _suggestions(keys: Sequence[str]) -> list[str]:
    """Every array of the files at hand, and the last layers, inputs and labels of the bundled runs."""
    files = list(st.session_state.get("uploads", []))
    for name in keys:
        text = st.session_state.get(name) or st.query_params.get(name) or ""
        if text and text.partition(":")[0] not in bundled():
            files.append(_shortened(str(arrays.path(resolved(text)))))
    found = [text for file in dict.fromkeys(files) for text in _arrays(file)]
    return [*found, *(text for run in bundled() if making.at_hand(run) for text in _of_run(run))]


def _arrays(file: str) -> list[str]:
    """The arrays of a file, or the inputs, labels and layers of a recording; nothing for one that cannot be read."""
    path = Path(resolved(file))
    try:
        pick.allowed(path)
        run = path.is_dir() and not is_source(path)
        return _of_run(file) if run else [f"{file}:{name}" for name in lazy(path)]
    except (ExplorerError, OSError):  # the box tells why once it is chosen
        return []


def _of_run(run: str) -> list[str]:
    recording = arrays.recording(run)
    probe = {"x": recording.x, "y": recording.y}
    labels = dict.fromkeys([*(name for name, part in probe.items() if part is not None), *recording.factors])
    last = recording.steps[-1:]
    return [f"{run}:{label}" for label in labels] + [f"{run}:{s}:{layer}" for s in last for layer in recording.layers]


def _keep(keys: Sequence[str], whole: bool) -> None:
    """Keep what was uploaded, and choose of what can be read the first and last array, or the first two files."""
    key = f"upload-{keys[0]}"
    refused = {file: _refusal(file) for file in dict.fromkeys(map(_stored, st.session_state[key]))}
    kept = [file for file, why in refused.items() if not why]
    others = f"; the other file{'s are' if len(kept) > 1 else ' is'} taken" if kept else ""
    st.session_state[f"{key}-refused"] = [
        f"{why}. It is left out{others}. The × beside its name removes it." for why in refused.values() if why
    ]
    st.session_state.uploads = [*dict.fromkeys([*kept, *st.session_state.get("uploads", [])])]
    if kept:
        st.session_state[keys[0]], st.session_state[keys[1]] = _chosen(kept, whole)


def _chosen(kept: Sequence[str], whole: bool) -> tuple[str, str | None]:
    """What the first two boxes are to hold."""
    if len(kept) > 1:
        return kept[0], kept[1]
    named = [] if whole and is_table(Path(resolved(kept[0]))) else _arrays(kept[0])
    return (named[0] if named else kept[0]), (named[-1] if len(named) > 1 else None)


def _refusal(file: str) -> str:
    """Why an upload cannot be read; "" where it can."""
    try:
        lazy(Path(resolved(file)))
    except (ExplorerError, OSError) as error:
        return str(error)
    return ""


def _stored(file: Any) -> str:
    """Keep one upload in a folder of its own; what other boxes call it."""
    content = file.getvalue()
    folder = home() / "uploads" / hashlib.blake2b(content, digest_size=6).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (re.sub(r"[^\w. -]", "_", Path(file.name).name).strip(". ") or "file")
    path.write_bytes(content)
    return _shortened(str(path))


def _take(key: str) -> None:
    file = st.session_state[f"upload-{key}"]
    if file is not None:
        st.session_state[key] = _stored(file)


def _shortened(path: str) -> str:
    """An upload as "uploads/...", which is short and says nothing of the computer; any other path as it is."""
    return path.removeprefix(f"{home()}{os.sep}") if path.startswith(str(home() / "uploads")) else path
