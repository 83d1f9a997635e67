"""How far a job is: a cheap report for the function, a heartbeat for everyone else."""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from explorer.errors import Cancelled, FileError

INTERVAL = 0.2
"""Seconds between two writes while a job reports often."""
BEAT = 2.0
"""Seconds between two writes while it does not."""
START, TRUST = 10.0, 0.1
"""Seconds, and share of all that is foreseen, for which the foreseen pace is believed before what is measured counts:
the first pieces load libraries, and quick ones tell nothing of slow ones."""


class Desk(Protocol):
    """Where reports go, as `Board.report`; the answer False asks for the end of the attempt."""

    def report(self, id: str, attempt: int, done: int, total: int, note: str, seconds_left: float | None) -> bool: ...


def nothing(done: int, total: int, note: str = "") -> None:
    """Report to nobody: the default of functions that also run in process."""


def foresee(progress: Callable[..., None], done: int, seconds: Sequence[float]) -> None:
    """Tell a job how long each piece after the first `done` takes, about; other listeners do without.

    Args:
        seconds: on one core, in the order in which the pieces are done.
    """
    if isinstance(progress, Progress):
        progress.foresee(done, seconds)


class Progress:
    """Called by the job's function as `progress(done, total, note)`; within `with`, a thread keeps the job alive."""

    def __init__(self, desk: Desk, id: str, attempt: int):
        self.desk, self.id, self.attempt = desk, id, attempt
        self.done, self.total, self.note = 0, 0, ""
        self._origin: tuple[float, int] | None = None
        self._since = 0.0
        self._foreseen: tuple[float, ...] = ()
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
        if int(done) != self.done:
            self._since = time.monotonic()
        self.done, self.total, self.note = int(done), int(total), note
        if self._origin is None:
            self._origin = time.monotonic(), self.done
        if time.monotonic() - self._written >= INTERVAL:
            self._write()
        if self._broken:
            raise self._broken
        if self._unwanted:
            raise Cancelled(f"cancelled after {self.done} of {self.total}")

    def foresee(self, done: int, seconds: Sequence[float]) -> None:
        """How long each piece after the first `done` takes, about; they begin now."""
        self.done, self._foreseen = done, tuple(seconds)
        self._since = time.monotonic()
        self._origin = self._since, done

    @property
    def seconds_left(self) -> float | None:
        """Time left by what was foreseen, else at the mean rate since the first report; None where neither tells."""
        if self._origin is None:
            return None
        begun, first = self._origin
        if self._foreseen:
            return self._by_pieces(self.done - first, self._since - begun, time.monotonic() - self._since)
        if self.done <= first:
            return None
        return (self.total - self.done) * (time.monotonic() - begun) / (self.done - first)

    def _by_pieces(self, ended: int, took: float, runs: float) -> float | None:
        """Time left when `ended` pieces took so many seconds and the next one has run for so many.

        A piece that runs late tells the pace as well. One that is late by more than what follows it takes is all that
        matters, and nobody knows when it ends: None.
        """
        before, now, after = self._foreseen[:ended], self._foreseen[ended : ended + 1], self._foreseen[ended + 1 :]
        trust = max(START, TRUST * sum(self._foreseen))
        pace = (took + trust) / (sum(before) + trust)
        late = runs - pace * sum(now)
        if late > pace * sum(after):
            return None
        if late > 0:
            return sum(after) * (took + runs + trust) / (sum(before) + sum(now) + trust)
        return pace * sum(after) - late

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
