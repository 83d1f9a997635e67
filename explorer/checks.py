"""Every check of samples, once, with its one message.

Samples come as lists, arrays, Series, DataFrames or torch tensors on any device. They
leave as float64 tensors of shape (n, d), or as integer codes of shape (n,) where an
entry counts discrete values.
"""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import torch

from explorer.data import host
from explorer.errors import SampleError, SettingError
from explorer.result import Doubt

Kind = Literal["auto", "continuous", "discrete", "mixed", "labels"]
KINDS = ("auto", "continuous", "discrete", "mixed", "labels")
COMPUTED = {"labels": "discrete", "mixed": "continuous"}
"""Labels are counted as discrete values are; a mixed variable, real with values that repeat, stays real."""

REPAIR = "leave these rows out, or fill them in"
LARGEST = 1e150
"""Largest magnitude of a value: the square of a larger one can leave the range of float64."""


@dataclass(frozen=True)
class Variable:
    """One checked variable: its values, kind and what was noticed on the way in.

    Attributes:
        values: (n, d) float64 when continuous, (n,) int64 codes when discrete.
        dim: number of columns before rows were turned into codes.
        levels: number of distinct rows; 0 when continuous.
        titles: of the columns in a sentence, where they stay apart.
    """

    name: str
    values: torch.Tensor
    kind: str
    dim: int
    levels: int = 0
    doubts: tuple[Doubt, ...] = ()
    titles: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)


def variable(
    data: Any, name: str, kind: Kind = "auto", need: str = "any", device: Any = "cpu", amounts: bool = False
) -> Variable:
    """`data` checked and brought to the kind that an entry needs.

    Args:
        kind: what the caller says it is; "auto" looks at the data.
        need: "continuous", "discrete" or "any": what the entry can take.
        amounts: read whole numbers of which most occur once as continuous, where both can be taken.

    Raises:
        SampleError: for empty, ragged, non-numeric, NaN, infinite or blank samples, or the wrong kind.
    """
    if kind not in KINDS:
        raise SettingError(f"{name}_kind={kind!r} must be one of {', '.join(map(repr, KINDS))}")
    array = as_array(data, name)
    if amounts and kind == "auto" and need == "any" and _looks_like_amounts(array):
        found, doubts = _read_as_amounts(array, name)
    else:
        found, doubts = _kind(array, name, kind, need)
    if found == "discrete":
        codes, levels = _codes(array)
        values = torch.as_tensor(codes, device=device)
        return Variable(name, values, "discrete", array.shape[1], levels, doubts)
    values = torch.as_tensor(_floats(array, name), device=device)
    return Variable(name, values, "continuous", array.shape[1], 0, doubts)


def paired(x: Variable, *others: Variable, least: int = 2) -> None:
    """Raise unless all have one length of at least `least`.

    Raises:
        SampleError: naming both lengths.
    """
    for y in others:
        if len(x) != len(y):
            rule = "they must be paired row by row"
            raise SampleError(f"{x.name} has {len(x)} samples and {y.name} has {len(y)}; {rule}")
    if len(x) < least:
        names = " and ".join(one.name for one in (x, *others))
        held = f"{'have' if others else 'has'} {len(x)} sample{'s' * (len(x) != 1)}"
        raise SampleError(f"{names} {held}; at least {least} are needed")


def by_position(x: Any, y: Any) -> tuple[Doubt, ...]:
    """A doubt where two pandas objects are paired by position against their indexes."""
    if not (hasattr(x, "iloc") and hasattr(y, "iloc")) or x.index.equals(y.index):
        return ()
    text = "x and y have different indexes and were paired row by row as they stand; align them first if that is meant."
    return (Doubt("index", text),)


def repeated(values: torch.Tensor) -> float:
    """The share of the rows of (n, d) values that occur more than once."""
    _, sizes = torch.unique(values, dim=0, return_counts=True)
    return float(sizes[sizes > 1].sum() / len(values))


def varying(values: torch.Tensor) -> torch.Tensor:
    """The columns of (n, d) values that change at all; the others carry no information."""
    return values[:, (values != values[:1]).any(0)]


def title(data: Any, place: int) -> str:
    """A column of samples in a sentence: its name in quotes where `data` is a table that names it, else its place."""
    called = data.columns[place] if hasattr(data, "columns") else place
    return repr(called) if isinstance(called, str) else str(place)


def as_array(data: Any, name: str) -> np.ndarray:
    """Any input as a NumPy array of shape (n, d)."""
    if isinstance(data, np.ma.MaskedArray) and np.ma.is_masked(data):
        raise SampleError(f"{name} is a masked array with {np.ma.count_masked(data)} masked value(s); leave them out")
    try:
        array = np.asarray(host(data))
    except ValueError as error:
        raise SampleError(f"{name} must be a table of numbers or labels; its rows differ in length") from error
    except (TypeError, NotImplementedError) as error:
        raise SampleError(f"{name} cannot be read as a table of numbers or labels: {error}") from error
    if array.ndim == 0:
        raise SampleError(f"{name}={str(data)[:40]!r} is a single value; samples are needed, shape (n,) or (n, d)")
    if array.size == 0:
        raise SampleError(f"{name} is empty, shape {array.shape}; at least two samples are needed")
    if array.dtype.kind not in "biufOUSTMm":
        raise SampleError(f"{name} has dtype {array.dtype}; real numbers or labels are needed")
    if array.dtype.kind == "f":
        _finite(array, name, data)
    elif array.dtype.kind in "OMm":
        _single_values(array, name, data)
    elif array.dtype.kind in "US":
        _all_there(np.strings.str_len(array) == 0, "blank text", name, data)
    if array.dtype == object and _real_numbers(array):
        array = array.astype(np.float64)
    return array.reshape(len(array), -1)


def _finite(array: np.ndarray, name: str, data: Any = None) -> None:
    low, high = float(array.min()), float(array.max())  # NaN where any value is NaN
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = ~np.isfinite(array)
        what = "NaN" if np.isnan(array[bad]).any() else "infinity"
        found = f"{int(bad.sum())} value(s) of {what}, the first in {_first(bad, data)}"
        raise SampleError(f"{name} holds {found}; all must be finite: {REPAIR}")
    top = max(abs(low), abs(high))
    if top > LARGEST:
        raise SampleError(
            f"{name} holds values up to {top:.3g}; above {LARGEST:g} their squares overflow: rescale them"
        )


def _first(bad: np.ndarray, data: Any) -> str:
    """Where the first of the bad values stands: its row, and its column where `data` is a table that names it."""
    row, *place = np.argwhere(bad)[0].tolist()
    named = title(data, place[0] if place else 0) if hasattr(data, "columns") else ""
    return f"row {row} of column {named}" if named else f"row {row}"


def _all_there(bad: np.ndarray, what: str, name: str, data: Any) -> None:
    if bad.any():
        found = f"{int(bad.sum())} {what} value(s), the first in {_first(bad, data)}"
        raise SampleError(f"{name} holds {found}; all must be there: {REPAIR}")


def _real_numbers(array: np.ndarray) -> bool:
    """Numbers that came as objects, not all of them whole: those are no labels."""
    return all(isinstance(v, Real) for v in array.flat) and not all(isinstance(v, Integral) for v in array.flat)


def _single_values(array: np.ndarray, name: str, data: Any) -> None:
    """Refuse missing and blank values, and values that are tables themselves."""
    import pandas

    nested = [value for value in array.flat if isinstance(value, list | tuple | set | dict | np.ndarray)]
    if nested:
        raise SampleError(f"{name} holds {str(nested[0])[:40]} as one value; each must be a number or a label")
    _all_there(pandas.isna(array), "missing", name, data)
    if array.dtype == object:
        _all_there(array == "", "blank text", name, data)


def _kind(array: np.ndarray, name: str, kind: str, need: str) -> tuple[str, tuple[Doubt, ...]]:
    """Continuous or discrete, and what to say about it."""
    native = "continuous" if array.dtype.kind == "f" else "discrete"
    if kind == "auto":
        if need == "any" and native == "continuous" and _looks_like_labels(array):
            return "discrete", (_read_as_labels(array, name),)
        if need == "discrete" and native == "continuous":
            return _whole_floats(array, name)
        return (native if need == "any" else need), ()
    computed = COMPUTED.get(kind, kind)
    if need not in ("any", computed):
        raise SampleError(f"{name} is {kind} and this estimator needs it {need}; choose another or set {name}_kind")
    return computed, ()


def _looks_like_labels(array: np.ndarray) -> bool:
    if array.shape[1] > 1 or not (array == np.round(array)).all():
        return False
    return len(np.unique(array)) <= max(2, min(100, len(array) // 5))


def _looks_like_amounts(array: np.ndarray) -> bool:
    """Whole numbers of which most occur once: to count them would tell nothing."""
    if array.dtype.kind not in "iu" or array.shape[1] > 1 or len(array) < 50:
        return False
    return len(np.unique(array)) > len(array) // 2


def _read_as_amounts(array: np.ndarray, name: str) -> tuple[str, tuple[Doubt, ...]]:
    text = f"{name} holds {len(np.unique(array))} different whole numbers in {len(array)} samples"
    said = f"{text} and was read as continuous; set {name}_kind to say otherwise."
    return "continuous", (Doubt("kind", said, note=True),)


def _read_as_labels(array: np.ndarray, name: str) -> Doubt:
    levels = len(np.unique(array))
    text = f"{name} holds {levels} whole number{'s' * (levels > 1)} and was read as labels"
    return Doubt("kind", f"{text}; set {name}_kind to say otherwise.", note=True)


def _whole_floats(array: np.ndarray, name: str) -> tuple[str, tuple[Doubt, ...]]:
    if (array == np.round(array)).all():
        levels = len(np.unique(array))
        text = f"{name} holds floats that are {levels} whole numbers; read as labels."
        return "discrete", (Doubt("kind", text, note=True),)
    raise SampleError(
        f"{name} holds real numbers ({array.flat[0]:.6g}, ...) and this estimator counts discrete values; "
        f"use 'binning' or 'ksg', or set {name}_kind='discrete'"
    )


def _floats(array: np.ndarray, name: str) -> np.ndarray:
    try:
        floats = np.require(array, np.float64, ["C", "W"])  # a read-only array is copied: torch cannot share it
    except (TypeError, ValueError) as error:
        sample = next((value for value in array.flat if isinstance(value, str)), array.flat[0])
        raise SampleError(f"{name} holds text ({str(sample)[:30]!r}, ...) and this estimator needs numbers") from error
    _finite(floats, name)
    return floats


def _codes(array: np.ndarray) -> tuple[np.ndarray, int]:
    """Each distinct row as an integer, and how many there are."""
    if array.dtype.kind in "OSTMm":
        array = array.astype(str)
    values, codes = np.unique(array, axis=0 if array.shape[1] > 1 else None, return_inverse=True)
    return codes.reshape(-1).astype(np.int64), len(values)
