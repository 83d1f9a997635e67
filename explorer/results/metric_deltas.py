"""What scores of models differ by from those of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.errors import UnknownNameError
from explorer.results.metric_table import MetricTable

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Delta:
    """One score of one model beside that of the baseline; NaN where there is no value or interval.

    Attributes:
        value, low, high: of the model, and the ends of its interval.
        difference, difference_low, difference_high: value less the baseline's. Its interval reaches to each side by
            the root of the sum of both reaches squared: that of independent samples, and mostly too wide where both
            models saw the same.
        why: the reason of a missing value of the model or the baseline.
    """

    metric: str
    model: str
    value: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    unit: str
    why: str = ""

    @property
    def sign(self) -> int:
        """1 or -1 where the interval of the difference leaves 0 out, else 0."""
        return 1 if self.difference_low > 0 else -1 if self.difference_high < 0 else 0


def deltas(tables: Mapping[str, MetricTable], baseline: str) -> tuple[Delta, ...]:
    """Every score of every model beside the baseline's, score by score.

    Of the baseline itself the difference is 0, without an interval.

    Raises:
        UnknownNameError: for a baseline that is none of the models.
    """
    if baseline not in tables:
        raise UnknownNameError("model", baseline, tables)
    metrics = dict.fromkeys(name for table in tables.values() for name in (*table.scores, *table.undefined))
    return tuple(
        _delta(metric, model, table, tables[baseline], model == baseline)
        for metric in metrics
        for model, table in tables.items()
    )


def deltas_frame(found: tuple[Delta, ...]) -> "pandas.DataFrame":
    """One row a score and model: metric, model, value, low, high, difference and its ends, unit, why."""
    import pandas

    columns = [
        "metric",
        "model",
        "value",
        "low",
        "high",
        *(f"difference{end}" for end in ("", "_low", "_high")),
        "unit",
        "why",
    ]
    return pandas.DataFrame([[getattr(one, name) for name in columns] for one in found], columns=columns)


def _delta(metric: str, model: str, table: MetricTable, base: MetricTable, same: bool) -> Delta:
    own, other = (_read(one, metric) for one in (table, base))
    unit = next((one.scores[metric].unit for one in (table, base) if metric in one.scores), "")
    why = next((one.undefined[metric] for one in (table, base) if metric in one.undefined), "")
    delta = own[0] - other[0]
    if same:
        return Delta(metric, model, *own, delta, np.nan, np.nan, unit, why)
    below = np.hypot(own[0] - own[1], other[2] - other[0])
    above = np.hypot(own[2] - own[0], other[0] - other[1])
    return Delta(metric, model, *own, delta, float(delta - below), float(delta + above), unit, why)


def _read(table: MetricTable, metric: str) -> tuple[float, float, float]:
    """Value and ends of the interval."""
    if metric not in table.scores:
        return np.nan, np.nan, np.nan
    score = table.scores[metric]
    return score.value, *(score.interval or (np.nan, np.nan))
