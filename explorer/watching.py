"""Who watches a computation: long loops report here, and whoever began them listens; by default nobody does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Report = Callable[..., None]
Look = Callable[[int, float, float], None]


def _unseen(*_: object) -> None:
    """Tell nobody."""


_reports: ContextVar[Report] = ContextVar("reports", default=_unseen)
_looks: ContextVar[Look] = ContextVar("looks", default=_unseen)


def report(done: int, total: int, note: str = "") -> None:
    """`done` of `total` pieces are complete; what the listener raises, as Cancelled, ends the computation."""
    _reports.get()(done, total, note)


def look(step: int, train: float, held: float) -> None:
    """A point of the training curves: what update `step` reads on samples learnt from and on those held out."""
    _looks.get()(step, train, held)


@contextmanager
def watched(reports: Report = _unseen, looks: Look = _unseen) -> Iterator[None]:
    """Listen to what is computed inside."""
    kept = _reports.set(reports), _looks.set(looks)
    try:
        yield
    finally:
        _reports.reset(kept[0])
        _looks.reset(kept[1])
