"""How two ways to the same numbers are timed: warmed up, interleaved, repeated, compared."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Numbers = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Contest:
    """One piece of work done by us and by a peer; both return the numbers they found.

    Attributes:
        what: the work, with its size.
        peer: who else does it.
        goal: how many times faster than the peer we want to be.
        tolerance: largest difference of the numbers that still counts as the same.
        note: what to know when reading the row, from the median seconds of both.
    """

    what: str
    peer: str
    ours: Callable[[], Numbers]
    theirs: Callable[[], Numbers]
    n: int
    goal: float
    tolerance: float
    note: Callable[[float, float], str] = lambda ours, peer: ""


def measured(contest: Contest, repeats: int) -> dict[str, Any]:
    """Median seconds of both and their ratio over interleaved repeats, after one warm-up each."""
    numbers = [np.asarray(one(), dtype=float) for one in (contest.ours, contest.theirs)]
    difference = float(np.abs(numbers[0] - numbers[1]).max())
    times = np.array([[_seconds(contest.ours), _seconds(contest.theirs)] for _ in range(repeats)])
    ours, peer = (statistics.median(column) for column in times.T.tolist())
    ratios = (times[:, 1] / times[:, 0]).tolist()
    ratio, same = statistics.median(ratios), difference <= contest.tolerance
    return {
        "what": contest.what,
        "peer": contest.peer,
        "n": contest.n,
        "seconds": ours,
        "peer_seconds": peer,
        "ratio": ratio,
        "ratio_low": min(ratios),
        "ratio_high": max(ratios),
        "goal": contest.goal,
        "difference": difference,
        "same": same,
        "met": same and ratio >= contest.goal,
        "repeats": repeats,
        "note": contest.note(ours, peer),
    }


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
