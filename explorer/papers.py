"""The library of papers: what each says, the quantity at its heart, and what is offered of it here."""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from explorer.bibliography import authors
from explorer.catalogue import Catalogue, estimators, examples, labs, measures, objectives
from explorer.errors import UnknownNameError
from explorer.packaged import assets
from explorer.plan import takes_layers

NONE = "none"
"""Stands in a search for papers that estimate no information quantity."""
KINDS = {"A": "estimator or measure", "B": "lab", "C": "little or no information"}
"""What a paper of each class is to become."""
SHOWN = {
    "estimator": "first-class estimator",
    "measure": "first-class measure",
    "objective": "objective of a training",
    "example": "bundled run",
    "lab": "shown live in a lab",
}
"""What may be offered, and what that makes of a paper."""
PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae"})
"""Letters that are no letter with an accent, as they are typed without them."""
_FOLDERS: Mapping[str, Catalogue] = {
    "estimator": estimators,
    "measure": measures,
    "objective": objectives,
    "example": examples,
}


@dataclass(frozen=True)
class Paper:
    """A paper of the library.

    Attributes:
        number: its place, from 1.
        title, short: in full, and as it is called.
        year, key: of its entry in the bibliography; None and "" where that lacks one.
        kind: "A", "B" or "C", a key of `KINDS`.
        family: the engine that its quantity shares with others.
        subject: what it is filed under; that of a lab may differ.
        sentence: what it says.
        quantity, quantity_name: LaTeX and words; empty where it estimates none.
        entries: "kind:name" of what implements the quantity.
        estimates: whether it estimates an information quantity at all.
        limit: where the entries stop, or what in the quantity is not the paper's own.
        instead: what it is about where it estimates none.
    """

    number: int
    title: str
    short: str
    kind: str
    family: str
    subject: str
    sentence: str
    quantity_name: str
    quantity: str
    entries: tuple[str, ...] = ()
    year: int | None = None
    key: str = ""
    estimates: bool = True
    limit: str = ""
    instead: str = ""


@dataclass(frozen=True)
class Offer:
    """Something here that shows a paper's quantity.

    Attributes:
        kind: a key of `SHOWN`.
        name: in its catalogue.
        title: as a person reads it.
        page, parameters: where it is, as a link takes it.
    """

    kind: str
    name: str
    title: str
    page: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@cache
def papers() -> tuple[Paper, ...]:
    """All papers in their order."""
    tables = tomllib.loads((assets() / "papers.toml").read_text(encoding="utf-8"))["papers"]
    return tuple(Paper(entries=tuple(table.pop("offers")), **table) for table in tables)


def paper(number: int) -> Paper:
    """The paper of a number.

    Raises:
        UnknownNameError: when there is none.
    """
    for one in papers():
        if one.number == number:
            return one
    raise UnknownNameError("paper", number, (str(one.number) for one in papers()))


def offers(paper: Paper) -> tuple[Offer, ...]:
    """What is offered of a paper: labs that name it, then entries that implement its quantity.

    Raises:
        UnknownNameError: for an entry that is not there.
    """
    of_labs = [_lab(name) for name in labs if paper.number in labs.card(name).constants["PAPERS"]]
    return (*of_labs, *(_entry(*one.split(":")) for one in paper.entries))


def tried() -> set[int]:
    """Numbers of the papers of which anything is offered."""
    of_labs = {number for name in labs for number in labs.card(name).constants["PAPERS"]}
    return of_labs | {one.number for one in papers() if one.entries}


def shown(offered: Iterable[Offer]) -> str:
    """What the offers make of a paper, in words."""
    found = dict.fromkeys(SHOWN[one.kind] for one in offered)
    return ", ".join(found) or "not shown in this version"


def search(text: str = "", quantity_name: str = "", family: str = "", kind: str = "", subject: str = "") -> list[Paper]:
    """Papers that hold every word of a text, and agree with what else is given.

    Looked through are a paper's title, authors, year, sentence, quantity, family and subject, and what offers it here.

    Args:
        text: words in any order, in small or capital letters, with or without accents.
        quantity_name: as papers have it, or `NONE`; "" takes all, as for the others.
    """
    wanted = {"quantity_name": quantity_name, "family": family, "kind": kind, "subject": subject}
    words = _letters(text).split()
    return [
        one
        for one in papers()
        if all(value in ("", getattr(one, name) or NONE) for name, value in wanted.items())
        and all(word in _read(one) for word in words)
    ]


def known(name: str) -> list[str]:
    """The values that an attribute of papers has, in alphabetical order; `NONE` for empty ones, at the end."""
    values = {getattr(one, name) for one in papers()}
    return [*sorted(values - {""}, key=str.lower), *([NONE] if "" in values else [])]


@cache
def _read(one: Paper) -> str:
    """The words that a search looks through."""
    names = " ".join(one.entries).replace(":", " ").replace("_", " ")
    parts = (one.title, one.short, one.sentence, one.quantity_name, one.limit, one.instead, one.family, one.subject)
    return _letters(" ".join((*parts, *authors(one.key), one.key, str(one.year or ""), names)))


def _letters(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.lower().translate(PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _lab(name: str) -> Offer:
    return Offer("lab", name, labs.card(name).constants["TITLE"], "labs", {"lab": name})


def _entry(kind: str, name: str) -> Offer:
    card = _FOLDERS[kind].card(name)
    title = card.constants["TITLE"] if kind == "example" else name.replace("_", " ")
    return Offer(kind, name, title, *_place(kind, name, card.family, card.constants))


def _place(kind: str, name: str, family: str, about: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The page that shows an entry, and what its URL says."""
    if kind == "example":
        return about["PAGE"], {"run": name, **about["VIEW"]}
    if kind == "objective":
        return "disentanglement", {"look": "Train one", "train.objective": name}
    if kind == "measure":
        coded = family == "disentanglement"
        return ("disentanglement", {}) if coded else ("representation", {"measure": name})
    if takes_layers(name):
        return "plane", {"est": name}
    if about.get("by_column"):
        return "estimators", {"tab": "Interactions"}
    if family == "tables" or about.get("quantity", "I(X;Y)") != "I(X;Y)":
        return "estimators", {"tab": "Your data"}
    return "estimators", {"dist": "bivariate_normal", "est.continuous": name}
