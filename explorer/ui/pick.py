"""Choose a recording: a bundled run, one that was recorded here, or any folder."""

import os
from pathlib import Path

import streamlit as st

import explorer
from explorer.data import Recording
from explorer.errors import ExplorerError, FileError
from explorer.examples.base import bundled
from explorer.home import home
from explorer.recordings.library import BUNDLED, recorded
from explorer.ui import making
from explorer.ui.show import sentence

OPENED = "runs-opened"
"""Recordings outside the shelf that this session opened: they are at hand as well."""


def runs(*named: str) -> dict[str, str]:
    """Every run at hand, {what the URL says: what a person reads}, newest recordings first, then own folders.

    Args:
        named: others that are to be in the list, such as those of the URL.
    """
    known = dict(bundled()) | {str(path): path.name for path in recorded() if not path.name.startswith(BUNDLED)}
    own = [path for path in st.session_state.get(OPENED, ()) if Path(path).exists()]
    for path in (*own, *named):
        if path not in known:
            name = Path(path).name
            known[path] = path if not name or name in known or name in known.values() else name
    return known


def typed(text: str | None) -> str:
    """What was chosen from a list or typed into its box, without a slash at its end; a folder may begin with ~."""
    said = (text or "").strip()
    return os.path.expanduser(said).rstrip(os.sep) or said


def recording() -> Recording | None:
    """The run that the URL names, with a box to choose another; None when it cannot be opened."""
    return opened(choice())


def choice(usual: str = "") -> str:
    """The run that the URL names, with a box to choose another; `usual` where neither it nor the session names one."""
    known = runs()
    first = usual if usual in known else next(iter(known))
    named = typed(st.query_params.get("run")) or st.session_state.get("run-in-use") or first
    st.session_state["run-in-use"] = named  # the menu opens a page without the parameters of the one before
    st.query_params["run"] = named
    known = runs(named)
    options = list(known)
    st.selectbox(
        "Run", options, options.index(named), key=f"chosen-{named}", format_func=known.__getitem__, on_change=_choose,
        args=(named,),
    )  # fmt: skip
    return named


def _choose(before: str) -> None:
    """Put the chosen run into the URL; a job that the URL named belongs to the run before.

    A browser may still tell the box of a run that was left otherwise in the meantime.
    """
    if st.query_params.get("run", before) != before:
        return
    st.query_params["run"] = st.session_state[f"chosen-{before}"]
    st.query_params.pop("job", None)


def opened(run: str) -> Recording | None:
    """The recording, or None after a message with what to do."""
    try:
        if making.shown(run):
            return None
        if run not in bundled():
            allowed(Path(run))
        found = explorer.open(run)
        if found.path is None:
            raise FileError(f"{run} is a file of another program; convert it on the Data page")
        if run not in runs():
            st.session_state[OPENED] = [*st.session_state.get(OPENED, ()), run]
        return found
    except (ExplorerError, OSError) as error:  # such as a name too long for the system
        if waiting(run):
            return None
        st.error(f"This run cannot be opened: {sentence(error)}")
        st.caption("Choose another run above, or give the folder of a recording on the Start page.")
        return None


def waiting(run: str) -> bool:
    """Whether a folder is there in which no step has been recorded yet."""
    folder = Path(run)
    if folder.parent != home() / "recordings" or not folder.is_dir():
        return False
    try:
        return not explorer.open(run).steps
    except (ExplorerError, OSError):
        return not (folder / "manifest.json").exists()


def shared() -> bool:
    """Whether this server was told which folders to show: then whoever runs it adds and deletes recordings."""
    return bool(os.environ.get("EXPLORER_ROOTS"))


def allowed(path: Path) -> None:
    """Raise when a shared server was told which folders to show and this is not in one of them.

    Raises:
        FileError: naming the folders; also for what no path can be.
    """
    roots = [
        Path(root).expanduser().resolve() for root in os.environ.get("EXPLORER_ROOTS", "").split(os.pathsep) if root
    ]
    try:
        inside = not roots or any(path.resolve().is_relative_to(root) for root in (*roots, home()))
    except (OSError, ValueError, RuntimeError) as error:  # a zero byte, a loop of links
        raise FileError(f"{str(path)[:200]!r} is no path on this server: {error}") from error
    if not inside:
        raise FileError(f"{path} is outside the folders that this server shows: {', '.join(map(str, roots))}")
