"""Reader of .csv and .tsv: measured in one pass, then parsed by Arrow."""

import codecs
import csv
import io
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np
from pyarrow import csv as arrow

from explorer.errors import FileError
from explorer.sources._columns import columns
from explorer.sources._limits import check_size, readable

suffixes = (".csv", ".tsv")
table = True

BLOCK = 2**20
"""Bytes counted at once, and the room for the first row; no later row may exceed 8 of them."""

COLUMN_BYTES = 12_000
"""What Arrow's parser keeps for each column, measured with 100 000 columns."""


def read(path: Path) -> dict[str, np.ndarray]:
    """A table as text, one row a line; columns are separated by commas (.csv) or tabs (.tsv).

    The first row names the columns when it is not numeric; otherwise they are called "0", "1", ...
    Where the first row mixes numbers and text it names them only if some text in it stands above a number.

    Raises:
        FileError: when it is empty, ragged, not UTF-8, too large, or separated by something else.
    """
    return parsed(path, "\t" if path.suffix.lower() == ".tsv" else ",")


def parsed(
    path: Path, separator: str, header: bool | None = None, names: Sequence[str] | None = None
) -> dict[str, np.ndarray]:
    """The columns of a text table.

    Args:
        header: whether the first row names the columns; None looks at it.
        names: of the columns, where it does not.

    Raises:
        FileError: as `read`.
    """
    with readable(path, "a table"), path.open("rb") as file:
        rows = _first_rows(file.read(BLOCK), separator, path)
        file.seek(0)
        check_size(path, _bytes_at_most(file, separator.encode()) + COLUMN_BYTES * len(rows[0]))
        file.seek(0)
        named = _is_header(rows) if header is None else header
        titles = None if named else list(names or (str(place) for place in range(len(rows[0]))))
        found = arrow.read_csv(
            file,
            read_options=arrow.ReadOptions(column_names=titles, block_size=8 * BLOCK),
            parse_options=arrow.ParseOptions(delimiter=separator, newlines_in_values=True),
        )
        return columns(found, path)


def _first_rows(head: bytes, separator: str, path: Path) -> list[list[str]]:
    """The first two rows that are not blank."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError as error:
        raise FileError(f"{path.name} is not UTF-8 text; save it as UTF-8") from error
    if "\0" in text or not text.strip():
        raise FileError(f"{path.name} holds no table: it is {'binary' if text.strip() else 'blank'}")
    rows = [*islice(filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=separator)), 2)]
    if len(head) == BLOCK and len(rows) < 2:
        raise FileError(f"{path.name} has a first row longer than {BLOCK} bytes")
    other = next((mark for mark in ",\t;" if mark != separator and mark in rows[0][0]), None)
    if len(rows[0]) == 1 and other:
        raise FileError(f"{path.name} has one column and {other!r} in it; {path.suffix} is separated by {separator!r}")
    return rows


def _bytes_at_most(file: IO[bytes], separator: bytes) -> int:
    """An upper bound of the parsed size: eight bytes a cell, and all the text."""
    cells = length = 0
    while block := file.read(BLOCK):
        cells += block.count(separator) + block.count(b"\n") + block.count(b"\r")
        length += len(block)
    return 8 * (cells + 1) + length


def _is_header(rows: list[list[str]]) -> bool:
    first = [_is_value(cell) for cell in rows[0]]
    if all(first) or not any(first):
        return not any(first)
    below = [_is_value(cell) for cell in rows[-1]]
    return any(under and not over for over, under in zip(first, below, strict=False))


def _is_value(cell: str) -> bool:
    """Whether a cell is a number, a truth value or missing."""
    if not cell.strip() or cell.strip().lower() in ("true", "false"):
        return True
    try:
        return "_" not in cell and float(cell) is not None
    except ValueError:
        return False
