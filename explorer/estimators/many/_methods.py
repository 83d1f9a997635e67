"""Total correlation, dual total correlation and O-information by one of four methods."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import torch

from explorer import checks
from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Formula, Reading, Samples
from explorer.estimators.discrete.base import alone, undersampled
from explorer.estimators.many.base import ManyVariables, repeats
from explorer.estimators.neighbours.base import ceiling
from explorer.numerics.cells import row_codes
from explorer.numerics.intrinsic import two_nearest
from explorer.numerics.margins import gauss, standard, tamed
from explorer.numerics.several import (
    FEW,
    CountedEntropies,
    Groups,
    NearEntropies,
    NormalEntropies,
)
from explorer.numerics.totals import Entropy, Totals, totals
from explorer.result import Doubt, Estimate, in_both, off
from explorer.settings import Range

NEEDS = {"table": "discrete", "auto": "any"}
"""What the columns must be for a method; continuous for all others."""

LOOKED = 4000
"""Evenly spaced rows that are read at most to choose a method."""

SUITS = {"copula": "", "neighbors": ": the dependence is not that of normal variables"}
"""What it means that a method suits real values."""


class Found(NamedTuple):
    """What a method reads on some variables: the totals, and whatever belongs to them."""

    totals: Totals
    details: Mapping[str, Any]


@dataclass(frozen=True)
class ByMethod(ManyVariables):
    """Entropies of sets of variables by one of four methods; an entry says by `value_of` which of TC, DTC and Omega.

    Real values are taken by "auto" with "neighbors" where these read more TC than "copula" by over max(0.05 nats,
    10 %, 2.5 / sqrt(n)), and else with "copula". That follows the root mean square error of TC with 500 samples of
    three to eight columns: on normal ones "copula" and "gaussian" err alike (0.03 to 0.15 nats of 0.3 to 1.7), on the
    exponentials of these "copula" still does ("gaussian" by 0.1 to 0.6, "neighbors" by 0.1 to 0.8); on Student's t of
    3 degrees, two opposite correlations and two clusters "neighbors" errs by 0.03 to 0.9 and "copula" by 0.1 to 1.7.

    Args:
        method: "auto" takes "table" where every column holds labels and else "copula" or "neighbors".
        k: neighbours of "neighbors".
    """

    method: Literal["auto", "gaussian", "copula", "neighbors", "table"] = "auto"
    k: Annotated[int, Range(1, 100)] = 5

    @property
    def need(self) -> str:
        return NEEDS.get(self.method, "continuous")

    def checked(
        self, x: Any, y: Any = None, z: Any = None, kinds: Sequence[Any] = ("auto",) * 3, device: str = "auto"
    ) -> Samples:
        if self.method == "table" and kinds[0] == "auto":
            _hold_labels(x)
        return super().checked(x, y, z, kinds, device)

    def settled(self, *samples: torch.Tensor) -> tuple[Estimator, Mapping[str, Any]]:
        """The entry with the method that suits the samples, and why; itself where a method was asked for."""
        if self.method != "auto":
            return self, {}
        method, why = self.suited(samples[0])
        return replace(self, method=method), {"because": why}  # type: ignore[arg-type]  # one of them

    def signed(self, result: Estimate, why: Mapping[str, Any]) -> Estimate:
        """The result with the settings as they were given, and the method that was taken as a note."""
        said = took(str(result.details["method"]), why)
        details = {**result.details, **why}
        return replace(result, settings=self.settings, details=details, warnings=(*result.warnings, *said))

    def entropy(self, x: torch.Tensor) -> Formula:
        found = self.read(x)
        both = found.totals
        told = {"TC": both.total, "DTC": both.dual, "Omega": both.o_information, "S": both.s_information}
        return Reading(self.value_of(both), details={**told, **found.details})

    def value_of(self, both: Totals) -> float:
        """The quantity of this entry."""
        raise NotImplementedError

    def read(self, x: torch.Tensor) -> Found:
        """TC and DTC by the method, and what was done."""
        groups, method = self.variables(x), self.chosen(x)
        h, told = self.entropies(x, groups, method)
        return Found(totals(h, len(groups)), {"method": method, **told})

    def _totals(self, x: torch.Tensor, method: str) -> Totals:
        groups = self.variables(x)
        return totals(self.entropies(x, groups, method)[0], len(groups))

    def entropies(self, x: torch.Tensor, groups: Groups, method: str) -> tuple[Entropy, dict[str, Any]]:
        """Entropies of sets of variables by a method, and what to tell of how they were made."""
        if method == "table":
            return CountedEntropies(x, groups), {}
        if method == "neighbors":
            if len(x) <= self.k:
                raise SampleError(f"{self.name} needs more than k={self.k} samples; got {len(x)}; give more or lower k")
            near = NearEntropies(standard(x), groups, self.k)
            alike = int((near.radius == 0).sum())
            if alike:
                rule = f"{alike} of {len(x)} coincide with at least k={self.k} others"
                raise SampleError(f"{self.name} needs distinct samples: {rule}; method='copula' takes them")
            return near, {}
        return self._normal(gauss(x) if method == "copula" else x, groups)

    def chosen(self, x: torch.Tensor) -> str:
        """The method for these values."""
        return self.method if self.method != "auto" else self.suited(x)[0]

    def suited(self, x: torch.Tensor) -> tuple[str, str]:
        """The method that suits these values, and why; of many rows 4000 evenly spaced ones are looked at.

        Where columns or their ranks determine each other it is the one that refuses them.
        """
        if not x.is_floating_point():
            return "table", "every column holds labels"
        rows, read = _spaced(x), []
        for method in ("gaussian", "copula", "neighbors"):
            try:
                read.append(self._totals(rows, method).total)
            except SampleError as error:
                return method.replace("neighbors", "copula"), f"{method} refused: {error}"
        _, normal, near = read
        method = "neighbors" if near - normal > max(0.05, 0.1 * normal, 2.5 / math.sqrt(len(rows))) else "copula"
        part = f" of {len(rows)} evenly spaced rows" if len(rows) < len(x) else ""
        return method, f"neighbors read TC {in_both(near)}{part}, copula {in_both(normal)}{SUITS[method]}"

    def rate(self, *samples: torch.Tensor) -> float:
        """1, and 2 / d at most for neighbours, with d the intrinsic dimension (singh2016)."""
        (x,) = samples
        if self.chosen(x) != "neighbors":
            return 1.0
        dimension = min(x.shape[1], two_nearest(tamed(x)))
        return 2 / dimension if dimension > 2 else 1.0

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        columns, method = [column for group in self.variables(x) for column in group], self.chosen(x)
        said = [*super().doubts(x, y, value)]
        if method == "table":
            share = alone(row_codes(x[:, columns]))
            return (*said, *([undersampled(share, True)] if share > 0.15 else []))
        if method == "neighbors":
            said += ceiling(value, len(x), self.k)
        elif len(x) < FEW * len(columns):
            text = f"{len(x)} samples of {len(columns)} columns: correlations were shrunk toward 0, which lowers all."
            said.append(Doubt("shrunk", text))
        return (*said, *self._shape(x, method))

    def doubts_on(self, samples: Samples, value: float) -> tuple[Doubt, ...]:
        columns = [[column] for group in self.variables(samples.x.values) for column in group]
        density = "entropies are those of a density, which these lack"
        return (*super().doubts_on(samples, value), *repeats(samples.x, columns, density))

    def _shape(self, x: torch.Tensor, method: str) -> list[Doubt]:
        """Whether the method that suits these values reads something else."""
        better, rows = self.suited(x)[0], _spaced(x)
        if better == method:
            return []
        try:
            mine, other = (self._totals(rows, one) for one in (method, better))
        except SampleError:  # ranks that determine each other where the values do not
            return []
        if not (off(mine.total, other.total) or off(mine.o_information, other.o_information)):
            return []
        read = [f"TC {in_both(one.total)} and Ω {in_both(one.o_information)}" for one in (mine, other)]
        why = ": the variables are not jointly normal" if method == "gaussian" else ""
        return [Doubt("shape", f"{method!r} reads {read[0]}; {better!r}, which suits these values, {read[1]}{why}.")]

    def _normal(self, x: torch.Tensor, groups: Groups) -> tuple[Entropy, dict[str, Any]]:
        columns = sorted(column for group in groups for column in group)
        place = {column: i for i, column in enumerate(columns)}
        normal = NormalEntropies(x[:, columns], [[place[column] for column in group] for group in groups])
        if normal.singular:
            raise SampleError("some columns of x determine others exactly: the information is infinite or undefined")
        intensity = normal.correlation.intensity
        return normal, {"shrinkage": intensity} if intensity else {}


def took(method: str, why: Mapping[str, Any]) -> list[Doubt]:
    """A note that says which method "auto" took for real values."""
    if not why or method == "table":
        return []
    return [Doubt("method", f"auto took {method!r}: {why['because']}.", note=True)]


def _spaced(x: torch.Tensor) -> torch.Tensor:
    """At most LOOKED evenly spaced rows."""
    return x[:: -(-len(x) // LOOKED)]


def _hold_labels(x: Any) -> None:
    array = checks.as_array(x, "x")
    for j, column in enumerate(array.T if array.dtype.kind == "f" else ()):
        if (column != np.round(column)).any():
            rule = f"column {checks.title(x, j)} of x holds real numbers ({column[0]:.6g}, ...)"
            raise SampleError(f"method='table' counts labels and {rule}; take 'auto', 'copula' or 'neighbors'")
