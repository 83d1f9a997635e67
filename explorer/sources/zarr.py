"""Reader of zarr folders, formats 2 and 3: every number of the metadata is judged before a chunk is unpacked.

Chunks are unpacked here, not by the zarr library: that one runs whatever codec the metadata name, pickle among them,
and unpacks a chunk to whatever length it has.

Source: "Zarr core specification", versions 2 and 3 (Zarr developers).
"""

import itertools
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import FileError
from explorer.sources._chunks import Chunked, grid, unpacked
from explorer.sources._lazy import Lazy, natural, whole
from explorer.sources._limits import readable
from explorer.sources._zarr import described

suffixes = (".zarr",)
marks = ("zarr.json", ".zgroup", ".zarray")

MAX_META = 16 * 2**20
"""Bytes of one metadata file; those of a whole store may be gathered in the first."""

MAX_FOLDERS = 100_000


def read(path: Path) -> dict[str, np.ndarray]:
    """Arrays of numbers of a zarr folder (.zarr), by their path in it.

    Raises:
        FileError: when it is damaged, too large, holds links, or arrays that are not plain numbers in plain chunks.
        MissingExtraError: when blosc or zstd has packed it and numcodecs is not installed.
    """
    return whole(lazy(path), path)


def lazy(path: Path) -> dict[str, Lazy]:
    """The arrays by their metadata, as `read`; chunks are read when values are asked for.

    Raises:
        FileError: as `read`.
    """
    with readable(path, "zarr"):
        arrays = sorted(_arrays(path.resolve(), path), key=lambda pair: natural(pair[0]))
        found = {name: _lazy(array, name, path) for name, array in arrays}
    if not found:
        raise FileError(f"{path.name} holds no arrays")
    return found


def _arrays(root: Path, path: Path) -> Iterator[tuple[str, Chunked]]:
    """Every array below a folder, whose own name it has when it is one itself."""
    left, seen = [root], 0
    while left:
        folder = left.pop()
        name = folder.relative_to(root).as_posix() if folder != root else path.stem
        meta = _metadata(folder, path)
        array = described(meta, folder, f"{path.name}: array {name!r}") if meta is not None else None
        if array is not None:
            yield name, array
            continue
        inner = sorted((one for one in os.scandir(folder) if one.is_dir() or one.is_symlink()), key=lambda o: o.name)
        links = [one.name for one in inner if one.is_symlink()]
        seen += len(inner)
        if links or seen > MAX_FOLDERS:
            raise FileError(f"{path.name} holds {f'the link {links[0]!r}' if links else f'over {seen} folders'}")
        left.extend(Path(one.path) for one in reversed(inner))


def _metadata(folder: Path, path: Path) -> Any:
    """What the folder says of itself; None for one that says nothing."""
    for mark in ("zarr.json", ".zarray", ".zgroup"):
        file = folder / mark
        if file.is_symlink() or (file.is_file() and file.stat().st_size > MAX_META):
            raise FileError(f"{path.name}: {mark} is a link or larger than {MAX_META} bytes")
        if file.is_file():
            return json.loads(file.read_bytes())
    return None


def _lazy(array: Chunked, name: str, path: Path) -> Lazy:
    where = f"{path.name}: array {name!r}"
    row = math.prod(array.shape[1:]) * array.dtype.itemsize
    least = min(array.chunk_bytes * 2 + row * array.chunks[0], 2**62) if array.shape else array.chunk_bytes

    def values(begin: int, end: int) -> np.ndarray:
        spans = [(begin, end), *((0, side) for side in array.shape[1:])] if array.shape else []
        out = np.full([b - a for a, b in spans], array.fill, array.dtype)
        for place in itertools.product(*grid(spans, array.chunks)):
            chunk = unpacked(array, place, where)
            if chunk is not None:
                _put(out, chunk, [(at * size, span) for at, size, span in zip(place, array.chunks, spans, strict=True)])
        return out

    return Lazy(array.shape, array.dtype, values, path, "zarr", 1, least)


def _put(out: np.ndarray, chunk: np.ndarray, places: list[tuple[int, tuple[int, int]]]) -> None:
    """Copy what a chunk, which begins at `start` on each side, has in common with the span that is read."""
    into, of = [], []
    for size, (start, (begin, end)) in zip(chunk.shape, places, strict=True):
        first, last = max(start, begin), min(start + size, end)
        into.append(slice(first - begin, last - begin))
        of.append(slice(first - start, last - start))
    out[tuple(into)] = chunk[tuple(of)]
