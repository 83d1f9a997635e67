"""What a text names: an array of a file, or a layer or label of a recording."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from explorer.data import Recording, digest
from explorer.errors import FileError
from explorer.recordings.bundled import bundled, materialised
from explorer.recordings.store import open_folder
from explorer.sources import _select


@dataclass(frozen=True)
class Facts:
    """What is known of an array without keeping it."""

    digest: str
    n: int
    dim: int
    dtype: str


def array(text: str) -> np.ndarray:
    """The array that a text names.

    FILE, FILE:NAME or FILE:a,b as on the command line; RUN:STEP:LAYER for activations and RUN:NAME for the
    label y or a factor, RUN:factors for all factors, where RUN is a recording's folder or a bundled run.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for an array, step, layer or label that is not there.
    """
    run, names = _run(text)
    if not run:
        return _select.array(text)
    return _of_recording(recording(run), names)


def columns(text: str) -> dict[str, np.ndarray]:
    """The named columns that a text speaks of, one value a row each.

    RUN:factors are all factors of a recording, RUN:a,b some of them or y. A table without a name gives all its
    columns, text among them; an array of K columns gives "NAME 0" and so on.

    Raises:
        FileError: for a file or folder that cannot be read, or values that are no columns.
        UnknownNameError: for a column that is not there.
    """
    run, names = _run(text)
    if run:
        return _factors_of(recording(run), names)
    path, name = _select._split(text)
    parts = _select.load(path)
    if name:
        parts = _select._parts(parts, name, path)
    elif not _select._is_table(path) and len(parts) > 1:
        raise FileError(f"{path.name} holds {_select._listed(parts)}; name some, as in {path.name}:{next(iter(parts))}")
    return {title: column for key, part in parts.items() for title, column in _split_columns(key, part).items()}


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
    run, names = _run(text)
    if run:
        return ":".join([run if _is_bundled(run) else str(Path(run).absolute()), *names])
    file, name = _select._split(text)
    return f"{file.absolute()}:{name}" if name else str(file.absolute())


def facts(text: str) -> Facts:
    """Length, width and digest of the array that a text names; read again only when the file has changed.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for an array, step, layer or label that is not there.
    """
    return _facts(text, _stamp(path(text)))


@lru_cache(64)
def _facts(text: str, stamp: tuple[float, int]) -> Facts:
    found = array(text)
    if found.ndim == 0:
        raise FileError(f"{text} is a single value; samples are needed, one a row")
    width = found.size // len(found) if len(found) else 0
    return Facts(digest(found), len(found), width, str(found.dtype))


def _stamp(file: Path) -> tuple[float, int]:
    """When a file or the manifest of a folder was last written, and its size."""
    file = file / "manifest.json" if _select._is(file, "dir") else file
    about = file.stat() if _select._is(file, "file") else None
    return (about.st_mtime, about.st_size) if about else (0.0, 0)


def _run(text: str) -> tuple[str, list[str]]:
    """The run that a text begins with and what it asks of it; "" where it begins with none."""
    for parts in (text.rsplit(":", 2), text.rsplit(":", 1)):
        run, *names = parts
        if names and (_is_bundled(run) or (run and _select._is(Path(run), "dir"))):
            return run, names
    return "", []


def _is_bundled(run: str) -> bool:
    return run in bundled() and not _select._is(Path(run), "dir")


def _of_recording(recording: Recording, names: list[str]) -> np.ndarray:
    if names == ["factors"] and "factors" not in recording.factors:
        return np.column_stack([part.astype(object) for part in _factors_of(recording, names).values()])
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
    wanted = list(recording.factors) if names == ["factors"] else names[0].split(",")
    if not wanted:
        raise FileError(f"{recording.name} was recorded without factors; RUN:y is its label, where it has one")
    return {name: recording.target(name) for name in wanted}


def _split_columns(key: str, part: np.ndarray) -> dict[str, np.ndarray]:
    if part.ndim not in (1, 2):
        raise FileError(f"{key} has the shape {part.shape}; columns are needed, (n,) or (n, K)")
    if part.ndim == 1 or part.shape[1] == 1:
        return {key: part.reshape(-1)}
    return {f"{key} {place}": part[:, place] for place in range(part.shape[1])}
