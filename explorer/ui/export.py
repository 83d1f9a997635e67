"""A view as code: Python that repeats it, and a notebook that runs as it is."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from explorer import sweep
from explorer.bibliography import entries
from explorer.catalogue import Catalogue, estimators
from explorer.data import Recording
from explorer.examples.base import bundled
from explorer.handouts.notebook import notebook as written
from explorer.plan import Plan

USED = "keys-cited"
"""Keys of the bibliography that what this session was shown rests on, the first ones first."""


def python(recording: Recording, plan: Plan, settings: dict[str, Any], unit: str) -> str:
    """Code that computes and draws this plane."""
    names = ("target", "noise", "permutations", "seed")
    options = {name: getattr(plan, name) for name in names if getattr(plan, name) != getattr(Plan(), name)}
    return (
        "import explorer\n\n"
        f"recording = explorer.open({source(recording)!r})\n"
        f"trajectory = explorer.plane(recording, {called(estimators, plan.estimator, settings, options)})\n"
        f"trajectory.plot(unit={unit!r})\n"
    )


def called(kind: Catalogue, name: str, settings: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """An entry and arguments as planes, profiles and comparisons take them: with its own settings where names clash."""
    taken = inspect.signature(sweep.plane).parameters
    if not any(one in taken for one in settings):
        return ", ".join([repr(name), *_given(options), *_given(settings)])
    made = f"explorer.{kind.folder}.{kind.card(name).attribute}({', '.join(_given(settings))})"
    return ", ".join([made, *_given(options)])


def _given(settings: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value!r}" for name, value in settings.items()]


def source(recording: Recording) -> str:
    """What `explorer.open` takes for this recording: a bundled run's name, else its folder."""
    path = recording.path or ""
    name = path.rpartition("/bundled-")[2]
    return name if name in bundled() else path


def bibtex(keys: Iterable[str]) -> str:
    """The BibTeX entries of these keys, in the order of the bibliography."""
    wanted = set(keys)
    return "\n".join(entry for key, entry in entries().items() if key in wanted)


def used(keys: Iterable[str]) -> str:
    """The BibTeX of what a result on the screen rests on; the session keeps the keys."""
    found = list(keys)
    st.session_state[USED] = list(dict.fromkeys([*st.session_state.get(USED, ()), *found]))
    return bibtex(found)


def notebook(code: str, title: str, note: str) -> str:
    """A notebook (format 4.5) with one cell of words and one of code."""
    return written([("markdown", f"# {title}\n\n{note}"), ("code", code)])
