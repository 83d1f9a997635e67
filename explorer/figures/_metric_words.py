"""Scores of disentanglement as one names and groups them."""

import html
import textwrap

from explorer.catalogue import measures
from explorer.results.metric_table import MetricTable
from explorer.score import Score

GROUPS = {
    "factors": "over factors (columns)",
    "latents": "over latents (rows)",
    "both": "over both",
    "code": "of the code alone",
}
"""What scores look at, in the order in which they are drawn."""
SHORT = ("mig", "dmig", "xmig", "dlig", "rmig", "jemmig", "sap", "dci", "irs", "udr", "kl", "vae")
WRITTEN = {"beta": "β", "factor_vae_score": "FactorVAE score", "mig_sup": "MIG-sup"}


def said(name: str) -> str:
    """A catalogue key as one says it: "MIG-sup", "β VAE score"."""
    if name in WRITTEN:
        return WRITTEN[name]
    parts = [part.upper() if part in SHORT else WRITTEN.get(part, part) for part in name.split("_")]
    text = " ".join(parts)
    return text if parts[0] in WRITTEN.values() else text[:1].upper() + text[1:]


def grouped(table: MetricTable, names: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    """The scores by what they look at; a group without any is left out."""
    views = table.about.get("views", {})
    of = {name: views.get(name) or _constant(name, "view", "both") for name in names}
    found = [(words, [name for name in names if of[name] == key]) for key, words in GROUPS.items()]
    return [(words, own) for words, own in found if own]


def unit_of(table: MetricTable, name: str) -> str:
    """The unit of a score, also of one without a value."""
    return table.scores[name].unit if name in table.scores else _constant(name, "unit", "")


def low_is_good(name: str) -> bool:
    """Whether the smaller value is the better one."""
    return _constant(name, "side", "high") == "low"


def doubtful(score: Score) -> bool:
    """Whether a rule fired."""
    return any(not one.note for one in score.warnings)


def told(table: MetricTable, name: str) -> str:
    """What is told of one score on hover."""
    lines = [f"<b>{said(name)}</b>" + (", low is good" if low_is_good(name) else "")]
    if name in table.scores:
        score = table.scores[name]
        lines = [f"{lines[0]}: {score.value:.4f} {score.unit}".rstrip()]
        if score.interval:
            lines.append("interval {:.4f} to {:.4f}".format(*score.interval))
        if score.null:
            null = score.null
            lines.append(f"shuffled: {null.mean:.4f} on average, up to {null.high:.4f}; p = {null.p_value:.2g}")
        lines += _lines(score.verdict)
    elif name in table.undefined:
        lines += _lines(f"No value: {table.undefined[name]}")
    if misses := table.about.get("misses", {}).get(name, ""):
        lines += _lines(f"What it would miss: {misses}")
    return "<br>".join(lines)


def _constant(name: str, key: str, default: str) -> str:
    return str(measures.card(name).constants.get(key, default)) if name in measures else default


def _lines(text: str) -> list[str]:
    return textwrap.wrap(html.escape(text, quote=False), 64)
