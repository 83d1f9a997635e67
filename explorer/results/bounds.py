"""What bounds on a known information read again and again: which stay near it, and which break their word."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from explorer.result import LEAST, NATS_PER, SHARE, conversion
from explorer.results.table import Table

CLAIMS = ("lower", "upper", "none")


@dataclass(frozen=True)
class BoundReadings(Table):
    """Readings of bounds at several true informations, in one unit.

    Attributes:
        names: of the bounds, B of them.
        claims: what each is called: a "lower" or an "upper" bound, or "none".
        truth: the true informations, (L,), ascending.
        readings: of every repeat, (B, L, R); NaN where there is none yet.
        ceiling: what a bound cannot exceed, (B,); NaN for none.
        errors: why a bound has no reading, by name.
        about: what was computed: the critic, batch, dimensions, how many cells are there.
    """

    FIGURE = "staircase"

    names: tuple[str, ...]
    claims: tuple[str, ...]
    truth: np.ndarray
    readings: np.ndarray
    ceiling: np.ndarray
    unit: str = "nats"
    errors: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_cells(
        cls,
        claims: Mapping[str, str],
        truth: Sequence[float],
        cells: Mapping[tuple[str, float], Sequence[float]],
        ceilings: Mapping[str, float],
        errors: Mapping[str, str],
        about: Mapping[str, Any],
    ) -> "BoundReadings":
        """What the cells say, {(bound, truth): readings in nats}; those that are not there yet are NaN."""
        repeats = max((len(one) for one in cells.values()), default=1)
        table = np.full((len(claims), len(truth), repeats), math.nan)
        for i, name in enumerate(claims):
            for j, level in enumerate(truth):
                found = cells.get((name, level), ())
                table[i, j, : len(found)] = found
        ceiling = np.array([ceilings.get(name, math.nan) for name in claims])
        return cls(tuple(claims), tuple(claims.values()), np.array(truth, float), table, ceiling, "nats", errors, about)

    def __len__(self) -> int:
        """Readings there are."""
        return int((~np.isnan(self.readings)).sum())

    @property
    def count(self) -> np.ndarray:
        """Readings of each bound at each truth, (B, L)."""
        return (~np.isnan(self.readings)).sum(2)

    @property
    def mean(self) -> np.ndarray:
        """Over repeats, (B, L)."""
        return self._over(np.nanmean, 1)

    @property
    def deviation(self) -> np.ndarray:
        """The standard deviation over repeats, by n - 1, (B, L)."""
        return self._over(lambda rows, axis: np.nanstd(rows, axis, ddof=1), 2)

    @property
    def median(self) -> np.ndarray:
        """Of the repeats, (B, L)."""
        return self._over(np.nanmedian, 1)

    @property
    def rmse(self) -> np.ndarray:
        """The root of the mean squared error, (B, L)."""
        errors = np.square(self.readings - self.truth[:, None])
        return np.sqrt(replace(self, readings=errors)._over(np.nanmean, 1))

    @property
    def above(self) -> np.ndarray:
        """The share of readings above the truth, (B, L); NaN where there is none."""
        higher = np.where(np.isnan(self.readings), math.nan, self.readings > self.truth[:, None])
        return replace(self, readings=higher)._over(np.nanmean, 1)

    @property
    def near(self) -> np.ndarray:
        """Where the error of a reading is at most 0.1 nats or 15 % of the truth, (B, L)."""
        return self.rmse <= np.maximum(LEAST / NATS_PER[self.unit], SHARE * np.abs(self.truth))

    @property
    def breaks(self) -> np.ndarray:
        """Where a lower bound reads above the truth, or an upper one below it, (B, L).

        So it does where its median is on the wrong side by over 0.1 nats, and by so many of R readings that a fair coin
        would fall so rarely: a share of at least 1/2 + 1/sqrt(R), two standard deviations; all of fewer than four.
        """
        sign = np.array([{"lower": 1, "upper": -1, "none": 0}[one] for one in self.claims])[:, None]
        wrong = np.where(sign > 0, self.above, 1 - self.above)
        enough = np.minimum(1.0, 0.5 + np.maximum(self.count, 1) ** -0.5)
        return (sign * (self.median - self.truth) > LEAST / NATS_PER[self.unit]) & (wrong >= enough)

    def to(self, unit: str) -> "BoundReadings":
        """The same readings in "nats" or "bits".

        Raises:
            UnitError: for another unit.
        """
        times = conversion(self.unit, unit)
        amounts = {name: getattr(self, name) * times for name in ("truth", "readings", "ceiling")}
        return replace(self, unit=unit, **amounts)

    def rows(self) -> list[dict[str, Any]]:
        """A long table: one row a bound and true information."""
        columns = {name: getattr(self, name) for name in ("mean", "deviation", "median", "rmse", "above", "breaks")}
        return [
            {"bound": name, "claim": self.claims[i], "truth": float(self.truth[j])}
            | {column: values[i, j].item() for column, values in columns.items()}
            | {"ceiling": float(self.ceiling[i]), "count": int(self.count[i, j]), "unit": self.unit}
            for i, name in enumerate(self.names)
            for j in range(len(self.truth))
        ]

    def _over(self, statistic: Any, least: int) -> np.ndarray:
        """A statistic over the repeats; NaN where there are fewer than `least`."""
        known = self.count >= least
        found = np.full(known.shape, math.nan)
        found[known] = statistic(self.readings[known], axis=-1)
        return found
