"""What layers of runs read beside those of a pinned baseline: differences, each with its interval and what made it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from explorer.errors import UnknownNameError
from explorer.latex import escaped, line
from explorer.result import Doubt, conversion, finite, to_html
from explorer.results.table import Drawn
from explorer.results.trajectory import Trajectory

if TYPE_CHECKING:
    import pandas

AMOUNTS = ("value", "low", "high", "baseline", "baseline_low", "baseline_high",
           "difference", "difference_low", "difference_high")  # fmt: skip
"""Fields that are in the unit of the quantity."""


@dataclass(frozen=True)
class RunDelta:
    """One quantity of one layer at one step, of a run or of several seeds as one, beside the baseline's.

    Attributes:
        step: of the baseline; `run_step` is another only where no step is common and last is compared with last.
        layer: as the baseline calls it.
        run: name of the run or group.
        value, low, high: the run's; of a group the mean and the t interval of the mean over its runs.
        baseline, baseline_low, baseline_high: the same of the baseline.
        difference, difference_low, difference_high: value less the baseline's; the ends are NaN without an interval.
        basis: what made the interval of the difference, or why there is none.
    """

    step: int
    run_step: int
    layer: str
    quantity: str
    run: str
    unit: str
    basis: str
    value: float
    low: float
    high: float
    baseline: float
    baseline_low: float
    baseline_high: float
    difference: float
    difference_low: float
    difference_high: float

    @property
    def sign(self) -> int:
        """1 or -1 where the interval of the difference leaves 0 out, else 0."""
        return 1 if self.difference_low > 0 else -1 if self.difference_high < 0 else 0


@dataclass(frozen=True)
class RunDeltas(Drawn):
    """Every quantity of every layer at the steps that a run shares with the baseline.

    Attributes:
        rows: by run, step, layer and quantity.
        sides: the baseline and then the runs, at every step of their own: value (of a group the mean), low and high (of
            a group the t interval of the mean), null; layers as the baseline calls them.
        unit: of all amounts.
        warnings: doubts and notes on what was compared.
        about: names of the `baseline` and the `runs`, `layers`, `counts` of runs by name, `level` of the intervals,
            `call`, `words`, n, seed, step_name, how many `cells` of `total` are there.
    """

    FIGURE = "run_comparison"

    rows: tuple[RunDelta, ...]
    sides: tuple[Trajectory, ...]
    unit: str = "nats"
    warnings: tuple[Doubt, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def baseline(self) -> str:
        """Name of what the others are compared with."""
        return str(self.about["baseline"])

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of the compared runs and groups."""
        return tuple(self.about["runs"])

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers of the baseline in depth order."""
        return tuple(self.about["layers"])

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that any side has."""
        return tuple(dict.fromkeys(quantity for side in self.sides for quantity in side.quantities))

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """Steps of the baseline at which something is compared, ascending."""
        return tuple(sorted({row.step for row in self.rows}))

    def at(self, step: int | None = None) -> tuple[RunDelta, ...]:
        """The rows of one step, the last by default, by layer, quantity and run.

        Raises:
            UnknownNameError: for a step at which nothing is compared.
        """
        if not self.rows:
            return ()
        chosen = self.steps[-1] if step is None else step
        if chosen not in self.steps:
            raise UnknownNameError("compared step", chosen, self.steps)
        order = {name: i for names in (self.layers, self.quantities, self.runs) for i, name in enumerate(names)}
        found = [row for row in self.rows if row.step == chosen]
        return tuple(sorted(found, key=lambda row: (order[row.layer], order[row.quantity], order[row.run])))

    def to(self, unit: str) -> "RunDeltas":
        """The same in "nats" or "bits".

        Raises:
            UnitError: when the values are not an information.
        """
        times = conversion(self.unit, unit)
        rows = tuple(
            replace(row, unit=unit, **{one: times * getattr(row, one) for one in AMOUNTS}) for row in self.rows
        )
        return replace(self, rows=rows, sides=tuple(side.to(unit) for side in self.sides), unit=unit)

    def to_frame(self) -> "pandas.DataFrame":
        """One row a run, step, layer and quantity, with the fields of `RunDelta` as columns."""
        import pandas

        columns = [one.name for one in fields(RunDelta)]
        return pandas.DataFrame([[getattr(row, name) for name in columns] for row in self.rows], columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        said = {
            kind: [{"rule": one.rule, "text": one.text} for one in self.warnings if one.note == note]
            for kind, note in (("warnings", False), ("notes", True))
        }
        return finite({"unit": self.unit, "about": dict(self.about), "rows": [asdict(row) for row in self.rows]} | said)

    def to_latex(self, step: int | None = None) -> str:
        """A tabular of one step, the last by default, that needs no package: values and differences with intervals.

        Raises:
            UnknownNameError: for a step at which nothing is compared.
        """
        rows = self.at(step)
        digits = decimals(rows)
        by_place: dict[tuple[str, str], dict[str, RunDelta]] = {}
        for row in rows:
            by_place.setdefault((row.layer, row.quantity), {})[row.run] = row
        heads = [
            f"{escaped(self.baseline)} (baseline)",
            *(h for run in self.runs for h in (escaped(run), "difference")),
        ]
        lines = [
            f"\\begin{{tabular}}{{ll{'r' * len(heads)}}}",
            "\\hline",
            line(["layer", "quantity", *heads]),
            "\\hline",
        ]
        for (layer, quantity), found in by_place.items():
            one = next(iter(found.values()))
            cells = [_cell(one.baseline, one.baseline_low, one.baseline_high, f".{digits}f")]
            cells += [cell for run in self.runs for cell in _cells(found.get(run), digits)]
            unit = f", {self.unit}" if self.unit else ""
            lines.append(line([escaped(layer), escaped(f"{quantity.replace('_', ' ')}{unit}"), *cells]))
        return "\n".join([*self._heading(rows), *lines, "\\hline", "\\end{tabular}", ""])

    def _heading(self, rows: Sequence[RunDelta]) -> list[str]:
        """What the table is of, as comments of LaTeX."""
        steps = [f"{self.about.get('step_name', 'step')} {rows[0].step}"] if rows else ["no step"]
        said = [f"{self.about.get('call', '')}, {steps[0]}, {self.about.get('level', 0.9):.0%} intervals"]
        said += [f"{row.run}: {row.basis}" for row in {(row.run, row.basis): row for row in rows}.values()]
        return [f"% {' '.join(one.split())}" for one in said]

    def __str__(self) -> str:
        rows = self.at()
        digits = decimals(rows)
        names = [("layer", "quantity", "run"), *((row.layer, row.quantity, row.run) for row in rows)]
        widths = [max(map(len, column)) for column in zip(*names, strict=True)]
        named = [" ".join(map(str.ljust, line, widths)) for line in names]
        lines = [f"{named[0]}  value, difference from {self.baseline}, {self.unit}"]
        for row, said in zip(rows, named[1:], strict=True):
            within = _ends(row.difference_low, row.difference_high, f"+.{digits}f", ("", " to ", ""))
            lines.append(f"{said}  {row.value:.{digits}f}  {row.difference:+.{digits}f}  {within}")
        remarks = map(str, self.warnings)
        return "\n".join(one.rstrip(", ") for one in [*lines, *remarks])

    def _repr_html_(self) -> str:
        rows = [(f"{row.layer}, {row.quantity}, {row.run}", f"{row.difference:+.4g} {self.unit}") for row in self.at()]
        return to_html([("at", f"difference from {self.baseline}"), *rows, *((d.rule, d.text) for d in self.warnings)])


def decimals(rows: Sequence[RunDelta]) -> int:
    """Digits after the point that give the largest value four digits."""
    known = [abs(one) for row in rows for one in (row.value, row.baseline) if math.isfinite(one)]
    largest = max(known, default=0.0)
    return min(9, max(0, 3 - math.floor(math.log10(largest)))) if largest else 3


def _cells(row: RunDelta | None, digits: int) -> tuple[str, str]:
    """The value of a run and its difference."""
    if row is None:
        return "--", "--"
    apart = _cell(row.difference, row.difference_low, row.difference_high, f"+.{digits}f")
    return _cell(row.value, row.low, row.high, f".{digits}f"), apart


def _cell(value: float, low: float, high: float, style: str) -> str:
    if math.isnan(value):
        return "--"
    return f"${value:{style}}$ {_ends(low, high, style, ('$[', ', ', ']$'))}".rstrip()


def _ends(low: float, high: float, style: str, marks: tuple[str, str, str]) -> str:
    """An interval between marks; nothing without one."""
    before, between, after = marks
    return "" if math.isnan(low) else f"{before}{low:{style}}{between}{high:{style}}{after}"
