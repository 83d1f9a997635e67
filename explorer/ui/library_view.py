"""The library of papers: find one, read what it says, and go to what shows its quantity."""

import streamlit as st

from explorer import papers
from explorer.bibliography import authors
from explorer.papers import Offer, Paper
from explorer.ui import export
from explorer.ui.form import given, tell_ignored
from explorer.ui.pages import link
from explorer.ui.show import code, plain

PREFIX = "papers."
"""Begins the names of what the panel reads from the URL."""
ANY, ON_A_PAGE = "any", 15
FILTERS = {"quantity": "quantity_name", "family": "family", "class": "kind", "subject": "subject"}
"""Names of the boxes, and what of a paper each looks at."""
HELP = {
    "quantity": "The information quantity at the heart of the paper; none where it estimates none.",
    "family": "What its quantity is computed with; papers of one family share it.",
    "class": "Whether its quantity is to be estimated on any data, to be seen in a lab, or plays a small part.",
    "subject": "What the paper is filed under.",
}
EMPTY = {"find": "", "tried": False, "page": 1} | dict.fromkeys(FILTERS, ANY)
"""What the boxes hold before anything is chosen."""


def panel() -> None:
    """Boxes to search, the papers they leave, and the references of this session."""
    first = {name: texts for name, texts in given().items() if name.startswith(PREFIX)}
    notice = st.container()
    text, chosen = _boxes()
    tried = papers.tried()
    found = papers.search(text, **chosen)
    if st.toggle("Only what can be tried here", key=f"{PREFIX}tried", bind="query-params"):
        found = [one for one in found if one.number in tried]
    if found:
        _counted(found, tried)
        for one in _page_of(found):
            _row(one)
    else:
        _nothing(text)
    _session()
    with notice:
        tell_ignored(first, "papers")


def _boxes() -> tuple[str, dict[str, str]]:
    """What is searched for: words, and for every attribute that has a filter what is chosen, or nothing."""
    wide, *places = st.columns([2.6, 2, 2, 1.7, 1.7], vertical_alignment="bottom")
    text = wide.text_input(
        "Find a paper", key=f"{PREFIX}find", bind="query-params", placeholder="title, author, quantity"
    )
    chosen = {}
    for place, (name, attribute) in zip(places, FILTERS.items(), strict=True):
        options = {papers.KINDS.get(value, value): value for value in papers.known(attribute)}
        taken = place.selectbox(
            name.capitalize(), [ANY, *options], key=f"{PREFIX}{name}", bind="query-params", help=HELP[name]
        )
        chosen[attribute] = options.get(taken, "")
    return text, chosen


def _counted(found: list[Paper], tried: set[int]) -> None:
    """How many papers there are, and how many of them can be tried."""
    every = len(papers.papers())
    here = sum(one.number in tried for one in found)
    count = f"{every} papers" if len(found) == every else f"{len(found)} of {every} papers"
    st.markdown(f"**{count}**; {here or 'none'} can be tried here.")


def _page_of(found: list[Paper]) -> list[Paper]:
    """The papers of the page that is turned to."""
    key, last = f"{PREFIX}page", -(-len(found) // ON_A_PAGE)
    if st.session_state.get(key, 1) not in range(1, last + 1):
        del st.session_state[key]  # of a longer list
    turned = 1
    if last > 1:
        turned = st.segmented_control(
            "Page", range(1, last + 1), default=1, required=True, key=key, bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    return found[(turned - 1) * ON_A_PAGE : turned * ON_A_PAGE]


def _row(one: Paper) -> None:
    """What a paper says, its quantity, and where that can be tried."""
    offered = papers.offers(one)
    with st.container(border=True):
        says, shows = st.columns([5, 5], gap="large")
    with says:
        st.markdown(f"**{one.number}. {plain(one.title)}**" + (f" · {one.year}" if one.year else ""))
        st.caption(plain(", ".join(authors(one.key))))
        st.markdown(plain(one.sentence))
        st.caption(plain(one.family) + (f" · {papers.shown(offered)}" if offered else ""))
        if one.key:
            with st.popover("BibTeX", type="tertiary"):
                code(export.bibtex([one.key]), language="bibtex")
    with shows:
        _quantity(one)
        _offers(one, offered)


def _quantity(one: Paper) -> None:
    if one.estimates:
        st.markdown(f"$\\displaystyle {one.quantity}$")
        st.caption(one.quantity_name)
    else:
        st.markdown("Estimates no information quantity itself.")
        st.caption(plain(one.instead))


def _offers(one: Paper, offered: tuple[Offer, ...]) -> None:
    """Links to what is offered, one a place, and where that stops."""
    places: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for offer in offered:
        places.setdefault((offer.page, tuple(offer.parameters.items())), []).append(offer.title)
    for (page, parameters), titles in places.items():
        link(page, ", ".join(titles), **dict(parameters))
    if not offered:
        st.markdown("Not shown in this version.")
    if one.limit:
        st.caption(plain(one.limit))


def _nothing(text: str) -> None:
    """Why no paper is left, and what to do."""
    without = len(papers.search(text))
    if not without:
        several = len(text.split()) > 1
        said = f"all of these words: {plain(text)}. Try one" if several else f"the word {plain(text)}. Try another"
        st.info(f"No paper has {said}, of a title, an author or a quantity.")
    elif text:
        st.info(
            f"{without} papers have these words, {plain(text)}, and none of them fits every filter. Set one to any."
        )
    else:
        st.info("No paper fits every filter. Set one to any.")
    st.button("Show all papers", on_click=_cleared)


def _cleared() -> None:
    for name, value in EMPTY.items():
        st.session_state[f"{PREFIX}{name}"] = value


def _session() -> None:
    """BibTeX of everything that results of this session rest on."""
    keys = st.session_state.get(export.USED, [])
    with st.expander(f"BibTeX of what this session used ({len(keys)})"):
        if not keys:
            st.markdown("Nothing yet: open a result on any page or a lab; what it rests on is gathered here.")
            return
        text = export.bibtex(keys)
        st.download_button("Download", text, "explorer.bib", "application/x-bibtex", on_click="ignore")
        code(text, language="bibtex")
