"""A page in one file: words, formulas and figures that show without a network, on a screen and on paper."""

import html
import re
from collections.abc import Sequence
from typing import Any

WIDTH = 700
"""Of a figure, in pixels: it fits a sheet of paper."""
STYLE = """
:root {color-scheme: light; --ink: #1f2328; --accent: #b8303f}
body {font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem}
h1 {font-size: 1.9rem; line-height: 1.2} h2 {font-size: 1.25rem; color: var(--accent); margin-top: 2rem}
code {font-size: 0.95em; background: #f5f5f3; padding: 0 0.2em}
pre code {display: block; padding: 0.6em; overflow: auto}
ol.answers {list-style: none; padding: 0} ol.answers li::before {content: "\\2610\\00a0\\00a0"}
summary {cursor: pointer; font-size: 1.25rem; color: var(--accent); margin: 2rem 0 1rem}
figure {margin: 1.5rem 0; break-inside: avoid; overflow-x: auto} footer {margin-top: 3rem; font-size: 0.85rem}
@media print {
  @page {margin: 16mm} body {max-width: none; margin: 0}
  details {break-before: page} summary {list-style: none}
}
"""
OPENED = (
    "addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(one => { one.open = true }))"
)
MATH = re.compile(r"(`[^`]*`)|\$\$(.+?)\$\$|\$(.+?)\$", re.S)


def page(title: str, parts: Sequence[str]) -> str:
    """An HTML page of parts that are HTML already."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style><script>{OPENED}</script></head>\n<body>\n<h1>{html.escape(title)}</h1>\n{body}\n"
        "<footer>Information Explorer. Print this page, or save it as PDF, from the menu of the browser.</footer>"
        "\n</body></html>\n"
    )


def prose(markdown: str) -> str:
    """Markdown with formulas between dollars as HTML with MathML; HTML in it is shown as it is written."""
    from latex2mathml.converter import convert
    from markdown_it import MarkdownIt

    formulas: list[str] = []

    def kept(found: re.Match[str]) -> str:
        if found[1]:
            return found[0]
        formulas.append(convert(found[2] or found[3], display="block" if found[2] else "inline"))
        return f"\ue000{len(formulas) - 1}\ue001"

    text = MarkdownIt("commonmark", {"html": False}).render(MATH.sub(kept, markdown))
    return re.sub("\ue000(\\d+)\ue001", lambda found: formulas[int(found[1])], text)


def figures(shown: Sequence[Any]) -> list[str]:
    """Plotly figures as HTML; the first brings the library along, about 4 MB."""
    return [_figure(one, place) for place, one in enumerate(shown)]


def later(summary: str, parts: Sequence[str]) -> str:
    """A part that is folded away on the screen, and begins a sheet of its own on paper."""
    body = "\n".join(parts)
    return f"<details><summary>{html.escape(summary)}</summary>\n{body}\n</details>"


def _figure(shown: Any, place: int) -> str:
    shown.update_layout(width=WIDTH)
    options = {"include_plotlyjs": place == 0, "config": {"displayModeBar": False}, "div_id": f"figure-{place}"}
    drawn = shown.to_html(full_html=False, **options)
    return f'<figure role="img" aria-label="{html.escape(shown.layout.meta["alt"])}">{drawn}</figure>'
