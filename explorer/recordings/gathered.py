"""The rows of a step as they come, batch by batch: in memory while they are few, else in a file."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from explorer.recordings.atomic import writing
from explorer.recordings.blocks import Blocks

IN_MEMORY = 64 * 2**20
"""Bytes of activations that are held in memory; what is more waits in a file."""


class Gathered:
    """Rows of several layers.

    Args:
        folder: of the file, which has no name and is gone with the process; None holds everything in memory.
    """

    def __init__(self, folder: Path | None = None):
        self.folder, self.held = folder, 0
        self._kinds: dict[str, tuple[np.dtype, tuple[int, ...]]] = {}
        self._counts: dict[str, int] = {}
        self._parts: dict[str, list[np.ndarray | tuple[int, int]]] = {}
        self._file: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, layer: str, rows: np.ndarray) -> bool:
        """Take the next rows of a layer; False when they differ in shape or type from those before.

        Raises:
            FileError: when the disk is full.
        """
        kind = rows.dtype, rows.shape[1:]
        if self._kinds.setdefault(layer, kind) != kind:
            return False
        self._parts.setdefault(layer, []).append(self._kept(rows))
        self._counts[layer] = self._counts.get(layer, 0) + len(rows)
        return True

    def counts(self) -> Mapping[str, int]:
        """How many rows there are of each layer, in the order of their first ones."""
        return self._counts

    def blocks(self, layers: Iterable[str]) -> dict[str, Blocks]:
        """The whole of these layers; it can be gone through once, before the end of `with`."""
        return {
            name: (self._kinds[name][0], (self._counts[name], *self._kinds[name][1]), self._blocks(name))
            for name in layers
        }

    def _kept(self, rows: np.ndarray) -> np.ndarray | tuple[int, int]:
        """The rows, or where they lie in the file."""
        if self.folder is None or self.held + rows.nbytes <= IN_MEMORY:
            self.held += rows.nbytes
            return rows
        with writing(self.folder):
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 (closed by __exit__)
            start = self._file.seek(0, 2)
            self._file.write(np.ascontiguousarray(rows).data)
        return start, rows.nbytes

    def _blocks(self, layer: str) -> Iterator[np.ndarray]:
        for part in self._parts[layer]:
            if isinstance(part, tuple):
                self._file.seek(part[0])
                yield np.frombuffer(self._file.read(part[1]), np.uint8)
            else:
                yield part
