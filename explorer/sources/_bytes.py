"""Bytes of a stream as one array: all of them or none, and every value one that NumPy can hold."""

import math
from typing import IO, Literal

import numpy as np

from explorer.errors import FileError

BLOCK = 2**20


def take(
    stream: IO[bytes], dtype: np.dtype, shape: tuple[int, ...], where: str, order: Literal["C", "F"] = "C"
) -> np.ndarray:
    """The next array of the stream, in the machine's byte order; memory is touched only as bytes arrive.

    Args:
        where: the file and array, for the message.

    Raises:
        FileError: when the stream ends early or text is not Unicode.
    """
    raw = np.empty(math.prod(shape) * dtype.itemsize, np.uint8)
    filled = 0
    while part := stream.read(min(BLOCK, len(raw) - filled)):
        raw[filled : filled + len(part)] = np.frombuffer(part, np.uint8)
        filled += len(part)
    if filled < len(raw):
        raise FileError(f"{where} is cut short: {len(raw)} bytes are declared and {filled} are there")
    return _values(raw, dtype, where).reshape(shape, order=order)


def _values(raw: np.ndarray, dtype: np.dtype, where: str) -> np.ndarray:
    if dtype.kind == "b":
        return raw != 0
    if dtype.kind == "S":
        return np.char.decode(raw.view(dtype), "utf-8")
    if dtype.kind == "U":
        _unicode(raw.view(np.dtype("u4").newbyteorder(dtype.byteorder)), where)
    return raw.view(dtype).astype(dtype.newbyteorder("="), copy=False)


def _unicode(codes: np.ndarray, where: str) -> None:
    if (codes > 0x10FFFF).any() or (codes >> 11 == 0xD800 >> 11).any():
        raise FileError(f"{where} holds text with numbers that are not Unicode characters")
