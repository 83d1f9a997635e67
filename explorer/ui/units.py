"""Scores in the unit that a page shows; those that are pure numbers stay."""

from dataclasses import replace
from typing import Any

from explorer.result import NATS_PER, conversion
from explorer.results.metric_table import MetricTable
from explorer.score import Score


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
