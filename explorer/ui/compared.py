"""Scores of several models against a baseline, as tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.figures._metric_words import low_is_good
from explorer.latex import escaped, line
from explorer.profiles import words
from explorer.results.metric_deltas import Delta

if TYPE_CHECKING:
    import pandas

FEW = 3
"""Scores that a sentence names at most."""


def shown(found: Sequence[Delta], baseline: str) -> "pandas.DataFrame":
    """One row a score; of every model a column of values and, of all but the baseline, one of differences."""
    import pandas

    models, rows = _by_model(found)
    table = {"score": [words(metric) for metric in rows]}
    for model in models:
        table[model] = [value(row[model]) for row in rows.values()]
        if model != baseline:
            title = "difference" if len(models) == 2 else f"{model}, difference"
            table[title] = [difference(row[model]) for row in rows.values()]
    return pandas.DataFrame(table)


def value(one: Delta) -> str:
    """A value with its interval, or why there is none."""
    if np.isnan(one.value):
        return f"– {one.why}".rstrip()
    within = "" if np.isnan(one.low) else f" ({one.low:.3f} to {one.high:.3f})"
    return (f"{one.value:.3f} {one.unit}".rstrip() + within).replace("-", "−")


def difference(one: Delta) -> str:
    """A difference with its interval, marked where this leaves 0 out."""
    if np.isnan(one.difference):
        return "–"
    within = "" if np.isnan(one.difference_low) else f" ({one.difference_low:+.3f} to {one.difference_high:+.3f})"
    return f"{one.difference:+.3f}{within}{' ●' if one.sign else ''}".replace("-", "−")


def told(found: Sequence[Delta], baseline: str) -> list[str]:
    """A sentence a model: which scores are above and below the baseline, which are not told apart, which are open."""
    models, rows = _by_model(found)
    return [_sentence(model, baseline, [row[model] for row in rows.values()]) for model in models if model != baseline]


def _sentence(model: str, baseline: str, own: Sequence[Delta]) -> str:
    known = [one for one in own if not np.isnan(one.difference_low)]
    parts = [
        f"{word} in {_named([one.metric for one in known if one.sign == sign])}"
        for word, sign in (("above", 1), ("below", -1))
    ]
    apart = [one.metric for one in known if not one.sign]
    low = [one.metric for one in known if one.sign and low_is_good(one.metric)]
    text = f"{model} is {' and '.join(parts)} of {len(known)} scores with intervals, against {baseline}"
    text += f"; not told apart: {_named(apart)}" if apart else ""
    text += f"; low is good in {_named(low)}" if low else ""
    left = sum(not np.isnan(one.difference) for one in own) - len(known)
    return f"{text}. Without an interval: {left} more." if left else f"{text}."


def _named(metrics: Sequence[str]) -> str:
    """How many scores, and which where they are few."""
    if not 0 < len(metrics) <= FEW:
        return str(len(metrics)) if metrics else "none"
    return f"{len(metrics)} ({', '.join(words(one) for one in metrics)})"


def latex(found: Sequence[Delta], baseline: str) -> str:
    """A table for a paper, by the rules of booktabs: values and differences with intervals, a dash for none.

    A model has a column of values and, unless it is the baseline, one of differences from it.
    """
    models, rows = _by_model(found)
    heads = [part for one in models for part in _heads(one, baseline)]
    lines = ["% needs \\usepackage{booktabs}", f"\\begin{{tabular}}{{l{'r' * len(heads)}}}", "\\toprule"]
    lines += [line(["score", *heads]), "\\midrule"]
    for name, row in rows.items():
        cells = [part for one in models for part in _latex(row[one], one == baseline)]
        unit = next((one.unit for one in row.values() if one.unit), "")
        lines.append(line([escaped(f"{words(name)}, {unit}" if unit else words(name)), *cells]))
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def medians(names: Sequence[str], values: np.ndarray) -> "pandas.DataFrame":
    """One row a model: the median of its values with all others, the highest first; NaN where it has none."""
    import pandas

    away = np.where(np.eye(len(names), dtype=bool), np.nan, values)
    found = [float(np.nanmedian(row)) if (~np.isnan(row)).any() else np.nan for row in away]
    return pandas.DataFrame({"model": list(names), "udr": found}).sort_values("udr", ascending=False)


def _by_model(found: Sequence[Delta]) -> tuple[list[str], dict[str, dict[str, Delta]]]:
    """The models in order, and for every score what there is of each."""
    rows: dict[str, dict[str, Delta]] = {}
    for one in found:
        rows.setdefault(one.metric, {})[one.model] = one
    return list(dict.fromkeys(one.model for one in found)), rows


def _heads(model: str, baseline: str) -> list[str]:
    return [escaped(f"{model} (baseline)")] if model == baseline else [escaped(model), "difference"]


def _latex(one: Delta, own: bool) -> list[str]:
    """The cell of the value and, unless it is the baseline's own, that of the difference."""
    cells = [_within(f"${one.value:.3f}$", one.low, one.high, "") if not np.isnan(one.value) else "--"]
    if own:
        return cells
    apart = _within(f"${one.difference:+.3f}$", one.difference_low, one.difference_high, "+")
    return [*cells, "--" if np.isnan(one.difference) else apart]


def _within(text: str, low: float, high: float, sign: str) -> str:
    return text if np.isnan(low) else f"{text} {{\\footnotesize $[{low:{sign}.3f}, {high:{sign}.3f}]$}}"
