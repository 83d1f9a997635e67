"""The figure of a lab: at once where the lab is quick, else from a worker, with what was there before until then."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from explorer import lab_runs
from explorer.catalogue import labs
from explorer.figures import kept
from explorer.lab_runs import Asked, Drawn
from explorer.settings import typed
from explorer.ui import computing, results, screen, show
from explorer.ui.show import plain

PATIENCE = 0.25
"""Seconds that a script waits for a worker before it shows progress instead."""
EVERY = 0.3
"""Seconds between two looks at a job."""

WHAT_TO_DO = "Change a control; the other settings stay as they are."

Change = Callable[[dict[str, Any]], dict[str, Any]]


def theme() -> Any:
    """The ground that the browser shows."""
    return st.context.theme.type or "light"


def on_screen(name: str, settings: Mapping[str, Any]) -> Asked:
    """A checked lab, drawn for the ground and the width of the reader's screen.

    Raises:
        UnknownNameError: when there is no lab of that name.
        SettingError: for a setting that it lacks, or a value out of its rule.
    """
    return Asked(name, settings, theme(), screen.narrow()).checked()


def panel(asked: Asked, change: Change = dict) -> None:
    """The figure of a checked lab.

    Args:
        change: of the figure as plain data, before it is shown.
    """
    if lab_runs.quick(asked.name):
        with show.told(WHAT_TO_DO):
            _draw(asked, lab_runs.drawn(asked), change)
        return
    live, spec = False, lab_runs.specification(asked)
    if lab_runs.collected(asked) is None:
        live = computing.started(spec, 1.0, lambda: lab_runs.submitted(asked), "This lab takes")
        live = live and lab_runs.soon(asked, PATIENCE) is None
    computing.followed(lambda: _now(asked, change), live, spec, WHAT_TO_DO, EVERY)


def ahead(wanted: Callable[[], Sequence[Asked]]) -> None:
    """Have workers draw what will soon be looked at, the first of these first; a quick lab gets its imports done.

    To be called after everything else of the page: not in a thread, where imports of two threads would meet. What
    fails here fails again, and is told, where it is looked at.
    """
    with suppress(Exception):
        _ahead(wanted())


def _ahead(asked: Sequence[Asked]) -> None:
    if lab_runs.quick(asked[0].name):
        lab_runs.drawn(asked[0])
        return
    for one in asked:
        if lab_runs.collected(one) is None and not computing.of(lab_runs.specification(one)):
            lab_runs.submitted(one)


def _now(asked: Asked, change: Change) -> None:
    """What a worker has drawn, or the figure before it, which says so."""
    found, before = lab_runs.collected(asked), st.session_state.get(_slot(asked))
    notice, picture = st.container(), st.container()
    if found is not None:
        st.session_state[_slot(asked)] = asked
        with picture:
            _draw(asked, found, change)
    elif before is not None and (old := lab_runs.collected(before)) is not None:
        notice.caption(f"This is still the figure for {plain(said(before))}.")
        with picture:
            _draw(before, old, change)
    else:
        notice.info("The figure is being computed, and appears here by itself.")


def said(asked: Asked) -> str:
    """The settings of a lab in words."""
    given = {one.name: one.default for one in labs.card(asked.name).settings} | dict(asked.settings)
    return ", ".join(f"{name.replace('_', ' ')} = {typed(one)}" for name, one in given.items())


def _draw(asked: Asked, found: Drawn, change: Change) -> None:
    results.figure(kept.figure(change(dict(found.figure))), f"figure-{asked.name}", asked.name)


def _slot(asked: Asked) -> str:
    return f"lab-shown-{asked.name}-{asked.theme}"
