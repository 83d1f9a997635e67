"""Jobs: what is running, what has failed, what it was."""

import time

import pandas as pd
import streamlit as st

from explorer import jobs
from explorer.ui.show import duration, job_line

st.title("Jobs")
jobs.mark_lost()
live = any(job.live for job in jobs.jobs())


@st.fragment(run_every=1.0 if live else None)
def board() -> None:
    """The jobs as they are now."""
    found = jobs.jobs(50)
    if not found:
        st.info("No job has run yet. A plane of a recording, or the demo on the Start page, is one.")
        return
    for job in found:
        if job.live or job.state in ("failed", "lost"):
            job_line(job)
    st.dataframe(pd.DataFrame([row(job) for job in found]), hide_index=True, alt="All jobs, newest first")
    if live and not any(job.live for job in found):
        st.rerun()


def row(job: jobs.Job) -> dict:
    """A job as a line of the table."""
    seconds = (job.finished or time.time()) - job.started if job.started else None
    return {
        "job": job.id,
        "what": job.title,
        "state": job.state,
        "done": f"{job.fraction:.0%}",
        "took": duration(seconds) if seconds is not None else "–",
        "attempt": job.attempt,
        "submitted": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(job.created)),
        "message": job.error or job.note,
    }


board()
