"""One lab: its controls, its figure, what to do and what will be seen, and how to take it along."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer import lab_runs
from explorer.catalogue import Card, labs
from explorer.handouts import lab as handout
from explorer.lab_runs import Asked
from explorer.labs.base import Words, expected, words
from explorer.papers import paper
from explorer.ui import export, lab_figure, results, teacher
from explorer.ui.form import tell_ignored
from explorer.ui.pages import link
from explorer.ui.show import plain
from explorer.ui.teacher import Prepared


def panel(name: str, first: Mapping[str, list[str]]) -> None:
    """The lab of that name, as the URL prepares it.

    Args:
        first: parameters of the URL that no other part of the page reads, as they were before anything was drawn.

    Raises:
        UnknownNameError: when there is none.
    """
    card, prepared = labs.card(name), Prepared.asked()
    if not prepared.projector:
        link("labs", "All labs", view="Labs")
    teacher.head(card.constants["TITLE"], prepared)
    notice = st.container()
    picture, side = teacher.halves(prepared)
    said = words(card.doc)
    with picture:
        text, place = teacher.bar(prepared)
        text.markdown(f"**Do:** {said.do}")
        with place:
            asked = _controls(card, prepared)
        lab_figure.panel(asked, prepared.changed)
    with side:
        _words(said, prepared, expected(said.see, asked.settings, card.settings))
        if not prepared.projector:
            _papers(card)
            _take(card, asked)
    with notice:
        hidden = {f"{name}.{one}" for one in prepared.hide | prepared.lock}
        tell_ignored({key: one for key, one in first.items() if key not in hidden}, f"labs-{name}")
        teacher.tell_unknown(prepared, card.settings)


def _controls(card: Card, prepared: Prepared) -> Asked:
    values = teacher.controls(card.settings, card.name, prepared)
    return lab_figure.on_screen(card.name, values)


def _words(said: Words, prepared: Prepared, see: str) -> None:
    """What is shown, what will be seen, and why, unless a link holds them back."""
    if not prepared.projector:
        st.markdown(said.shown)
    if "see" not in prepared.hide:
        st.markdown(see)
    if "explanation" not in prepared.hide and not prepared.projector:
        st.markdown(said.rest)


def _papers(card: Card) -> None:
    """The papers whose quantity the lab shows."""
    for one in map(paper, card.constants["PAPERS"]):
        year = f" ({one.year})" if one.year else ""
        said = one.sentence if one.estimates else f"{one.sentence} {one.instead}"
        st.caption(f"Paper {one.number}: *{plain(one.title)}*{year}. {plain(said)}")


def _take(card: Card, asked: Asked) -> None:
    """The lab as code, citations, notebook and table, and as a link."""
    code = handout.python(asked.name, asked.settings)
    keys = [*card.references, *filter(None, (paper(number).key for number in card.constants["PAPERS"]))]
    results.exports(code, export.used(keys), (card.name, words(card.doc).shown), lambda: _frame(asked))
    st.caption("The camera in the bar of the figure saves it as SVG.")
    shown = {one.name: one.default for one in card.settings} | dict(asked.settings)
    teacher.maker({"lab": card.name}, card.name, shown)


def _frame(asked: Asked) -> Any:
    """The numbers of the figure."""
    import pandas

    found = lab_runs.drawn(asked, tabled=True) if lab_runs.quick(asked.name) else lab_runs.collected(asked)
    return pandas.DataFrame(found.table if found else {})
