"""Sound files of every format that is read, written by the library of the format; and how a refusal reads."""

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
import safetensors.numpy
import scipy.io
import torch
import zarr

from explorer.catalogue import sources
from explorer.errors import FileError
from explorer.sources._readers import load

COLUMNS = {
    "float64": np.array([0.1, -2.5, 1e300, 3.0, 5e-324]),
    "float32": np.array([0.1, -2.5, 1e30, 3.0, 0.0], np.float32),
    "int64": np.array([1, -2, 2**62 + 1, 0, 7]),
    "bool": np.array([True, False, False, True, True]),
    "text": np.array(["ape", "bär", "猫", "", "a,b"]),
}


def _csv(path: Path, values: np.ndarray) -> None:
    cells = [f'"{value}"' if values.dtype.kind == "U" else str(value) for value in values]
    path.write_text("\n".join([path.stem, *cells]) + "\n", encoding="utf-8")


def _hdf5(path: Path, values: np.ndarray) -> None:
    with h5py.File(path, "w") as file:
        file[path.stem] = values.tolist() if values.dtype.kind == "U" else values


def _idx(path: Path, values: np.ndarray) -> None:
    big = values.astype(values.dtype.newbyteorder(">"))
    kind = {">f8": 14, ">f4": 13}[big.dtype.str]
    path.write_bytes(bytes([0, 0, kind, 1]) + len(big).to_bytes(4, "big") + big.tobytes())


def _zarr(path: Path, values: np.ndarray) -> None:
    shutil.rmtree(path, ignore_errors=True)
    zarr.create_array(path, data=values, chunks=(2,))


WRITERS: dict[str, Callable[[Path, np.ndarray], object]] = {
    "csv": _csv,
    "feather": lambda path, values: pyarrow.feather.write_feather(pa.table({path.stem: values}), path),
    "hdf5": _hdf5,
    "idx": _idx,
    "mat": lambda path, values: scipy.io.savemat(path, {path.stem: values}, do_compression=True),
    "npy": np.save,
    "npz": lambda path, values: np.savez_compressed(path, allow_pickle=False, **{path.stem: values}),
    "parquet": lambda path, values: pq.write_table(pa.table({path.stem: values}), path),
    "projector": lambda path, values: path.write_text("\n".join(map(str, values)) + "\n"),
    "safetensors": lambda path, values: safetensors.numpy.save_file({path.stem: values}, path),
    "torch": lambda path, values: torch.save({path.stem: torch.as_tensor(values)}, path),
    "zarr": _zarr,
}
"""How the format's own library writes one array; the array is called like its file."""

ABSENT = [(reader, "text") for reader in ("idx", "projector", "safetensors", "torch", "zarr")]
ABSENT += [("idx", "int64"), ("idx", "bool"), ("projector", "bool")]
"""What a format cannot hold."""

READERS = sorted(sources)


def sample(reader: str, folder: Path, column: str = "float64") -> Path:
    """A sound file of one format."""
    path = folder / f"{column}{sources.card(reader).constants['suffixes'][0]}"
    WRITERS[reader](path, COLUMNS[column])
    return path


def parts(path: Path) -> list[Path]:
    """The files of a format that is a folder, what describes it first; else the file itself."""
    inner = sorted((one for one in path.rglob("*") if one.is_file()), key=lambda one: one.name != "zarr.json")
    return inner or [path]


def refusal(path: Path) -> str:
    """The sentence with which a file is refused; it names the file and is one line."""
    with pytest.raises(FileError) as caught:
        load(path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)
