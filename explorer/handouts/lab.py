"""A lab as Python, as a notebook, as a page."""

import html
from collections.abc import Mapping
from typing import Any

from explorer.catalogue import labs
from explorer.handouts import sheet
from explorer.handouts.notebook import notebook as written
from explorer.labs.base import expected, words


def python(name: str, settings: Mapping[str, Any]) -> str:
    """Code that draws a lab at these settings."""
    given = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    return f"from explorer.labs import {name}\n\n{name}({given})\n"


def notebook(name: str, settings: Mapping[str, Any]) -> str:
    """A notebook with the words of a lab and the code that draws it."""
    card, said = labs.card(name), words(labs.card(name).doc)
    head = f"# {card.constants['TITLE']}\n\n{said.shown}\n\n**Do:** {said.do}\n\n"
    head += expected(said.see, settings, card.settings)
    return written([("markdown", head), ("code", python(name, settings)), ("markdown", said.rest)])


def page(name: str, settings: Mapping[str, Any], figure: Any) -> str:
    """A lab as a page in one file: question, figure, what to do and see, explanation, code."""
    card, said = labs.card(name), words(labs.card(name).doc)
    see = expected(said.see, settings, card.settings)
    head = sheet.prose(f"{said.shown}\n\n**Do:** {said.do}\n\n{see}")
    code = f"<pre><code>{html.escape(python(name, settings))}</code></pre>"
    return sheet.page(card.constants["TITLE"], [head, *sheet.figures([figure]), sheet.prose(said.rest), code])
