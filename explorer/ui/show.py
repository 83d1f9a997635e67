"""Results on the screen: doubts, jobs, code, amounts of time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from explorer import jobs
from explorer.errors import ExplorerError
from explorer.result import Doubt
from explorer.ui.units import told_in


def doubts(found: Sequence[Doubt], computed: bool = True) -> None:
    """The permanent panel of reasons why the picture might be wrong, remarks with a ring.

    Args:
        computed: whether there is any value yet.
    """
    with st.container(border=True):
        st.markdown("**Why might this be wrong?**")
        if not computed:
            st.markdown("Nothing has been computed yet.")
        elif all(doubt.note for doubt in found):
            st.markdown("No rule fires on these data. Another estimator or measure, or another seed, is the next test.")
        marks = {True: ":gray[○]", False: ":orange[▲]"}
        lines = (f"{marks[doubt.note]} **{plain(doubt.rule)}.** {plain(doubt.text)}" for doubt in found)
        st.markdown("\n\n".join(lines))


def job_line(job: Any) -> None:
    """Progress, time left and a button to cancel, for a job that is live; a sentence otherwise."""
    if job.live:
        followed = not job.total  # nobody knows how many steps a training is still to record
        note = told_in(job.note, st.session_state.get("unit", ""))
        words = _queued() if job.state == "queued" else "Stopping" if job.state == "cancelling" else note or "Running"
        left = f" · {duration(job.seconds_left)} left" if job.seconds_left is not None and not followed else ""
        bar, stop = st.columns([6, 1], vertical_alignment="center")
        bar.progress(min(1.0, job.fraction), text=f"{plain(job.title)} · {plain(words)}{left}")
        stop.button(
            "Cancel", key=f"cancel-{job.id}", on_click=cancel, args=(job.id,), disabled=job.state == "cancelling"
        )
    elif job.state in ("failed", "lost", "cancelled"):
        reason = {"lost": "its worker is gone", "cancelled": "it was cancelled; what it had computed is shown"}
        st.warning(f"{plain(job.title)} has stopped: {plain(job.error or reason.get(job.state, job.state))}")
        if job.hint:
            st.caption(plain(job.hint))
        st.button("Resume", key=f"resume-{job.id}", on_click=resume, args=(job.id,))


def _queued() -> str:
    """What a job waits for: the jobs that keep the workers."""
    before = [job.title for job in jobs.jobs() if job.live and job.state != "queued"]
    first = f"; before it: {', '.join(before[:2])}" if before else ""
    return f"Waiting for a worker{first}{f' and {len(before) - 2} more' if len(before) > 2 else ''}"


def cancel(job: str) -> None:
    """Ask a job to stop."""
    jobs.cancel(job)


def resume(job: str) -> None:
    """Queue a stopped job again."""
    jobs.resume(job)
    jobs.ensure_service()


@contextmanager
def told(what_to_do: str) -> Iterator[None]:
    """An error of ours inside becomes a message with what to do; the rest of the page stays."""
    try:
        yield
    except ExplorerError as error:
        st.error(sentence(error))
        st.caption(what_to_do)


def code(text: str, language: str | None = None) -> None:
    """Code to copy, wrapped: what scrolls sideways cannot be read by keyboard."""
    st.code(text, language=language, wrap_lines=True)


def duration(seconds: float) -> str:
    """75 as "1 min 15 s"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def sentence(error: Exception) -> str:
    """What an error says as a sentence with its end, which Markdown shows as it is written."""
    return plain(str(error)) + "." * (not str(error).endswith((".", "?")))


def plain(text: str) -> str:
    """Text that Markdown shows as it is written."""
    for mark in "\\`*_[]<>#$~|:&":
        text = text.replace(mark, f"\\{mark}")
    return text
