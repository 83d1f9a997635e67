"""Reader of .mat, MATLAB version 5 to 7: each variable's header is judged before SciPy decodes the file.

SciPy's own listing (`whosmat`) unpacks a variable's name whatever its declared length, so a file of
200 kB can take gigabytes; here at most HEAD bytes of a variable are unpacked before it is judged.

Source: MathWorks, "MAT-File Format", level 5.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO

import numpy as np
from scipy.io import loadmat

from explorer.errors import FileError
from explorer.sources._limits import check_size, readable

suffixes = (".mat",)

HEAD = 4096
"""Bytes that hold the flags, sides, name and data tag of any variable that MATLAB writes."""

MATRIX, COMPRESSED = 14, 15
CHAR, NUMBERS = 4, range(6, 16)
OTHERS = {
    1: "a cell array",
    2: "a struct",
    3: "an object",
    5: "sparse (make it full)",
    16: "a function",
    17: "an object",
}
WIDTHS = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8, 16: 1, 17: 2, 18: 4}
"""Bytes a value of the stored kinds: miINT8 ... miUTF32."""


@dataclass(frozen=True)
class Variable:
    """What the header of one variable declares."""

    name: str
    kind: int
    complex: bool
    shape: tuple[int, ...]
    width: int
    stored: int

    def judged(self, where: str) -> int:
        """Bytes that the variable takes in memory, at most.

        Raises:
            FileError: for complex numbers, or a length that does not fit the shape.
        """
        if self.complex:
            raise FileError(f"{where} holds complex numbers; save real(...) and imag(...) as two variables")
        if self.kind != CHAR and self.stored != prod(self.shape) * self.width:
            raise FileError(f"{where} declares the shape {self.shape} and {self.stored} bytes of data; they do not fit")
        return 8 * prod(self.shape) + self.stored


def read(path: Path) -> dict[str, np.ndarray]:
    """Named matrices (.mat, MATLAB v5 to v7): numbers, logicals as bool, char matrices as one text a row.

    Numbers have MATLAB's class, in which a matrix has at least two sides: a vector is (1, n) or (n, 1).
    Blanks at the end of a char matrix's rows are padding and are left out.

    Raises:
        FileError: for v7.3 and v4 files, cells, structs, objects, functions, sparse or complex matrices,
            and files that are damaged or too large.
    """
    with readable(path, "MATLAB"), path.open("rb") as file:
        variables = [*_variables(file, _byte_order(file.read(128), path), path)]
        names = [variable.name for variable in variables]
        if not names or len(set(names)) < len(names):
            raise FileError(f"{path.name} holds {'two variables of one name' if names else 'no variables'}")
        check_size(path, sum(v.judged(f"{path.name}: variable {v.name!r}") for v in variables))
        file.seek(0)
        loaded = loadmat(file, mat_dtype=True)
        return {name: _plain(loaded[name], f"{path.name}: variable {name!r}") for name in names}


def _byte_order(head: bytes, path: Path) -> str:
    version = {b"\0\1IM": "<", b"\1\0MI": ">"}.get(head[124:128])
    if head[124:128] in (b"\0\2IM", b"\2\0MI") or head.startswith(b"\x89HDF"):
        raise FileError(f"{path.name} is MATLAB v7.3 (HDF5), which is not read; save it with save(..., '-v7')")
    if version is None:
        raise FileError(f"{path.name} is not a MATLAB v5 to v7 file; save it with save(..., '-v7')")
    return version


def _variables(file: IO[bytes], order: str, path: Path) -> Iterator[Variable]:
    """The header of every variable, each from its first HEAD bytes."""
    position, end = 128, path.stat().st_size
    while position < end:
        file.seek(position)
        kind, length = struct.unpack(f"{order}II", file.read(8))
        position += 8 + length
        if position > end or kind not in (MATRIX, COMPRESSED):
            raise FileError(f"{path.name} is cut short or damaged: a variable of {length} bytes does not fit in it")
        head = file.read(min(length, HEAD))
        if kind == COMPRESSED:
            head = zlib.decompressobj().decompress(head, HEAD)
            kind, length = struct.unpack_from(f"{order}II", head)
            head = head[8:]
        if kind != MATRIX:
            raise FileError(f"{path.name} holds something that is not a matrix")
        yield _variable(head, length, order, path)


def _variable(head: bytes, length: int, order: str, path: Path) -> Variable:
    """A matrix element: array flags, sides, name, then the tag of the data."""
    if _tag(head, 0, order) != (6, 8, 8):
        raise ValueError("a variable has no array flags")
    flags, at = _part(head, 0, order)
    sides, at = _part(head, at, order)
    name, at = _part(head, at, order)
    (bits,) = struct.unpack_from(f"{order}I", flags)
    where = f"{path.name}: variable {name[:80].decode('latin1')!r}"
    if bits & 255 not in (CHAR, *NUMBERS):
        what = OTHERS.get(bits & 255, f"something of class {bits & 255}")
        raise FileError(f"{where} is {what}; save plain matrices, as in save('new.mat', 'x', 'y', '-v7')")
    kind, stored, begin = _tag(head, at, order) if at < length else (1, 0, at)
    shape = struct.unpack(f"{order}{len(sides) // 4}i", sides)
    sound = 2 <= len(shape) <= 32 and min(shape) >= 0 and prod(shape) < 2**48 and name
    if not sound or begin + stored > length or kind not in WIDTHS:
        raise FileError(f"{where} has a damaged header, with the shape {shape[:32]} and {stored} bytes of data")
    return Variable(name.decode("latin1"), bits & 255, bool(bits & 0x800), shape, WIDTHS[kind], stored)


def _part(head: bytes, at: int, order: str) -> tuple[bytes, int]:
    """The contents of the part at `at`, and where the next one begins."""
    _, length, begin = _tag(head, at, order)
    if begin + length > len(head):
        raise ValueError(f"the header of a variable is longer than {HEAD} bytes or cut short")
    return head[begin : begin + length], begin + (4 if begin == at + 4 else -length % 8 + length)


def _tag(head: bytes, at: int, order: str) -> tuple[int, int, int]:
    """Kind, length and beginning of the part at `at`; up to four bytes lie inside the tag itself."""
    (word,) = struct.unpack_from(f"{order}I", head, at)
    if word >> 16:
        return word & 0xFFFF, word >> 16, at + 4
    return word, struct.unpack_from(f"{order}I", head, at + 4)[0], at + 8


def _plain(value: object, where: str) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biufU":
        raise FileError(f"{where} holds something other than real numbers or text")
    if value.dtype.kind == "U":
        return np.char.rstrip(value)
    return value.astype(value.dtype.newbyteorder("="), copy=False)
