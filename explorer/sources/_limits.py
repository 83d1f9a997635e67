"""What a file may ask of this machine, and one sentence for whatever is wrong with it."""

import csv
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from explorer.device import memory_free
from explorer.errors import ExplorerError, FileError, SettingError

SHARE = 4
"""One file may fill one part in SHARE of the free memory: a copy and the work itself need the rest."""

BROKEN = (
    *(OSError, ValueError, TypeError, LookupError, ArithmeticError, EOFError, MemoryError, RuntimeError, SyntaxError),
    *(csv.Error, struct.error, zipfile.BadZipFile, zlib.error, pa.ArrowException),
)
"""What Python and the format libraries raise at a file that is cut short, damaged or hostile."""


def max_bytes() -> int:
    """Bytes that the arrays of one file may fill: EXPLORER_MAX_BYTES, else a quarter of the free memory.

    Raises:
        SettingError: when EXPLORER_MAX_BYTES is not a whole number above zero.
    """
    text = os.environ.get("EXPLORER_MAX_BYTES", "")
    if not text:
        return memory_free() // SHARE
    if not text.isdecimal() or not int(text):
        raise SettingError(f"EXPLORER_MAX_BYTES={text!r} must be a whole number of bytes above zero")
    return int(text)


def check_size(path: Path, declared: int) -> None:
    """Raise unless `declared` bytes may be taken for the contents of `path`.

    Raises:
        FileError: naming both sizes.
    """
    allowed = max_bytes()
    if declared > allowed:
        raise FileError(
            f"{path.name} declares {size(declared)} and {size(allowed)} is free for data; "
            "save fewer rows or columns, or set EXPLORER_MAX_BYTES"
        )


@contextmanager
def readable(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a library says of a broken file into one FileError.

    Raises:
        FileError: naming the file, the format and what was found; also for an empty file.
    """
    try:
        if path.is_file() and not path.stat().st_size:
            raise FileError(f"{path.name} is empty (0 bytes)")
        yield
    except ExplorerError:
        raise
    except BROKEN as error:
        raise FileError(f"{path.name} cannot be read as {what}: {_reason(path, error)}") from error


def cut_archive(path: Path) -> bool:
    """Whether a file begins as a zip archive and has no end of one."""
    if not path.is_file() or zipfile.is_zipfile(path):
        return False
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\3\4"


def _reason(path: Path, error: BaseException) -> str:
    """What is wrong with a file: that it is cut short, where that is known, else what the library says."""
    if isinstance(error, UnicodeDecodeError | zipfile.BadZipFile) and cut_archive(path):
        return "it is cut short or damaged"
    if isinstance(error, zipfile.BadZipFile) and not zipfile.is_zipfile(path):
        return "it is no zip archive"
    return " ".join(str(error).split())[:200] or type(error).__name__


def size(count: int) -> str:
    """A number of bytes for people: "512 bytes", "195.0 kB", "3.2 GB"."""
    if count < 1000:
        return f"{count} bytes"
    value = float(count)
    for unit in "kMGTPE":
        value /= 1000
        if value < 1000:
            return f"{value:.1f} {unit}B"
    return f"{value:.3g} EB"
