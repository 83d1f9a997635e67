"""Texts cut into sentences of words."""

import re
from functools import cache

from explorer.packaged import assets

Sentences = tuple[tuple[str, ...], ...]

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
ENDS = re.compile(r"[.:;!?](?:\s|$)|\n")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case: runs of letters. Single letters but "a" are symbols, and left out."""
    return tuple(word for word in WORD.findall(text.lower()) if len(word) > 1 or word == "a")


def sentences_of(text: str) -> Sentences:
    """The sentences of a text, which end at a line's end or a mark before a space; those without words are left out."""
    parts = (words_of(part) for part in ENDS.split(text))
    return tuple(part for part in parts if part)


@cache
def documents() -> Sentences:
    """The sentences of this program's own documents: a frozen excerpt of 25 000 words on information and samples."""
    path = assets() / "demo" / "characters" / "text.txt"
    return sentences_of(path.read_text(encoding="ascii"))
