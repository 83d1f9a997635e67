"""Which arrays of foreign files are layers, inputs, labels and factors, and which were left out."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from explorer.errors import FileError, SampleError, UnknownNameError
from explorer.recordings._layouts import ACTIVATIONS, Layout, beside
from explorer.sources import _select
from explorer.sources._lazy import Lazy
from explorer.sources._readers import is_source, is_there

INPUTS = ("x", "X")
WORDS = "biuUS"
"""Kinds of values that are factors where they stand one a row: truth, whole numbers, text."""
PARAMETER = re.compile(r"(^|[._])(weight|bias|running_mean|running_var)(_\w+_l\d+)?$")
"""What torch calls weights."""


@dataclass(frozen=True)
class Roles:
    """What was found.

    Attributes:
        layers: of the first step, by their headers.
        columns: x, y and factor.NAME, by value.
        inside: the columns that every step holds itself, and the names of the arrays that make them.
        joined: columns of a table that are one layer side by side.
        notes: what was taken for what, each a sentence.
    """

    layers: Mapping[str, Lazy]
    columns: Mapping[str, np.ndarray]
    inside: Mapping[str, tuple[str, ...]]
    joined: tuple[str, ...]
    notes: tuple[str, ...]


def roles(held: Layout, given: Mapping[str, Any], factors: Any, where: str) -> Roles:
    """The part that each array of the first step, and each beside the steps, plays.

    Raises:
        FileError: when nothing is left that could be a layer.
        UnknownNameError, SampleError: for a column that is not there, or not paired.
    """
    first = dict(held.steps[min(held.steps)]())
    if factors is None and all(asked is None for asked in given.values()):
        _refuse_weights(first, where)
    known = _Known(first, held.around)
    for role, asked in given.items():
        if asked is not None:
            known.take(role, asked)
    for name, asked in _asked(factors):
        known.take_factor(name, asked)
    if held.tables:
        known.join_columns()
    n = known.rows(where)
    known.guess(n, tuple(role for role, asked in given.items() if asked is None), factors is None)
    return known.told(n, where)


def _refuse_weights(first: Mapping[str, Lazy], where: str) -> None:
    """Raise where arrays are called as the weights of a network are, and are not of one number of rows."""
    rows = {name: one.shape[0] for name, one in first.items() if one.shape}
    named = {name: n for name, n in rows.items() if PARAMETER.search(name)}
    if len(named) < 2 or (len(set(named.values())) == 1 and len(named) < len(rows)):
        return
    sides = "whose first sides differ" if len(set(named.values())) > 1 else "and nothing else"
    raise FileError(
        f"{where} looks like weights: {len(named)} arrays such as {next(iter(named))[:80]!r}, {sides}, are the network "
        "and not its activations; use `explorer record`, or name the rows with y or factors"
    )


def as_column(one: Lazy, n: int) -> bool:
    """Whether an array holds one value a row."""
    return bool(one.shape) and prod(one.shape) == n == max(one.shape)


def stacked(parts: Sequence[Lazy]) -> np.ndarray:
    """One array as it is; several columns side by side."""
    values = [one.read() for one in parts]
    return values[0] if len(values) == 1 else np.column_stack(values)


class _Known:
    """The arrays that have no part yet, and the columns that have."""

    def __init__(self, first: dict[str, Lazy], around: Mapping[str, Lazy]):
        self.first, self.around = first, dict(around)
        self.columns: dict[str, np.ndarray] = {}
        self.inside: dict[str, tuple[str, ...]] = {}
        self.places: dict[str, str] = {}
        self.joined: tuple[str, ...] = ()

    def take(self, role: str, asked: Any) -> None:
        """Give a part to what was asked for: an array, a name here, or a file."""
        if not isinstance(asked, str):
            values = np.asarray(asked.detach().cpu() if hasattr(asked, "detach") else asked)
        elif asked in self.around:
            values = self.around.pop(asked).read()
        elif asked in self.first or set(asked.split(",")) <= self.first.keys():
            names = (asked,) if asked in self.first else tuple(asked.split(","))
            values = stacked([self.first.pop(name) for name in names])
            self.inside[role] = names
        else:
            self._known_file(asked)
            values = _select.read(asked).values
        if values.ndim == 0:
            raise SampleError(f"{role} is a single value; one a row is needed")
        line = role != "x" and prod(values.shape) == max(values.shape)
        self.columns[role] = values.reshape(-1) if line else values

    def take_factor(self, name: str, asked: Any) -> None:
        """A factor, or every column of the file that `asked` names."""
        if isinstance(asked, str) and asked not in self.first and asked not in self.around:
            self._known_file(asked)
            for title, column in _select.columns(asked).items():
                self._once(title, asked)
                self.columns[f"factor.{title}"] = column
        else:
            self._once(name, asked if isinstance(asked, str) else name)
            self.take(f"factor.{name}", asked)

    def _once(self, name: str, place: str) -> None:
        """Note where a factor is from.

        Raises:
            SampleError: when another place gave one of that name.
        """
        if self.places.setdefault(name, place) != place or f"factor.{name}" in self.columns:
            raise SampleError(
                f"factor {name!r} is in {self.places[name]} and in {place}; choose columns, as in FILE:a,b"
            )

    def _known_file(self, text: str) -> None:
        path, _ = _select._split(text)
        if not is_there(path, "file") and not is_source(path):
            raise UnknownNameError("array or file", text, [*self.around, *self.first])

    def join_columns(self) -> None:
        """The real columns of a table side by side as one layer, or the whole ones where none is real."""
        usual = [name for name in (*_select.Y_NAMES, *INPUTS) if name in self.first][:1]
        free = {name: one for name, one in self.first.items() if name not in usual}
        chosen = {name: one for name, one in free.items() if one.dtype.kind == "f"}
        chosen = chosen or {name: one for name, one in free.items() if one.dtype.kind in "biu"}
        if chosen:
            self.first = {name: one for name, one in self.first.items() if name not in chosen}
            self.first[ACTIVATIONS] = beside(chosen, next(iter(chosen.values())).path)
            self.joined = tuple(chosen)

    def rows(self, where: str) -> int:
        """How many samples there are: as columns that were asked for say, else as most arrays have rows."""
        asked = {len(column) for column in self.columns.values()}
        if len(asked) > 1:
            lengths = ", ".join(f"{name} {len(column)}" for name, column in self.columns.items())
            raise SampleError(f"{where}: x, y and factors must be paired row by row; they have {lengths} rows")
        rows = Counter(one.shape[0] for one in self.first.values() if one.shape and one.dtype.kind in "biuf")
        if not asked and not rows:
            raise FileError(f"{where} holds no array of numbers with a row for each sample")
        return asked.pop() if asked else max(rows, key=lambda n: (rows[n], n))

    def guess(self, n: int, roles: tuple[str, ...], factors: bool) -> None:
        """Give parts by the usual names, and make other columns factors."""
        for role, usual in (("y", _select.Y_NAMES), ("x", INPUTS)):
            for place in (self.around, self.first):
                fits = [name for name in usual if name in place and _fits(place[name], n, role)]
                if fits and role in roles and role not in self.columns:
                    self.take(role, fits[0])
        for place in (self.around, self.first):
            for name, one in list(place.items()) if factors else ():
                if one.dtype.kind in WORDS and as_column(one, n):
                    self.take(f"factor.{name}", name)

    def told(self, n: int, where: str) -> Roles:
        """Every array with its part, and sentences of what was taken for what."""
        layers = {name: one for name, one in self.first.items() if one.dtype.kind in "biuf" and one.shape[:1] == (n,)}
        if not layers:
            listed = ", ".join(f"{name} {one.shape}" for name, one in list(self.first.items())[:8])
            raise FileError(f"{where} holds no activations of {n} rows: {listed or 'every array is a column'}")
        rest = {name: one for name, one in self.first.items() if name not in layers and not _is_number(one)}
        left = self.around | rest
        notes = [
            f"{role} is {', '.join(names)}, which every step holds itself."
            for role, names in self.inside.items()
            if role in "xy"
        ]
        if left:
            shown = ", ".join(f"{name} {one.shape}" for name, one in list(left.items())[:8])
            more = f" and {len(left) - 8} more" if len(left) > 8 else ""
            notes.append(f"Left out, without a value for each of {n} rows: {shown}{more}.")
        return Roles(layers, self.columns, self.inside, self.joined, tuple(notes))


def _is_number(one: Lazy) -> bool:
    """Whether an array is a single number, which is a metric of its step."""
    return not one.shape and one.dtype.kind in "biuf"


def _fits(one: Lazy, n: int, role: str) -> bool:
    if role == "x":
        return one.shape[:1] == (n,) and one.dtype.kind in "biuf"
    return as_column(one, n)


def _asked(factors: Any) -> Iterable[tuple[str, Any]]:
    """The factors that were asked for, by name."""
    if factors is None:
        return []
    if isinstance(factors, Mapping):
        return [(str(name), column) for name, column in factors.items()]
    return [(name, name) for name in ([factors] if isinstance(factors, str) else factors)]
