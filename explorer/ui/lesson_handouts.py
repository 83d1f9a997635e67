"""A lesson to take along: the answers of this session, a page for the printer, a notebook, a link for a class."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer import lab_runs
from explorer.figures import kept
from explorer.handouts import lesson as handout
from explorer.lessons.base import Lesson
from explorer.ui import answers, computing, teacher

PARTS = ("finding",)
"""Of a lesson, what a link can hold back beside its control."""


def panel(name: str, lesson: Lesson, settings: Mapping[str, Any]) -> None:
    """All of it in one folded place."""
    with st.expander("Take it along, or to a class"):
        files()
        st.download_button("Notebook of this lesson", lambda: handout.notebook(name), f"{name}.ipynb",
                           "application/x-ipynb+json", on_click="ignore")  # fmt: skip
        _page(name)
        free = {one: settings[one] for one in lesson.play.free}
        teacher.maker({"lesson": name}, name, free, PARTS, lesson.play.free)


def files() -> None:
    """The answers of this session as two files."""
    rows = answers.log()
    if not rows:
        st.caption("No question has been answered in this session yet; answers can be saved to a file here.")
        return
    left, right = st.columns(2)
    left.download_button("My answers (CSV)", answers.as_csv(rows), "answers.csv", "text/csv", on_click="ignore")
    right.download_button(
        "My answers (JSON)", answers.as_json(rows), "answers.json", "application/json", on_click="ignore"
    )


def _page(name: str) -> None:
    """The lesson as one HTML file; its figures come from a worker where its lab is not quick."""
    asked = [one for _, one in handout.frames(name)]
    quick = lab_runs.quick(asked[0].name)
    missing = [] if quick else [one for one in asked if lab_runs.collected(one) is None]
    if not missing:
        st.download_button("Page for the printer (HTML)", lambda: handout.page(name, [_figure(one) for one in asked]),
                           f"{name}.html", "text/html", on_click="ignore")  # fmt: skip
        return
    if st.button("Prepare a page for the printer", key=f"{name}-prepare"):
        for one in missing:
            lab_runs.submitted(one)
    specs = [lab_runs.specification(one) for one in missing]
    live = any(job.live for spec in specs for job in computing.of(spec))
    computing.followed(lambda: None, live, specs)


def _figure(asked: lab_runs.Asked) -> Any:
    found = lab_runs.drawn(asked) if lab_runs.quick(asked.name) else lab_runs.collected(asked)
    return kept.figure((found or lab_runs.drawn(asked)).figure)
