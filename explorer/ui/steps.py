"""Steps from view to view: one that the reader makes is one of the browser's history, and a page knows of the first."""

from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

KEY = "history-steps"
SCRIPT = """
const DOES = ["pointerdown", "keydown", "click", "input", "change", "drop"];

export default function () {
  if (history.steps) return;
  history.steps = { done: false };
  const push = history.pushState;
  const note = () => { history.steps.done = true; };
  for (const what of DOES) window.addEventListener(what, note, true);
  window.addEventListener("popstate", () => { history.steps.done = false; });
  history.pushState = function (...args) {
    const first = history.steps.done;
    history.steps.done = false;
    return first ? push.apply(history, args) : history.replaceState(...args);
  };
}
"""


def watch(page: Any) -> None:
    """Keep what of the reader's way the pages ask for; it takes no room.

    On the way to another page the address loses the parameters of controls before it has the new page, and that page
    then writes its own; without this, Back leads through all of them, and the first is no place where anyone was.

    Args:
        page: what the address asks for now.
    """
    st.session_state[KEY] = (*st.session_state.get(KEY, ())[-1:], page.url_path)
    with st.container(key=f"screen-{KEY}"):
        _component()(key=f"{KEY}-watch")


def arrived() -> bool:
    """Whether another page was shown until now; not where the session begins with this one."""
    seen = st.session_state.get(KEY, ())
    return len(seen) == 2 and seen[0] != seen[1]


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("steps", html='<span aria-hidden="true"></span>', js=SCRIPT)
