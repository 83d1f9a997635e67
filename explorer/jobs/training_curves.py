"""Trainings of a cell while they run: curves in the results catalogue for whoever looks, states to go on from."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from explorer.jobs.results import Results, results
from explorer.jobs.unfinished import Unfinished
from explorer.watching import doing, watched

Report = Callable[..., None]

KEEP_EVERY = 0.5
"""Seconds between two writes of the curves."""


class Series:
    """Points of the training that runs now; a step that is not above the last one begins another training."""

    def __init__(self, catalogue: Results, key: str, name: str, where: str = ""):
        self.catalogue, self.key, self.name, self.where = catalogue, key, name, where
        self.points: list[tuple[int, float, float]] = []
        self.trainings, self._kept = 1, -KEEP_EVERY
        self.unit, self.ceiling = "nats", math.inf

    def look(self, step: int, train: float, held: float, unit: str = "nats", ceiling: float | None = None) -> None:
        """Add a point, and keep the curves unless that was done a moment ago."""
        if self.points and step <= self.points[-1][0]:
            self.points, self.trainings = [], self.trainings + 1
        self.points.append((int(step), float(train), float(held)))
        self.unit, self.ceiling = unit, math.inf if ceiling is None else ceiling
        if time.monotonic() - self._kept >= KEEP_EVERY:
            self._kept = time.monotonic()
            self.catalogue.renew({self.key: self.payload})

    @property
    def payload(self) -> dict[str, Any]:
        """The curves and ceiling as the details of an estimate have them, their unit, the estimator, which of its
        trainings it is, and where somebody says it what is read and of how many trainings at once the mean."""
        columns = zip(*self.points, strict=True)
        curves = dict(zip(("step", "train", "held"), map(list, columns), strict=True))
        found = {"estimator": self.name, "training": self.trainings, "unit": self.unit, "curves": curves}
        found |= {"ceiling": self.ceiling} if math.isfinite(self.ceiling) else {}
        now = doing()
        return found | ({"of": f"{now.what}{self.where}", "at_once": now.at_once} if now.what else {})


@contextmanager
def followed(
    key: str, name: str, progress: Report, done: int, total: int, where: str = "", shown: str = ""
) -> Iterator[None]:
    """Listen to the trainings of a cell: their updates become notes of the job, their looks are kept under its key, and
    so are their states, from which one that was stopped goes on.

    Args:
        key: of the cell in the results catalogue.
        name: of the estimator.
        done, total: cells of the job, which a training does not change.
        where: the cell as one reads it after the name, or after the quantity where what is computed says one.
        shown: the key under which the looks are kept, if it is not that of the cell.
    """
    series = Series(results(), _live(shown or key), name, where)

    def reports(at: int, steps: int, note: str = "") -> None:
        now = doing()
        many = f", mean of {now.at_once}" if note and now.at_once > 1 else ""
        progress(done, total, f"{now.what or name}{where}: update {at} of {steps}{note and f', {note}{many}'}")

    try:
        with watched(reports, series.look, Unfinished(key)):
            yield
    finally:
        if series.points:
            series.catalogue.drop(series.key)


def live(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The curves of the trainings that run now, by the key of their cell."""
    wanted = {_live(key): key for key in keys}
    return {wanted[key]: found for key, found in results().get_many(wanted).items()}


def _live(key: str) -> str:
    return f"training:{key}"
