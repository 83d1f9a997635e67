"""What trials show, in sentences that follow from their numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.figures.theme import thousands
from explorer.results.comparison import Trials


def finding(shown: Trials) -> str:
    """The title: which estimator misses the truth where, and which stays near it."""
    about = shown.about
    if about.get("cells", 0) < about.get("total", 0):
        return f"{thousands(about['cells'])} of {thousands(about['total'])} estimates so far"
    if not len(shown):
        return "No value: every estimator refuses these samples" if shown.refused.any() else "No value yet"
    missing = [e for e, row in zip(shown.estimators, shown.count, strict=True) if not row.any()]
    parts = [_worst(shown), _best(shown), f"{_names(missing)} cannot take these samples" if missing else ""]
    return "; ".join(part for part in parts if part) or "The truth is not finite here"


def subtitle(shown: Trials) -> str:
    """Distribution, samples and what the marks mean."""
    about = shown.about
    n = "" if about.get("sweep") == "n" else f" · n = {thousands(about.get('n', 0))}"
    seeds = about.get("seeds", 0)
    samples = f"{seeds} samples a point, band: 10 to 90 % of them" if seeds > 1 else "one sample a point"
    doubted = " · open mark: most are doubted" if (np.nan_to_num(shown.doubted) > 0.5).any() else ""
    return f"{about.get('call', '')}{n} · {samples}{doubted}"


def alternative(shown: Trials) -> str:
    """The curves in words, for those who do not see them."""
    if not len(shown):
        return f"Empty curves: {finding(shown)}."
    ends = [f"{name} {_ends(shown, row)}" for name, row in zip(shown.estimators, shown.mean, strict=True)]
    truth = f"the truth {_ends(shown, shown.truth)}"
    sweep = shown.about.get("sweep", "value")
    return f"Estimates against {sweep}, in {shown.unit}. {finding(shown)}. {'; '.join([truth, *ends])}."


def place(shown: Trials, value: Any) -> str:
    """A value of what is swept with its name: "n = 1 000"."""
    return f"{shown.about.get('sweep', 'value')} = {amount(value)}"


def amount(value: Any) -> str:
    """A value of what is swept, as on the axis."""
    return thousands(value) if isinstance(value, int) else f"{value:g}"


def _worst(shown: Trials) -> str:
    """The estimator that is off by the largest multiple of the margin, and where it is."""
    ratio = np.nan_to_num(np.abs(shown.bias) / shown.margin)
    i = int(np.argmax(ratio.max(1)))
    off = np.nan_to_num(shown.off[i]).astype(bool) & ~np.isnan(shown.bias[i])
    if not off.any():
        return ""
    signs = np.sign(shown.bias[i][off])
    verb = "falls short of" if (signs < 0).all() else "reads above" if (signs > 0).all() else "misses"
    return f"{shown.estimators[i]} {verb} the truth {_where(shown, off, ~np.isnan(shown.bias[i]))}"


def _where(shown: Trials, off: np.ndarray, known: np.ndarray) -> str:
    """ "from dim 5 on", "up to n 200", "everywhere" or a list."""
    values, sweep = np.array(shown.values, object)[known], shown.about.get("sweep", "")
    here = off[known]
    if here.all():
        return "everywhere" if len(here) > 1 else f"at {sweep} {amount(values[0])}"
    first, last = int(np.argmax(here)), len(here) - 1 - int(np.argmax(here[::-1]))
    if here[first:].all() and first < len(here) - 1:
        return f"from {sweep} {amount(values[first])} on"
    if here[: last + 1].all() and last > 0:
        return f"up to {sweep} {amount(values[last])}"
    return f"at {sweep} {', '.join(amount(value) for value in values[here])}"


def _best(shown: Trials) -> str:
    """The estimators that stay near the truth wherever they have a value: the nearest of them, and how near."""
    largest = {
        name: float(np.nanmax(np.abs(bias)))
        for name, bias, off in zip(shown.estimators, shown.bias, shown.off, strict=True)
        if not np.isnan(bias).all() and not off.any()
    }
    if not largest:
        return ""
    nearest = min(largest, key=largest.__getitem__)
    if len(largest) > 1 and len(largest) == len(shown.estimators):
        return f"All {len(largest)} estimators stay within {_about(max(largest.values()), shown.unit)} of the truth"
    return f"{nearest} stays within {_about(largest[nearest], shown.unit)}"


def _about(value: float, unit: str) -> str:
    return f"0.001 {unit}" if value < 0.001 else f"{value:.2g} {unit}"


def _ends(shown: Trials, row: np.ndarray) -> str:
    known = np.flatnonzero(~np.isnan(row))
    if not len(known):
        return "has no value"
    first, last = known[0], known[-1]
    return f"from {row[first]:.2f} at {amount(shown.values[first])} to {row[last]:.2f} at {amount(shown.values[last])}"


def _names(names: Sequence[str]) -> str:
    *head, last = names
    return f"{', '.join(head)} and {last}" if head else last
