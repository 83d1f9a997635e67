"""What a text names: an array of a file, or a layer or label of a recording."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from explorer.data import Recording, digest
from explorer.errors import FileError, UnknownNameError
from explorer.examples.base import bundled, materialised
from explorer.recordings.store import open_folder
from explorer.sources import _select
from explorer.sources._readers import is_source, is_there


@dataclass(frozen=True)
class Facts:
    """What is known of an array without keeping it."""

    digest: str
    n: int
    dim: int
    dtype: str


def array(text: str) -> np.ndarray:
    """The array that a text names.

    FILE, FILE:NAME or FILE:a,b as on the command line; RUN:STEP:LAYER for activations, RUN:x for the inputs as
    (n, d) and RUN:NAME for the label y or a factor, RUN:factors for all factors, where RUN is a recording's folder or
    a bundled run.

    Raises:
        FileError: for a file or folder that cannot be read, or the inputs of a run that holds none.
        UnknownNameError: for an array, step, layer or label that is not there.
    """
    return read(text).values


def read(text: str) -> _select.Read:
    """The array that a text names, as `array`, with what its columns are called and what was left out.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for an array, step, layer or label that is not there.
    """
    run, names = _run(text)
    return _select.Read(_of_recording(recording(run), names)) if run else _select.read(text)


def columns(text: str) -> dict[str, np.ndarray]:
    """The named columns that a text speaks of, one value a row each.

    RUN:factors are all factors of a recording, RUN:a,b some of them or y, RUN:x its inputs. A table without a name
    gives all its columns, text among them; an array of K columns gives "NAME 0" and so on.

    Raises:
        FileError: for a file or folder that cannot be read, or values that are no columns.
        UnknownNameError: for a column that is not there.
    """
    run, names = _run(text)
    if run:
        return _factors_of(recording(run), names)
    return _select.columns(text)


def variables(text: str) -> dict[str, np.ndarray]:
    """The variables that a text speaks of by name, (n,) or (n, d) each.

    RUN:STEP:LAYER gives the units of a layer, RUN:STEP the layers of a recording at a step, each flattened to (n, d);
    every other text its `columns`.

    Raises:
        FileError: for a file or folder that cannot be read, or values that are no columns.
        UnknownNameError: for a column, step or layer that is not there.
    """
    run, names = _run(text)
    if run and len(names) == 2:
        values = _of_recording(recording(run), names)
        return {f"unit {place}": column for place, column in enumerate(values.reshape(len(values), -1).T)}
    if run and names[0].isdigit():
        found = recording(run)
        layers = {layer: found.activations(int(names[0]), layer) for layer in found.layers}
        return {layer: values.reshape(len(values), -1) for layer, values in layers.items()}
    return columns(text)


def recording(run: str) -> Recording:
    """The recording in a folder, or a bundled one by name.

    Raises:
        FileError: when there is none, or a file in it is damaged.
    """
    return open_folder(materialised(run) if _is_bundled(run) else run)


def path(text: str) -> Path:
    """The file or folder that a text speaks of."""
    run, _ = _run(text)
    return Path(run) if run else _select._split(text)[0]


def absolute(text: str) -> str:
    """The same text for a process that runs in another folder."""
    return _with_path(text, Path.absolute)


def short(text: str) -> str:
    """The same text without the folders of its file or run."""
    return _with_path(text, lambda path: path.name)


def stamp(text: str) -> tuple[float, int]:
    """When what a text speaks of was last written, and its size: the manifest of a run, all files of a store."""
    file = path(text)
    if is_source(file):
        parts = [part.stat() for part in file.rglob("*")]
        return max(one.st_mtime for one in parts), sum(one.st_size for one in parts)
    file = file / "manifest.json" if is_there(file, "dir") else file
    about = file.stat() if is_there(file, "file") else None
    return (about.st_mtime, about.st_size) if about else (0.0, 0)


def facts(text: str) -> Facts:
    """Length, width and digest of the array that a text names; read again only when the file has changed.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for an array, step, layer or label that is not there.
    """
    return _facts(text, stamp(text))


def variable_names(text: str) -> tuple[str, ...]:
    """What the `variables` of a text are called; read again only when the file has changed.

    Raises:
        FileError: for a file or folder that cannot be read, or values that are no columns.
        UnknownNameError: for a column, step or layer that is not there.
    """
    return _variable_names(text, stamp(text))


def facts_of(text: str, names: tuple[str, ...]) -> Facts:
    """Length, width and digest of some `variables` of a text together; read again only when the file has changed.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for a variable that is not there.
    """
    for name in names:
        if name not in variable_names(text):
            raise UnknownNameError("variable", name, variable_names(text))
    return _facts_of(text, names, stamp(text))


@lru_cache(64)
def _variable_names(text: str, stamp: tuple[float, int]) -> tuple[str, ...]:
    return tuple(variables(text))


@lru_cache(64)
def _facts_of(text: str, names: tuple[str, ...], stamp: tuple[float, int]) -> Facts:
    known = variables(text)
    parts = [np.ascontiguousarray(known[name]) for name in names]
    n = len(next(iter(known.values())))
    kinds = ", ".join(dict.fromkeys(str(part.dtype) for part in parts))
    return Facts(digest(list(names), *parts), n, sum(part.size for part in parts) // max(1, n), kinds)


@lru_cache(64)
def _facts(text: str, stamp: tuple[float, int]) -> Facts:
    found = array(text)
    if found.ndim == 0:
        raise FileError(f"{text} is a single value; samples are needed, one a row")
    width = found.size // len(found) if len(found) else 0
    return Facts(digest(found), len(found), width, str(found.dtype))


def _run(text: str) -> tuple[str, list[str]]:
    """The run that a text begins with and what it asks of it; "" where it begins with none."""
    for parts in (text.rsplit(":", 2), text.rsplit(":", 1)):
        run, *names = parts
        folder = run and is_there(Path(run), "dir") and not is_source(Path(run))
        if names and (_is_bundled(run) or folder):
            return run, names
    return "", []


def _with_path(text: str, change: Callable[[Path], Path | str]) -> str:
    """The text with another path to its file or folder."""
    run, names = _run(text)
    if run:
        return ":".join([run if _is_bundled(run) else str(change(Path(run))), *names])
    file, name = _select._split(text)
    return f"{change(file)}:{name}" if name else str(change(file))


def _is_bundled(run: str) -> bool:
    return run in bundled() and not is_there(Path(run), "dir")


def _of_recording(recording: Recording, names: list[str]) -> np.ndarray:
    if names == ["factors"] and "factors" not in recording.factors:
        return np.column_stack([part.astype(object) for part in _factors_of(recording, names).values()])
    if _asks_inputs(recording, names):
        return _inputs(recording)
    if len(names) == 1:
        return recording.target(names[0])
    step, layer = names
    if not step.isdigit():
        example = f"RUN:{recording.steps[-1]}:{layer}"
        raise FileError(f"step {step!r} of {recording.name} must be a whole number, as in {example}")
    return recording.activations(int(step), layer)


def _factors_of(recording: Recording, names: list[str]) -> dict[str, np.ndarray]:
    """All factors of a run, or some by name."""
    if len(names) != 1:
        raise FileError(f"{':'.join(names)!r} is a layer of {recording.name}; name factors, as in RUN:factors")
    if _asks_inputs(recording, names):
        values = _inputs(recording)
        return dict(zip(_select.titles("x", values), values.T, strict=True))
    wanted = list(recording.factors) if names == ["factors"] else names[0].split(",")
    if not wanted:
        raise FileError(f"{recording.name} was recorded without factors; RUN:y is its label, where it has one")
    return {name: recording.target(name) for name in wanted}


def _asks_inputs(recording: Recording, names: list[str]) -> bool:
    return names == ["x"] and "x" not in recording.factors


def _inputs(recording: Recording) -> np.ndarray:
    """The inputs of the probe, (n, d)."""
    if recording.x is None:
        raise FileError(f"{recording.name} was recorded without the inputs of its probe; RUN:STEP:LAYER is a layer")
    return recording.x.reshape(len(recording.x), -1)
