"""A step written block by block: no more of it is in memory than one block."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from explorer.errors import FileError
from explorer.recordings.atomic import writing
from explorer.sources.safetensors import DTYPES

KINDS = {dtype: kind for kind, dtype in DTYPES.items() if kind != "BF16"}
UNKNOWN = "0" * 32
"""Stands for the digest until all values have been seen."""


Blocks = tuple[np.dtype, tuple[int, ...], Iterable[np.ndarray]]
"""The type and shape of an array, and blocks of its rows."""


def in_blocks(array: np.ndarray | Blocks) -> Blocks:
    """An array as one block."""
    return (array.dtype, array.shape, [array]) if isinstance(array, np.ndarray) else array


def write_blocks(path: Path, layers: Mapping[str, Blocks]) -> None:
    """Write the layers of a step; bytes and digest do not depend on how they are cut into blocks.

    The digest is that of `explorer.data.digest` over names and arrays in turn. The file is not renamed into place:
    write into a folder that nobody reads yet.

    Args:
        layers: the type, shape and blocks of rows of each.

    Raises:
        FileError: when the disk is full, or blocks are not as long as declared.
    """
    text, offsets = _header(layers)
    with writing(path), path.open("wb") as file:
        file.write(text)
        start, state = file.tell(), hashlib.blake2b(digest_size=16)
        for name, (dtype, shape, blocks) in layers.items():
            state.update(json.dumps(name).encode())
            state.update(f"{dtype.str}{shape}".encode())
            _write(file, start, offsets[name], blocks, state, f"{path.name}: layer {name[:80]!r}")
        file.seek(text.index(UNKNOWN.encode()))
        file.write(state.hexdigest().encode())


def size_of(layers: Mapping[str, Blocks]) -> int:
    """Bytes of the file that `write_blocks` writes; the blocks are not looked at."""
    text, offsets = _header(layers)
    return len(text) + max((end for _, end in offsets.values()), default=0)


def _header(layers: Mapping[str, Blocks]) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """What stands before the values, and where each layer begins and ends after it."""
    offsets = _offsets({name: (dtype.itemsize, shape) for name, (dtype, shape, _) in layers.items()})
    header: dict[str, object] = {"__metadata__": {"digest": UNKNOWN}}
    for name, (begin, end) in offsets.items():
        dtype, shape, _ = layers[name]
        header[name] = {"dtype": KINDS[dtype], "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text, offsets


def _offsets(sides: Mapping[str, tuple[int, tuple[int, ...]]]) -> dict[str, tuple[int, int]]:
    """Where each layer begins and ends, those of wide numbers first, so that every one is aligned."""
    found, at = {}, 0
    for name, (width, shape) in sorted(sides.items(), key=lambda pair: (-pair[1][0], pair[0])):
        length = width * int(np.prod(shape, dtype=object))
        found[name] = (at, at + length)
        at += length
    return found


def _write(
    file: IO[bytes],
    start: int,
    place: tuple[int, int],
    blocks: Iterable[np.ndarray],
    state: Any,
    where: str,
) -> None:
    file.seek(start + place[0])
    left = place[1] - place[0]
    for block in blocks:
        data = np.ascontiguousarray(block).reshape(-1).view(np.uint8).data
        left -= len(data)
        if left < 0:
            break
        file.write(data)
        state.update(data)
    if left:
        raise FileError(f"{where} does not have the {place[1] - place[0]} bytes that were declared")
