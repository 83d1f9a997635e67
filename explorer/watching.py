"""Who watches a computation: long loops report here, and whoever began them listens; by default nobody does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, Protocol

Report = Callable[..., None]
Look = Callable[..., None]


class Keeper(Protocol):
    """A place for the states of trainings, by a digest of what decides them."""

    def kept(self, key: str) -> bytes | None:
        """The state that was kept last, None without one."""

    def keep(self, key: str, state: bytes) -> None:
        """Keep a state in place of the one before."""

    def drop(self, key: str) -> None:
        """Forget the state, if there is one."""

    def refused(self, key: str, why: str) -> None:
        """A state that was kept could not be used: say so where it is read later."""


class Doing(NamedTuple):
    """What is computed: the quantity as one writes it, "" where nobody says, and how many trainings run at once."""

    what: str = ""
    at_once: int = 1


def _unseen(*_: object) -> None:
    """Tell nobody."""


_reports: ContextVar[Report] = ContextVar("reports", default=_unseen)
_looks: ContextVar[Look] = ContextVar("looks", default=_unseen)
_keeper: ContextVar[Keeper | None] = ContextVar("keeper", default=None)
_doing: ContextVar[Doing] = ContextVar("doing", default=Doing())  # noqa: B039  # a tuple, which nobody can change


def report(done: int, total: int, note: str = "") -> None:
    """`done` of `total` pieces are complete; what the listener raises, as Cancelled, ends the computation."""
    _reports.get()(done, total, note)


def look(step: int, train: float, held: float, unit: str = "nats", ceiling: float | None = None) -> None:
    """A point of the training curves: what update `step` reads on samples learnt from and on those held out.

    Args:
        unit: of what is read, "" for a loss.
        ceiling: what cannot be exceeded, None where nothing bounds it.
    """
    _looks.get()(step, train, held, unit, ceiling)


def keeper() -> Keeper | None:
    """Who keeps states of trainings, so that a stopped one goes on later; None where nothing is to be written."""
    return _keeper.get()


def doing() -> Doing:
    """What is computed now, for whoever listens."""
    return _doing.get()


@contextmanager
def named(what: str, at_once: int = 1) -> Iterator[None]:
    """Say what is computed inside: its quantity, as "I(T;Y)", and how many trainings of it run at once."""
    before = _doing.set(Doing(what, at_once))
    try:
        yield
    finally:
        _doing.reset(before)


@contextmanager
def watched(reports: Report = _unseen, looks: Look = _unseen, keeper: Keeper | None = None) -> Iterator[None]:
    """Listen to what is computed inside, and keep the states of its trainings where a keeper is given."""
    before = _reports.set(reports), _looks.set(looks), _keeper.set(keeper)
    try:
        yield
    finally:
        _reports.reset(before[0])
        _looks.reset(before[1])
        _keeper.reset(before[2])
