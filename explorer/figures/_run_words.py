"""What a comparison of runs shows, in sentences that follow from its numbers."""

import html
import textwrap

import numpy as np

from explorer.figures.theme import GLYPHS, SHAPES, Theme, label, thousands
from explorer.results.run_deltas import RunDelta, RunDeltas

WIDE = 60
"""Letters of a line of the subtitle: what a narrow screen holds."""
MARKS = ("circle", *(shape for shape in SHAPES if shape != "circle"))
"""Marker shapes: of the baseline, then of the runs, repeating after seven."""
DASHES = ("solid", "dash", "dashdot", "longdash", "longdashdot")


def looks(shown: RunDeltas, look: Theme) -> dict[str, tuple[str, str, str]]:
    """Colour, marker shape and line style of the baseline and of every run."""
    colours = [look.text, *look.category_colours(len(shown.runs))]
    found = {}
    for place, name in enumerate((shown.baseline, *shown.runs)):
        mark = MARKS[0] if not place else MARKS[1 + (place - 1) % (len(MARKS) - 1)]
        found[name] = colours[place], mark, DASHES[0] if not place else DASHES[1 + (place - 1) % (len(DASHES) - 1)]
    return found


def finding(shown: RunDeltas, step: int | None = None) -> str:
    """The title: in how many layers which run leaves the baseline, or that none does, or that no interval is known."""
    about = shown.about
    rows = [row for row in shown.at(step) if not np.isnan(row.difference)]
    if not rows:
        return "Nothing is compared yet"
    if about.get("cells", 0) < about.get("total", 0):
        return f"{thousands(about['cells'])} of {thousands(about['total'])} cells so far"
    known = [row for row in rows if not np.isnan(row.difference_low)]
    base = text(shown.baseline)
    if not known:
        row = max(rows, key=lambda one: abs(one.difference))
        if not row.difference:
            return f"No difference from {base} in any layer; no interval is known"
        word = "more" if row.difference > 0 else "less"
        far = f"{amount(abs(row.difference))} {shown.unit}".rstrip()
        return f"{text(row.run)} reads {far} {word} {said(shown, row)} than {base}; no interval is known"
    told: dict[tuple[str, str], list[RunDelta]] = {}
    for row in known:
        told.setdefault((row.run, row.quantity), []).append(row)
    (run, quantity), best = max(told.items(), key=lambda pair: sum(abs(row.sign) for row in pair[1]))
    above, below = (sum(row.sign == sign for row in best) for sign in (1, -1))
    if not above + below:
        spread = "runs spread" if max(about["counts"].values()) > 1 else "the readings' own intervals"
        return f"No layer of any run differs from {base} by more than {spread}"
    parts = [f"{word} in {count}" for word, count in (("more", above), ("less", below)) if count]
    where = " and ".join(parts) + f" of {len(best)} layers"
    where = where.replace(f"{len(best)} of {len(best)} layers", f"all {len(best)} layers")
    return f"{text(run)} reads {where} in {words(shown, quantity)}, against {base}"


def said(shown: RunDeltas, row: RunDelta) -> str:
    """The quantity and layer of a row as one says them."""
    return f"{words(shown, row.quantity)} in {text(label(row.layer))}"


def words(shown: RunDeltas, quantity: str) -> str:
    """A quantity as one reads it: I(T;Y), or the measure's name."""
    said = str(shown.about.get("words") or quantity)
    return text(said if said[1:2].isupper() or "(" in said else said[:1].lower() + said[1:])


def subtitle(shown: RunDeltas, step: int | None, look: Theme) -> str:
    """What was read at which step, what the bars are, and the marks of all sides."""
    about, rows = shown.about, shown.at(step)
    at = f"differences at {about.get('step_name', 'step')} {thousands(rows[0].step)} · " if rows else ""
    basis = "; ".join(dict.fromkeys(row.basis for row in rows))
    n = f"n = {thousands(about.get('n') or 0)} · reading seed {about.get('seed') or 0}"
    line = f"{about.get('call', '')} · {n} · {at}bars, bands: {about.get('level', 0.9):.0%} · filled: 0 left out"
    lines = [*textwrap.wrap(text(line), WIDE), *textwrap.wrap(text(basis), WIDE)]
    return "<br>".join([*lines, *_key(shown, look)])


def _key(shown: RunDeltas, look: Theme) -> list[str]:
    """The marks of all sides in their colours, one line each where they are long."""
    parts = []
    for name, (colour, mark, _) in looks(shown, look).items():
        role = " (baseline)" if name == shown.baseline else ""
        said = "<br>".join(text(one) for one in textwrap.wrap(f"{name}{role}", WIDE - 2))
        parts.append((len(name + role), f"<span style='color:{colour}'>{GLYPHS[mark]} {said}</span>"))
    together = sum(size for size, _ in parts) < WIDE - 5 * len(parts)
    return ["   ".join(part for _, part in parts)] if together else [part for _, part in parts]


def alternative(shown: RunDeltas, step: int | None = None) -> str:
    """The differences in words, for those who do not see them."""
    read = [
        f"{said(shown, row)} of {text(row.run)} {amount(row.difference, '+')}{_within(row)}"
        for row in shown.at(step)
        if not np.isnan(row.difference)
    ]
    unit = shown.unit or "no unit"
    rows = shown.at(step)
    at = f" at {shown.about.get('step_name', 'step')} {thousands(rows[0].step)}" if rows else ""
    return (
        f"Differences of layers from {text(shown.baseline)}{at}, in {unit}, and curves over steps. "
        f"{finding(shown, step)}. {'; '.join(read) or 'No value'}."
    )


def told(shown: RunDeltas, row: RunDelta) -> str:
    """What is told of one mark on hover."""
    unit = f" {shown.unit}" if shown.unit else ""
    lines = [f"<b>{text(row.run)}</b>, {said(shown, row)}"]
    lines.append(f"{amount(row.value)} against {amount(row.baseline)}{unit}")
    lines.append(f"difference {amount(row.difference, '+')}{_within(row)}{unit}")
    return "<br>".join([*lines, *textwrap.wrap(text(row.basis), 64)])


def _within(row: RunDelta) -> str:
    if np.isnan(row.difference_low):
        return ", no interval"
    return f", {amount(row.difference_low, '+')} to {amount(row.difference_high, '+')}"


def amount(value: float, sign: str = "") -> str:
    """A number with three digits."""
    return f"{value:{sign}.3g}".replace("-", "−")


def text(words: str) -> str:
    """Words that HTML shows as they are written."""
    return html.escape(words, quote=False)
