"""Open a recording folder, also one that is still being written."""

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from explorer.data import Recording
from explorer.errors import FileError, SampleError
from explorer.recordings._layouts import proposed
from explorer.recordings.manifest import Manifest, read_manifest, read_metrics, recorded_steps, step_path
from explorer.sources._limits import check_size

KINDS = {"BOOL", *(f"{kind}{bits}" for kind in "IU" for bits in (8, 16, 32, 64)), "F16", "F32", "F64"}
"""Kinds of numbers in a step, as safetensors calls them, that NumPy has by itself."""


def open_folder(path: str | Path) -> Recording:
    """The recording in a folder; activations are read layer by layer when they are asked for.

    Raises:
        FileError: when it is no recording, or its manifest, probe or metrics are damaged. A damaged
            step raises when it is read, and leaves the others readable.
    """
    folder = Path(path)
    _refuse_files(folder)
    manifest = read_manifest(folder)  # before the steps: what is complete then has all of them
    columns = _probe(folder, manifest)
    # a file that came after this manifest may be of layers that it does not have yet
    steps = tuple(recorded_steps(folder)) if manifest.layers else ()
    try:
        return Recording(
            layers=tuple(manifest.layers),
            steps=steps,
            read=lambda step, layer: _read(folder, step, layer, manifest),
            read_rows=lambda step, layer, begin, end: _read(folder, step, layer, manifest, slice(begin, end)),
            step_digest=lambda step: _step_digest(step_path(folder, step)),
            x=columns.pop("x", None),
            y=columns.pop("y", None),
            factors={name.removeprefix("factor."): column for name, column in columns.items()},
            metrics=tuple(read_metrics(folder)),
            provenance=manifest.provenance,
            shapes={name: tuple(layer.shape) for name, layer in manifest.layers.items()},
            name=str(manifest.provenance.get("title") or folder.resolve().name),
            complete=manifest.complete,
            path=str(folder),
        )
    except SampleError as error:
        raise FileError(f"{folder} is damaged: {error}") from error


def _refuse_files(folder: Path) -> None:
    """Raise for a folder of files of another program, saying how to open or convert them."""
    if not folder.is_dir() or (folder / "manifest.json").exists() or (folder / "steps").exists():
        return
    fits = [one for one in proposed(folder) if not one.startswith(".") and "steps/{step}.safetensors" not in one]
    if fits:
        raise FileError(
            f"{folder} is no recording, and its files fit pattern={fits[0]!r}: explorer.open takes it with that "
            f"pattern, and `explorer convert {folder} --pattern {fits[0]!r}` makes a recording of it"
        )


def stored_columns(path: Path) -> dict[str, np.ndarray]:
    """All columns of a probe as they are stored: x, y, factor.NAME and input.NAME, texts as codes.

    Raises:
        FileError: when it is damaged, or larger than there is memory for.
    """
    with _opened(path) as file:
        check_size(path, path.stat().st_size)
        return {name: file.get_tensor(name) for name in list(file.keys())}


def _probe(folder: Path, manifest: Manifest) -> dict[str, np.ndarray]:
    path = folder / "probe.safetensors"
    columns = {name: one for name, one in stored_columns(path).items() if not name.startswith("input.")}
    n = manifest.probe.n
    for name, column in columns.items():
        if not column.ndim or len(column) != (len(column) if n is None else n):
            raise FileError(f"{path}: {name} has shape {column.shape} and manifest.json counts {n} samples")
    for name in columns.keys() & manifest.probe.categories.keys():
        columns[name] = _words(path, name, columns[name], manifest.probe.categories[name])
    return columns


def _words(path: Path, name: str, codes: np.ndarray, words: list[str]) -> np.ndarray:
    if codes.dtype.kind not in "iu" or codes.min(initial=0) < 0 or codes.max(initial=-1) >= len(words):
        raise FileError(f"{path}: {name} holds codes that stand for none of the {len(words)} words in manifest.json")
    return np.asarray(words)[codes]


def _read(folder: Path, step: int, layer: str, manifest: Manifest, rows: slice | None = None) -> np.ndarray:
    path, expected = step_path(folder, step), tuple(manifest.layers[layer].shape)
    with _opened(path) as file:
        if layer not in file.keys():  # noqa: SIM118 (not a mapping)
            raise FileError(f"{path} holds no layer {layer[:80]!r}")
        part = file.get_slice(layer)
        shape = tuple(part.get_shape())
        if part.get_dtype() not in KINDS:  # some packages teach NumPy others
            raise FileError(f"{path} cannot be read as safetensors: layer {layer[:80]!r} holds {_kind(part)}")
        if shape != expected or manifest.probe.n not in (None, *shape[:1]):
            raise FileError(
                f"{path}: layer {layer[:80]!r} has shape {shape}; manifest.json says {expected} "
                f"and counts {manifest.probe.n} samples"
            )
        if rows is not None:
            rows = slice(*rows.indices(shape[0])[:2])
            shape = (max(0, rows.stop - rows.start), *shape[1:])
        check_size(path, 8 * math.prod(shape))
        if rows is None or not expected[0]:
            return file.get_tensor(layer)
        return part[rows] if shape[0] else part[:1][:0]  # safetensors takes no empty slice


def _kind(part: Any) -> str:
    """The kind of numbers in a slice as one says it: "bfloat16"."""
    return str(part.get_dtype()).lower().replace("bf", "bfloat")


def _step_digest(path: Path) -> str:
    """The digest that the recorder wrote into the file's header, else one of the file's bytes."""
    with _opened(path) as file:
        known = (file.metadata() or {}).get("digest")
    if known:
        return known
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """An open safetensors file, and one sentence for whatever is wrong with it."""
    if not path.is_file():
        raise FileError(f"{path} is not there")
    try:
        with safe_open(str(path), "numpy") as file:
            yield file
    except FileError:
        raise
    # what safetensors raises at damage, and at numbers of a kind that NumPy lacks
    except (SafetensorError, OSError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FileError(f"{path} cannot be read as safetensors: {reason}") from error
