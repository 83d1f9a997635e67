"""Functions that the tests of jobs run in worker processes; they live in a module because workers import them."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from explorer.errors import SampleError
from explorer.jobs.results import results


def add(a: int, b: int, progress: Any, calls: str = "") -> dict[str, int]:
    """a + b; every call leaves a line in the file `calls`."""
    if calls:
        with Path(calls).open("a") as file:
            file.write("called\n")
    progress(1, 1)
    return {"sum": a + b, "worker": os.getpid()}


def count(to: int, pause: float, progress: Any) -> dict[str, int]:
    """Count with a report at every number: ends when it is cancelled."""
    for number in range(to):
        progress(number, to, f"number {number}")
        time.sleep(pause)
    return {"counted": to}


def deaf(seconds: float, progress: Any) -> None:
    """Report once and then never look up."""
    progress(0, 1)
    time.sleep(seconds)


def cells(keys: list[str], pause: float, progress: Any) -> dict[str, int]:
    """Fill in the results that are missing, one at a time, as a sweep does."""
    missing = [key for key in keys if key not in results().get_many(keys)]
    for place, key in enumerate(missing):
        time.sleep(pause)
        results().put_many({key: {"value": 1.5, "worker": os.getpid()}})
        progress(len(keys) - len(missing) + place + 1, len(keys))
    return {"computed": len(missing)}


def fragile(mark: str, progress: Any, deaths: int = 1) -> dict[str, int]:
    """Kill the own process `deaths` times, then work: a worker that the system ends."""
    progress(0, 1)
    path = Path(mark)
    died = len(path.read_text()) if path.exists() else 0
    if died < deaths:
        path.write_text("x" * (died + 1))
        os.kill(os.getpid(), signal.SIGKILL)
    return {"deaths": died}


def refuse(progress: Any) -> None:
    """An error that the product raises on purpose."""
    raise SampleError("x has 3 samples and y has 4; they must be paired row by row")


def defect(progress: Any) -> None:
    """An error that nobody foresaw."""
    raise ZeroDivisionError("division of\n  nothing")


def greedy(progress: Any) -> None:
    """More memory than there is."""
    raise MemoryError("cannot allocate 1 TB")


def opaque(progress: Any) -> Any:
    """A return value that JSON cannot hold."""
    return object()


def store(url: str, start: int, number: int) -> None:
    """Write `number` results, ten at a time, from a process of its own."""
    from explorer.jobs.results import Results

    for first in range(start, start + number, 10):
        Results(url).put_many({f"key{place}": {"place": place} for place in range(first, first + 10)})
