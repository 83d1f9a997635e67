"""The recordings of this computer: what they take on the disk, a name for a new one, and the end of one."""

import itertools
import os
import re
import shutil
import tempfile
import time
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import FileError, SettingError
from explorer.home import home
from explorer.recordings.atomic import writing

BUNDLED = "bundled-"
"""What begins the folder of an example; it is made again when it is opened."""
HIDDEN = (".", "tmp")
"""What begins a folder that is being written or deleted."""
IDLE = 3600.0
"""Seconds without a write after which such a folder is taken for what a killed job left."""
NAME = re.compile(r"[\w][\w .+-]{0,99}")
LONGEST = 80
"""Characters of a name that is made here; a number may follow."""


@dataclass(frozen=True)
class Use:
    """What something takes on the disk.

    Attributes:
        written: when its newest file was written, seconds since 1970.
    """

    path: Path
    files: int
    bytes: int
    written: float


def shelf() -> Path:
    """The folder of the recordings of this computer."""
    return home() / "recordings"


def recorded() -> list[Path]:
    """The folders of recordings made here or bundled, the newest first."""
    return _newest(path for path in _inside() if not path.name.startswith(HIDDEN))


def use(path: Path) -> Use:
    """The files of a folder; links are not followed."""
    files = [found for one in _files(path) if (found := _about(one))]
    own = _about(path)
    newest = max((one.st_mtime for one in files), default=own.st_mtime if own else 0.0)
    return Use(path, len(files), sum(one.st_size for one in files), newest)


def place(name: str) -> Path:
    """Where a new recording of that name goes.

    Raises:
        SettingError: for a name that is taken, or that no folder should have.
    """
    name = name.strip()
    if not NAME.fullmatch(name) or name.endswith(".") or name.lower().startswith((*HIDDEN, BUNDLED)):
        raise SettingError(
            f"name={name[:40]!r} must be letters, digits, spaces and any of . + - _, must not begin with tmp or "
            f"{BUNDLED} and must not end with a dot"
        )
    path = shelf() / name
    if path.exists():
        raise SettingError(f"name={name!r} is taken by another recording")
    return path


def names(stem: str) -> Iterator[Path]:
    """Folders for recordings called after something, which may be there: stem, stem-2, stem-3 and so on.

    What no folder should have in its name becomes a dash, and a name that is kept for others begins with "of-".
    """
    plain = re.sub(r"[^\w.-]+", "-", stem).lstrip(".-")[:LONGEST].rstrip(".-") or "recording"
    plain = f"of-{plain}" if plain.lower().startswith((*HIDDEN, BUNDLED)) else plain
    yield shelf() / plain
    yield from (shelf() / f"{plain}-{number}" for number in itertools.count(2))


def fresh(stem: str, taken: Container[Path] = ()) -> Path:
    """The first of `names` where nothing is, and that is not taken."""
    shelf().mkdir(parents=True, exist_ok=True)
    return next(path for path in names(stem) if path not in taken and not path.exists())


def delete(path: str | Path, name: str) -> None:
    """Delete a recording of this computer; `name` repeats that of its folder.

    It leaves the list at once, before its files are removed.

    Raises:
        SettingError: when the name is another one.
        FileError: for a folder that is not one of this computer's recordings, or cannot be deleted.
    """
    folder = Path(path)
    if not deletable(folder):
        raise FileError(f"{folder} is not in {shelf()}; only recordings there are deleted here")
    if name != folder.name:
        raise SettingError(f"name={name!r} is not that of the recording, {folder.name!r}; nothing was deleted")
    with writing(folder):
        grave = Path(tempfile.mkdtemp(prefix=".deleted-", dir=shelf()))
        folder.replace(grave / folder.name)
    shutil.rmtree(grave, ignore_errors=True)


def unfinished() -> list[Path]:
    """The folders in which a recording is being written or deleted, or was until its job was killed, newest first."""
    return _newest(path for path in _inside() if path.name.startswith(HIDDEN))


def abandoned() -> list[Path]:
    """Those of them in which nothing was written for an hour."""
    return [path for path in unfinished() if time.time() - use(path).written > IDLE]


def clear() -> None:
    """Remove what killed jobs left.

    Raises:
        FileError: when one cannot be removed.
    """
    for path in abandoned():
        with writing(path):
            path.unlink() if path.is_symlink() else shutil.rmtree(path)


def deletable(folder: Path) -> bool:
    """Whether a folder is a recording among those of this computer, and not a link to another place."""
    inside = folder.resolve().parent == shelf().resolve() and not folder.name.startswith(HIDDEN)
    return inside and folder.is_dir() and not folder.is_symlink() and (folder / "manifest.json").is_file()


def _inside() -> list[Path]:
    return list(shelf().iterdir()) if shelf().is_dir() else []


def _newest(paths: Iterable[Path]) -> list[Path]:
    """The folders among some paths, the newest first; what has gone in the meantime is none."""
    known = {path: about for path in paths if (about := _about(path)) and path.is_dir()}
    return sorted(known, key=lambda one: known[one].st_mtime, reverse=True)


def _about(path: Path) -> os.stat_result | None:
    """What the system says of a path; None when it is gone, as the scratch file of a step that was being written."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _files(path: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(path):
        yield from (Path(folder) / name for name in names)
