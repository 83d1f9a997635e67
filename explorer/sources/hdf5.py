"""Reader of HDF5: every link and dataset is judged by its header; nothing outside the file is ever opened.

Source: The HDF Group, "HDF5 File Format Specification", version 3.
"""

import zlib
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.errors import FileError, MissingExtraError
from explorer.sources._lazy import Lazy, natural, whole
from explorer.sources._limits import check_size, max_bytes, readable

if TYPE_CHECKING:
    import h5py

suffixes = (".h5", ".hdf5", ".hdf")

FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32", 32000: "lzf"}
"""What h5py and MATLAB write; others unpack without a bound or are programs that a file could ask for."""

GZIP_AT_MOST = 1032
"""The library unpacks a chunk to its end whatever its length; gzip makes at most this of a byte."""

MAX_LINKS = 100_000


def read(path: Path) -> dict[str, np.ndarray]:
    """Datasets of numbers, truth values and text (.h5, .hdf5, .hdf), by their path in the file.

    Raises:
        FileError: when it is damaged, too large, leads to other files, or holds other kinds of data.
        MissingExtraError: when h5py is not installed.
    """
    return whole(lazy(path), path)


def lazy(path: Path) -> dict[str, Lazy]:
    """The datasets by their headers, as `read`; their values are read when they are asked for.

    Raises:
        FileError: as `read`.
    """
    with readable(path, "HDF5"), _opened(path) as file:
        _stays_inside(file, path)
        datasets = sorted(_datasets(file, path), key=lambda pair: natural(pair[0]))
        found = {name: _lazy(data, name, path) for name, data in datasets}
    if not found:
        raise FileError(f"{path.name} holds no datasets")
    return found


def _opened(path: Path) -> "h5py.File":
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError("h5py", "hdf5") from error
    return h5py.File(path, "r", locking=False)


def _stays_inside(file: "h5py.File", path: Path) -> None:
    """Raise when any link leads to another file; each group is looked at once, however many names it has."""
    import h5py

    left, seen, links = [file], {file.id.__hash__()}, 0
    while left:
        group = left.pop()
        for name in group:
            kind, links = group.get(name, getlink=True), links + 1
            if isinstance(kind, h5py.ExternalLink) or not isinstance(kind, h5py.HardLink | h5py.SoftLink):
                raise FileError(f"{path.name}: {name!r} is a link to another file, and none is opened; copy it in")
            if links > MAX_LINKS:
                raise FileError(f"{path.name} holds more than {MAX_LINKS} names")
            inner = group[name] if isinstance(kind, h5py.HardLink) else None
            if isinstance(inner, h5py.Group) and inner.id.__hash__() not in seen:
                seen.add(inner.id.__hash__())
                left.append(inner)


def _datasets(file: "h5py.File", path: Path) -> Iterator[tuple[str, "h5py.Dataset"]]:
    """Every dataset under the first path that leads to it; a soft link gives another name."""
    import h5py

    left, seen = [file], {file.id.__hash__()}
    while left:
        group = left.pop()
        for name in group:
            inner = group.get(name)
            if isinstance(inner, h5py.Dataset):
                yield f"{group.name}/{name}".strip("/").replace("//", "/"), inner
            elif isinstance(inner, h5py.Group) and inner.id.__hash__() not in seen:
                seen.add(inner.id.__hash__())
                left.append(inner)
            elif inner is None:
                raise FileError(f"{path.name}: {name!r} is a link that leads nowhere")


def _lazy(data: "h5py.Dataset", name: str, path: Path) -> Lazy:
    where = f"{path.name}: dataset {name[:80]!r}"
    text = _judged(data, where)
    shape, real, key = data.shape, data.dtype, data.name
    least = prod(data.chunks or (0,)) * real.itemsize

    def values(begin: int, end: int) -> np.ndarray:
        with _opened(path) as file:
            held = file[key]
            if _judged(held, where) != text or (held.shape, held.dtype) != (shape, real):
                raise FileError(f"{where} has changed while it was read")
            _bounded(held, path, where)
            if text:
                return _texts(held, begin, end, path)
            return held[begin:end] if shape else np.asarray(held[()])

    return Lazy(shape, np.dtype("U1") if text else real.newbyteorder("="), _native(values), path, "HDF5", 1, least)


def _native(values: Any) -> Any:
    def taken(begin: int, end: int) -> np.ndarray:
        found = values(begin, end)
        return found if found.dtype.kind == "U" else found.astype(found.dtype.newbyteorder("="), copy=False)

    return taken


def _judged(data: "h5py.Dataset", where: str) -> bool:
    """Whether a dataset is of text.

    Raises:
        FileError: when its values lie in other files, ask for a program, or are neither numbers nor text.
    """
    import h5py

    if data.shape is None or len(data.shape) > 32:
        raise FileError(f"{where} is empty, without a shape")
    if data.is_virtual or data.external:
        raise FileError(f"{where} has its values in other files, and none is opened; copy them in")
    made = data.id.get_create_plist()
    codes = [made.get_filter(place)[0] for place in range(made.get_nfilters())]
    if strange := [code for code in codes if code not in FILTERS]:
        raise FileError(f"{where} is packed by filter {strange[0]}; readable are {', '.join(FILTERS.values())}")
    text = h5py.check_string_dtype(data.dtype) is not None
    if not text and (data.dtype.kind not in "biuf" or data.dtype.itemsize > 8):
        raise FileError(
            f"{where} has dtype {str(data.dtype)[:60]}; real numbers of at most 64 bits, bool or text are read"
        )
    return text


def _bounded(data: "h5py.Dataset", path: Path, where: str) -> None:
    """Raise when a chunk is packed so that it could unpack to more than the memory that a file may fill."""
    if data.chunks is None or not data.compression:
        return
    length, allowed = prod(data.chunks) * data.dtype.itemsize, max_bytes()

    def judge(chunk: "h5py.h5d.StoreInfo") -> None:
        if chunk.size > length + length // 8 + 65_536:
            raise FileError(f"{where} has a chunk of {chunk.size} bytes for {length} bytes of data")
        if chunk.size * GZIP_AT_MOST > allowed and data.compression == "gzip":
            stream = zlib.decompressobj()
            stream.decompress(data.id.read_direct_chunk(chunk.chunk_offset)[1], length + 1)
            if not stream.eof:
                raise FileError(f"{where} has a chunk that unpacks to more than the {length} bytes that are declared")

    data.id.chunk_iter(judge)


def _texts(data: "h5py.Dataset", begin: int, end: int, path: Path) -> np.ndarray:
    """Texts, some rows at a time: many may be one long text that is stored once."""
    step = max(1, min(4096, max_bytes() // (4 * path.stat().st_size)))
    if data.ndim == 0:
        return np.asarray(data.asstr("utf-8")[()])
    if data.ndim > 1 and prod(data.shape[1:]) > 1:
        raise FileError(f"{path.name}: dataset {data.name!r} holds text of shape {data.shape}; one text a row is read")
    found: list[str] = []
    longest, letters = 1, 0
    for start in range(begin, end, step):
        part = data.asstr("utf-8")[start : min(start + step, end)].reshape(-1).tolist()
        longest, letters = max(longest, *map(len, part)), letters + sum(map(len, part))
        found += part
        check_size(path, 4 * (longest * len(found) + letters))
    return np.array(found, dtype=f"U{longest}").reshape(end - begin, *data.shape[1:])
