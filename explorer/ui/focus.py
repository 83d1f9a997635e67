"""Where the focus goes on when what had it is gone: a button that takes itself away leaves the keyboard nowhere."""

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

KEY = "focus-moves"
"""In the session: how often the focus was to move on."""
SCRIPT = """
let done = 0;

export default function ({ data }) {
  if (!data.turn || data.turn === done) return;
  let looks = 50; // the button stays until the run has ended
  const timer = setInterval(() => {
    const control = document.querySelector(`.st-key-${data.place} :is(input, [role=slider], [role=combobox])`);
    const nowhere = !document.activeElement || document.activeElement === document.body;
    if (control && nowhere) control.focus();
    looks -= 1;
    if (looks && !(control && nowhere)) return;
    done = data.turn;
    clearInterval(timer);
  }, 100);
  return () => clearInterval(timer);
}
"""


def moves_on() -> None:
    """Say that what has the focus now will be gone in the next run."""
    st.session_state[KEY] = st.session_state.get(KEY, 0) + 1


def first_of(place: str) -> None:
    """Give the focus to the first control of the container with this key, once it was to move on and nothing has it."""
    _component()(key=f"focus-{place}", data={"place": place, "turn": st.session_state.get(KEY, 0)})


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component("focus", html="<span></span>", js=SCRIPT)
