"""How far a job is: a cheap report for the function, a heartbeat for everyone else."""

import threading
import time
from types import TracebackType
from typing import Protocol, Self

from explorer.errors import Cancelled, FileError

INTERVAL = 0.2
"""Seconds between two writes while a job reports often."""
BEAT = 2.0
"""Seconds between two writes while it does not."""


class Desk(Protocol):
    """Where reports go, as `Board.report`; the answer False asks for the end of the attempt."""

    def report(self, id: str, attempt: int, done: int, total: int, note: str, seconds_left: float | None) -> bool: ...


def nothing(done: int, total: int, note: str = "") -> None:
    """Report to nobody: the default of functions that also run in process."""


class Progress:
    """Called by the job's function as `progress(done, total, note)`; within `with`, a thread keeps the job alive."""

    def __init__(self, desk: Desk, id: str, attempt: int):
        self.desk, self.id, self.attempt = desk, id, attempt
        self.done, self.total, self.note = 0, 0, ""
        self._origin: tuple[float, int] | None = None
        self._written = -INTERVAL
        self._unwanted = False
        self._broken: FileError | None = None
        self._over, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """`done` of `total` pieces are complete.

        Raises:
            Cancelled: when somebody asked for the end of the job.
            FileError: when the database is out of reach.
        """
        self.done, self.total, self.note = int(done), int(total), note
        if self._origin is None:
            self._origin = time.monotonic(), self.done
        if time.monotonic() - self._written >= INTERVAL:
            self._write()
        if self._broken:
            raise self._broken
        if self._unwanted:
            raise Cancelled(f"cancelled after {self.done} of {self.total}")

    @property
    def seconds_left(self) -> float | None:
        """Time left at the mean rate since the first report; None before the second."""
        if self._origin is None or self.done <= self._origin[1]:
            return None
        elapsed = time.monotonic() - self._origin[0]
        return (self.total - self.done) * elapsed / (self.done - self._origin[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _write(self) -> None:
        with self._lock:
            self._written = time.monotonic()
            wanted = self.desk.report(self.id, self.attempt, self.done, self.total, self.note, self.seconds_left)
            self._unwanted = self._unwanted or not wanted

    def _beat(self) -> None:
        while not self._over.wait(BEAT):
            try:
                self._write()
            except FileError as error:  # raised in the job's own thread at its next report
                self._broken = error
