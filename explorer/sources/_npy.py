"""The npy format: a header judged before its data are touched. Used by the npy and npz readers.

Source: the NumPy enhancement proposal "A simple file format for NumPy arrays" (NEP 1).
"""

import ast
import math
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np

from explorer.errors import FileError
from explorer.sources._bytes import take
from explorer.sources._lazy import Lazy

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000
"""Characters; the header of a plain array has some 120."""

PICKLED = (
    "holds Python objects, and unpickling them can run any program; "
    "save numbers or text instead, as in numpy.savez('new.npz', x=x.astype(float))"
)
_PLAIN = re.compile(r"[<>|=]?[biufSU]\d+")
_LARGEST = 8
_TEXT = "SU"


@dataclass(frozen=True)
class Header:
    """What an npy header declares.

    Attributes:
        offset: bytes before the data.
        where: file and array, for messages.
    """

    dtype: np.dtype
    shape: tuple[int, ...]
    order: Literal["C", "F"]
    offset: int
    where: str

    @property
    def data_bytes(self) -> int:
        """Bytes of data that follow the header."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def grows(self) -> int:
        """Bytes in memory for each byte of data; byte strings become text of four bytes a character."""
        return 5 if self.dtype.kind == "S" else 1

    @property
    def memory(self) -> int:
        """Bytes that the array takes in memory."""
        return self.data_bytes * self.grows

    def fills(self, file_bytes: int) -> None:
        """Raise unless header and data together are `file_bytes` long.

        Raises:
            FileError: naming both lengths.
        """
        if self.offset + self.data_bytes != file_bytes:
            declared = f"the shape {self.shape}, {self.data_bytes} bytes of data"
            there = max(0, file_bytes - self.offset)
            raise FileError(f"{self.where} declares {declared}, and {there} bytes are there")


def read_header(stream: IO[bytes], where: str) -> Header:
    """The header at the start of an npy stream; nothing after it is read.

    Raises:
        FileError: for another format, pickled objects, a type that is not plain, or an absurd shape.
    """
    start = stream.read(8)
    if start[:6] != MAGIC or start[6:7] not in (b"\1", b"\2", b"\3"):
        raise FileError(f"{where} is not in the npy format; write it with numpy.save or numpy.savez")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > MAX_HEADER:
        raise FileError(f"{where} has a header of {length} bytes; at most {MAX_HEADER} are allowed")
    return _header(stream.read(length), 8 + width + length, where)


def read_data(stream: IO[bytes], header: Header) -> np.ndarray:
    """The array behind a header that was just read from the same stream.

    Raises:
        FileError: when there is less than declared.
    """
    return take(stream, header.dtype, header.shape, header.where, header.order)


def lazily(open: Callable[[], AbstractContextManager[IO[bytes]]], header: Header, path: Path, what: str) -> Lazy:
    """The array behind a header, from a stream that is opened whenever values are asked for.

    Rows that lie together are read alone; of an array in Fortran order all is read, and the rows taken from it.
    """

    def values(begin: int, end: int) -> np.ndarray:
        with open() as stream:
            if not header.shape or header.order == "F" or (begin, end) == (0, header.shape[0]):
                stream.read(header.offset)
                found = read_data(stream, header)
                return found[begin:end] if header.shape else found
            row = math.prod(header.shape[1:]) * header.dtype.itemsize
            stream.seek(header.offset + begin * row)
            return take(stream, header.dtype, (end - begin, *header.shape[1:]), header.where)

    least = header.memory if header.order == "F" else 0
    return Lazy(header.shape, header.dtype.newbyteorder("="), values, path, what, header.grows, least)


def _header(text: bytes, offset: int, where: str) -> Header:
    try:
        fields: Any = ast.literal_eval(text.decode("utf-8").strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise FileError(f"{where} has a damaged npy header") from error
    match fields:
        case {"descr": descr, "fortran_order": bool(fortran), "shape": tuple(shape)} if len(fields) == 3:
            return Header(_dtype(descr, where), _shape(shape, where), "F" if fortran else "C", offset, where)
    raise FileError(f"{where} has an npy header without its three fields descr, fortran_order and shape")


def _shape(shape: tuple[Any, ...], where: str) -> tuple[int, ...]:
    if len(shape) > 32 or not all(type(side) is int and 0 <= side < 2**48 for side in shape):
        raise FileError(f"{where} declares the shape {str(shape)[:80]}; at most 32 sides from 0 to 2**48 are allowed")
    return shape


def _dtype(descr: object, where: str) -> np.dtype:
    """A plain type of numbers, truth values or text."""
    if not isinstance(descr, str):
        raise FileError(f"{where} holds records of several fields; save each field as an array of its own")
    if descr.lstrip("|<>=").startswith("O"):
        raise FileError(f"{where} {PICKLED}")
    if _PLAIN.fullmatch(descr):
        dtype = np.dtype(descr)
        if 0 < dtype.itemsize <= _LARGEST or (dtype.kind in _TEXT and dtype.itemsize):
            return dtype
    raise FileError(f"{where} has dtype {descr[:40]!r}; real numbers of at most 64 bits, bool or text are needed")
