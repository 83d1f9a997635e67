"""Chunks of an array in files of their own, unpacked to the length that was declared and no further."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import FileError, MissingExtraError

PLAIN = ("gzip", "zlib")
PACKED = ("blosc", "zstd")


@dataclass(frozen=True)
class Chunked:
    """What is known of an array whose chunks are files.

    Attributes:
        folder: of the chunks, without links.
        dtype: of the values in memory; `stored` is that in the file, of the other byte order perhaps.
        codec: gzip, zlib, blosc, zstd or none ("").
        order: which side of the array each side of a stored chunk is.
        fill: the value where there is no chunk.
        key: what stands before the numbers of a chunk's file name, and between them.
    """

    folder: Path
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    stored: np.dtype
    codec: str
    order: tuple[int, ...]
    fill: Any
    key: tuple[str, str]

    @property
    def dtype(self) -> np.dtype:
        """The type of the values in memory."""
        return self.stored.newbyteorder("=")

    @property
    def chunk_bytes(self) -> int:
        """Bytes of one chunk, unpacked."""
        return prod(self.chunks) * self.stored.itemsize


def grid(spans: Sequence[tuple[int, int]], chunks: Sequence[int]) -> list[range]:
    """The numbers of the chunks, side by side, that hold the given spans."""
    return [
        range(begin // size, -(-end // size)) if end > begin else range(0)
        for (begin, end), size in zip(spans, chunks, strict=True)
    ]


def unpacked(array: Chunked, place: Sequence[int], where: str) -> np.ndarray | None:
    """The chunk at a place of the grid; None where no file is, which stands for the fill value.

    Raises:
        FileError: for a link, or a chunk that is not as long as declared.
    """
    before, between = array.key
    name = between.join([*([before] if before else []), *map(str, place)]) or "0"
    file = array.folder / name
    if file.resolve() != file:
        raise FileError(f"{where}: the chunk {name!r} is a link")
    if not file.is_file():
        return None
    length, packed = array.chunk_bytes, file.stat().st_size
    if packed > length + length // 8 + 65_536:
        raise FileError(f"{where}: the chunk {name!r} has {packed} bytes for {length} bytes of data")
    raw = _decoded(file.read_bytes(), array.codec, length)
    if raw is None or len(raw) != length:
        raise FileError(f"{where}: the chunk {name!r} does not hold the {length} bytes that are declared")
    sides = [array.chunks[axis] for axis in array.order]
    back = np.argsort(array.order) if sides else None
    return np.frombuffer(raw, array.stored).reshape(sides).transpose(back)


def _decoded(raw: bytes, codec: str, length: int) -> Any:
    if not codec:
        return raw
    if codec in PLAIN:
        stream = zlib.decompressobj(47)  # the header tells zlib from gzip
        found = stream.decompress(raw, length + 1)
        return found if stream.eof else None
    try:
        from numcodecs import blosc, zstd
    except ImportError as error:
        raise MissingExtraError("numcodecs", "zarr") from error
    out = np.empty(length, np.uint8)  # a longer chunk than that is an error of the library
    (blosc if codec == "blosc" else zstd).decompress(raw, out)
    return out
