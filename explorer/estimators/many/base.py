"""What the estimators share to which every column, or group of columns, is a variable of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from explorer import checks
from explorer.device import resolve
from explorer.errors import InputError, SampleError, SettingError
from explorer.estimators.base import Estimator, Samples
from explorer.numerics.cells import row_codes
from explorer.numerics.several import Groups
from explorer.result import Doubt

OF_TWO = (
    "; two and a target are for partial_information: estimate(x, y, estimator='partial_information'), "
    "or explorer estimate X Y --estimator partial_information"
)
"""What takes two variables where three are needed."""
REPEATED = 0.1
"""Share of the values of a real column that repeat, from which it has no density."""
NAMED = 8
"""Columns that a doubt names at most."""


@dataclass(frozen=True)
class ManyVariables(Estimator):
    """An estimator whose variables are the columns of x, or groups of them.

    Args:
        groups: columns of every variable, as "0-2,3,4+6"; without any, each column is a variable.

    Attributes:
        fewest: variables that it takes at least.
    """

    by_column: ClassVar[bool] = True
    finds: ClassVar[tuple[str, ...]] = ()
    fewest: ClassVar[int] = 2

    groups: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        parsed(self.groups)

    def checked(
        self, x: Any, y: Any = None, z: Any = None, kinds: Sequence[Any] = ("auto",) * 3, device: str = "auto"
    ) -> Samples:
        if y is not None or z is not None:
            raise InputError(f"{self.name} takes x alone, whose columns are the variables; put y beside them")
        found = by_columns(x, "x", kinds[0], self.need, resolve(device))
        checks.paired(found, least=self.least)
        variables = self.variables(found.values)
        if len(variables) < self.fewest:
            rule = f"x has {len(variables)} variable(s) in {found.dim} column(s){OF_TWO if len(variables) == 2 else ''}"
            raise SampleError(f"{self.name} needs at least {self.fewest} variables; {rule}")
        if found.values.is_floating_point():
            _all_change(found.values, variables, x)
        return Samples(found)

    @property
    def need(self) -> str:
        """What the columns must be: "continuous", "discrete" or "any"."""
        return "continuous"

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

    def permuted(self, x: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        """x with the rows of every variable shuffled by itself: independent variables of the same margins."""
        shuffled = x.clone()
        for columns in self.variables(x):
            order = torch.as_tensor(rng.permutation(len(x)), device=x.device)
            shuffled[:, columns] = x[order][:, columns]
        return shuffled

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        used = sum(map(len, self.variables(x)))
        if used == x.shape[1]:
            return ()
        text = f"groups={self.groups!r} leaves {x.shape[1] - used} of {x.shape[1]} columns out."
        return (Doubt("columns left out", text, note=True),)


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
    titles = tuple(checks.title(data, j) for j in range(array.shape[1]))
    if need == "continuous":
        return replace(checks.variable(array, name, kind, "continuous", device), titles=titles)
    columns = [checks.variable(array[:, [j]], name, kind, need, device) for j in range(array.shape[1])]
    labels = [j for j, one in enumerate(columns) if one.kind == "discrete"]
    if len(labels) == len(columns):
        values = torch.stack([one.values for one in columns], 1)
        return checks.Variable(name, values, "discrete", len(columns), max(one.levels for one in columns))
    found = replace(checks.variable(array, name, "continuous", "continuous", device), titles=titles)
    if not labels:
        return found
    named = ", ".join(titles[j] for j in labels)
    column = f"Column {named} of {name} holds" if len(labels) == 1 else f"Columns {named} of {name} hold"
    text = f"{column} few whole numbers and {'was' if len(labels) == 1 else 'were'} taken as numbers."
    return replace(found, doubts=(Doubt("kind", text, note=True),))


def repeats(x: checks.Variable, parts: Groups, why: str) -> list[Doubt]:
    """A doubt that names the parts, columns of real x each, of which a tenth of the values or more repeat.

    Args:
        why: what that does to the estimate.
    """
    if not x.values.is_floating_point():
        return []
    shares = {" + ".join(x.titles[j] for j in part): checks.repeated(x.values[:, list(part)]) for part in parts}
    found = [name for name, share in shares.items() if share >= REPEATED]
    if not found:
        return []
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    named = f"column{'s' * (len(found) > 1 or ' + ' in found[0])} {', '.join(found[:NAMED])}{more} of {x.name}"
    share = f"{'Up to ' * (len(found) > 1)}{max(shares.values()):.0%} of the values"
    return [Doubt("repeated", f"{share} of {named} repeat: {why}.")]


def _span(text: str) -> range:
    first, _, last = text.strip().partition("-")
    found = range(int(first), int(last or first) + 1)
    if not found or found[0] < 0:
        raise ValueError(text)
    return found


def _all_change(values: torch.Tensor, groups: Groups, x: Any) -> None:
    stuck = [column for group in groups for column in group if bool((values[:, column] == values[0, column]).all())]
    if stuck:
        raise SampleError(f"column {checks.title(x, stuck[0])} of x never changes and shares nothing; leave it out")
