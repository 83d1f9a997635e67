"""Columns of an Arrow table as NumPy arrays: numbers, truth values, and everything else as text."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from explorer.errors import FileError
from explorer.sources._limits import check_size


def columns(table: pa.Table, path: Path) -> dict[str, np.ndarray]:
    """Every column of the table, by name.

    A missing number is NaN and turns its column into float64; a missing text is "". Decimals become
    float64; dates, times and categories become text.

    Raises:
        FileError: for no rows, two columns of one name, or columns of lists and other nested kinds.
    """
    names = table.column_names
    if not table.num_rows or not names:
        raise FileError(f"{path.name} has {len(names)} columns and no rows")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FileError(f"{path.name} has two columns called {twice!r}; names must differ")
    found: dict[str, np.ndarray] = {}
    taken = 0
    for name in names:
        check_kind(table.column(name).type, name, path)
        found[name] = _column(table.column(name), path, taken)
        taken += found[name].nbytes
    return found


def check_kind(kind: pa.DataType, name: str, path: Path) -> None:
    """Raise unless a column of this Arrow type can be read.

    Raises:
        FileError: for lists, records, bytes and other kinds that are neither numbers nor text.
    """
    value = kind.value_type if kinds.is_dictionary(kind) else kind
    if not (_is_number(value) or is_text(value) or _is_time(value) or kinds.is_decimal(value) or kinds.is_null(value)):
        raise FileError(f"{path.name}: column {name!r} holds {kind}; numbers, true or false, and UTF-8 text are read")


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type is UTF-8 text."""
    return kinds.is_string(kind) or kinds.is_large_string(kind)


def _column(column: pa.ChunkedArray, path: Path, taken: int) -> np.ndarray:
    """One column, where the columns before it have taken `taken` bytes."""
    kind = column.type
    if kinds.is_dictionary(kind) and not is_text(kind.value_type):
        kind = kind.value_type
        column = column.cast(kind)
    if is_text(kind) or kinds.is_dictionary(kind):
        return _text(column, path, taken)
    if _is_time(kind):
        return _text(column.cast(pa.string()), path, taken)
    exact = _is_number(kind) and not column.null_count
    return column.to_numpy() if exact else column.cast(pa.float64()).to_numpy()


def _is_number(kind: pa.DataType) -> bool:
    return kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind)


def _is_time(kind: pa.DataType) -> bool:
    return kinds.is_date(kind) or kinds.is_time(kind) or kinds.is_timestamp(kind)


def _text(column: pa.ChunkedArray, path: Path, taken: int) -> np.ndarray:
    """Distinct texts once, then one lookup a row: no Python object a cell."""
    coded = column if kinds.is_dictionary(column.type) else pc.dictionary_encode(column)
    coded = coded.unify_dictionaries().combine_chunks()
    distinct = pc.fill_null(coded.dictionary, "")
    longest = pc.max(pc.utf8_length(distinct)).as_py() or 1
    check_size(path, taken + 4 * longest * (len(coded) + len(distinct)))
    levels = np.array([*distinct.to_pylist(), ""], dtype=f"U{longest}")
    return levels[pc.fill_null(coded.indices, len(distinct)).to_numpy(zero_copy_only=False)]
