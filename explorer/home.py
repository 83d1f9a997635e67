"""Where the product keeps its things on this computer, and which database it uses."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from explorer.errors import FileError

LEFT = 3600
"""Seconds after which nobody writes any longer at a file that is half written."""


def home() -> Path:
    """The folder of recordings, database and job service: `EXPLORER_HOME`, else the user data folder. It is made.

    Raises:
        FileError: when it cannot be made.
    """
    folder = Path(os.environ.get("EXPLORER_HOME") or _user_data() / "information-explorer").expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"the folder {folder} cannot be made ({error.strerror}); set EXPLORER_HOME to one that can be written"
        ) from error
    return folder


def database_url() -> str:
    """The database of results and jobs: `EXPLORER_DATABASE` (a URL or a file), else a SQLite file in `home()`."""
    place = os.environ.get("EXPLORER_DATABASE") or str(home() / "explorer.sqlite")
    return place if "://" in place else f"sqlite:///{Path(place).expanduser().absolute()}"


def make_room(folder: Path, pattern: str, ceiling: int) -> None:
    """Delete the files that were used longest ago until the others take `ceiling` bytes at most; the newest stays.

    Files that a writer left half written, which end in .part, go after an hour.
    """
    for path, about in _there(folder, "*.part"):
        if about.st_mtime < time.time() - LEFT:
            path.unlink(missing_ok=True)
    found = [one for one in _there(folder, pattern) if one[0].suffix != ".part"]
    found.sort(key=lambda one: one[1].st_mtime)
    excess = sum(about.st_size for _, about in found) - ceiling
    for path, about in found[:-1]:
        if excess <= 0:
            break
        path.unlink(missing_ok=True)
        excess -= about.st_size


def _there(folder: Path, pattern: str) -> Iterator[tuple[Path, os.stat_result]]:
    """The files of that name and what is known of each, but for those that somebody removes meanwhile."""
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):
            yield path, path.stat()


def _user_data() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
