"""Scores and sentences in the unit that a page shows; what is a pure number stays."""

import re
from dataclasses import replace
from typing import Any

from explorer.result import NATS_PER, amount, conversion
from explorer.results.metric_table import MetricTable
from explorer.score import Score

AMOUNT = re.compile(r"([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?) nats?(?: \((\S+) bits?\))?")
"""An information in a sentence: "0.693 nats (1 bit)", or in nats alone."""


def in_unit(table: MetricTable, unit: str) -> MetricTable:
    """The table with scores that are informations in bits or nats; its matrix stays in nats, which figures convert."""
    return replace(table, scores={name: score_in(score, unit) for name, score in table.scores.items()})


def score_in(score: Score, unit: str) -> Score:
    """Value, interval and null of an information in bits or nats; its details stay in the unit of its measure."""
    if score.unit not in NATS_PER:
        return score
    times = conversion(score.unit, unit)
    null = score.null and replace(score.null, mean=score.null.mean * times, high=score.null.high * times)
    interval = score.interval and (score.interval[0] * times, score.interval[1] * times)
    return replace(score, value=score.value * times, interval=interval, null=null, unit=unit)


def labelled(drawn: Any, unit: str) -> Any:
    """A figure of scores in this unit: its axes say so."""
    for axis in drawn.select_xaxes():
        if axis.title.text:
            axis.title.text = axis.title.text.replace("nats", unit)
    return drawn


def told_in(text: str, unit: str) -> str:
    """A sentence with its informations in bits or nats alone; as it is on a page without a choice of units."""
    return AMOUNT.sub(lambda found: _amount(found[1], found[2], unit), text) if unit in NATS_PER else text


def _amount(nats: str, bits: str | None, unit: str) -> str:
    """An information in a unit, with the digits that it has."""
    if unit == "nats":
        return amount(nats, unit)
    style = ".3g" if "e" in nats else f".{len(nats.partition('.')[2])}f"
    return amount(bits or f"{float(nats) * conversion('nats', unit):{style}}", unit)
