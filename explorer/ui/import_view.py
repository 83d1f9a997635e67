"""Files of other programs become a recording: choose them, see what was found, then copy it as a job."""

import shlex
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import arrays, converted, jobs
from explorer.errors import FileError
from explorer.recordings import library
from explorer.recordings._layouts import proposed
from explorer.recordings.foreign import Found, found
from explorer.sources._limits import size
from explorer.sources._readers import accepted, is_source, is_there
from explorer.ui import files, making, pick, show

JOB = "import-job"
ROLES = {"x": "the inputs", "y": "the labels"}
HELP = "A folder whose files are steps, or one file or store. It is read where it lies, and never changed."
COLUMN = "The name of an array in these files, or FILE, FILE:NAME or FILE:a,b of another one."
WHAT_TO_DO = "Change what the message names; nothing has been copied, and the files are as they were."


def panel() -> None:
    """Choose a source and its pattern; below them what was found, and the button that copies it."""
    asked = _asked()
    with show.told(WHAT_TO_DO):
        if asked["source"]:
            _found(asked)
        else:
            st.info(f"Type a path, or upload one file. Readable are {show.plain(', '.join(accepted()))}.")
    making.recording(JOB)


def _asked() -> dict[str, Any]:
    """What the widgets say."""
    one, upload, two = st.columns([4, 1.3, 3], vertical_alignment="bottom")
    with upload.popover("Upload", icon=":material/upload:", width="stretch"):
        files.taker("One file with all steps, or of one step", "import-source")
    text = one.text_input("Folder or file", key="import-source", placeholder="runs/mine or acts.h5", help=HELP)
    pattern = two.text_input(
        "Pattern", key="import-pattern", placeholder="epoch_{step}.npz",
        help="Where the step stands in the names of the files, or of the arrays in one file: step_{step}/{layer}. "
        "{layer} may stand in it too. One file needs none where its names are like step_10/fc1.",
    )  # fmt: skip
    labels, inputs, factors, title = st.columns(4, vertical_alignment="bottom")
    y = labels.text_input("Labels", key="import-y", placeholder="found by name", help=COLUMN)
    x = inputs.text_input("Inputs", key="import-x", placeholder="found by name", help=COLUMN)
    more = factors.text_input(
        "Factors", key="import-factors", placeholder="found by kind", help=f"{COLUMN} With ; several."
    )
    name = title.text_input("Title", key="import-title", placeholder="name of the source")
    listed = [files.resolved(part.strip()) for part in more.split(";") if part.strip()]
    columns = {
        "x": files.resolved(x.strip()) or None,
        "y": files.resolved(y.strip()) or None,
        "factors": listed or None,
    }
    return {"source": files.resolved(text.strip()), "pattern": pattern.strip(), "title": name.strip(), **columns}


def _found(asked: dict[str, Any]) -> None:
    source = Path(asked["source"])
    named = [arrays.path(text) for text in (asked["x"], asked["y"], *(asked["factors"] or ())) if text]
    for path in (source, *(one for one in named if len(one.parts) > 1 or _is_there(one))):
        pick.allowed(path)
    if not _is_there(source):
        raise FileError(f"{asked['source'][:200]!r} does not exist on the computer that runs the app")
    if source.is_dir() and not is_source(source) and not asked["pattern"]:
        _propose(source)
        return
    held, lacking = _held(source, asked)
    out = library.fresh(asked["title"] or source.resolve().stem)
    called = "" if _is_started(source) else f" It will be called {show.plain(out.name)}."
    st.markdown(f"**{show.plain(converted.announced(held, out))}**{called}")
    _table(held)
    if lacking:
        st.warning("  \n".join(map(show.plain, lacking)), icon=":material/warning:")
    for note in held.notes:
        st.markdown(f"- {show.plain(note)}")
    given = {key: value for key, value in asked.items() if key != "source" and value}
    st.button(
        "Convert",
        type="primary",
        icon=":material/download:",
        key="import-start",
        on_click=_start,
        args=(held, out, given),
    )
    _repeat(source, given)


def _is_started(source: Path) -> bool:
    """Whether the conversion that this session started is of that source."""
    named = st.session_state.get(JOB)
    return named is not None and jobs.job(named).spec.arguments.get("source") == str(source.absolute())


def _is_there(path: Path) -> bool:
    return is_there(path, "file") or is_there(path, "dir")


def _propose(folder: Path) -> None:
    """Patterns that the names of a folder fit, as buttons."""
    fits = proposed(folder)
    if not fits:
        st.warning(
            f"No file below this folder has a number in its name and an ending that is read: {', '.join(accepted())}."
        )
        return
    st.markdown("Choose a pattern that the files fit, or type one.")
    for pattern in fits:
        st.button(show.plain(pattern), key=f"pattern-{pattern}", on_click=_choose, args=(pattern,))


def _choose(pattern: str) -> None:
    st.session_state["import-pattern"] = pattern


def _held(source: Path, asked: dict[str, Any]) -> tuple[Found, tuple[str, ...]]:
    """What is there, and what it lacks; looked at again when the question, or the source, has changed."""
    about = source.stat() if source.exists() else None
    key = (repr(asked | {"title": ""}), about and (about.st_mtime_ns, about.st_size))
    if st.session_state.get("import-held", (None,))[0] != key:
        columns = {name: asked[name] for name in ("x", "y", "factors")}
        held = found(source, asked["pattern"], **columns)
        st.session_state["import-held"] = key, held, converted.missing(held)
    return st.session_state["import-held"][1:]


def _table(held: Found) -> None:
    steps = f"{len(held.steps)} of them, from {held.steps[0]} to {held.steps[-1]}"
    rows = [
        {
            "layer": name,
            "shape": " × ".join(map(str, one.shape)),
            "stored as": str(one.dtype),
            "a step": size(one.nbytes),
        }
        for name, one in held.layers.items()
    ]
    columns = [
        {"column": name.removeprefix("factor."), "is": ROLES.get(name, "a factor"),
         "shape": " × ".join(map(str, column.shape)), "first value": str(column.reshape(-1)[0])[:30]}
        for name, column in held.columns.items()
    ]  # fmt: skip
    left, right = st.columns(2, gap="large")
    left.caption(f"Layers at every step: {steps}")
    left.dataframe(rows, hide_index=True, alt="Layers that were found")
    right.caption("Columns of the probe" if columns else "No labels or factors were found: I(T;Y) needs them")
    if columns:
        right.dataframe(columns, hide_index=True, alt="Columns that were found")


def _start(held: Found, out: Path, given: dict[str, Any]) -> None:
    st.session_state[JOB] = converted.submitted(held, out, **given).id


def _repeat(source: Path, given: dict[str, Any]) -> None:
    """The same from the command line and from Python."""
    flags = "".join(f" --{key} {shlex.quote(value)}" for key, value in given.items() if isinstance(value, str))
    flags += "".join(f" --factors {shlex.quote(value)}" for value in given.get("factors", ()))
    options = "".join(f", {key}={value!r}" for key, value in given.items() if key != "title")
    with st.expander("Copy as Python"):
        show.code(
            f"import explorer\n\nrecording = explorer.open({str(source)!r}{options})  # nothing is copied\n",
            language="python",
        )
        show.code(f"explorer convert {shlex.quote(str(source))}{flags}", language="bash")
