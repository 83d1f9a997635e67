"""The examples on the Start page: what each is, what to look for, and where it comes from."""

import streamlit as st

from explorer.examples.base import about, bundled, needs
from explorer.ui.pages import link
from explorer.ui.show import code, plain

COLUMNS = 3


def panel() -> None:
    """Every example, three in a row; one that lacks a package says which command installs it."""
    st.subheader("Examples")
    names = list(bundled())
    for first in range(0, len(names), COLUMNS):
        for name, place in zip(names[first : first + COLUMNS], st.columns(COLUMNS, gap="medium"), strict=False):
            with place:
                _example(name)


def _example(name: str) -> None:
    told, command = about(name), needs(name)
    if command:
        st.markdown(f"**{plain(told['TITLE'])}** · not installed")
        code(command, language="sh")
    else:
        link(told["PAGE"], told["TITLE"], run=name, **told["VIEW"])
    st.markdown(plain(told["LOOK"]))
    source = told["SOURCE"]
    st.caption(plain(f"{source[0].upper()}{source[1:]} · {told['LICENCE']}"))
