"""Scores of several models against a baseline, as tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.metric_deltas import Delta
from explorer.profiles import words

if TYPE_CHECKING:
    import pandas

SIGNS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
SIGNS |= {one: f"\\{one}" for one in "&%$#_{}"}


def shown(found: Sequence[Delta], baseline: str) -> "pandas.DataFrame":
    """One row a score, one column a model, as one reads them."""
    import pandas

    models, texts = _by_model(found)
    table = {"score": [words(metric) for metric in texts]}
    return pandas.DataFrame(
        table | {model: [cell(row[model], model == baseline) for row in texts.values()] for model in models}
    )


def cell(one: Delta, own: bool) -> str:
    """A value with its interval and, of all but the baseline, the difference."""
    if np.isnan(one.value):
        return f"– {one.why}".rstrip()
    within = "" if np.isnan(one.low) else f" ({one.low:.3f} to {one.high:.3f})"
    value = f"{one.value:.3f} {one.unit}".rstrip() + within
    if own or np.isnan(one.difference):
        return value
    apart = "" if np.isnan(one.difference_low) else f" ({one.difference_low:+.3f} to {one.difference_high:+.3f})"
    return f"{value}, {one.difference:+.3f}{apart}"


def latex(found: Sequence[Delta], baseline: str) -> str:
    """A table for a paper, by the rules of booktabs: values with intervals, a dash where there is no value."""
    models, rows = _by_model(found)
    heads = [escaped(f"{one} (baseline)" if one == baseline else one) for one in models]
    lines = ["% needs \\usepackage{booktabs}", f"\\begin{{tabular}}{{l{'r' * len(models)}}}", "\\toprule"]
    lines += [_line(["score", *heads]), "\\midrule"]
    lines += [_line([escaped(words(name)), *(_latex(row[one]) for one in models)]) for name, row in rows.items()]
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def escaped(text: str) -> str:
    """A text without what LaTeX takes for a command."""
    return "".join(SIGNS.get(sign, sign) for sign in " ".join(text.split()))


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


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + " \\\\"


def _latex(one: Delta) -> str:
    if np.isnan(one.value):
        return "--"
    within = "" if np.isnan(one.low) else f" {{\\footnotesize [{one.low:.3f}, {one.high:.3f}]}}"
    return f"{one.value:.3f}{within}"
