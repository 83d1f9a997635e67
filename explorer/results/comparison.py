"""Estimators compared: over many samples of a known truth, and side by side on one pair of variables."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from explorer.result import LEAST, NATS_PER, SHARE, conversion
from explorer.results.table import Table

Value = int | float
Cell = tuple[str, Value, int]
"""Estimator, value of what is swept, seed of the sample."""

BAND = (0.1, 0.9)
"""The quantiles over samples that the band spans."""

COLUMNS = ("mean", "low", "high", "bias", "deviation", "rmse", "seconds", "doubted", "count", "refused")


@dataclass(frozen=True)
class Trials(Table):
    """Estimates of a known truth, by estimator (rows) and by the value of what is swept (columns).

    Attributes:
        truth: the true information at every value, NaN where it is not finite.
        mean, low, high: of the estimates over samples; low and high are their 10 % and 90 % quantiles.
        bias: mean less truth.
        deviation: the standard deviation over samples, by n - 1; NaN for a single sample.
        rmse: the root of the mean squared error.
        seconds: the median time of one estimate.
        doubted: the share of estimates on which a rule fired that casts doubt on the value.
        count, refused: samples with an estimate, and samples that the estimator refused.
        errors: why there is no estimate, by estimator and value.
        rules: for every estimator the rules that fired and cast doubt, each with one of its sentences.
        about: what was computed: distribution, settings, sweep, n, seeds, calls, how many cells are there.
    """

    FIGURE = "trials"

    estimators: tuple[str, ...]
    values: tuple[Value, ...]
    truth: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    bias: np.ndarray
    deviation: np.ndarray
    rmse: np.ndarray
    seconds: np.ndarray
    doubted: np.ndarray
    count: np.ndarray
    refused: np.ndarray
    errors: Mapping[tuple[str, Value], str] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unit: str = "nats"
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_cells(
        cls,
        estimators: Sequence[str],
        values: Sequence[Value],
        truth: Sequence[float],
        cells: Mapping[Cell, Mapping[str, Any]],
        about: Mapping[str, Any] | None = None,
    ) -> "Trials":
        """What the cells say, each {"value", "seconds", "doubts": [[rule, text]]} or {"error"}."""
        true = np.array([one if math.isfinite(one) else math.nan for one in truth], float)
        table: dict[tuple[str, Value], list[Mapping[str, Any]]] = {(e, v): [] for e in estimators for v in values}
        for (estimator, value, _), cell in cells.items():
            table[estimator, value].append(cell)
        read = [[_read(table[e, v], t) for v, t in zip(values, true, strict=True)] for e in estimators]
        columns: dict[str, Any] = {name: np.array([[one[name] for one in row] for row in read]) for name in COLUMNS}
        errors = {place: one["error"] for place, found in table.items() for one in found if "error" in one}
        doubts = {e: [one.get("doubts", ()) for v in values for one in table[e, v]] for e in estimators}
        rules = {e: dict(pair for pairs in found for pair in pairs) for e, found in doubts.items()}
        about = about or {}
        return cls(tuple(estimators), tuple(values), true, **columns, errors=errors, rules=rules, about=about)

    def __len__(self) -> int:
        """Estimates there are."""
        return int(self.count.sum())

    @property
    def margin(self) -> np.ndarray:
        """How far an estimate may be off at every value and still count as near the truth."""
        return np.maximum(LEAST / NATS_PER[self.unit], SHARE * np.abs(self.truth))

    @property
    def off(self) -> np.ndarray:
        """Where the mean estimate is not near the truth."""
        return np.abs(self.bias) > self.margin

    def to(self, unit: str) -> "Trials":
        """The same trials in "nats" or "bits".

        Raises:
            UnitError: for another unit.
        """
        times = conversion(self.unit, unit)
        amounts = ("truth", "mean", "low", "high", "bias", "deviation", "rmse")
        return replace(self, unit=unit, **{name: getattr(self, name) * times for name in amounts})

    def rows(self) -> list[dict[str, Any]]:
        """A long table: one row an estimator and value."""
        return [
            {"estimator": estimator, self.about.get("sweep", "value"): value, "truth": float(self.truth[j])}
            | {name: getattr(self, name)[i, j].item() for name in COLUMNS}
            | {"unit": self.unit, "reason": self.errors.get((estimator, value), "")}
            for i, estimator in enumerate(self.estimators)
            for j, value in enumerate(self.values)
        ]


@dataclass(frozen=True)
class Panel(Table):
    """Every estimator on one pair of variables.

    Attributes:
        estimators: those that gave a value, in the order of the catalogue.
        value, low, high: the estimates and their intervals, NaN where there is none.
        null_mean, null_high, p_value: with the dependence destroyed, mean and maximum of the estimates; the p-value.
        verdict: one sentence each.
        doubts: for each the rules that fired, as (rule, sentence, note).
        bound: "lower", "upper" or "none" for each.
        quantity: what each estimates, as one writes it; "I(X;Y)" for most.
        chosen: for each what it chose or fitted, as plain data.
        errors: why the others gave none.
        about: the pair: what x and y are, n, dimensions, kinds, seed, how many estimators are still to come.
    """

    FIGURE = "panel"

    estimators: tuple[str, ...]
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    null_mean: np.ndarray
    null_high: np.ndarray
    p_value: np.ndarray
    seconds: np.ndarray
    verdict: tuple[str, ...]
    doubts: tuple[tuple[tuple[str, str, bool], ...], ...]
    bound: tuple[str, ...]
    quantity: tuple[str, ...]
    chosen: tuple[Mapping[str, Any], ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    unit: str = "nats"
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_cells(cls, cells: Mapping[str, Mapping[str, Any]], about: Mapping[str, Any] | None = None) -> "Panel":
        """What the cells say, each as `Estimate.to_dict` or {"error"}, by estimator."""
        good = {name: cell for name, cell in cells.items() if "error" not in cell}
        intervals = [cell.get("interval") or (None, None) for cell in good.values()]
        nulls = [cell.get("null") or {} for cell in good.values()]
        return cls(
            estimators=tuple(good),
            value=_numbers(cell["nats"] for cell in good.values()),
            low=_numbers(low for low, _ in intervals),
            high=_numbers(high for _, high in intervals),
            null_mean=_numbers(null.get("mean") for null in nulls),
            null_high=_numbers(null.get("high") for null in nulls),
            p_value=_numbers(null.get("p_value") for null in nulls),
            seconds=_numbers(cell["seconds"] for cell in good.values()),
            verdict=tuple(cell["verdict"] for cell in good.values()),
            doubts=tuple(tuple(tuple(doubt) for doubt in cell["doubts"]) for cell in good.values()),
            bound=tuple(cell["bound"] for cell in good.values()),
            quantity=tuple(cell["quantity"] for cell in good.values()),
            chosen=tuple(cell.get("details") or {} for cell in good.values()),
            errors={name: cell["error"] for name, cell in cells.items() if "error" in cell},
            about=about or {},
        )

    def __len__(self) -> int:
        return len(self.estimators)

    @property
    def comparable(self) -> np.ndarray:
        """Those that estimate I(X;Y) itself and no relative of it."""
        return np.array([quantity == "I(X;Y)" for quantity in self.quantity], bool)

    @property
    def trusted(self) -> np.ndarray:
        """Those on which no rule fired that casts doubt on the value."""
        return np.array([all(note for *_, note in found) for found in self.doubts], bool)

    def to(self, unit: str) -> "Panel":
        """The same estimates in "nats" or "bits".

        Raises:
            UnitError: for another unit.
        """
        times = conversion(self.unit, unit)
        amounts = ("value", "low", "high", "null_mean", "null_high")
        return replace(self, unit=unit, **{name: getattr(self, name) * times for name in amounts})

    def rows(self) -> list[dict[str, Any]]:
        """One row an estimator, those that refused at the end with the reason."""
        numbers = [one.name for one in fields(self) if isinstance(getattr(self, one.name), np.ndarray)]
        table = [
            {"estimator": name, "quantity": self.quantity[i]}
            | {column: float(getattr(self, column)[i]) for column in numbers}
            | {"bound": self.bound[i], "verdict": self.verdict[i], "unit": self.unit}
            for i, name in enumerate(self.estimators)
        ]
        return table + [{"estimator": name, "verdict": f"no value: {why}"} for name, why in self.errors.items()]


def _read(cells: Sequence[Mapping[str, Any]], truth: float) -> dict[str, float]:
    """The cells of one estimator at one value."""
    good = [cell for cell in cells if "error" not in cell]
    values, n = np.array([cell["value"] for cell in good], float), len(good)
    low, high = np.quantile(values, BAND) if n else (math.nan, math.nan)
    mean = float(values.mean()) if n else math.nan
    return {
        "mean": mean,
        "low": float(low),
        "high": float(high),
        "bias": mean - truth,
        "deviation": float(values.std(ddof=1)) if n > 1 else math.nan,
        "rmse": float(np.sqrt(((values - truth) ** 2).mean())) if n else math.nan,
        "seconds": float(np.median([cell["seconds"] for cell in good])) if n else math.nan,
        "doubted": float(np.mean([bool(cell["doubts"]) for cell in good])) if n else math.nan,
        "count": n,
        "refused": len(cells) - n,
    }


def _numbers(column: Iterable[float | None]) -> np.ndarray:
    return np.array([math.nan if one is None else one for one in column], float)
