"""What many variables share, and what every two of them tell of a target."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.result import Doubt, conversion, finite, to_html, to_json, verdict
from explorer.results.table import Drawn

if TYPE_CHECKING:
    import pandas

TOTALS = ("TC", "DTC", "Ω", "S")
"""Total correlation, dual total correlation, O-information and S-information, in the order of the arrays."""


@dataclass(frozen=True)
class Interactions(Drawn):
    """Information among N variables, in nats; a negative O-information is synergy and no error.

    Attributes:
        names: of the N variables.
        totals, totals_low, totals_high: (4,) in the order of TOTALS; ends are NaN where there is no interval.
        null, null_low, null_high: (4,) mean, least and most of what the same reads with every variable shuffled by
            itself; NaN where it was not computed.
        gradients, gradients_low, gradients_high: (N,) what each variable adds to the O-information.
        pairs, pairs_low, pairs_high: (N, N) I(X_i; X_j); NaN on the diagonal.
        target: (N,) I(X_i; Y), and None without a target, as the next three.
        redundancy, synergy: (N, N) what X_i and X_j both tell of Y, and what only both together tell.
        unique: (N, N) what X_i tells of Y and X_j does not, at [i, j].
        target_null: (N,) mean of I(X_i; Y) with Y shuffled.
        redundancy_null_high, synergy_null_high, unique_null_high: (N, N) most that the same reads with Y shuffled;
            NaN where it was not computed.
        doubts: empty means that no rule fired.
        about: method, n, groups, k, seed, level, shuffles, device, seconds; with a target also `pid`, which
            decomposition, and `estimator`, what read its informations.
    """

    FIGURE = "interactions"

    names: tuple[str, ...]
    totals: np.ndarray
    totals_low: np.ndarray
    totals_high: np.ndarray
    null: np.ndarray
    null_low: np.ndarray
    null_high: np.ndarray
    gradients: np.ndarray
    gradients_low: np.ndarray
    gradients_high: np.ndarray
    pairs: np.ndarray
    pairs_low: np.ndarray
    pairs_high: np.ndarray
    target: np.ndarray | None = None
    redundancy: np.ndarray | None = None
    synergy: np.ndarray | None = None
    unique: np.ndarray | None = None
    target_null: np.ndarray | None = None
    redundancy_null_high: np.ndarray | None = None
    synergy_null_high: np.ndarray | None = None
    unique_null_high: np.ndarray | None = None
    doubts: tuple[Doubt, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total_correlation(self) -> float:
        """TC in nats."""
        return float(self.totals[0])

    @property
    def dual_total_correlation(self) -> float:
        """DTC in nats."""
        return float(self.totals[1])

    @property
    def o_information(self) -> float:
        """Omega = TC - DTC in nats: positive where redundancy prevails, negative where synergy does."""
        return float(self.totals[2])

    @property
    def s_information(self) -> float:
        """S = TC + DTC in nats."""
        return float(self.totals[3])

    @property
    def prevails(self) -> str:
        """ "redundancy" or "synergy" where the interval, or without one the value, lies on one side of 0, else "".

        It is "" as well where the value is within what shuffled variables read.
        """
        low, high = (one[2] if np.isfinite(one[2]) else self.totals[2] for one in (self.totals_low, self.totals_high))
        if self.as_shuffled:
            return ""
        return "redundancy" if low > 0 else "synergy" if high < 0 else ""

    @property
    def as_shuffled(self) -> bool:
        """Whether the O-information is within what it reads with every variable shuffled by itself."""
        return bool(self.null_low[2] <= self.totals[2] <= self.null_high[2])

    @property
    def unbounded(self) -> bool:
        """Whether the target looks like a function of what is told of it, so that the true atoms are not finite."""
        return any(one.rule == "deterministic" for one in self.doubts)

    @property
    def verdict(self) -> str:
        """How far the values can be trusted, in one sentence, with the rules that fired."""
        return verdict(self.doubts, None, "")

    def to_frame(self, unit: str = "nats") -> "pandas.DataFrame":
        """One row a number of one kind: quantity, of, value, low, high, null, unit; pairs stand in `pairs_frame`.

        Raises:
            UnitError: for a unit other than "nats" and "bits".
        """
        import pandas

        every = "all variables"
        rows = [
            (name, every, self.totals[i], self.totals_low[i], self.totals_high[i], self.null[i])
            for i, name in enumerate(TOTALS)
        ]
        ends = zip(self.names, self.gradients, self.gradients_low, self.gradients_high, strict=True)
        rows += [("gradient of Ω", name, value, low, high, np.nan) for name, value, low, high in ends]
        if self.target is not None and self.target_null is not None:
            told = zip(self.names, self.target, self.target_null, strict=True)
            rows += [("I(X;Y)", name, value, np.nan, np.nan, null) for name, value, null in told]
        return _in_unit(pandas.DataFrame(rows, columns=["quantity", "of", "value", "low", "high", "null"]), unit)

    def pairs_frame(self, unit: str = "nats") -> "pandas.DataFrame":
        """One row a pair: first, second, information, low, high.

        With a target also its four atoms, and behind each the most that it reads with the target shuffled; the unit
        stands last.

        Raises:
            UnitError: for a unit other than "nats" and "bits".
        """
        import pandas

        first, second = np.triu_indices(len(self.names), 1)
        named = {"first": [self.names[i] for i in first], "second": [self.names[j] for j in second]}
        read = {"information": self.pairs, "low": self.pairs_low, "high": self.pairs_high}
        columns = named | {name: values[first, second] for name, values in read.items()}
        for name, (values, null) in self.atoms().items():
            columns |= {name: values, f"{name} shuffled": null}
        return _in_unit(pandas.DataFrame(columns), unit)

    def atoms(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """The four atoms of every pair i < j, row by row, by name: values and the most with Y shuffled, (pairs,) each.

        Empty without a target.
        """
        i, j = np.triu_indices(len(self.names), 1)
        kinds = (("redundancy", i, j), ("unique first", i, j), ("unique second", j, i), ("synergy", i, j))
        if self.redundancy is None:
            return {}
        return {
            name: (getattr(self, name.split()[0])[a, b], getattr(self, f"{name.split()[0]}_null_high")[a, b])
            for name, a, b in kinds
        }

    def most(self, kind: str) -> tuple[float, float]:
        """The most of all pairs of "redundancy", "unique" or "synergy", and with Y shuffled the most of any; in nats.

        Both are NaN without a target.
        """
        if self.redundancy is None:
            return np.nan, np.nan
        value, null = getattr(self, kind), getattr(self, f"{kind}_null_high")
        return float(np.nanmax(value)), float(np.nan if np.isnan(null).all() else np.nanmax(null))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite({**vars(self), "doubts": [asdict(one) for one in self.doubts]})

    def to_json(self) -> str:
        """JSON text in which NaN and infinity are null."""
        return to_json(self.to_dict())

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Interactions":
        """The result that `to_dict` wrote."""
        arrays = {
            name: np.array(value, float)
            for name, value in plain.items()
            if name not in ("names", "doubts", "about") and value is not None
        }
        doubts = tuple(Doubt(**{**one, "scores": tuple(one["scores"])}) for one in plain["doubts"])
        return cls(**{**plain, **arrays, "names": tuple(plain["names"]), "doubts": doubts})

    def __str__(self) -> str:
        read = ", ".join(f"{name} {value:.4g}" for name, value in zip(TOTALS, self.totals, strict=True))
        how = f"{len(self.names)} variables, {self.about.get('method')}, n={self.about.get('n')}"
        return f"{read} nats ({how}). {self.verdict}"

    def _repr_html_(self) -> str:
        rows = [
            (name, f"{self.totals[i]:.4g} nats, {self.totals_low[i]:.4g} to {self.totals_high[i]:.4g}")
            for i, name in enumerate(TOTALS)
        ]
        rows += [(f"{name} adds", f"{one:.4g} nats") for name, one in zip(self.names, self.gradients, strict=True)]
        return to_html([*rows, ("verdict", self.verdict), *((one.rule, one.text) for one in self.doubts)])


def _in_unit(frame: "pandas.DataFrame", unit: str) -> "pandas.DataFrame":
    """A table of nats with its numbers in the unit, which is its last column."""
    numbers = frame.select_dtypes("number").columns
    return frame.assign(**(frame[numbers] * conversion("nats", unit))).assign(unit=unit)
