"""What was recorded: probe, layers, where it comes from, what it takes on the disk; and deleting it."""

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from explorer.data import Recording
from explorer.errors import ExplorerError, FileError
from explorer.home import home
from explorer.recordings import library
from explorer.recordings.differences import entries
from explorer.recordings.manifest import read_manifest
from explorer.results.trajectory import label
from explorer.sources._limits import size
from explorer.ui import pick
from explorer.ui.show import plain

LINES = {"licence": "Licence", "source": "Source", "look for": "What to look for", "model": "Network"}
UNKNOWN = "unknown"
SHOWN = 12
"""Names of layers in a sentence at most."""
OWN = "where a layer has positions or tokens, "
KEEPS = {
    "mean": f"{OWN}their mean is kept and the rest is not",
    "channels": f"{OWN}the channels at one place, drawn for each sample, are kept and the rest is not",
    "tokens": f"{OWN}their mean is kept and the rest is not",
    "cls": f"{OWN}the first is kept and the rest is not",
    "masked_mean": f"{OWN}the mean over those of the attention mask is kept and the rest is not",
    "last_token": f"{OWN}the last of the attention mask is kept and the rest is not",
    "each_token": "every token of the attention mask is a row of its own",
}
"""What a pool leaves of a layer."""
FLOAT16 = ":orange-badge[float16]: 11 binary digits, so fine bins count rounding."
REMOVED, KEPT = "recording-deleted", "recording-kept"


def panel(recording: Recording) -> None:
    """What there is, without reading any activations."""
    st.markdown(_counted(recording))
    for sentence in (*_kept(recording), *_left_out(recording)):
        st.markdown(f"- {plain(sentence)}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Layers")
        table = layers(recording)
        st.dataframe(table, hide_index=True, alt="Every layer with its shape, how it is stored and its size")
        if "float16" in set(table["stored as"]):
            st.markdown(FLOAT16)
    with right:
        st.subheader("Probe")
        st.dataframe(_probe(recording), hide_index=True, alt="Inputs, labels and factors of the probe samples")
        if recording.y is None and not recording.factors:
            st.info("The recording has no labels: I(T;Y) needs them. Record with probe=(x, y).")
        _origin(recording.provenance)
    with st.expander("All of its provenance"):
        st.json({"folder": recording.path, **recording.provenance})
    _disk(recording)


def layers(recording: Recording) -> pd.DataFrame:
    """One row a layer: shape, units, type, pooling, bytes of one step and of all."""
    rows = []
    for name, entry in entries(recording).items():
        each = entry.nbytes
        rows.append({
            "layer": name, "shape": " × ".join(f"{side:,}" for side in entry.shape),
            "units": math.prod(entry.shape[1:]), "stored as": entry.dtype, "pooled": entry.pool,
            "a step": UNKNOWN if each is None else size(each),
            "all steps": UNKNOWN if each is None else size(each * len(recording.steps)),
        })  # fmt: skip
    return pd.DataFrame(rows)


def tell_deleted() -> None:
    """Say once what was deleted, or why it was not."""
    if KEPT in st.session_state:
        st.error(f"Not deleted: {plain(st.session_state.pop(KEPT))}.")
    if REMOVED in st.session_state:
        st.success(f"Deleted: {plain(st.session_state.pop(REMOVED))}.")


def _counted(recording: Recording) -> str:
    writing = "" if recording.complete else " It is still being written, or its training was cut short."
    notes = recording.provenance.get("copy of")
    first, last = recording.steps[0], recording.steps[-1]
    ends = f"from {first} to {last}" if first != last else f"at {first}"
    whole = "" if notes else " Every one of these rows and steps is used; what was not recorded is told below."
    return (
        f"{len(recording):,} probe samples, {_several(len(recording.layers), 'layer')}, "
        f"{_several(len(recording.steps), 'recorded step')}, {ends}.{writing}{whole}"
    )


def _several(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"


def _kept(recording: Recording) -> list[str]:
    """Which layers there are of all, and what pooling kept of each."""
    asked = (recording.provenance.get("recipe") or {}).get("layers") or ()
    why = f"those asked for ({', '.join(map(str, asked))})" if asked else "those in the table"
    found = [f"Layers: {why}; what else the network has was not recorded."]
    pooled: dict[str, list[str]] = {}
    for name, entry in entries(recording).items():
        pooled.setdefault(entry.pool, []).append(label(name))
    for whole in ("flatten", ""):
        pooled.pop(whole, None)
    return found + [f"Pool {pool}: {KEEPS.get(pool, UNKNOWN)} ({_some(names)})." for pool, names in pooled.items()]


def _some(names: list[str]) -> str:
    """All names where they are few, else the first and how many more."""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _left_out(recording: Recording) -> list[str]:
    """What the recording itself says it lacks."""
    notes = recording.provenance.get("notes") or []
    found = [str(one) for one in (notes if isinstance(notes, list) else [notes])]
    try:
        manifest = read_manifest(Path(recording.path or ""))
    except FileError:
        return found
    found += [f"Not recorded: {name} ({reason})." for name, reason in manifest.skipped.items()]
    steps = getattr(manifest, "left_out", None)
    return found + ([f"Steps that the disk budget left out: {', '.join(map(str, steps))}."] if steps else [])


def _probe(recording: Recording) -> pd.DataFrame:
    rows = []
    if recording.x is not None:
        rows.append(
            {"column": "inputs x", "shape": str(recording.x.shape), "type": str(recording.x.dtype), "values": ""}
        )
    for name, column in {"y": recording.y, **recording.factors}.items():
        if column is not None:
            count = f"{len(pd.unique(column)):,}"
            rows.append({"column": name, "shape": str(column.shape), "type": str(column.dtype), "values": count})
    return pd.DataFrame(rows, columns=["column", "shape", "type", "values"])


def _origin(provenance: Mapping[str, Any]) -> None:
    """Licence and source, where they are known."""
    st.subheader("Where it comes from")
    found = {title: provenance[name] for name, title in LINES.items() if provenance.get(name)}
    st.markdown("\n\n".join(f"**{title}.** {plain(str(text))}" for title, text in found.items()) or "Nothing is told.")
    if "licence" not in provenance:
        st.caption(
            "No licence is noted. Record with provenance={'licence': ..., 'source': ...} to keep it with the data."
        )


def _disk(recording: Recording) -> None:
    """What this recording and all others take, and deleting this one."""
    st.subheader("Disk")
    own = _use(str(recording.path), recording.steps) if recording.path else None
    every = [_use(str(path), None) for path in library.recorded()]
    total = sum(one.bytes for one in every)
    if own:
        st.markdown(
            f"This recording takes {size(own.bytes)} in {own.files:,} files; {_several(len(every), 'recording')} here "
            f"take{'s' * (len(every) == 1)} {size(total)}."
        )
    with st.expander("Every recording, and what else is kept"):
        st.dataframe(_uses(every), hide_index=True, alt="Recordings of this computer with their size and age")
        _leftovers()
    if own:
        with st.expander("Delete this recording"):
            _deletion(own.path, own.bytes)


@st.cache_data(ttl=30, max_entries=1000, show_spinner=False)
def _use(path: str, written: object) -> library.Use:
    """What a folder takes; looked up again after half a minute."""
    return library.use(Path(path))


def _uses(every: list[library.Use]) -> pd.DataFrame:
    rows = [(one.path.name, one.bytes, one.files, one.written) for one in every]
    for name, title in (("clouds", "point clouds"), ("uploads", "uploads")):
        if (home() / name).is_dir():
            found = library.use(home() / name)
            rows.append((title, found.bytes, found.files, found.written))
    for one in map(library.use, library.unfinished()):
        rows.append((f"not finished: {one.path.name}", one.bytes, one.files, one.written))
    for path in home().glob("explorer.sqlite"):
        rows.append(("results and jobs", path.stat().st_size, 1, path.stat().st_mtime))
    rows.sort(key=lambda row: -row[1])
    return pd.DataFrame([
        {"what": name, "size": size(count), "files": files,
         "last written": time.strftime("%Y-%m-%d %H:%M", time.localtime(written))}
        for name, count, files, written in rows
    ])  # fmt: skip


def _leftovers() -> None:
    """A button for what killed jobs left behind."""
    found = [library.use(path) for path in library.abandoned()]
    if not found or pick.shared():
        return
    total = size(sum(one.bytes for one in found))
    st.markdown(
        f"{_several(len(found), 'unfinished folder')}, {total}: nothing was written there for an hour or more, as when "
        "a job was killed, and nothing reads them."
    )
    st.button("Remove what is unfinished", icon=":material/delete_sweep:", on_click=_clear, args=(len(found),))


def _clear(count: int) -> None:
    try:
        library.clear()
    except ExplorerError as error:
        st.session_state[KEPT] = str(error)
        return
    st.session_state[REMOVED] = _several(count, "unfinished folder")


def _deletion(folder: Path, count: int) -> None:
    """A box for the name and a button that is dead until it is right."""
    if pick.shared():
        st.info("This server is shared: recordings are deleted by whoever runs it.")
        return
    if not library.deletable(folder):
        st.info(
            f"It lies outside {plain(str(library.shelf()))}, so it is not deleted here. Remove its folder yourself."
        )
        return
    again = " It is one of the examples, and is made again when it is opened." * folder.name.startswith(library.BUNDLED)
    if not read_manifest(folder).complete:
        st.warning("It is not finished. A training that still writes it stops with an error.")
    st.markdown(
        f"{size(count)} are freed, for good.{again} Results that were computed from it stay in the results catalogue, "
        "and are used again for a recording of equal content."
    )
    box, button = st.columns([4, 1], vertical_alignment="bottom")
    typed = box.text_input(f"Type {plain(folder.name)} to delete it", key=f"delete-{folder.name}")
    button.button(
        "Delete", type="primary", icon=":material/delete:", disabled=typed != folder.name, on_click=_delete,
        args=(str(folder), typed),
    )  # fmt: skip


def _delete(folder: str, typed: str) -> None:
    """Delete, and look at another run."""
    try:
        library.delete(folder, typed)
    except ExplorerError as error:
        st.session_state[KEPT] = str(error)
        return
    st.session_state[REMOVED] = Path(folder).name
    st.session_state.pop("run-in-use", None)
    st.query_params.pop("run", None)
