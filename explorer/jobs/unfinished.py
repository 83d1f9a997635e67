"""Trainings that were stopped: their states, kept in files of their own from which they go on."""

import logging
from dataclasses import dataclass
from pathlib import Path

from explorer.home import home, make_room
from explorer.recordings.atomic import write_atomically

FOLDER, CEILING = "trainings", 2 * 2**30
"""Where the states are, and bytes that they take at most: those kept longest ago go first."""

log = logging.getLogger("explorer.jobs")


@dataclass(frozen=True)
class Unfinished:
    """The states of the trainings of one cell, as `explorer.watching.Keeper` says; files by safetensors, never pickle.

    Attributes:
        cell: digest of data, settings, seed and version of the code.
    """

    cell: str

    def kept(self, key: str) -> bytes | None:
        """The file's content, None where there is none."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.refused(key, str(error))
            return None

    def keep(self, key: str, state: bytes) -> None:
        """Replace the file; where it cannot be written the training goes on and the log says so."""
        try:
            path = self._path(key)
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, state)
            make_room(path.parent, "*.safetensors", CEILING)
        except OSError as error:
            log.warning("the state of a training could not be kept: %s", error)

    def drop(self, key: str) -> None:
        """Remove the file; where it cannot be removed the log says so."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            log.warning("the state of a training could not be removed: %s", error)

    def refused(self, key: str, why: str) -> None:
        """Say in the log that a file could not be used."""
        log.warning("%s was left aside and the training began anew: %s", self._name(key), why)

    def _name(self, key: str) -> str:
        return f"{self.cell}-{key}.safetensors"

    def _path(self, key: str) -> Path:
        return home() / FOLDER / self._name(key)
