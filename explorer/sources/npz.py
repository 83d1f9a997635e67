"""Reader of .npz: a zip archive of npy arrays, judged by its headers before anything is unpacked."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from explorer.errors import FileError
from explorer.sources._lazy import Lazy
from explorer.sources._limits import check_size, readable
from explorer.sources._npy import Header, lazily, read_data, read_header

suffixes = (".npz",)

PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What numpy.savez writes; the other methods unpack without a bound."""

MAX_READ = 4 * 2**20
"""Bytes asked for at once; it bounds the zip directory, which is read whole, to some 50 000 arrays."""


def read(path: Path) -> dict[str, np.ndarray]:
    """Several named NumPy arrays (.npz), without pickle.

    Raises:
        FileError: when it is damaged, too large, or holds anything but numbers, truth values and text.
    """
    with readable(path, "npz"), _opened(path) as archive:
        members = _members(archive, path)
        headers = [_header(archive, member, path) for member in members]
        check_size(path, sum(header.memory for header in headers))
        return {member.filename[:-4]: _array(archive, member, path) for member in members}


def lazy(path: Path) -> dict[str, Lazy]:
    """The arrays by their headers, as `read`; rows of a compressed array unpack what lies before them.

    Raises:
        FileError: as `read`.
    """
    with readable(path, "npz"), _opened(path) as archive:
        return {member.filename[:-4]: _lazy(archive, member, path) for member in _members(archive, path)}


def _lazy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Lazy:
    @contextmanager
    def stream() -> Iterator[IO[bytes]]:
        with _opened(path) as again, again.open(member.filename) as file:
            yield file

    return lazily(stream, _header(archive, member, path), path, "npz")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with _Bounded(path, "rb") as file, zipfile.ZipFile(file) as archive:
        yield archive


class _Bounded(io.FileIO):
    """A file that never hands out more than MAX_READ bytes at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        """As every file, within MAX_READ bytes."""
        data = super().read(MAX_READ + 1 if size is None or size < 0 else min(size, MAX_READ + 1)) or b""
        if len(data) > MAX_READ:
            raise FileError(f"{Path(str(self.name)).name} has a zip directory larger than {MAX_READ} bytes")
        return data


def _members(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise FileError(f"{path.name} holds two arrays of one name; names must differ")
    for member in members:
        if not member.filename.endswith(".npy"):
            raise FileError(f"{path.name} holds {member.filename!r}, which is not an array; write it with numpy.savez")
        if member.compress_type not in PLAIN or member.flag_bits & 1:
            raise FileError(f"{path.name}: {member.filename!r} is encrypted or packed in a way that numpy.savez is not")
    if not members:
        raise FileError(f"{path.name} holds no arrays")
    return members


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> Header:
    with archive.open(member) as stream:
        header = read_header(stream, _where(member, path))
    header.fills(member.file_size)
    return header


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> np.ndarray:
    with archive.open(member) as stream:
        return read_data(stream, read_header(stream, _where(member, path)))


def _where(member: zipfile.ZipInfo, path: Path) -> str:
    return f"{path.name}: array {member.filename[:-4]!r}"
