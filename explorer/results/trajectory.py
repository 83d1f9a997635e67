"""Quantities over steps x layers: the long table behind every plane."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.errors import SampleError, UnknownNameError
from explorer.result import conversion, finite

if TYPE_CHECKING:
    import pandas

XT, TY = "I(X;T)", "I(T;Y)"
"""The quantities of an information plane."""


def label(layer: str) -> str:
    """A layer's name as it is written in words; a bare number, as nn.Sequential gives, says what it is."""
    return f"layer {layer}" if layer.isdigit() else layer.replace("_", " ")


@dataclass(frozen=True)
class Trajectory:
    """A long table of one or more quantities over steps x layers, with what it was made from.

    Attributes:
        step, layer, quantity, value, low, high, null: columns of one length; NaN where not computed.
            `low` and `high` span the runs of a group, `null` is the mean over permutations of y.
        warnings: for each row the names of the rules that fired.
        about: what was computed: estimator, settings, n, layers, target, ceilings, notes.
        metrics: loss, accuracy, ... by step.
    """

    step: np.ndarray
    layer: np.ndarray
    quantity: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    null: np.ndarray
    warnings: tuple[tuple[str, ...], ...]
    unit: str = "nats"
    about: Mapping[str, Any] = field(default_factory=dict)
    metrics: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], **rest: Any) -> "Trajectory":
        """A trajectory from mappings with step, layer, quantity, value and perhaps low, high, null, warnings."""
        rows = list(rows)

        def numbers(key: str) -> np.ndarray:
            return np.array([math.nan if row.get(key) is None else row[key] for row in rows], float)

        return cls(
            step=np.array([row["step"] for row in rows], int),
            layer=np.array([row["layer"] for row in rows], str),
            quantity=np.array([row["quantity"] for row in rows], str),
            value=numbers("value"),
            low=numbers("low"),
            high=numbers("high"),
            null=numbers("null"),
            warnings=tuple(tuple(row.get("warnings", ())) for row in rows),
            **rest,
        )

    def __len__(self) -> int:
        return len(self.step)

    def __repr__(self) -> str:
        """What was read of which run, how much of it, and where the numbers are."""
        about, steps = self.about, self.steps
        by = f" by {about['call']}" if about.get("call") and "measure" not in about else ""
        where = f"{_several(len(self.layers), 'layer')} at {_several(len(steps), 'step')}"
        span = f" ({steps[0]} to {steps[-1]})" if len(steps) > 1 else f" ({steps[0]})" if steps else ""
        what = about.get("call") if "measure" in about else ", ".join(self.quantities)
        of = f" of {about['recording']}" if about.get("recording") else ""
        missing = about.get("total", 0) - about.get("cells", 0)
        still = f", {_several(missing, 'cell')} missing" if missing > 0 else ""
        unit = f", in {self.unit}" if self.unit else ""
        return f"Trajectory: {what or 'nothing'}{by}{of}, {where}{span}{unit}{still}; to_frame() is the table"

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """Layers in depth order."""
        return tuple(self.about.get("layers") or dict.fromkeys(self.layer.tolist()))

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """The quantities in the table."""
        return tuple(dict.fromkeys(self.quantity.tolist()))

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The steps in the table, ascending."""
        return tuple(sorted(set(self.step.tolist())))

    def curve(self, layer: str, quantity: str, column: str = "value") -> np.ndarray:
        """One column of one layer and quantity, aligned with `steps`; NaN where not computed.

        Raises:
            UnknownNameError: for a layer or quantity that the table lacks.
        """
        if len(self) and quantity not in self.quantities:
            raise UnknownNameError("quantity", quantity, self.quantities)
        if layer not in self.layers:
            raise UnknownNameError("layer", layer, self.layers)
        chosen = (self.layer == layer) & (self.quantity == quantity)
        by_step = dict(zip(self.step[chosen].tolist(), getattr(self, column)[chosen].tolist(), strict=True))
        return np.array([by_step.get(step, math.nan) for step in self.steps])

    def to(self, unit: str) -> "Trajectory":
        """The same trajectory in "nats" or "bits".

        Raises:
            UnitError: when the values are not an information.
        """
        times = conversion(self.unit, unit)
        columns = {key: getattr(self, key) * times for key in ("value", "low", "high", "null")}
        return replace(self, unit=unit, **columns)

    def rows(self) -> list[dict[str, Any]]:
        """The table as a list of mappings, warnings joined by semicolons."""
        keys = ("step", "layer", "quantity", "value", "low", "high", "null")
        columns = [getattr(self, key).tolist() for key in keys]
        table = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
        return [
            row | {"unit": self.unit, "warnings": "; ".join(w)} for row, w in zip(table, self.warnings, strict=True)
        ]

    def to_frame(self) -> "pandas.DataFrame":
        """A pandas DataFrame: step, layer, quantity, value, low, high, null, unit, warnings."""
        import pandas

        columns = ["step", "layer", "quantity", "value", "low", "high", "null", "unit", "warnings"]
        return pandas.DataFrame(self.rows(), columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite(
            {"unit": self.unit, "about": dict(self.about), "rows": self.rows(), "metrics": list(self.metrics)}
        )

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Trajectory":
        """The trajectory that `to_dict` wrote."""
        rows = [row | {"warnings": [w for w in row["warnings"].split("; ") if w]} for row in plain["rows"]]
        return cls.from_rows(rows, unit=plain["unit"], about=plain["about"], metrics=tuple(plain["metrics"]))

    def plot(self, **options: Any) -> Any:
        """The trajectory as a Plotly figure; `options` go to the figure's draw function."""
        from explorer.catalogue import figures

        return figures["profile" if "measure" in self.about else "information_plane"](self, **options)


def _several(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def group(runs: Sequence[Trajectory]) -> Trajectory:
    """Mean over runs at the cells that all of them have, `low` and `high` the extremes over runs.

    Raises:
        SampleError: without runs, or without a common step and layer.
    """
    tables = [{(r["step"], r["layer"], r["quantity"]): r for r in run.rows()} for run in runs]
    common = [key for key in (tables[0] if tables else {}) if all(key in table for table in tables)]
    if not common:
        raise SampleError(f"a group of {len(runs)} runs shares no step and layer; record them on one schedule")
    rows = []
    for key in common:
        cells = [table[key] for table in tables]
        values, nulls = (np.array([cell[column] for cell in cells]) for column in ("value", "null"))
        row = dict(zip(("step", "layer", "quantity"), key, strict=True))
        row |= {"value": values.mean(), "low": values.min(), "high": values.max(), "null": nulls.mean()}  # NaN spreads
        rows.append(row | {"warnings": sorted({w for c in cells for w in c["warnings"].split("; ") if w})})
    names = [run.about["recording"] for run in runs]
    about = {
        **runs[0].about,
        "failed": {layer: reason for run in runs for layer, reason in run.about["failed"].items()},
        "doubts": {rule: found for run in runs for rule, found in run.about["doubts"].items()},
        "recording": f"{len(runs)} runs",
        "runs": names,
        "band": "smallest and largest of the runs",
    }
    return Trajectory.from_rows(rows, about=about, metrics=runs[0].metrics, unit=runs[0].unit)
