"""Numbers that know their unit, how they were made and how far they can be trusted."""

import html
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.errors import UnitError, UnknownNameError

if TYPE_CHECKING:
    import pandas

NATS_PER = {"nats": 1.0, "bits": math.log(2.0)}


@dataclass(frozen=True)
class Doubt:
    """One reason not to take a number at its face: the rule that fired and a sentence."""

    rule: str
    text: str


@dataclass(frozen=True)
class Null:
    """What the estimator reads when the dependence is destroyed by permuting y."""

    mean: float
    high: float
    p_value: float
    permutations: int


@dataclass(frozen=True)
class Estimate:
    """An estimated quantity that has a true value.

    Attributes:
        value: in `unit`.
        bound: "lower" or "upper" when the estimator bounds the quantity, else "none".
        interval: (low, high) at `level`, or None where none was computed.
        warnings: doubts; empty means that no rule fired, not that none could.
    """

    quantity: str
    value: float
    unit: str = "nats"
    interval: tuple[float, float] | None = None
    level: float | None = None
    standard_error: float | None = None
    null: Null | None = None
    bound: str = "none"
    warnings: tuple[Doubt, ...] = ()
    estimator: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    n: int = 0
    dim_x: int = 0
    dim_y: int = 0
    seconds: float = 0.0
    device: str = "cpu"
    seed: int = 0

    @property
    def nats(self) -> float:
        """The value in nats.

        Raises:
            UnitError: for a quantity that is not an information.
        """
        return _in_nats(self.quantity, self.value, self.unit)

    @property
    def bits(self) -> float:
        """The value in bits."""
        return self.nats / NATS_PER["bits"]

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        bound = {"lower": "at least ", "upper": "at most "}.get(self.bound, "")
        return f"{self.quantity}: {bound}{self.value:.4g} {self.unit} ({self.estimator}, n={self.n})"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        null = self.null and {"mean": self.null.mean, "high": self.null.high, "p_value": self.null.p_value}
        return finite(
            {
                "quantity": self.quantity,
                "nats": self.nats,
                "bits": self.bits,
                "interval": self.interval and list(self.interval),
                "level": self.level,
                "standard_error": self.standard_error,
                "null": null,
                "bound": self.bound,
                "warnings": [{"rule": doubt.rule, "text": doubt.text} for doubt in self.warnings],
                "estimator": self.estimator,
                "settings": dict(self.settings),
                "n": self.n,
                "dim_x": self.dim_x,
                "dim_y": self.dim_y,
                "seconds": self.seconds,
                "device": self.device,
            }
        )

    def _repr_html_(self) -> str:
        rows = [
            (self.quantity, f"{self.value:.4g} {self.unit}"),
            ("estimator", repr_call(self.estimator, self.settings)),
        ]
        if self.null:
            rows.append(("with y permuted", f"{self.null.mean:.4g} to {self.null.high:.4g} nats"))
        rows += [(doubt.rule, doubt.text) for doubt in self.warnings]
        cells = "".join(f"<tr><th>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows)
        return f"<table>{cells}</table>"


@dataclass(frozen=True)
class Score:
    """A number defined by its own formula, in its own unit."""

    measure: str
    value: float
    unit: str
    details: Mapping[str, Any] = field(default_factory=dict)
    interval: tuple[float, float] | None = None
    warnings: tuple[Doubt, ...] = ()

    @property
    def nats(self) -> float:
        """The value in nats.

        Raises:
            UnitError: for a score that is not an information.
        """
        return _in_nats(self.measure, self.value, self.unit)

    def __float__(self) -> float:
        return self.value


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
        for name in (self.unit, unit):
            if name not in NATS_PER:
                raise UnitError(f"a trajectory in {name} has no nats or bits")
        scale = NATS_PER[self.unit] / NATS_PER[unit]
        columns = {key: getattr(self, key) * scale for key in ("value", "low", "high", "null")}
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

        return figures["information_plane"](self, **options)


def finite(value: Any) -> Any:
    """Plain data with NaN and infinity replaced by None and NumPy scalars by Python's."""
    if isinstance(value, Mapping):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    if isinstance(value, np.generic | np.ndarray):
        return finite(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def to_json(value: Any) -> str:
    """JSON text in which NaN and infinity are null."""
    return json.dumps(finite(value), ensure_ascii=False)


def repr_call(name: str, settings: Mapping[str, Any]) -> str:
    """An entry and its settings as one reads it: `ksg(k=5)`."""
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in settings.items())})"


def _in_nats(quantity: str, value: float, unit: str) -> float:
    if unit not in NATS_PER:
        raise UnitError(f"{quantity} is in {unit}, which is neither nats nor bits; read .value and .unit")
    return value * NATS_PER[unit]
