"""Reader of idx, the format of MNIST: one array of numbers, plain or packed by gzip.

Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", on the file format.
"""

import gzip
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import numpy as np

from explorer.errors import FileError
from explorer.sources._bytes import take
from explorer.sources._lazy import Lazy, whole
from explorer.sources._limits import readable

suffixes = (".idx", ".idx.gz", "-ubyte", "-ubyte.gz")

KINDS = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
"""What the third byte says of the numbers."""


def read(path: Path) -> dict[str, np.ndarray]:
    """Images, labels or other numbers of MNIST's format (.idx, -ubyte, and the same with .gz), called by the file.

    Raises:
        FileError: when it is damaged, too large, or of another format.
    """
    return whole(lazy(path), path)


def lazy(path: Path) -> dict[str, Lazy]:
    """The array by its header, as `read`; rows of a packed file unpack what lies before them.

    Raises:
        FileError: as `read`.
    """
    with readable(path, "idx"), _opened(path) as file:
        dtype, shape = _header(file, path)
    start, data = 4 + 4 * len(shape), math.prod(shape) * dtype.itemsize
    there = path.stat().st_size - start
    if not _packed(path) and there != data:
        raise FileError(f"{path.name} declares the shape {shape}, {data} bytes of data, and {there} bytes are there")

    def values(begin: int, end: int) -> np.ndarray:
        with _opened(path) as file:
            file.seek(start + begin * math.prod(shape[1:]) * dtype.itemsize)
            found = take(file, dtype, (end - begin, *shape[1:]), path.name)
            if end == shape[0] and file.read(1):  # reading to the end also checks gzip's sum
                raise FileError(f"{path.name} declares the shape {shape} and has more data than that")
        return found

    return {_name(path): Lazy(shape, dtype.newbyteorder("="), values, path, "idx")}


def _header(file: IO[bytes], path: Path) -> tuple[np.dtype, tuple[int, ...]]:
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in KINDS or not 1 <= head[3] <= 32:
        raise FileError(f"{path.name} is not in the idx format of MNIST: it begins with {head.hex(' ') or 'nothing'}")
    sides = file.read(4 * head[3])
    if len(sides) < 4 * head[3]:
        raise FileError(f"{path.name} is cut short: {head[3]} sides are declared and {len(sides)} bytes are there")
    return np.dtype(KINDS[head[2]]), tuple(np.frombuffer(sides, ">u4").tolist())


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as plain:
        if not _packed(path):
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as file:
            yield cast(IO[bytes], file)


def _packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _name(path: Path) -> str:
    """The name of the file without what says its format."""
    name = path.name.removesuffix(path.suffix) if _packed(path) else path.name
    return name.removesuffix(".idx")
