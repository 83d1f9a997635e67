"""Whether the reader's screen is narrow; when that changes, or the theme does, the page runs again and follows."""

from contextlib import AbstractContextManager
from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from explorer.figures.theme import on

KEY = "screen"
HTML = '<span class="probe" aria-hidden="true"></span>'
CSS = ".probe { color: var(--st-text-color); transition: color 1ms; }"
SCRIPT = """
const narrow = window.matchMedia("(max-width: 1100px)");

export default function ({ data, parentElement, setStateValue }) {
  const probe = parentElement.querySelector(".probe");
  const tell = () => setStateValue("narrow", narrow.matches);
  const follow = () => setStateValue("ink", getComputedStyle(probe).color);
  narrow.addEventListener("change", tell);
  probe.addEventListener("transitionend", follow);
  if (narrow.matches !== data.narrow) tell();
  return () => {
    narrow.removeEventListener("change", tell);
    probe.removeEventListener("transitionend", follow);
  };
}
"""


def watch() -> None:
    """Have the browser say what the screen is; it takes no room on the page."""
    with st.container(key=KEY):
        said = _component()(key=f"{KEY}-said", data={"narrow": narrow()}, default={"narrow": False, "ink": ""},
                            on_narrow_change=_nothing, on_ink_change=_nothing)  # fmt: skip
    st.session_state[f"{KEY}-narrow"] = bool(said.narrow)


def narrow() -> bool:
    """Whether a figure beside its words would be too narrow for a title in one line."""
    return bool(st.session_state.get(f"{KEY}-narrow", False))


def fitted() -> AbstractContextManager[None]:
    """Inside it figures are drawn for the reader's screen and theme; a fragment that runs alone enters it anew."""
    return on(st.context.theme.type or "light", narrow())


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("screen", html=HTML, css=CSS, js=SCRIPT)


def _nothing() -> None:
    """Streamlit lists a state in the result when it has a callback."""
