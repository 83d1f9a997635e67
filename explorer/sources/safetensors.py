"""Reader of .safetensors: the header is checked whole before any tensor is read.

Source: the format section of the safetensors documentation (Hugging Face).
"""

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np

from explorer.errors import FileError
from explorer.sources._bytes import take
from explorer.sources._lazy import Lazy, whole
from explorer.sources._limits import readable

suffixes = (".safetensors",)

MAX_HEADER = 16 * 2**20
"""Bytes; room for more than 100 000 tensors. The format itself allows 100 MB."""

DTYPES = {f"{kind}{bits}": np.dtype(f"<{kind.lower()}{bits // 8}") for bits in (16, 32, 64) for kind in "IUF"}
DTYPES |= {"I8": np.dtype("i1"), "U8": np.dtype("u1"), "BOOL": np.dtype(bool), "BF16": np.dtype("<u2")}


@dataclass(frozen=True)
class Tensor:
    """One entry of the header; begin and end count bytes from the end of the header."""

    name: str
    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read(path: Path) -> dict[str, np.ndarray]:
    """Named tensors (.safetensors); bfloat16 becomes float32, which holds each of its values exactly.

    Raises:
        FileError: when it is damaged, too large, or holds numbers of another kind (8-bit floats, complex).
    """
    return whole(lazy(path), path)


def lazy(path: Path) -> dict[str, Lazy]:
    """The tensors by the header, as `read`; their values are read when they are asked for.

    Raises:
        FileError: as `read`.
    """
    with readable(path, "safetensors"), path.open("rb") as file:
        tensors = _tensors(_header(file, path), path)
        start = file.tell()
        _contiguous(tensors, path.stat().st_size - start, path)
    return {tensor.name: _lazy(tensor, start, path) for tensor in tensors}


def _header(file: IO[bytes], path: Path) -> dict[str, Any]:
    length, there = int.from_bytes(file.read(8), "little"), path.stat().st_size - 8
    if length > min(there, MAX_HEADER):
        raise FileError(f"{path.name} declares a header of {length} bytes; {there} follow and {MAX_HEADER} are allowed")
    header = json.loads(file.read(length), object_pairs_hook=lambda pairs: _unique(pairs, path))
    if not isinstance(header, dict):
        raise FileError(f"{path.name} has a safetensors header that is not an object")
    return header


def _unique(pairs: list[tuple[str, Any]], path: Path) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise FileError(f"{path.name} names a tensor twice in its header; names must differ")
    return found


def _tensors(header: dict[str, Any], path: Path) -> list[Tensor]:
    found = [_tensor(name, entry, path) for name, entry in header.items() if name != "__metadata__"]
    if not found:
        raise FileError(f"{path.name} holds no tensors")
    return sorted(found, key=lambda tensor: (tensor.begin, tensor.end))


def _tensor(name: str, entry: Any, path: Path) -> Tensor:
    where = f"{path.name}: tensor {name[:80]!r}"
    match entry:
        case {"dtype": kind} if kind not in DTYPES:
            raise FileError(f"{where} has dtype {str(kind)[:20]!r}; readable are {', '.join(DTYPES)}")
        case {"dtype": kind, "shape": [*shape], "data_offsets": [begin, end]} if _are_sizes(*shape, begin, end):
            if len(shape) <= 32 and begin + prod(shape) * DTYPES[kind].itemsize == end:
                return Tensor(name, kind, tuple(shape), begin, end)
    raise FileError(f"{where} has a shape that does not fit its place in the file")


def _are_sizes(*numbers: object) -> bool:
    return all(type(number) is int and 0 <= number < 2**48 for number in numbers)


def _contiguous(tensors: list[Tensor], available: int, path: Path) -> None:
    """Raise unless the tensors fill the file without a gap or an overlap."""
    ends = [0, *(tensor.end for tensor in tensors)]
    for tensor, end in zip(tensors, ends[:-1], strict=True):
        if tensor.begin != end:
            raise FileError(f"{path.name}: tensor {tensor.name!r} begins at byte {tensor.begin} and must at {end}")
    if ends[-1] != available:
        raise FileError(f"{path.name} declares {ends[-1]} bytes of tensors; it has {available}")


def _lazy(tensor: Tensor, start: int, path: Path) -> Lazy:
    stored, brain = DTYPES[tensor.kind], tensor.kind == "BF16"
    row = prod(tensor.shape[1:]) * stored.itemsize

    def values(begin: int, end: int) -> np.ndarray:
        shape = (end - begin, *tensor.shape[1:]) if tensor.shape else ()
        with path.open("rb") as file:
            file.seek(start + tensor.begin + begin * row)
            found = take(file, stored, shape, f"{path.name}: tensor {tensor.name!r}")
        return (found.astype(np.uint32) << 16).view(np.float32) if brain else found

    dtype = np.dtype(np.float32) if brain else stored.newbyteorder("=")
    return Lazy(tensor.shape, dtype, values, path, "safetensors", 2 if brain else 1)
