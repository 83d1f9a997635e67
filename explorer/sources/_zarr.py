"""The metadata of zarr arrays, formats 2 and 3, as one description; what it does not know is refused."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import FileError
from explorer.sources._chunks import PACKED, PLAIN, Chunked

MAX_CHUNKS = 2**20
KINDS = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {"bool"}
KINDS |= {"float16", "float32", "float64"}
INFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_PLAIN = re.compile(r"[<>|][biuf][1248]")


def described(meta: Any, folder: Path, where: str) -> Chunked | None:
    """The array that metadata describe; None for a group.

    Raises:
        FileError: for another format, or an array that is not of plain numbers in regular chunks of known codecs.
    """
    match meta:
        case {"zarr_format": 2, "shape": [*shape], "chunks": [*chunks], "dtype": dtype}:
            found = _second(meta, folder, tuple(shape), tuple(chunks), dtype, where)
        case {"zarr_format": 3, "node_type": "array", "shape": [*shape], "data_type": kind}:
            found = _third(meta, folder, tuple(shape), kind, where)
        case {"zarr_format": 2} | {"zarr_format": 3, "node_type": "group"}:
            return None
        case _:
            raise FileError(f"{where} has metadata of neither format 2 nor 3 of zarr")
    _judge(found, where)
    return found


def _second(meta: dict[str, Any], folder: Path, shape: Any, chunks: Any, dtype: Any, where: str) -> Chunked:
    if not isinstance(dtype, str) or not _PLAIN.fullmatch(dtype):
        raise FileError(f"{where} has dtype {str(dtype)[:40]!r}; real numbers or bool are read, no objects and no text")
    if meta.get("filters"):
        raise FileError(f"{where} has passed the filter {str(meta['filters'])[:60]!r}; save it without filters")
    codec = _codec(meta.get("compressor"), "id", where)
    order = tuple(range(len(shape)))[:: -1 if meta.get("order") == "F" else 1]
    key = ("", "/" if meta.get("dimension_separator") == "/" else ".")
    stored = np.dtype(dtype)
    return Chunked(folder, shape, chunks, stored, codec, order, _fill(meta.get("fill_value"), stored, where), key)


def _third(meta: dict[str, Any], folder: Path, shape: Any, kind: Any, where: str) -> Chunked:
    if kind not in KINDS:
        raise FileError(f"{where} has data type {str(kind)[:40]!r}; real numbers or bool are read, no objects or text")
    match meta.get("chunk_grid"), meta.get("chunk_key_encoding"), meta.get("storage_transformers") or []:
        case {"name": "regular", "configuration": {"chunk_shape": [*chunks]}}, {"name": naming, **rest}, []:
            configured: Any = rest.get("configuration") or {}
        case _:
            raise FileError(f"{where} is not in regular chunks")
    separator = configured.get("separator", "/" if naming == "default" else ".")
    if naming not in ("default", "v2") or separator not in ("/", "."):
        raise FileError(f"{where} names its chunks in a way that is not known: {str(naming)[:40]!r}")
    order, byte_order, codec = _chain(meta.get("codecs"), len(shape), where)
    stored = np.dtype(kind).newbyteorder(byte_order)
    fill = _fill(meta.get("fill_value"), stored, where)
    before = "c" if naming == "default" else ""
    return Chunked(folder, shape, tuple(chunks), stored, codec, order, fill, (before, separator))


def _chain(codecs: Any, sides: int, where: str) -> tuple[tuple[int, ...], str, str]:
    """Order of the sides, byte order and packing of format 3: [transpose], bytes, [gzip, zstd or blosc]."""
    order, rest = tuple(range(sides)), list(codecs) if isinstance(codecs, list) else []
    match rest:
        case [{"name": "transpose", "configuration": {"order": [*given]}}, *rest]:
            order = tuple(given)
    match rest:
        case [{"name": "bytes", **about}, *rest] if len(rest) < 2:
            configured: Any = about.get("configuration") or {}
            big = configured.get("endian") == "big"
            return order, ">" if big else "<", _codec(rest[0] if rest else None, "name", where)
    names = [str(one.get("name")) if isinstance(one, dict) else "?" for one in rest]
    raise FileError(
        f"{where} is packed by {', '.join(names)[:80] or 'nothing'}; plain bytes, gzip, zstd, blosc are read"
    )


def _codec(about: Any, key: str, where: str) -> str:
    if about is None:
        return ""
    name = about.get(key) if isinstance(about, dict) else about
    if name not in (*PLAIN, *PACKED):
        raise FileError(f"{where} is packed by {str(name)[:40]!r}; readable are {', '.join((*PLAIN, *PACKED))}")
    return str(name)


def _fill(value: Any, dtype: np.dtype, where: str) -> Any:
    if isinstance(value, str) and value.startswith("0x"):
        return np.frombuffer(bytes.fromhex(value[2:]), dtype.newbyteorder(">"))[0]
    value = INFINITE.get(value, value) if isinstance(value, str) else value
    if value is not None and not isinstance(value, int | float):
        raise FileError(f"{where} has the fill value {str(value)[:40]!r}, which is no number")
    return dtype.type(value or 0)


def _judge(array: Chunked, where: str) -> None:
    """Raise unless shape, chunks and order are whole numbers that fit each other."""
    shape, chunks, order = array.shape, array.chunks, array.order
    whole = all(type(side) is int and 0 <= side < 2**48 for side in (*shape, *chunks))
    if not whole or len(shape) != len(chunks) or len(shape) > 32 or 0 in chunks:
        raise FileError(f"{where} declares the shape {str(shape)[:80]} in chunks of {str(chunks)[:80]}")
    if not all(type(axis) is int for axis in order) or sorted(order) != list(range(len(shape))):
        raise FileError(f"{where} has its sides in the order {str(order)[:80]}")
    count = math.prod(-(-side // size) for side, size in zip(shape, chunks, strict=True))
    if count > MAX_CHUNKS:
        raise FileError(f"{where} is in {count} chunks, and {MAX_CHUNKS} are allowed; save it in larger chunks")
