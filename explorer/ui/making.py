"""Recordings that a job makes: its progress stands where the recording will."""

from pathlib import Path

import streamlit as st

from explorer import bundle, jobs
from explorer.examples.base import about, bundled, is_there, needs
from explorer.ui import show


def at_hand(run: str) -> bool:
    """Whether a run can be opened in a moment: it is no example, or a quick one, or one that is recorded."""
    return run not in bundled() or about(run)["QUICK"] or is_there(run)


def shown(run: str) -> bool:
    """Whether a run is an example that is still to be recorded; then that begins, and its progress is shown.

    One that lacks a package is not begun: opening it says which command installs it.
    """
    if at_hand(run) or needs(run):
        return False
    spec = bundle.specification(run)
    known = next((job for job in jobs.jobs() if job.id == spec.id), None) or bundle.submitted(run)

    @st.fragment(run_every=0.5 if known.live else None)
    def line() -> None:
        job = jobs.job(known.id)
        if not job.live:
            show.job_line(job)
        else:
            st.progress(min(1.0, job.fraction), text=show.plain(_words(job)))
            st.button("Cancel", key=f"cancel-{job.id}", on_click=show.cancel, args=(job.id,))
        if known.live and not job.live:
            st.rerun()

    st.info(f"{show.plain(bundled()[run])}: its layers are recorded once, on this computer, and then kept.")
    line()
    return True


def recording(key: str) -> None:
    """The recording that a job of this session makes: its progress, and then the way to it.

    Args:
        key: under which the session keeps the job's id, until the recording is looked at.
    """
    named = st.session_state.get(key)
    if named is None:
        return
    live = jobs.job(named).live

    @st.fragment(run_every=0.5 if live else None)
    def line() -> None:
        if key not in st.session_state:
            st.rerun()
        job = jobs.job(named)
        if job.state == "done":
            folder = job.result["recording"]
            st.success(f"{show.plain(Path(folder).name)} is a recording now.")
            st.button("Look at it", key=f"{key}-look", on_click=_look, args=(folder, key))
        else:
            show.job_line(job)
        if live and not job.live:
            st.rerun()

    line()


def _look(folder: str, key: str) -> None:
    st.query_params["run"] = folder
    st.session_state["view"] = "What was recorded"
    st.session_state.pop(key, None)


def _words(job: jobs.Job) -> str:
    """How far the recording is."""
    if job.state == "queued":
        return "Waiting for a worker"
    left = f", {show.duration(job.seconds_left)} left" if job.seconds_left is not None else ""
    return f"{job.done} of {job.total}, {job.note}{left}" if job.total else job.note or "Running"
