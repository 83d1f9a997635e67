"""The Labs page: lessons in order, labs by chapter, the library of papers; or the one lesson or lab of the URL."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import streamlit as st

from explorer.catalogue import Card, estimators, labs, lessons, measures, objectives
from explorer.labs.base import chapters
from explorer.labs.base import words as text_of
from explorer.lessons.base import ordered
from explorer.papers import papers
from explorer.ui import answers, lab_view, lesson_handouts, lesson_view, library_view, show, steps
from explorer.ui.form import given
from explorer.ui.pages import link
from explorer.ui.show import plain

VIEWS = ("Lessons", "Labs", "Papers")
VIEW = "labs-view"
"""Key of the widget. The URL's `view` is written here and not bound, for the reason that `_keep` gives."""
KNOWN, ANSWERS = ("lab", "lesson", "view", "q", "hide", "lock", "projector"), ("predicted", "answered", "told")
"""Parameters of the URL that are no settings, and what begins the names of those that say what was answered."""
LEFT = "labs-left"
"""In the session: the parameters with which the page was last shown."""
WHERE = (
    "in the question",
    "in the words of the lab",
    "here and there, or as parts of words",
    "in the words of its chapter",
)
"""Where and how the search finds what is sought, the best first."""
WHAT_TO_DO = "Choose another in the list of labs and lessons, or change what the message names."


def page() -> None:
    """What the URL names, or the lists."""
    _come_back()
    lab, lesson = st.query_params.get("lab"), st.query_params.get("lesson")
    first = {name: texts for name, texts in given().items() if not _known(name)}
    with show.told(WHAT_TO_DO):
        if lesson is not None and lesson in lessons:
            _keep("lesson", lesson)
            lesson_view.panel(lesson, first)
        elif lab is not None and lab in labs:
            _keep("lab", lab)
            lab_view.panel(lab, first)
        else:
            _lists(lesson, lab)
    st.session_state[LEFT] = st.query_params.to_dict()


def _come_back() -> None:
    """Show what was here before where the menu of another page leads here: its address names nothing."""
    if steps.arrived() and not st.query_params:
        st.query_params.update(st.session_state.get(LEFT, {}))


def _known(name: str) -> bool:
    """Whether a parameter of the URL is one of the page, whatever it shows."""
    return name in KNOWN or name.partition(".")[0] in ANSWERS


def _keep(name: str, value: str) -> None:
    """Write a parameter into the address once more: a link from this page to itself leaves the old address there."""
    st.query_params[name] = value


def _lists(lesson: str | None, lab: str | None) -> None:
    """The three lists, after a word on a name in the URL that is none."""
    st.header("Labs")
    for name, entries in ((lesson, lessons), (lab, labs)):
        if name is not None:
            with show.told("The lists below have all of them."):
                entries.card(name)
    named = st.query_params.get("view", "")
    st.session_state[VIEW] = named if named in VIEWS else VIEWS[0]
    view = st.segmented_control("Show", VIEWS, required=True, key=VIEW, on_change=_choose, label_visibility="collapsed")
    if named or view != VIEWS[0]:
        _keep("view", view or VIEWS[0])
    if view == "Papers":
        library_view.panel()
    elif view == "Labs":
        _labs()
    else:
        _lessons()


def _choose() -> None:
    st.query_params["view"] = st.session_state[VIEW]


def _lessons() -> None:
    """Every lesson in order, with those that were done."""
    names, done = ordered(), answers.done()
    if not names:
        st.info("This version has no lessons.")
        return
    minutes = sum(lessons.card(name).constants["MINUTES"] for name in names)
    st.markdown(f"Predict, play, answer: {len(names)} lessons in order, {minutes} minutes in all.")
    for place, name in enumerate(names, 1):
        _lesson(place, lessons.card(name), name in done)
    with st.expander("Answers of this session"):
        lesson_handouts.files()


def _lesson(place: int, card: Card, done: bool) -> None:
    line, state = st.columns([6, 2], vertical_alignment="center")
    with line:
        link("labs", f"{place}. {card.constants['TITLE']}", lesson=card.name, **answers.parameters())
        st.caption(card.summary)
    state.markdown(f"{card.constants['MINUTES']} minutes" + (" · :material/check: done" if done else ""))


def _labs() -> None:
    """Every lab under its chapter, or those that words find."""
    wanted = st.text_input("Find a lab", key="q", bind="query-params", placeholder="words of its question or chapter")
    every = {chapter: [labs.card(name) for name in names] for chapter, names in in_order().items()}
    if (wanted or "").strip():
        _search(wanted or "", [card for cards in every.values() for card in cards])
        return
    st.caption(f"{sum(map(len, every.values()))} labs")
    for cards in every.values():
        _chapter(cards)


def _search(wanted: str, cards: list[Card]) -> None:
    """The labs that words find: under the headings of `WHERE`."""
    found = ranked(cards, wanted)
    left = sum(map(len, found.values()))
    st.caption(f"{left} of {len(cards)} labs")
    if not left:
        st.info(f"No lab has {plain(wanted)} in its question, its chapter or its words. Try another word.")
    for where, some in found.items():
        st.subheader(f"Found {where}")
        for package, of_it in groupby(some, key=lambda card: card.module.rpartition(".")[0]):
            st.caption(introduction(package)[0].rstrip("."))
            for card in of_it:
                link("labs", card.constants["TITLE"], lab=card.name)


def in_order() -> dict[str, list[str]]:
    """The chapters and their labs: first those that lessons play with, in the order of the lessons."""
    found = chapters()
    taught = [labs.card(lessons[name]().play.lab).module.split(".")[-2] for name in ordered()]
    return {chapter: found[chapter] for chapter in dict.fromkeys((*taught, *found))}


def _chapter(cards: list[Card]) -> None:
    """A chapter: its introduction and its labs."""
    title, text = introduction(cards[0].module.rpartition(".")[0])
    st.subheader(title.rstrip("."))
    if text:
        st.markdown(text)
    for card in cards:
        link("labs", card.constants["TITLE"], lab=card.name)


def ranked(cards: Iterable[Card], words: str) -> dict[str, list[Card]]:
    """Cards of the labs in which all words are found, under the first of `WHERE` that holds for them.

    In the question whole words count in any order; in the words of a lab they must stand together as they were typed.
    """
    sought = words.lower().split()
    phrase, each = _whole(sought), [_whole([word]) for word in sought]
    found: dict[str, list[Card]] = {where: [] for where in WHERE}
    for card in cards:
        title, own, chapter = (part.lower() for part in _parts(card))
        lab = f"{title} {own}"
        holds = (
            all(word.search(title) for word in each),
            phrase.search(lab),
            all(word in lab for word in sought),
            all(word in f"{lab} {chapter}" for word in sought),
        )
        for where in [where for where, here in zip(WHERE, holds, strict=True) if here][:1]:
            found[where].append(card)
    return {where: some for where, some in found.items() if some}


def _whole(words: list[str]) -> re.Pattern[str]:
    """Whole words one after the other, the last perhaps in the plural."""
    return re.compile(r"(?<!\w)" + r"[\s-]+".join(map(re.escape, words)) + r"s?(?!\w)")


def _parts(card: Card) -> tuple[str, str, str]:
    """What a lab says in its question; in its name, words, papers and entries; and in its chapter."""
    titles = {one.number: one.title for one in papers()}
    cited = (f"paper {one}. {titles.get(one, '')}." for one in card.constants["PAPERS"])
    said, chapter = text_of(card.doc), introduction(card.module.rpartition(".")[0])
    parts = (card.name, card.name.replace("_", " "), said.shown, said.do, said.see, said.rest, *cited)
    return card.constants["TITLE"], ". ".join((*parts, *_entries(card.module))), " ".join(chapter)


@cache
def _entries(module: str) -> list[str]:
    """Name and summary of every estimator, measure and objective that a lab imports."""
    lines = [line for line in _source(module).body if isinstance(line, ast.ImportFrom)]
    names = {alias.name for line in lines for alias in line.names}
    cards = [entries.card(name) for entries in (estimators, measures, objectives) for name in entries]
    return [f"{card.name.replace('_', ' ')}. {card.summary}" for card in cards if card.attribute in names]


def _source(module: str) -> ast.Module:
    """The source of a module, which is not imported."""
    spec = find_spec(module)
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else "")


@cache
def introduction(package: str) -> tuple[str, str]:
    """Title and text of a chapter: the docstring of its package, which is not imported."""
    head, _, rest = (ast.get_docstring(_source(package)) or package).partition("\n\n")
    return " ".join(head.split()), rest
