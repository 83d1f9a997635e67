"""Numbers that know their unit, how they were made and how far they can be trusted."""

import html
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from explorer.errors import UnitError

NATS_PER = {"nats": 1.0, "bits": math.log(2.0)}

LEVEL = 0.9
"""How often an interval should contain the truth."""

LEAST, SHARE = 0.1, 0.15
"""An estimate is off when it misses the truth by more than the larger of 0.1 nats and 15 %."""


def amount(number: str, unit: str) -> str:
    """A number that is written already with its unit: "1 bit", "2.5 bits"."""
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def in_both(nats: float, digits: str = ".3g") -> str:
    """An information in words that hold whichever unit a page shows: "0.693 nats (1 bit)"."""
    both = (amount(f"{nats / per:{digits}}", unit) for unit, per in NATS_PER.items())
    return "{} ({})".format(*both)


def off(nats: float, truth: float) -> bool:
    """Whether an estimate misses the truth by more than the larger of 0.1 nats and 15 %."""
    return abs(nats - truth) > max(LEAST, SHARE * abs(truth))


def above(nats: float, entropy: float) -> bool:
    """Whether an estimate exceeds an entropy that bounds the truth by more than the larger of 0.02 nats and 2 %."""
    return nats > entropy + max(0.02, 0.02 * entropy)


@dataclass(frozen=True)
class Doubt:
    """One reason not to take a number at its face: the rule that fired and a sentence.

    Attributes:
        note: it says what was done or read, not that the number may be off.
        scores: of a doubt about a whole table, what it bears on: scores by catalogue key, or pairs as "a, b".
    """

    rule: str
    text: str
    note: bool = False
    scores: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{'note' if self.note else 'doubt'} ({self.rule}): {self.text}"


@dataclass(frozen=True)
class Null:
    """What the estimator reads when the dependence is destroyed, as `how` says."""

    mean: float
    high: float
    p_value: float
    permutations: int
    how: str = "y permuted"


@dataclass(frozen=True)
class Estimate:
    """An estimated quantity that has a true value.

    Attributes:
        value: in `unit`.
        bound: "lower" or "upper" when the estimator bounds the quantity, else "none".
        interval: (low, high) at `level`, or None where none was computed.
        warnings: doubts; empty means that no rule fired, not that none could.
        details: what belongs to the value: what was chosen and why, parts, what was fitted.
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
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nats(self) -> float:
        """The value in nats.

        Raises:
            UnitError: for a quantity that is not an information.
        """
        return in_nats(self.quantity, self.value, self.unit)

    @property
    def bits(self) -> float:
        """The value in bits."""
        return self.nats / NATS_PER["bits"]

    @property
    def verdict(self) -> str:
        """How far the value can be trusted, in one sentence, with the rules that fired."""
        return verdict(self.warnings, self.null, "No evidence of dependence")

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        bound = {"lower": "at least ", "upper": "at most "}.get(self.bound, "")
        within = self.interval and f", {self.level:.0%} interval {self.interval[0]:.4g} to {self.interval[1]:.4g}"
        head = f"{self.quantity}: {bound}{self.value:.4g} {self.unit}{within or ''} ({self.estimator}, n={self.n})"
        return f"{head}. {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        null = self.null and asdict(self.null)
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
                "warnings": [{"rule": one.rule, "text": one.text} for one in self.warnings if not one.note],
                "estimator": self.estimator,
                "settings": dict(self.settings),
                "n": self.n,
                "dim_x": self.dim_x,
                "dim_y": self.dim_y,
                "seconds": self.seconds,
                "device": self.device,
                "verdict": self.verdict,
                "notes": [{"rule": one.rule, "text": one.text} for one in self.warnings if one.note],
                "details": dict(self.details),
            }
        )

    def _repr_html_(self) -> str:
        rows = [
            (self.quantity, f"{self.value:.4g} {self.unit}"),
            ("estimator", repr_call(self.estimator, self.settings)),
        ]
        if self.interval and self.level:
            rows.append((f"{self.level:.0%} interval", f"{self.interval[0]:.4g} to {self.interval[1]:.4g} {self.unit}"))
        if self.null:
            rows.append((f"with {self.null.how}", f"{self.null.mean:.4g} to {self.null.high:.4g} nats"))
        rows.append(("verdict", self.verdict))
        rows += [(doubt.rule, doubt.text) for doubt in self.warnings]
        return to_html(rows)


def in_nats(what: str, value: float, unit: str) -> float:
    """A value in nats.

    Raises:
        UnitError: for a unit that is neither nats nor bits.
    """
    if unit not in NATS_PER:
        unit = unit or "a pure number"
        raise UnitError(f"{what} is in {unit}, which is neither nats nor bits; read .value and .unit")
    return value * NATS_PER[unit]


def conversion(old: str, new: str) -> float:
    """What amounts in one unit are multiplied by to be in another.

    Raises:
        UnitError: for a unit that is neither nats nor bits.
    """
    if old not in NATS_PER:
        raise UnitError(f"an amount in {old or 'a pure number'} has no nats or bits")
    if new not in NATS_PER:
        raise UnitError(f"unit {new!r} must be nats or bits")
    return NATS_PER[old] / NATS_PER[new]


def verdict(warnings: Iterable[Doubt], null: Null | None, no_evidence: str) -> str:
    """The rules that fired; else `no_evidence` where the null reaches the value; else that none fired."""
    grave = list(dict.fromkeys(doubt.rule for doubt in warnings if not doubt.note))
    if grave:
        return f"Doubtful: {', '.join(grave)}."
    if null and null.p_value > 0.05:
        return f"{no_evidence} (p = {null.p_value:.2g})."
    return "No rule fired."


def to_html(rows: Iterable[tuple[str, str]]) -> str:
    """A table of two columns, every text escaped."""
    cells = "".join(f"<tr><th>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{cells}</table>"


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
