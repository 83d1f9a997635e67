"""How two ways to the same numbers are timed: warmed up, interleaved, repeated, compared."""

import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Numbers = Sequence[float] | np.ndarray
SHORT = 0.02
"""Seconds that one timing lasts at least: shorter work is done several times in a row."""


@dataclass(frozen=True)
class Contest:
    """One piece of work done by us and by a peer; both return the numbers they found.

    Attributes:
        what: the work, with its size; contests of several peers over the same work share it.
        peer: who else does it.
        goal: how many times faster than the peer we want to be.
        tolerance: largest difference of the numbers that still counts as the same.
        note: what to know when reading the row, from the median seconds of both.
        median_goal: how many times faster than the median of all peers at this work; 0 where there is one peer.
        threads: of both sides; 0 stands for all cores.
        most: repeats at most, for work that takes seconds.
    """

    what: str
    peer: str
    ours: Callable[[], Numbers]
    theirs: Callable[[], Numbers]
    n: int
    goal: float
    tolerance: float
    note: Callable[[float, float], str] = lambda ours, peer: ""
    median_goal: float = 0
    threads: int = 1
    most: int = 1000


def measured(contest: Contest, repeats: int) -> dict[str, Any]:
    """Median seconds of both and their ratio over interleaved repeats, after a warm-up of each."""
    repeats = min(repeats, contest.most)
    (numbers, loops), (peer_numbers, peer_loops) = _warmed(contest.ours), _warmed(contest.theirs)
    difference = float(np.abs(numbers - peer_numbers).max())
    times = np.array([[seconds(contest.ours, loops), seconds(contest.theirs, peer_loops)] for _ in range(repeats)])
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
        "median_goal": contest.median_goal,
        "difference": difference,
        "same": same,
        "met": same and ratio >= contest.goal,
        "repeats": repeats,
        "note": contest.note(ours, peer),
    }


def summaries(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For every work with a goal against the median: our ratios to the fastest and to the median peer."""
    works: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["median_goal"]:
            works.setdefault(row["what"], []).append(row)
    return [_summary(what, own) for what, own in works.items()]


def _summary(what: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    fastest = min(rows, key=lambda row: row["ratio"])
    median, goal = statistics.median(row["ratio"] for row in rows), rows[0]["median_goal"]
    return {
        "what": what,
        "peers": [row["peer"] for row in rows],
        "fastest": fastest["peer"],
        "ratio_fastest": fastest["ratio"],
        "goal_fastest": fastest["goal"],
        "ratio_median": median,
        "goal_median": goal,
        "met": all(row["met"] for row in rows) and median >= goal,
    }


def _warmed(work: Callable[[], Numbers]) -> tuple[np.ndarray, int]:
    """The numbers of the work, and how often in a row it is done in one timing."""
    start = time.perf_counter()
    numbers = np.asarray(work(), dtype=float)
    spent = time.perf_counter() - start
    if spent < 1:  # a first call also pays for imports
        spent = seconds(work)
    return numbers, max(1, math.ceil(SHORT / spent))


def seconds(work: Callable[[], Any], loops: int = 1) -> float:
    """How long the work takes, on average over `loops` in a row."""
    start = time.perf_counter()
    for _ in range(loops):
        work()
    return (time.perf_counter() - start) / loops
