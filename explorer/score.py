"""A number defined by its own formula, in its own unit, with how it was made and how far it can be trusted."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from explorer.result import NATS_PER, Doubt, Null, finite, in_nats, repr_call, to_html, verdict


@dataclass(frozen=True)
class Score:
    """What a measure reads on one representation.

    Attributes:
        value: in `unit`, which is "" for a pure number.
        details: what belongs to the value: parts by class or unit, a spectrum, what was fitted.
        interval: (low, high): the measure's own error, or over parts of the samples where that was asked for.
        null: what the measure reads when the rows of y, or every column of z by itself, are shuffled.
        warnings: doubts and notes.
    """

    measure: str
    value: float
    unit: str
    details: Mapping[str, Any] = field(default_factory=dict)
    interval: tuple[float, float] | None = None
    level: float | None = None
    null: Null | None = None
    warnings: tuple[Doubt, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    n: int = 0
    dim: int = 0
    dim_y: int = 0
    seconds: float = 0.0
    device: str = "cpu"
    seed: int = 0

    @property
    def nats(self) -> float:
        """The value in nats.

        Raises:
            UnitError: for a score that is not an information.
        """
        return in_nats(self.measure, self.value, self.unit)

    @property
    def bits(self) -> float:
        """The value in bits.

        Raises:
            UnitError: for a score that is not an information.
        """
        return self.nats / NATS_PER["bits"]

    @property
    def verdict(self) -> str:
        """How far the value can be trusted, in one sentence, with the rules that fired."""
        return verdict(self.warnings, self.null, "Not told from shuffled rows")

    def within(self, doubts: Iterable[Doubt]) -> "Score":
        """The same with those doubts about a whole table that bear on it; a rule that fired for itself stays alone."""
        own = {one.rule for one in self.warnings}
        more = [one for one in doubts if self.measure in one.scores and one.rule not in own]
        return replace(self, warnings=(*self.warnings, *more))

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        within = self.interval and f", {self.interval[0]:.4g} to {self.interval[1]:.4g}"
        call = repr_call(self.measure, self.settings)
        return f"{call}: {self.value:.4g} {self.unit}{within or ''} (n={self.n}). {self.verdict}".replace("  ", " ")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        plain = {
            "value": self.value,
            "unit": self.unit,
            "details": dict(self.details),
            "interval": self.interval and list(self.interval),
            "level": self.level,
            "null": self.null and asdict(self.null),
            "warnings": [{"rule": one.rule, "text": one.text} for one in self.warnings if not one.note],
            "notes": [{"rule": one.rule, "text": one.text} for one in self.warnings if one.note],
            "verdict": self.verdict,
            "measure": self.measure,
            "settings": dict(self.settings),
            "n": self.n,
            "dim": self.dim,
            "seconds": self.seconds,
            "device": self.device,
            "seed": self.seed,
        }
        return finite(plain)

    def _repr_html_(self) -> str:
        rows = [(self.measure, f"{self.value:.4g} {self.unit}")]
        rows.append(("settings", repr_call(self.measure, self.settings)))
        if self.interval:
            rows.append(("interval", f"{self.interval[0]:.4g} to {self.interval[1]:.4g} {self.unit}"))
        if self.null:
            rows.append(("shuffled", f"{self.null.mean:.4g} on average, up to {self.null.high:.4g}"))
        rows.append(("verdict", self.verdict))
        rows += [(doubt.rule, doubt.text) for doubt in self.warnings]
        return to_html(rows)
