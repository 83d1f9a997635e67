"""Mutual information between the columns of two tables, from samples of the rows that their join would have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch

from explorer.catalogue import estimators
from explorer.checks import repeated
from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Formula, Samples
from explorer.numerics.sketches import comparable, sketch
from explorer.result import Doubt
from explorer.settings import Range

FEW = 100
"""Joined rows below which the estimate is doubted."""


@dataclass(frozen=True)
class SketchedJoin(Estimator):
    r"""Information between columns of two tables, estimated from coordinated samples of their rows without the join.

    Two DataFrames whose first columns have the same name, the key, are tables: x the left one, y the right one,
    of any lengths; their other columns are the variables. The rows of the right table are aggregated to one a key.
    From each table the `size` rows with the smallest hashes are kept: of (key, j) for the j-th row of a key on the
    left, of (key, 1) on the right. Where the two sketches share a key, their rows are joined; left rows
    without a partner are left out, as a left join followed by dropping them would do. With `size` at least the
    length of both tables the value is that of the whole join.

    The pairs go to `plug_in` when both variables are discrete, to `ksg` when both are continuous and never repeat,
    and else to `mixed_ksg`: a right value repeats with its key. On the left rows, not keys, have
    equal chances; but a joined row needs its key in the right sketch as well, which the first row of a key shares
    by its hash and the others do not: frequent keys weigh less than in the join unless `size` covers both
    tables, said in a doubt where keys repeat. The joined rows are counted in a note, a doubt below 100.

    Anything but two such tables is paired row by row already, has nothing to join, and is taken whole. A condition
    z is not taken.

    Args:
        size: rows kept of each table.
        aggregate: what one key of the right table gets from its rows: their "mean", their most frequent value
            ("mode"; the smallest of several), the "first", or their "count", which looks at no value.
        k: neighbours of `ksg` and `mixed_ksg`.

    Raises:
        SampleError: for tables that share no sampled key, have missing entries, or a mean of text.

    References: santos2024; gao2017; knuth1998, section 6.4.
    """

    finds: ClassVar[tuple[str, ...]] = ()

    size: Annotated[int, Range(2, 10_000_000, log=True)] = 256
    aggregate: Literal["mean", "mode", "first", "count"] = "mean"
    k: Annotated[int, Range(1, 100)] = 5

    def checked(
        self, x: Any, y: Any = None, z: Any = None, kinds: Sequence[Any] = ("auto",) * 3, device: str = "auto"
    ) -> Samples:
        if not _tables(x, y):
            return super().checked(x, y, z, kinds, device)
        for table, name in ((x, "x"), (y, "y")):
            _whole(table, name)
        left = _sampled(x, self.size)
        right = _sampled(self._aggregated(y), self.size)
        rows = _partners(left, right)
        if len(rows) < 2:
            rule = f"{len(rows)} row(s) of the sketches of x and y share a key"
            raise SampleError(f"{rule} {x.columns[0]!r}: too few; raise size={self.size} or choose another key")
        first, second = (table.iloc[rows[:, i], 1:].reset_index(drop=True) for i, table in enumerate((left, right)))
        found = super().checked(first, second, z, kinds, device)
        said = [_joined(len(rows), (len(left), len(x)), (len(right), len(y)))]
        if len(left) < len(x) and not x.iloc[:, 0].is_unique:
            text = f"Rows of x share keys {x.columns[0]!r} and were sampled: frequent keys weigh less than in the join."
            said.append(Doubt("repeated keys", text))
        return replace(found, x=replace(found.x, doubts=(*found.x.doubts, *said)))

    def settled(self, *samples: torch.Tensor) -> tuple[Estimator, Mapping[str, Any]]:
        if len(samples) != 2:
            return self, {}
        name = _fitting(*samples)
        settings = {} if name == "plug_in" else {"k": self.k}
        return estimators[name](**settings), {"chosen": name}

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        chosen, _ = self.settled(x, y)
        return chosen.nats(x, y)

    def _aggregated(self, table: Any) -> Any:
        """One row a key: the key and the aggregated values."""
        key, values = table.columns[0], list(table.columns[1:])
        keyed = table.assign(**{key: comparable(table[key])})
        groups = keyed.groupby(key, sort=False)
        if self.aggregate == "count":
            return groups.size().reset_index(name=f"rows of {key}")
        if self.aggregate == "first":
            return keyed.drop_duplicates(key)
        if self.aggregate == "mode":
            return groups.agg(_mode).reset_index()
        text = [name for name in values if table[name].dtype.kind not in "biuf"]
        if text:
            rule = f"aggregate='mean' needs numbers and column {text[0]!r} of y holds none"
            raise SampleError(f"{rule}; choose 'mode', 'first' or 'count'")
        means = groups.mean().reset_index()
        whole = [name for name in values if table[name].dtype.kind in "biu" and (means[name] % 1 == 0).all()]
        return means.astype(dict.fromkeys(whole, "int64"))  # labels stay labels


def _tables(x: Any, y: Any) -> bool:
    """Whether both are tables with a key: DataFrames of at least two columns whose first has one name, a text."""
    left, right = ([*getattr(table, "columns", ())] for table in (x, y))
    return min(len(left), len(right)) > 1 and isinstance(left[0], str) and left[0] == right[0]


def _whole(table: Any, name: str) -> None:
    if not table.columns.is_unique:
        raise SampleError(f"{name} has columns of the same name, {[*table.columns]}; each must have its own")
    missing = table.isna().to_numpy()
    if missing.any():
        row, column = np.argwhere(missing)[0]
        rule = f"the first in row {row} of column {table.columns[column]!r}; all must be there"
        raise SampleError(f"{name} holds {int(missing.sum())} missing value(s), {rule}")
    if not len(table):
        raise SampleError(f"{name} is empty, shape {table.shape}; at least two samples are needed")


def _sampled(table: Any, size: int) -> Any:
    """The sketch of a table, its key comparable."""
    key = table.columns[0]
    keys = comparable(table[key])
    rows = sketch(keys, size)
    return table.iloc[rows].assign(**{key: keys[rows]})


def _partners(left: Any, right: Any) -> np.ndarray:
    """Row numbers of left and right with one key, in the order of the left, (m, 2)."""
    places = {key: row for row, key in enumerate(right.iloc[:, 0])}
    found = [(row, places[key]) for row, key in enumerate(left.iloc[:, 0]) if key in places]
    return np.array(found, dtype=int).reshape(-1, 2)


def _mode(values: Any) -> Any:
    return values.mode().iloc[0]


def _fitting(x: torch.Tensor, y: torch.Tensor) -> str:
    """The estimator for the kinds of these values."""
    continuous = [values.is_floating_point() for values in (x, y)]
    if not any(continuous):
        return "plug_in"
    return "ksg" if all(continuous) and not repeated(x) and not repeated(y) else "mixed_ksg"


def _joined(rows: int, left: tuple[int, int], right: tuple[int, int]) -> Doubt:
    """How many rows were joined, of sketches of how many; a doubt where they are few."""
    sizes = f"{left[0]} sampled of the {left[1]} rows of x and {right[0]} keys sampled from the {right[1]} of y"
    if rows < FEW:
        return Doubt("small join", f"Only {rows} rows join, of {sizes}; raise size, or the tables share few keys.")
    return Doubt("join", f"{rows} rows join, of {sizes}.", note=True)
