"""A run as a page that needs nothing else, as Markdown, or as text."""

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.benchmark.tables import tables
from explorer.catalogue import figures
from explorer.errors import FileError, InputError
from explorer.result import finite

STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1f2328; --soft: #5c6370; --line: #d6d8dc; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181c; --ink: #e8e6df; --soft: #a3a7ae; --line: #3a3d44; }
}
body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
       max-width: 78rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
p { color: var(--soft); max-width: 52rem; } figure { margin: 1.5rem 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .7rem .25rem 0; text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-weight: 500; } tbody th { font-weight: 500; }
"""


def checked(file: str) -> str:
    """The name of a report, whose folder is there.

    Raises:
        InputError: for a name that ends neither in .html nor in .md.
        FileError: when the folder is not there.
    """
    if Path(file).suffix not in (".html", ".md"):
        raise InputError(f"--report {file!r} must end in .html or .md")
    if not Path(file).resolve().parent.is_dir():
        raise FileError(f"--report {file!r}: the folder {Path(file).resolve().parent} is not there")
    return file


def write(run: Mapping[str, Any], file: str) -> None:
    """The report in a file, as its name ends."""
    text = page(run) if checked(file).endswith(".html") else markdown(run)
    Path(file).write_text(text, encoding="utf-8")


def text(run: Mapping[str, Any]) -> str:
    """For a terminal."""
    return "\n".join([head(run), "", *(table.text() for table in tables(run))])


def markdown(run: Mapping[str, Any]) -> str:
    """For the documents: a generated copy, which says so."""
    title = "# Accuracy, measured" if "speed" not in run and "accuracy" in run else "# The benchmark"
    return "\n".join(
        [title, "", f"Generated; do not edit. {head(run)}", "", *(table.markdown() for table in tables(run))]
    )


def page(run: Mapping[str, Any]) -> str:
    """One HTML file with plots, scripts and styles in it."""
    from explorer.figures._embedded import script

    drawn = _figure(run)
    parts = ["<h1>Information Explorer, measured</h1>", f"<p>{html.escape(head(run))}</p>"]
    parts += [*([script(), drawn] if drawn else []), *(table.html() for table in tables(run))]
    start = "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Information Explorer, measured</title>"
    view = "<meta name='viewport' content='width=device-width'>"
    return f"{start}{view}<style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>\n"


def head(run: Mapping[str, Any]) -> str:
    """Machine, date and command, and what ran."""
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    quick = " A quick run: it shows that all works and judges nothing." if run["quick"] else ""
    where = f"Machine: {run['machine']}; device: {run['device']}. Date: {run['date']}."
    return f"{where} Command: `{run['command']}`. Versions: {versions}.{quick}"


def _figure(run: Mapping[str, Any]) -> str:
    from explorer.figures._embedded import embedded

    if not run.get("accuracy", {}).get("answers"):
        return ""
    plain = finite(run["accuracy"])
    light, dark = (figures["errors"](plain, theme=theme) for theme in ("light", "dark"))
    words = "Absolute errors of every estimator and peer, one mark a task; the table below holds their means."
    return embedded(light, dark, "errors", words)
