"""What a lab keeps beside its picture, and how one is run: numbers that the figure tells, on the ground asked for."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from explorer.catalogue import labs
from explorer.figures.theme import on
from explorer.results.pictures import Line
from explorer.settings import Setting, checked_settings


def told(figure: Any) -> dict[str, float]:
    """The numbers that the finding of a lab's figure rests on, by name."""
    return dict(figure.layout.meta["told"])


def finding(figure: Any) -> str:
    """The finding that is the title of a lab's figure, in plain text."""
    text = figure.layout.title.text or ""
    bold = re.search("<b>(.*?)</b>", text, re.S)
    return html.unescape(re.sub("<[^>]+>", "", (bold[1] if bold else text).replace("<br>", " ")))


def telling(figure: Any, **numbers: float) -> Any:
    """A figure that was drawn elsewhere, with the numbers that its lab tells."""
    figure.update_layout(meta=figure.layout.meta | {"told": {name: float(one) for name, one in numbers.items()}})
    return figure


def middle_half(name: str, values: np.ndarray) -> Line:
    """The mean over the repeats of values (points, repeats) as a line, and the middle half of them as its band."""
    low, high = np.quantile(values, (0.25, 0.75), axis=1)
    return Line(name, values.mean(1), low, high)


def table(figure: Any) -> dict[str, list[Any]]:
    """Every number of a lab's figure, column by column: as its picture lists them, else as they are drawn."""
    picture = getattr(figure, "_picture", None)
    if picture is not None:
        frame = picture.to_frame()
        return {str(name): frame[name].tolist() for name in frame}
    rows: dict[str, list[Any]] = {"series": [], "x": [], "y": []}
    for trace in figure.data:
        given = (getattr(trace, axis, None) for axis in "xy")
        places, values = (np.asarray(() if one is None else one, object) for one in given)
        if len(places) == len(values):
            rows["series"] += [trace.name or ""] * len(places)
            rows["x"] += places.tolist()
            rows["y"] += values.tolist()
    return rows


def drawn(name: str, theme: Literal["light", "dark"] = "light", narrow: bool = False, **settings: Any) -> Any:
    """The figure of a lab.

    Args:
        narrow: for a narrow screen.

    Raises:
        UnknownNameError: when there is no lab of that name.
        SettingError: for a setting that it lacks, or a value out of its rule.
    """
    given = checked_settings(labs.card(name).settings, settings, f"the lab {name}")
    with on(theme, narrow):
        return labs[name](**given)


@dataclass(frozen=True)
class Words:
    """What the docstring of a lab says, part by part.

    Attributes:
        shown: one sentence: what the figure shows.
        do, see: what to do, and what will be seen.
        rest: the paragraphs after them, in Markdown.
    """

    shown: str
    do: str
    see: str
    rest: str


def words(doc: str) -> Words:
    """The parts of a lab's docstring; doctests, arguments and references are left out."""
    parts: dict[str, str] = {"Do": "", "See": ""}
    rest: list[str] = []
    head, *paragraphs = doc.split("\n\n")
    for paragraph in paragraphs:
        text = " ".join(paragraph.split())
        start = text.partition(":")[0]
        if start in parts:
            parts[start] = text.partition(":")[2].strip()
        elif not text.startswith(">>>") and start not in ("Args", "References"):
            rest.append(text)
    return Words(" ".join(head.split()), parts["Do"], parts["See"], "\n\n".join(rest))


def expected(see: str, settings: Mapping[str, Any], rules: Iterable[Setting]) -> str:
    """What will be seen, in Markdown; its numbers are of the defaults, which is said where a setting is another.

    Args:
        see: of the `words` of a lab.
        settings: in force, those left out at their defaults.
        rules: every setting of the lab.
    """
    moved = any(settings.get(one.name, one.default) != one.default for one in rules)
    return f"**See, starting from the defaults:** {see}" if moved and re.search(r"\d", see) else f"**See:** {see}"


def chapters() -> Mapping[str, list[str]]:
    """Chapters and the names of their labs, both in alphabetical order; read without importing any lab."""
    found: dict[str, list[str]] = {}
    for name in labs:
        found.setdefault(labs.card(name).module.split(".")[-2], []).append(name)
    return dict(sorted(found.items()))
