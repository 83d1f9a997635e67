"""Hostile files, one for each row of the table of refusals: each maker writes one and returns the attempt to use it."""

import copy
import gzip
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import scipy.io
import torch
import zarr

import explorer
from explorer.converted import convert
from explorer.sources._readers import load

Attempt = Callable[[], object]
ZEROS = bytes(8_000_000)


class Payload:
    """Unpickling it makes a folder beside the files."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.path),)


def _reading(path: Path) -> Attempt:
    return lambda: load(path)


def _payload(folder: Path) -> Payload:
    return Payload(folder.parent / "ran")


def _objects(folder: Path) -> Attempt:
    np.savez(folder / "a.npz", x=np.array([_payload(folder)], dtype=object))
    return _reading(folder / "a.npz")


def _pickled(folder: Path) -> Attempt:
    (folder / "a.joblib").write_bytes(pickle.dumps(_payload(folder)))
    return _reading(folder / "a.joblib")


def _torch(what: Callable[[Path], Any], name: str = "a.pt") -> Callable[[Path], Attempt]:
    def made(folder: Path) -> Attempt:
        torch.save(what(folder), folder / name)
        return _reading(folder / name)

    return made


def _torchscript(folder: Path) -> Attempt:
    with zipfile.ZipFile(folder / "a.pt", "w") as archive:
        archive.writestr("a/code/__torch__.py", "def forward(self): ...")
        archive.writestr("a/data.pkl", pickle.dumps(1, 2))
    return _reading(folder / "a.pt")


def _lying_torch(folder: Path) -> Attempt:
    """Ten tensors whose entries in the archive are all the same bytes."""
    torch.save({f"x{i}": torch.full((1000,), float(i)) for i in range(10)}, folder / "whole.pt")
    with zipfile.ZipFile(folder / "whole.pt") as whole, zipfile.ZipFile(folder / "a.pt", "w") as archive:
        numbers = [f"whole/data/{i}" for i in range(10)]
        for entry in whole.infolist():
            if entry.filename not in numbers[1:]:
                archive.writestr(entry.filename, whole.read(entry))
        for name in numbers[1:]:
            again = copy.copy(archive.getinfo(numbers[0]))
            again.filename = name
            archive.filelist.append(again)
    (folder / "whole.pt").unlink()
    return _reading(folder / "a.pt")


def _laughing(folder: Path) -> list[Any]:
    """A list of 100 references to a list of 100 references, and so on: a hundred million entries in a kilobyte."""
    inner: list[Any] = [torch.ones(1)]
    for _ in range(3):
        inner = [inner] * 100
    return inner


def _packed_torch(folder: Path) -> Attempt:
    torch.save({"x": torch.zeros(2_000_000)}, folder / "whole.pt")
    deflated = zipfile.ZipFile(folder / "a.pt", "w", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(folder / "whole.pt") as whole, deflated as archive:
        for entry in whole.infolist():
            archive.writestr(entry.filename, whole.read(entry))
    return _reading(folder / "a.pt")


def _zip_bomb(folder: Path) -> Attempt:
    np.savez_compressed(folder / "a.npz", x=np.zeros(5_000_000))
    return _reading(folder / "a.npz")


def _long_header(folder: Path) -> Attempt:
    (folder / "a.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}" + bytes(64))
    return _reading(folder / "a.safetensors")


def _hdf5(fill: Callable[[h5py.File, Path], object]) -> Callable[[Path], Attempt]:
    def made(folder: Path) -> Attempt:
        with h5py.File(folder / "a.h5", "w") as file:
            fill(file, folder)
        return _reading(folder / "a.h5")

    return made


def _secret(folder: Path) -> str:
    """A file outside that no reader may open."""
    with h5py.File(folder / "secret.h5", "w") as file:
        file["x"] = np.ones(3)
    return str(folder / "secret.h5")


def _external_link(file: h5py.File, folder: Path) -> None:
    file["x"] = np.zeros(3)
    file["group/inner"] = h5py.ExternalLink(_secret(folder), "/x")


def _external_values(file: h5py.File, folder: Path) -> None:
    layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
    layout[:] = h5py.VirtualSource(_secret(folder), "x", shape=(3,))
    file.create_virtual_dataset("x", layout)
    (folder / "raw").write_bytes(bytes(24))
    file.create_dataset("y", (3,), "f8", external=[(str(folder / "raw"), 0, 24)])


def _strange_filter(file: h5py.File, folder: Path) -> None:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((3,))
    plist.set_filter(32013, h5py.h5z.FLAG_OPTIONAL)  # zfp, a plug-in
    h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((3,)), plist)


def _endless_chunk(file: h5py.File, folder: Path) -> None:
    data = file.create_dataset("x", (1000,), "f8", chunks=(1000,), compression="gzip")
    data.id.write_direct_chunk((0,), zlib.compress(ZEROS, 9))


def _zarr(change: Callable[[Path], object], **options: Any) -> Callable[[Path], Attempt]:
    def made(folder: Path) -> Attempt:
        options_ = {"zarr_format": 3, "compressors": zarr.codecs.GzipCodec()} | options
        zarr.create_array(folder / "a.zarr", data=np.ones(1000), chunks=(1000,), **options_)
        change(folder / "a.zarr")
        return _reading(folder / "a.zarr")

    return made


def _edited(name: str, before: str, after: str) -> Callable[[Path], object]:
    def edit(store: Path) -> None:
        text = (store / name).read_text()
        assert before in text
        (store / name).write_text(text.replace(before, after))

    return edit


def _linked_chunk(store: Path) -> None:
    (store / "c" / "0").rename(store.parent / "outside")
    (store / "zarr.json").rename(store / "array.json")
    (store / "zarr.json").write_text('{"zarr_format": 3, "node_type": "group"}')
    (store / "b").symlink_to(store.parent)


def _feather_bomb(folder: Path) -> Attempt:
    pyarrow.feather.write_feather(pa.table({"x": np.zeros(5_000_000)}), folder / "a.feather", compression="zstd")
    return _reading(folder / "a.feather")


def _feather_old(folder: Path) -> Attempt:
    (folder / "a.feather").write_bytes(b"FEA1" + bytes(40) + b"FEA1")
    return _reading(folder / "a.feather")


def _nested(folder: Path) -> Attempt:
    pq.write_table(pa.table({"x": [[1], [2]]}), folder / "a.parquet")
    return _reading(folder / "a.parquet")


def _idx_bomb(folder: Path) -> Attempt:
    header = bytes([0, 0, 8, 1]) + (10).to_bytes(4, "big")
    (folder / "a-ubyte.gz").write_bytes(gzip.compress(header + ZEROS))
    return _reading(folder / "a-ubyte.gz")


def _cells(folder: Path) -> Attempt:
    scipy.io.savemat(folder / "a.mat", {"c": np.array([[1, "a"]], dtype=object)})
    return _reading(folder / "a.mat")


def _hdf5_matlab(folder: Path) -> Attempt:
    (folder / "a.mat").write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM" + bytes(384) + b"\x89HDF\r\n\x1a\n")
    return _reading(folder / "a.mat")


def _steps(folder: Path, **second: np.ndarray) -> Attempt:
    """Two steps, of which the second differs from what the first says."""
    first = {"fc1": np.ones((4, 2)), "y": np.arange(4)}
    np.savez(folder / "epoch_0.npz", **first)
    np.savez(folder / "epoch_1.npz", **(first | second))
    return lambda: convert(folder, folder.parent / "made", pattern="epoch_{step}.npz")


def _leaving(folder: Path) -> Attempt:
    return lambda: explorer.open(folder, pattern="../{step}.npz")


def _linked_step(folder: Path) -> Attempt:
    outside = folder.parent / "a.npz"
    (folder / "epoch_1.npz").symlink_to(outside)
    return lambda: explorer.open(folder, pattern="epoch_{step}.npz")


def _linked_metadata(folder: Path) -> Attempt:
    (folder / "inner").mkdir()
    (folder / "inner" / "tensors.tsv").write_text("1\t2\n3\t4\n")
    (folder / "secret.txt").write_text("a\nb\n")
    (folder / "inner" / "metadata.tsv").symlink_to(folder / "secret.txt")
    return _reading(folder / "inner" / "tensors.tsv")


def _twice(folder: Path) -> Attempt:
    _steps(folder)
    np.savez(folder / "epoch_01.npz", fc1=np.ones((4, 2)))
    return lambda: explorer.open(folder, pattern="epoch_{step}.npz")


def _reserved(folder: Path) -> Attempt:
    np.savez(folder / "a.npz", **{"__metadata__": np.ones((4, 2))})
    return lambda: convert(folder / "a.npz", folder.parent / "made")


def _letter(folder: Path) -> Attempt:
    (folder / "letter.docx").write_bytes(b"PK")
    return _reading(folder / "letter.docx")


MAKERS: dict[str, Callable[[Path], Attempt]] = {
    "objects in npy or npz": _objects,
    "a pickle, joblib or dill file": _pickled,
    "a torch file with a class of any kind": _torch(lambda folder: {"x": torch.ones(2), "evil": _payload(folder)}),
    "a TorchScript program": _torchscript,
    "an expanded tensor in a torch file": _torch(lambda folder: {"x": torch.ones(1).expand(10**9)}, "a.ckpt"),
    "a torch file that declares more than it has": _lying_torch,
    "a torch file with one list in another many times": _torch(_laughing),
    "a zip bomb": _zip_bomb,
    "a packed torch file": _packed_torch,
    "a header of 2^62 bytes": _long_header,
    "an HDF5 link to another file": _hdf5(_external_link),
    "HDF5 values in other files": _hdf5(_external_values),
    "an HDF5 filter that is a program": _hdf5(_strange_filter),
    "an HDF5 chunk that unpacks without end": _hdf5(_endless_chunk),
    "HDF5 records and references": _hdf5(lambda file, _: file.create_dataset("x", (2,), np.dtype([("a", "f8")]))),
    "zarr objects and text": _zarr(_edited(".zarray", '"<f8"', '"|O"'), zarr_format=2, compressors=None),
    "a zarr filter or other codec": _zarr(
        _edited(".zarray", '"filters": null', '"filters": [{"id": "pickle"}]'), zarr_format=2, compressors=None
    ),
    "a zarr chunk that unpacks to more than it should": _zarr(
        lambda store: (store / "c" / "0").write_bytes(gzip.compress(ZEROS))
    ),
    "a link in a zarr folder": _zarr(_linked_chunk),
    "a packed Arrow file larger than memory": _feather_bomb,
    "Feather version 1": _feather_old,
    "nested columns of a table": _nested,
    "an idx file packed with more than it declares": _idx_bomb,
    "MATLAB cells, structs and objects": _cells,
    "MATLAB v7.3": _hdf5_matlab,
    "a pattern that leaves the folder": _leaving,
    "a link out of the folder of steps": _linked_step,
    "metadata that link to another folder": _linked_metadata,
    "a step with other labels": lambda folder: _steps(folder, y=np.arange(4)[::-1]),
    "a step with a layer of another shape": lambda folder: _steps(folder, fc1=np.ones((4, 3))),
    "two files of one step": _twice,
    "a layer that no recording can hold": _reserved,
    "any other suffix": _letter,
}
"""By the first column of the table in formats.md."""


def _legacy_lie(folder: Path) -> Attempt:
    """Four numbers that are declared to be 2**28; a file of torch before 1.6."""
    torch.save({"x": torch.ones(4)}, folder / "a.pt", _use_new_zipfile_serialization=False)
    content = (folder / "a.pt").read_bytes()
    (folder / "a.pt").write_bytes(content.replace(b"K\x04", b"J\x00\x00\x00\x10"))
    return _reading(folder / "a.pt")


def _allocation(callee: bytes) -> Callable[[Path], Attempt]:
    """A pickle that calls something with 2**35, which torch's own list allows."""

    def made(folder: Path) -> Attempt:
        with zipfile.ZipFile(folder / "a.pt", "w") as archive:
            archive.writestr("a/data.pkl", b"\x80\x02c" + callee + b"\n\x8a\x05\x00\x00\x00\x00\x08\x85R.")
            archive.writestr("a/version", "3\n")
            archive.writestr("a/byteorder", "little")
        return _reading(folder / "a.pt")

    return made


def _zstd_chunk(store: Path) -> None:
    from numcodecs import zstd

    (store / "c" / "0").write_bytes(bytes(zstd.compress(ZEROS * 8)))


def _blosc_chunk(store: Path) -> None:
    from numcodecs import blosc

    (store / "c" / "0").write_bytes(bytes(blosc.compress(ZEROS * 8, b"zstd", 9)))


def _csv_bomb(folder: Path) -> Attempt:
    (folder / "tensors.tsv").write_bytes(b"1\t" * 500_000 + b"1\n2")
    return _reading(folder / "tensors.tsv")


def _sparse_hdf5(file: h5py.File, folder: Path) -> None:
    file.create_dataset("x", (10**9,), "f8", chunks=(10**6,))  # no chunk is there


BOMBS: dict[str, Callable[[Path], Attempt]] = {
    "legacy": _legacy_lie,
    "bytearray": _allocation(b"builtins\nbytearray"),
    "storage": _allocation(b"torch.storage\nUntypedStorage"),
    "tensor": _allocation(b"torch\nFloatTensor"),
    "zstd": _zarr(_zstd_chunk, compressors=zarr.codecs.ZstdCodec()),
    "blosc": _zarr(_blosc_chunk, compressors=zarr.codecs.BloscCodec()),
    "commas": _csv_bomb,
    "sparse": _hdf5(_sparse_hdf5),
    "fill": _zarr(_edited("zarr.json", "1000", "100000000")),
}
"""More small files that ask for much memory."""


def warm(folder: Path) -> None:
    """Read one sound file of every library, so that what their first use takes is not counted."""
    (folder / "warm").mkdir()
    torch.save({"x": torch.ones(4)}, folder / "warm" / "a.pt")
    for made in (_hdf5(lambda file, _: file.create_dataset("x", data=np.ones(4))), _zarr(lambda store: None)):
        made(folder / "warm")()
    load(folder / "warm" / "a.pt")
