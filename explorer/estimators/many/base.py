"""What the estimators share to which every column, or group of columns, is a variable of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch

from explorer import checks
from explorer.device import resolve
from explorer.errors import InputError, SampleError, SettingError
from explorer.estimators.base import Estimator, Formula, Reading, Samples
from explorer.estimators.discrete.base import alone, undersampled
from explorer.estimators.neighbours.base import ceiling
from explorer.numerics.cells import row_codes
from explorer.numerics.intrinsic import two_nearest
from explorer.numerics.margins import gauss, standard, tamed
from explorer.numerics.several import (
    FEW,
    CountedEntropies,
    Entropy,
    Groups,
    NearEntropies,
    NormalEntropies,
    Totals,
    totals,
)
from explorer.result import Doubt

NEEDS = {"table": "discrete", "auto": "any"}
"""What the columns must be for a method; continuous for all others."""


class Found(NamedTuple):
    """What a method reads on some variables: the totals, and whatever belongs to them."""

    totals: Totals
    details: Mapping[str, Any]


class ManyVariables(Estimator):
    """An estimator of what many variables share; an entry says which of TC, DTC and Omega by `value_of(totals)`.

    Attributes:
        fewest: variables that it takes at least.
    """

    by_column: ClassVar[bool] = True
    finds: ClassVar[tuple[str, ...]] = ()
    fewest: ClassVar[int] = 2

    groups: str
    method: str
    k: int

    def __post_init__(self) -> None:
        super().__post_init__()
        parsed(self.groups)

    def checked(
        self, x: Any, y: Any = None, z: Any = None, kinds: Sequence[Any] = ("auto",) * 3, device: str = "auto"
    ) -> Samples:
        if y is not None or z is not None:
            raise InputError(f"{self.name} takes x alone, whose columns are the variables; put y beside them")
        found = by_columns(x, "x", kinds[0], NEEDS.get(self.method, "continuous"), resolve(device))
        checks.paired(found, least=self.least)
        variables = self.variables(found.values)
        if len(variables) < self.fewest:
            rule = f"x has {len(variables)} variable(s) in {found.dim} column(s)"
            raise SampleError(f"{self.name} needs at least {self.fewest} variables; {rule}")
        if found.values.is_floating_point():
            _all_change(found.values, variables)
        return Samples(found)

    def quantity_of(self, samples: Samples) -> str:
        return self.quantity

    def variables(self, x: torch.Tensor) -> Groups:
        """The columns of every variable.

        Raises:
            SampleError: for a column that x lacks.
        """
        found = parsed(self.groups) or [[column] for column in range(x.shape[1])]
        largest = max(column for group in found for column in group)
        if largest >= x.shape[1]:
            raise SampleError(f"groups={self.groups!r} names column {largest}; x has columns 0 to {x.shape[1] - 1}")
        return found

    def variable(self, x: torch.Tensor, i: int) -> torch.Tensor:
        """The i-th variable: (n, d_i) real values, or (n,) codes."""
        values = x[:, list(self.variables(x)[i])]
        return values if x.is_floating_point() else row_codes(values)

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

    def entropies(self, x: torch.Tensor, groups: Groups, method: str) -> tuple[Entropy, dict[str, Any]]:
        """Entropies of sets of variables by a method, and what to tell of how they were made."""
        if method == "table":
            return CountedEntropies(x, groups), {}
        if method == "neighbors":
            if len(x) <= self.k:
                raise SampleError(f"{self.name} needs more than k={self.k} samples; got {len(x)}")
            near = NearEntropies(standard(x), groups, self.k)
            alike = int((near.radius == 0).sum())
            if alike:
                rule = f"{alike} of {len(x)} coincide with at least k={self.k} others"
                raise SampleError(f"{self.name} needs distinct samples: {rule}")
            return near, {}
        return self._normal(gauss(x) if method == "copula" else x, groups)

    def chosen(self, x: torch.Tensor) -> str:
        """The method for these values."""
        if self.method != "auto":
            return self.method
        return "gaussian" if x.is_floating_point() else "table"

    def permuted(self, x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        """x with the rows of every variable shuffled by itself: independent variables of the same margins."""
        shuffled = x.clone()
        for columns in self.variables(x):
            order = torch.as_tensor(rng.permutation(len(x)), device=x.device)
            shuffled[:, columns] = x[order][:, columns]
        return shuffled

    def rate(self, *samples: torch.Tensor) -> float:
        """1, and 2 / d at most for neighbours, with d the intrinsic dimension (singh2016)."""
        (x,) = samples
        if self.chosen(x) != "neighbors":
            return 1.0
        dimension = min(x.shape[1], two_nearest(tamed(x)))
        return 2 / dimension if dimension > 2 else 1.0

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        columns, n = [column for group in self.variables(x) for column in group], len(x)
        said = []
        if len(columns) < x.shape[1]:
            text = f"groups={self.groups!r} leaves {x.shape[1] - len(columns)} of {x.shape[1]} columns out."
            said.append(Doubt("columns left out", text, note=True))
        method = self.chosen(x)
        if method == "table":
            share = alone(row_codes(x[:, columns]))
            said += [undersampled(share, True)] if share > 0.15 else []
        elif method == "neighbors":
            said += ceiling(value, n, self.k)
        elif method in ("gaussian", "copula") and n < FEW * len(columns):
            text = f"{n} samples of {len(columns)} columns: correlations were shrunk toward 0, which lowers all."
            said.append(Doubt("shrunk", text))
        return tuple(said)

    def _normal(self, x: torch.Tensor, groups: Groups) -> tuple[Entropy, dict[str, Any]]:
        columns = sorted(column for group in groups for column in group)
        place = {column: i for i, column in enumerate(columns)}
        normal = NormalEntropies(x[:, columns], [[place[column] for column in group] for group in groups])
        if normal.singular:
            raise SampleError("some columns of x determine others exactly: the information is infinite or undefined")
        intensity = normal.correlation.intensity
        return normal, {"shrinkage": intensity} if intensity else {}


def parsed(groups: str) -> list[list[int]]:
    """Columns of every variable from text: "0-2,3,4+6" are three variables of three, one and two columns.

    Raises:
        SettingError: for another text, or a column that is named twice.
    """
    try:
        found = [[column for part in text.split("+") for column in _span(part)] for text in groups.split(",") if groups]
    except ValueError as error:
        rule = "must name columns from 0 on as in '0-2,3,4+6': a comma between variables, - for a span, + for and"
        raise SettingError(f"groups={groups!r} {rule}") from error
    named = [column for group in found for column in group]
    twice = {column for column in named if named.count(column) > 1}
    if twice:
        raise SettingError(f"groups={groups!r} must name every column once; {min(twice)} is named twice")
    return found


def by_columns(data: Any, name: str, kind: Any, need: str, device: torch.device) -> checks.Variable:
    """Samples whose columns stay apart: (n, d) float64, or (n, d) int64 codes where every column holds labels.

    Columns are continuous as soon as one of them is, unless a kind is given; that labels were then taken as numbers
    is said.

    Raises:
        SampleError: as `checks.variable`.
    """
    array = checks.as_array(data, name)
    if need == "continuous":
        return checks.variable(array, name, kind, "continuous", device)
    columns = [checks.variable(array[:, [j]], name, kind, need, device) for j in range(array.shape[1])]
    labels = [j for j, one in enumerate(columns) if one.kind == "discrete"]
    if len(labels) == len(columns):
        values = torch.stack([one.values for one in columns], 1)
        return checks.Variable(name, values, "discrete", len(columns), max(one.levels for one in columns))
    found = checks.variable(array, name, "continuous", "continuous", device)
    if not labels:
        return found
    text = f"Column(s) {', '.join(map(str, labels))} of {name} hold few whole numbers and were taken as numbers."
    return checks.Variable(name, found.values, "continuous", found.dim, 0, (Doubt("kind", text, note=True),))


def _span(text: str) -> range:
    first, _, last = text.strip().partition("-")
    found = range(int(first), int(last or first) + 1)
    if not found or found[0] < 0:
        raise ValueError(text)
    return found


def _all_change(values: torch.Tensor, groups: Groups) -> None:
    stuck = [column for group in groups for column in group if bool((values[:, column] == values[0, column]).all())]
    if stuck:
        raise SampleError(f"column {stuck[0]} of x never changes and shares nothing; leave it out")
