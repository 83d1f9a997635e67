"""Which reader takes a file, and what it finds in it: all values, or headers whose values are read when asked for."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from explorer.catalogue import sources
from explorer.errors import FileError
from explorer.sources._lazy import Lazy, at_hand

PROGRAMS = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle")


def load(path: str | Path) -> dict[str, np.ndarray]:
    """Every array or column of a file, by name; what its name ends with chooses the reader.

    Raises:
        FileError: for a file that is missing, refused, damaged or of an unknown format.
        MissingExtraError: when the reader needs a package that is not installed.
    """
    path = Path(path)
    return sources[reader(path)](path)


def lazy(path: str | Path) -> Mapping[str, Lazy]:
    """Every array of a file by its header; a format that has none of them is read whole.

    Raises:
        FileError: as `load`.
        MissingExtraError: when the reader needs a package that is not installed.
    """
    path = Path(path)
    card = sources.card(reader(path))
    headers = getattr(import_module(card.module), "lazy", None)
    return headers(path) if headers else at_hand(sources[card.name](path), path)


def accepted() -> list[str]:
    """What the names of readable files and folders end with, suffixes first."""
    return sorted(_endings(), key=lambda ending: (not ending.startswith("."), ending))


def uploads() -> list[str]:
    """The endings that a browser can offer to upload: those of files, from the last point on."""
    return sorted({Path(f"a{ending}").suffix for ending, card in _endings().items() if not _folder(card)} - {""})


def reader(path: Path) -> str:
    """Name of the reader for a file or folder that is there.

    Raises:
        FileError: when there is none, or it holds pickled programs.
    """
    name = path.name.lower()
    fits = [ending for ending in _endings() if name.endswith(ending)]
    card = _endings()[max(fits, key=len)] if fits else None
    if is_there(path, "dir"):
        return _of_folder(path)
    if not is_there(path, "file"):
        raise FileError(f"{str(path)!r} does not exist, or is not a file")
    if path.suffix.lower() in PROGRAMS:
        raise FileError(
            f"{path.name} is a pickle, and opening one can run any program; save its arrays as safetensors or npz, "
            "as in numpy.savez('new.npz', x=x)"
        )
    if card is None:
        raise FileError(f"{path.name} has the suffix {path.suffix.lower()!r}; readable are {', '.join(accepted())}")
    if _folder(card):
        raise FileError(f"{path.name} is a file and must be a folder: {card.summary}")
    return card.name


def is_source(path: Path) -> bool:
    """Whether a folder is one that a reader takes, such as a zarr store."""
    marks = [mark for card in _endings().values() for mark in card.constants.get("marks", ())]
    return is_there(path, "dir") and any(is_there(path / mark, "file") for mark in marks)


def is_table(path: Path) -> bool:
    """Whether the file is read as columns of one length."""
    return bool(sources.card(reader(path)).constants.get("table"))


def is_there(path: Path, what: str) -> bool:
    """Whether the path is a "file" or a "dir"; a text that no path can be is neither."""
    try:
        return path.is_dir() if what == "dir" else path.is_file()
    except (OSError, ValueError):
        return False


def _endings() -> dict[str, Any]:
    """Every ending and the card of its reader."""
    cards = [sources.card(name) for name in sources]
    return {ending: card for card in cards for ending in card.constants.get("suffixes", ())}


def _of_folder(path: Path) -> str:
    for card in _endings().values():
        if any(is_there(path / mark, "file") for mark in card.constants.get("marks", ())):
            return card.name
    raise FileError(f"{path} is a folder; a file is needed, or RUN:STEP:LAYER for a recording")


def _folder(card: Any) -> bool:
    return bool(card.constants.get("marks"))
