"""Rows and layers: a copy with some rows, layers, names or steps; what is dropped is said before and kept with it."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import jobs
from explorer.data import Recording, digest
from explorer.errors import ExplorerError, SettingError, UnknownNameError
from explorer.recordings import library
from explorer.recordings.differences import entries
from explorer.recordings.subset import Subset
from explorer.sources._limits import size
from explorer.ui import show
from explorer.ui.pages import link

RULES = {
    "All rows": "all",
    "Every k-th row": "every",
    "Rows at random": "random",
    "Equal rows of each class": "per_class",
    "Distinct inputs": "distinct",
}
STEPS = ("All steps", "The last step", "First and last step", "Every tenth step")


def panel(recording: Recording) -> None:
    """Choose, read what that keeps and drops, write."""
    if recording.path is None:
        raise SettingError("a recording of files is copied once it is added as a recording: see Add")
    st.markdown(
        "Results are computed from all rows of a recording. For fewer rows or layers, or other names, a copy is "
        "written; the recording itself is never changed, so results of the two are never mixed."
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        subset = _controls(recording)
    with right:
        st.subheader("The copy")
        told = _told(recording, subset)
        if told:
            _writing(recording, subset)
    _followed()


def _controls(recording: Recording) -> Subset:
    st.subheader("Rows")
    labels = [*(["y"] if recording.y is not None else []), *recording.factors]
    lacking = {"per_class": not labels, "distinct": recording.x is None}
    titles = [title for title, rule in RULES.items() if not lacking.get(rule)]
    rule = RULES[st.selectbox("Which rows", titles, key="rows", bind="query-params")]
    chosen: dict[str, Any] = {"rule": rule, **_rows(rule, len(recording), labels)}
    st.subheader("Layers")
    drop = st.multiselect("Layers to drop", recording.layers, key="drop", bind="query-params")
    names = st.text_area(
        "New names, one a line", key="rename", bind="query-params", placeholder="old name = new name", height=100
    )
    kept = {name: name for name in recording.layers if name not in drop}
    chosen["layers"] = kept | _renamed(names, kept)
    if not kept:
        st.warning("All layers would be dropped; at least one is kept.")
    every = recording.steps
    kept_steps = ((), every[-1:], tuple(dict.fromkeys((every[0], every[-1]))), every[::10])
    steps = st.selectbox("Steps", STEPS, key="steps", bind="query-params")
    return Subset(**chosen, steps=kept_steps[STEPS.index(steps)])


def _rows(rule: str, n: int, labels: list[str]) -> dict[str, Any]:
    """The settings of a rule."""
    one, two = st.columns(2)
    if rule == "every":
        return {"k": one.number_input("k", 1, n, min(2, n), key="k", bind="query-params")}
    if rule not in ("random", "per_class"):
        return {}
    found: dict[str, Any] = {"seed": two.number_input("seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")}
    if rule == "random":
        return found | {"count": one.number_input("rows", 1, n, max(1, n // 2), key="count", bind="query-params")}
    found["column"] = one.selectbox("Classes of", labels, key="by", bind="query-params")
    st.caption("As many of each class as the smallest one has.")
    return found


def _renamed(text: str, kept: dict[str, str]) -> dict[str, str]:
    """The names that lines of "old = new" give."""
    found = {}
    for line in filter(str.strip, (text or "").splitlines()):
        old, mark, new = (part.strip() for part in line.partition("="))
        if not mark or old not in kept:
            what = "has no '='" if not mark else f"names no layer that is kept; there is {', '.join(list(kept)[:8])}"
            raise SettingError(f"new names: {line.strip()[:60]!r} {what}")
        found[old] = new
    return found


def _told(recording: Recording, subset: Subset) -> bool:
    """What the copy keeps, drops and takes; whether it can be written."""
    try:
        rows, names, told = subset.rows(recording), subset.names(recording), subset.told(recording)
    except ExplorerError as error:
        st.error(show.sentence(error))
        return False
    st.markdown("\n".join(f"- {show.plain(one)}" for one in told))
    each = [entry.nbytes for name, entry in entries(recording).items() if name in names]
    steps = len(subset.steps or recording.steps)
    count = sum(filter(None, each)) * steps * len(rows) // max(1, len(recording))
    count += subset.probe_bytes(recording, len(rows))
    about = "an unknown amount of disk" if None in each else f"about {size(count)}"
    st.markdown(f"It takes {about}. These sentences are kept in its provenance.")
    return True


def _writing(recording: Recording, subset: Subset) -> None:
    name = st.text_input("Name of the copy", key="name", bind="query-params", placeholder=f"{recording.name}-copy")
    name = name or f"{Path(recording.path or '').name.removeprefix(library.BUNDLED)}-copy"
    try:
        target = library.place(name)
    except SettingError as error:
        st.info(f"Choose a name: {show.sentence(error)}")
        return
    if st.button("Write the copy", type="primary", icon=":material/content_copy:"):
        st.query_params["job"] = _submitted(recording, subset, target)


def _submitted(recording: Recording, subset: Subset, target: Path) -> str:
    """The job; a wish of its own each time, since a copy that was deleted may be wanted again."""
    assert recording.path is not None
    plain = asdict(subset) | {"steps": list(subset.steps)}
    where = {"path": recording.folder, "target": str(target), "asked": f"{time.time():.6f}"}
    data = digest([recording.step_digest(step) for step in subset.steps or recording.steps])
    spec = jobs.Specification("explorer.recordings.subset:run", where | plain, data, subset.seed)
    return jobs.submitted(spec, f"Copy of {recording.name} as {target.name}").id


def _followed() -> None:
    """The job that the URL names, until the copy can be opened."""
    try:
        job = jobs.job(st.query_params.get("job", ""))
    except UnknownNameError:
        return
    if job.spec.function != "explorer.recordings.subset:run":
        return

    @st.fragment(run_every=0.5 if job.live else None)
    def line() -> None:
        now = jobs.job(job.id)
        show.job_line(now)
        if now.state == "done":
            path = now.result["recording"]
            if Path(path).exists():
                st.success(f"{show.plain(Path(path).name)} has been written.")
                link("data", "Open the copy", run=path)
            if job.live:
                st.rerun()

    line()
