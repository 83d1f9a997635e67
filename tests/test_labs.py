"""What every lab must do, whichever it is: a question, few lines, no mathematics, and what it says is seen."""

import ast
import doctest
import inspect
import io
import json
import re
import sys
import tokenize
from pathlib import Path
from typing import Any

import pytest

import explorer.labs
from explorer.catalogue import Card, labs
from explorer.figures.theme import THEMES
from explorer.labs.base import chapters, drawn, told, words
from explorer.papers import paper
from explorer.settings import Setting

FORBIDDEN = {"numpy", "scipy", "torch", "math", "sklearn", "pandas", "streamlit", "plotly.express", "statistics"}
LINES, SETTINGS, CHAPTER = 40, 4, 12
NAMES = sorted(labs)


def source(card: Card) -> Path:
    return Path(explorer.__file__).parent.parent / Path(*card.module.split(".")).with_suffix(".py")


def code_lines(text: str) -> int:
    """Lines with code: no docstring, no comment, no import."""
    skipped: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            skipped |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
        if isinstance(node, ast.Import | ast.ImportFrom):
            skipped |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    blank = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return len({token.start[0] for token in tokens if token.type not in blank} - skipped)


def ends(setting: Setting) -> list[Any]:
    """The values at which a setting is tried."""
    if setting.choices:
        return list(setting.choices)
    if setting.type is bool:
        return [True, False]
    return [setting.range.low, setting.range.high] if setting.range else [setting.default]


def forget() -> None:
    """Drop what engines keep, so that a figure is made anew."""
    engines = [module for name, module in list(sys.modules.items()) if name.startswith("explorer.engines.")]
    kept = [one for module in engines for one in vars(module).values() if hasattr(one, "cache_clear")]
    assert all(one.__module__.startswith("explorer.") for one in kept)
    for one in kept:
        one.cache_clear()


def checked(figure: Any) -> str:
    """What any figure of a lab must have; its JSON."""
    meta = figure.layout.meta
    assert meta["alt"] and meta["told"], "a figure tells its finding in words and in numbers"
    assert figure.layout.title.text and "nan" not in figure.layout.title.text.lower().replace("finan", "")
    assert not re.search(r"[-−]0\.0+(?![0-9])", figure.layout.title.text), "a title has a zero with a sign"
    axes = [axis for axis in figure.layout.to_plotly_json() if axis.startswith(("xaxis", "yaxis"))]
    titles = [figure.layout[axis].title.text for axis in axes]
    assert any(titles), "no axis has a title"
    return figure.to_json()


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_asks_what_to_do_and_what_is_seen(name: str) -> None:
    card = labs.card(name)
    title, numbers = card.constants["TITLE"], card.constants["PAPERS"]
    assert title.endswith("?") and len(title) <= 90
    assert all(1 <= number <= 119 for number in numbers)
    said = words(card.doc)
    assert said.shown.endswith(".") and said.do and said.see and said.rest
    assert len(card.settings) <= SETTINGS and all(setting.help for setting in card.settings)
    assert all(setting.range or setting.choices or setting.length or setting.type is bool for setting in card.settings)


@pytest.mark.parametrize("name", NAMES)
def test_cites_every_paper_that_it_shows(name: str) -> None:
    card = labs.card(name)
    assert {paper(number).key for number in card.constants["PAPERS"]} <= set(card.references)


@pytest.mark.parametrize("name", NAMES)
def test_is_short_and_holds_no_mathematics(name: str) -> None:
    text = source(labs.card(name)).read_text(encoding="utf-8")
    assert code_lines(text) <= LINES
    tree = ast.parse(text)
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {one for one in found if one in FORBIDDEN or one.split(".")[0] in FORBIDDEN}


@pytest.mark.parametrize("name", NAMES)
def test_what_it_says_is_seen(name: str) -> None:
    lab = labs[name]
    globs = {"lab": lab, "told": told}
    examples = doctest.DocTestFinder().find(lab, name, globs=globs)
    assert sum(len(one.examples) for one in examples) >= 2, "a lab shows by a doctest that what it says is seen"
    output: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    failed = sum(runner.run(one, out=output.append).failed for one in examples)
    assert not failed, "".join(output)


@pytest.mark.parametrize("name", NAMES)
def test_draws_the_same_twice_on_both_grounds(name: str) -> None:
    first = checked(drawn(name))
    forget()
    assert json.loads(first) == json.loads(checked(drawn(name)))
    assert drawn(name, "dark").layout.paper_bgcolor == THEMES["dark"].background


def test_questions_and_names_are_unique_and_chapters_are_short() -> None:
    titles = [labs.card(name).constants["TITLE"] for name in NAMES]
    assert len(set(titles)) == len(titles)
    found = chapters()
    assert sum(map(len, found.values())) == len(NAMES) and max(map(len, found.values())) <= CHAPTER
    assert not set(found) & set(NAMES), "a lab with the name of a chapter would hide it"
    for chapter in found:
        package = __import__(f"explorer.labs.{chapter}", fromlist=["__doc__"])
        assert inspect.getdoc(package), f"the chapter {chapter} has no introduction"


@pytest.mark.ends
@pytest.mark.parametrize("name", NAMES)
def test_draws_at_both_ends_of_every_setting(name: str) -> None:
    for setting in labs.card(name).settings:
        for value in ends(setting):
            checked(drawn(name, **{setting.name: value}))
