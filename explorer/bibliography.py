"""The bibliography: its entries as BibTeX has them, and who wrote what."""

import re
import unicodedata
from functools import cache

from explorer.packaged import assets

ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", ".": "\u0307", "=": "\u0304",
           "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328"}  # fmt: skip
"""Commands of LaTeX, and what they put on the letter after them."""
LETTERS = {"l": "ł", "L": "Ł", "o": "ø", "O": "Ø", "dj": "đ", "DJ": "Đ", "i": "i", "ss": "ß", "ae": "æ", "aa": "å"}


@cache
def entries() -> dict[str, str]:
    """The bibliography by key."""
    found = re.split(r"\n(?=@)", (assets() / "references.bib").read_text(encoding="utf-8"))
    return {entry.partition("{")[2].partition(",")[0]: entry.strip() for entry in found}


def authors(key: str) -> tuple[str, ...]:
    """Names of all authors of an entry, given names first; none for a key or an entry without any."""
    field = re.search(r"(?ms)^\s*author\s*=\s*\{(.*?)\},?$", entries().get(key, ""))
    names = re.split(r"\s+and\s+", read(field[1])) if field else ()
    return tuple(" ".join(reversed(re.split(r",\s*", name, maxsplit=1))) for name in names)


def read(text: str) -> str:
    r"""A text of BibTeX as a person writes it: `G{\'o}mez` is Gómez."""
    text = re.sub(r"""\\(['`^"~.=]|[cvuHk](?![A-Za-z]))\s*\{?\\?([A-Za-z])\}?""", _accented, text)
    text = re.sub(r"\\([A-Za-z]+)\s*", lambda found: LETTERS.get(found[1], found[0]), text)
    return " ".join(unicodedata.normalize("NFC", text.replace("{", "").replace("}", "")).split())


def _accented(found: re.Match[str]) -> str:
    return found[2] + ACCENTS[found[1]]
