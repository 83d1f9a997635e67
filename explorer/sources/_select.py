"""From a path or a command-line argument to arrays: which reader, which array, which Dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from explorer.data import Dataset
from explorer.errors import FileError, UnknownNameError
from explorer.sources._lazy import Lazy
from explorer.sources._limits import check_size
from explorer.sources._readers import is_source, is_table, is_there, lazy, load

if TYPE_CHECKING:
    import pandas

A = TypeVar("A", np.ndarray, Lazy)
X_NAMES = ("x", "X", "F", "data", "features")
Y_NAMES = ("y", "label", "labels", "target", "Y")


@dataclass(frozen=True)
class Read:
    """An array, and what is known of its columns.

    Attributes:
        values: (n, d) or of any other shape.
        names: of the d columns; none where they are not named one by one.
        notes: what was left out, each a sentence.
    """

    values: np.ndarray
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def table(self) -> "pandas.DataFrame | np.ndarray":
        """Numbers, and text with blanks, as a DataFrame whose columns messages name; other values as they are."""
        import pandas

        kind = self.values.dtype.kind
        named = self.names and (kind in "biuf" or (kind == "U" and "" in self.values))
        return pandas.DataFrame(self.values, columns=list(self.names)) if named else self.values


def array(text: str) -> np.ndarray:
    """The array that a command-line argument names.

    FILE is the only array, or all numeric columns of a table side by side, shape (n, d). FILE:NAME is one
    array or column, FILE:a,b several as columns. The text is split at the last colon unless all of it is a
    path that exists. A text column is labels. A row vector of MATLAB, (1, n), comes as (n,).

    Raises:
        FileError: for a file or folder that cannot be read, or one with several arrays and none named.
        UnknownNameError: when the file has no array of that name.
    """
    return read(text).values


def read(text: str) -> Read:
    """The array that a command-line argument names, as `array`; columns of a table and several arrays are named.

    Raises:
        FileError: for a file or folder that cannot be read, or one with several arrays and none named.
        UnknownNameError: when the file has no array of that name.
    """
    path, name = _split(text)
    arrays = lazy(path)
    chosen = _parts(arrays, name, path) if name else _whole(arrays, path)
    check_size(path, sum(one.memory for one in chosen.values()))
    parts = {key: one.read() for key, one in chosen.items()}
    if path.suffix.lower() == ".mat":
        parts = {key: a.reshape(-1) if _is_row(a) else a for key, a in parts.items()}
    values, named = _beside(parts, path), len(parts) > 1 or is_table(path)
    names = tuple(title for key, part in parts.items() for title in titles(key, part) if named)
    left = [] if name else [key for key in arrays if key not in parts]
    text = f"{path.name}: columns of text were left out: {', '.join(left[:12])}{', ...' if len(left) > 12 else ''}."
    return Read(values, names, (text,) if left else ())


def columns(text: str) -> dict[str, np.ndarray]:
    """The columns that a text names, (n,) each: all of a table, text among them, or those of an array (n, K).

    Raises:
        FileError: for a file that cannot be read, or values that are no columns.
        UnknownNameError: for a column that is not there.
    """
    path, name = _split(text)
    parts = load(path)
    if name:
        parts = _parts(parts, name, path)
    elif not is_table(path) and len(parts) > 1:
        raise FileError(f"{path.name} holds {_listed(parts)}; name some, as in {path.name}:{next(iter(parts))}")
    return {title: column for key, part in parts.items() for title, column in _split_columns(key, part).items()}


def titles(name: str, part: np.ndarray) -> list[str]:
    """What the columns of an array, (n,) or (n, d), are called: NAME, or "NAME 0" and so on."""
    several = part.ndim > 1 and part.shape[1] != 1
    return [f"{name} {place}" for place in range(part.shape[1])] if several else [name]


def dataset(path: str | Path, x: str | None = None, y: str | None = None) -> Dataset:
    """A Dataset from a file; what was chosen, turned or left out is in its notes.

    Without `x`: the array called x, X, F, data or features, else all numeric columns of a table, else the
    only array of two or more sides. Without `y`: the one called y, label, labels, target or Y. Other arrays
    of one value a row become factors.

    Args:
        x: name of the inputs, or several as "a,b".
        y: name of the labels.

    Raises:
        FileError: for a file that cannot be read, or a `y` of several values a row.
        UnknownNameError: when the file has no array called `x` or `y`.
    """
    path = Path(path)
    arrays = load(path)
    inputs = list(_parts(arrays, x, path)) if x else []
    labels = list(_parts(arrays, y, path)) if y else _usual(arrays, Y_NAMES, inputs)
    inputs = inputs or _usual(arrays, X_NAMES, labels) or _guessed(arrays, labels, path)
    values, notes = _inputs({name: arrays[name] for name in inputs}, path)
    rest = {name: a for name, a in arrays.items() if name not in inputs or name in labels}
    columns, turned = _columns(rest, len(values) if values is not None else None)
    if y and y not in columns:
        raise FileError(f"{path.name}: y={y!r} is {_listed(_parts(arrays, y, path))}; one value a row is needed")
    target = columns.pop(labels[0], None) if labels else None
    return Dataset(values, target, columns, path.name, (*notes, *turned))


def _split(text: str) -> tuple[Path, str]:
    """FILE and NAME; a folder before the first colon that no reader takes is a recording, and keeps no name here."""
    head, colon, tail = text.rpartition(":")
    if not colon or is_there(Path(text), "file") or is_there(Path(text), "dir"):
        return Path(text), ""
    if is_source(Path(head)):
        return Path(head), tail
    run = Path(text.partition(":")[0])
    return (run, "") if is_there(run, "dir") else (Path(head), tail)


def _is_number(array: "np.ndarray | Lazy") -> bool:
    return array.dtype.kind in "biuf"


def _is_row(array: np.ndarray) -> bool:
    return array.ndim == 2 and array.shape[0] == 1


def _parts(arrays: Mapping[str, A], name: str, path: Path) -> dict[str, A]:
    """The array called `name`, or those called a and b for "a,b"."""
    names = [name] if name in arrays else name.split(",")
    for one in names:
        if one not in arrays:
            raise UnknownNameError(f"array in {path.name} called", one, arrays)
    return {one: arrays[one] for one in names}


def _whole(arrays: Mapping[str, Lazy], path: Path) -> Mapping[str, Lazy]:
    """What a file stands for when no array is named."""
    numbers = {name: column for name, column in arrays.items() if _is_number(column)}
    if len(arrays) == 1 or (numbers and is_table(path)):
        return numbers or arrays
    raise FileError(f"{path.name} holds {_listed(arrays)}; name one, as in {path.name}:{next(iter(arrays))}")


def _beside(parts: Mapping[str, np.ndarray], path: Path) -> np.ndarray:
    """One array as it is; several, each (n,) or (n, d), as the columns of one."""
    first, *others = parts.values()
    if not others:
        return first
    alike = {(len(part), _is_number(part)) if part.ndim in (1, 2) else part.shape for part in parts.values()}
    if len(alike) > 1 or first.ndim not in (1, 2):
        rule = f"one length, all numbers or all text; {_alike(parts, path)}"
        raise FileError(f"{path.name}: {_listed(parts)} do not fit side by side: {rule}")
    return np.column_stack([first, *others])


def _alike(parts: Mapping[str, np.ndarray], path: Path) -> str:
    """Which of them can be named together, for a message."""
    (name, first), *others = parts.items()
    words = [name for name, part in parts.items() if not _is_number(part)]
    if 0 < len(words) < len(parts):
        return f"{', '.join(words)} hold{'s' * (len(words) == 1)} text: name columns of one kind"
    fits = [other for other, part in others if len(part) == len(first)] if first.ndim in (1, 2) else []
    return f"name arrays of one length, as in {path.name}:{','.join([name, *fits])}"


def _listed(arrays: Mapping[str, A]) -> str:
    """Names and shapes for a message, the first twelve."""
    shown = ", ".join(f"{name} {array.shape}" for name, array in list(arrays.items())[:12])
    return shown + (f" and {len(arrays) - 12} more" if len(arrays) > 12 else "")


def _split_columns(key: str, part: np.ndarray) -> dict[str, np.ndarray]:
    if part.ndim not in (1, 2):
        raise FileError(f"{key} has the shape {part.shape}; columns are needed, (n,) or (n, K)")
    side = part if part.ndim == 2 else part[:, None]
    return dict(zip(titles(key, part), side.T, strict=True))


def _usual(arrays: Mapping[str, np.ndarray], usual: Sequence[str], taken: Sequence[str]) -> list[str]:
    return [name for name in usual if name in arrays and name not in taken][:1]


def _guessed(arrays: Mapping[str, np.ndarray], labels: Sequence[str], path: Path) -> list[str]:
    """Inputs that no name gives away: a table's numeric columns, or the only array of two or more sides."""
    free = [name for name, array in arrays.items() if name not in labels and _is_number(array) and array.ndim]
    if is_table(path) or len(arrays) == 1:
        return free
    wide = [name for name in free if arrays[name].ndim > 1 and min(arrays[name].shape) > 1]
    return wide if len(wide) == 1 else []


def _inputs(parts: Mapping[str, np.ndarray], path: Path) -> tuple[np.ndarray | None, list[str]]:
    """The inputs as (n, d), and what was done to them."""
    if not parts:
        return None, ["no array was taken as x; name one to use it"]
    values = _beside(parts, path)
    if not values.ndim:
        raise FileError(f"{path.name}: {_listed(parts)} is a single value; x needs one row a sample")
    turn = _is_row(values) and path.suffix.lower() == ".mat"
    flat = values.reshape(values.size if turn else len(values), -1 if values.size else 0)
    notes = [] if [*parts] == ["x"] else [f"x is {', '.join(parts)}"]
    if values.ndim > 2 or turn:
        notes.append(f"x was reshaped from {values.shape} to {flat.shape}")
    return flat, notes


def _columns(arrays: Mapping[str, np.ndarray], rows: int | None) -> tuple[dict[str, np.ndarray], list[str]]:
    """The arrays of one value a row, each (rows,), and what was turned or left out."""
    columns: dict[str, np.ndarray] = {}
    notes = []
    if rows is None:
        rows = max((max(array.shape) for array in arrays.values() if array.ndim), default=0)
    for name, array in arrays.items():
        if array.size != rows or rows not in array.shape:
            notes.append(f"{name} {array.shape} was left out: it is not one value for each of {rows} rows")
            continue
        columns[name] = array.reshape(rows)
        if array.ndim > 1:
            notes.append(f"{name} was reshaped from {array.shape} to ({rows},)")
    return columns, notes
