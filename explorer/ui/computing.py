"""Jobs behind a view: submitted when something is missing, asked for first when heavy, followed until their end."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from explorer import jobs
from explorer.errors import UnknownNameError
from explorer.sources._limits import size
from explorer.ui import pick, screen, show

LEFT = "jobs-left"
"""Jobs of this session that were cancelled because the view had turned to something else."""
HEAVY_SECONDS = 30.0
"""Work that is thought to take longer starts when it is asked for, not by itself."""


def of(spec: jobs.Specification) -> list[jobs.Job]:
    """The job of a specification, unless it is done."""
    return [job for job in jobs.jobs() if job.id == spec.id and job.state != "done"]


def started(
    spec: jobs.Specification, missing: float, submit: Callable[[], jobs.Job], what: str, heavy: float = HEAVY_SECONDS
) -> bool:
    """Submit a job when a share of its work is missing; one that is heavy waits for its Run button.

    The job that the same view of this session waited for before is cancelled: nobody looks at it now. It goes on once
    the view comes back to it.

    Args:
        missing: share of the work that is not there yet, 0 to 1.
        what: the work as one reads it before "about 5 min on one core".

    Returns:
        Whether a job is live.
    """
    found = [job for job in of(spec) if job.live or job.id not in st.session_state.get(LEFT, ())]
    if found or not missing:
        return any(job.live for job in found)
    seconds, memory = spec.cost.get("seconds", 0.0) * missing, spec.cost.get("bytes", 0.0)
    if seconds <= heavy:
        _replace(spec.function, submit().id)
        return True
    line, button = st.columns([5, 1], vertical_alignment="center")
    line.info(f"{what} about {show.duration(seconds)} on one core and {size(int(memory))} of memory.")
    if button.button("Run", type="primary", key=f"run-{spec.id}"):
        submit()
        st.rerun()
    return False


def followed(
    draw: Callable[[], None],
    live: bool,
    spec: jobs.Specification | Sequence[jobs.Specification],
    what_to_do: str = "",
    every: float = 1.0,
) -> None:
    """Draw once, or every so many seconds while a job is live, its progress above; then draw the whole page anew."""
    specs = [spec] if isinstance(spec, jobs.Specification) else list(spec)

    @st.fragment(run_every=every if live else None)
    def shown() -> None:
        running = [job for one in specs for job in of(one)]
        with st.container():  # what is drawn keeps its place when the lines above it come and go
            for job in running:
                show.job_line(job)
        to_do = what_to_do or "Change what the message names; nothing computed is lost."
        with st.container(), show.told(to_do), screen.fitted():
            draw()
        if live and not any(job.live for job in running):
            st.rerun()

    shown()


def shown(
    entry: Any, asked: Sequence[Any], draw: Callable[[Any], None], what: str, soon: str, missing: float | None = None
) -> None:
    """Draw a result as far as it is there; a job computes what is missing.

    Args:
        entry: has `specification`, `collected` and `submitted`, which take `asked`.
        draw: of what was collected.
        what: the work as one reads it before "about 5 min on one core".
        soon: said until there is something to draw.
        missing: share of the work that is not there yet; all of it where nothing was collected, unless given.
    """
    spec = entry.specification(*asked)
    left = float(entry.collected(*asked) is None) if missing is None else missing
    live = started(spec, left, lambda: entry.submitted(*asked), what)

    def now() -> None:
        found = entry.collected(*asked)
        if found is None:
            coming(live, soon)
        else:
            draw(found)

    followed(now, live, spec)


def coming(live: bool, text: str) -> None:
    """What a view says in place of a result that a live job is computing; nothing where none is."""
    if live:
        st.info(text)


def waiting(run: str) -> None:
    """A run that has been submitted and has recorded nothing yet; nothing for one that cannot be opened."""
    if not pick.waiting(run):
        return
    named = st.query_params.get("job")
    found = next((job for job in jobs.jobs(50) if job.id == named), None)
    if found is None:
        st.info("Nothing is recorded in this run yet. Choose a run above, or start the demo on the Start page.")
        return
    if not found.live:
        show.job_line(found)
        return

    @st.fragment(run_every=0.5)
    def line() -> None:
        job = jobs.job(found.id)
        doing = "is about to train" if job.state == "queued" else "is training"
        st.info(f"The network {doing}; its first recorded step appears here.")
        show.job_line(job)
        if not job.live or not pick.waiting(run):
            st.rerun()

    line()


def _replace(what: str, id: str) -> None:
    """Remember the job that this session waits for, and cancel the one before it: nobody looks at that view now."""
    before = st.session_state.get(f"job-{what}")
    st.session_state[f"job-{what}"] = id
    if before is None or before == id:
        return
    try:
        if jobs.job(before).live:
            jobs.cancel(before)
            st.session_state.setdefault(LEFT, set()).add(before)
    except UnknownNameError:  # the database was emptied
        del st.session_state[f"job-{what}"]
