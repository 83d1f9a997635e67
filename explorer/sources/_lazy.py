"""An array of a file that is read when it is asked for, all of it or some rows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from explorer.errors import FileError
from explorer.sources._limits import check_size, readable


@dataclass(frozen=True)
class Lazy:
    """An array of a file, known by its header alone.

    Attributes:
        shape: rows first; () for a single value.
        dtype: of the values in memory; that of a text says nothing of its length.
        take: values of the rows from one place up to another; all of them where there are no sides.
        path: the file.
        what: its format, for messages.
        grows: bytes in memory for each byte in `dtype`, while the values are decoded.
        least: bytes that any part of it takes, such as a compressed block that is unpacked whole.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    take: Callable[[int, int], np.ndarray]
    path: Path
    what: str
    grows: int = 1
    least: int = 0

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return prod(self.shape) * self.dtype.itemsize

    @property
    def memory(self) -> int:
        """Bytes that reading all of it takes."""
        return max(self.nbytes * self.grows, self.least)

    def read(self, begin: int = 0, end: int | None = None) -> np.ndarray:
        """The rows from `begin` up to `end`, or all values.

        Raises:
            FileError: when the file is damaged or has changed since, or they do not fit in memory.
        """
        rows = self.shape[0] if self.shape else 1
        begin, end, _ = slice(begin, end).indices(rows)
        share = self.nbytes * self.grows * max(0, end - begin) // max(1, rows)
        check_size(self.path, max(share, self.least))
        with readable(self.path, self.what):
            values = self.take(begin, end)
        want = (max(0, end - begin), *self.shape[1:]) if self.shape else ()
        if values.shape != want:
            raise FileError(f"{self.path.name} has changed while it was read: {values.shape} came instead of {want}")
        return values


def natural(name: str) -> list[tuple[int, str]]:
    """A key by which layer_2 comes before layer_10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]{1,15})", name)]


def whole(arrays: Mapping[str, Lazy], path: Path) -> dict[str, np.ndarray]:
    """The values of all arrays of a file, once they are known to fit together.

    Raises:
        FileError: when they do not fit in memory, or the file is damaged.
    """
    check_size(path, sum(one.memory for one in arrays.values()))
    return {name: one.read() for name, one in arrays.items()}


def at_hand(arrays: Mapping[str, np.ndarray], path: Path) -> dict[str, Lazy]:
    """Arrays of a format that is read whole, as if they were read when they are asked for."""
    return {name: _held(values, path) for name, values in arrays.items()}


def _held(values: np.ndarray, path: Path) -> Lazy:
    def take(begin: int, end: int) -> np.ndarray:
        return values[begin:end] if values.ndim else values

    return Lazy(values.shape, values.dtype, take, path, "data")
