"""Labs as a person meets them: the lists, labs from a setting to their figure, and runs of their page in the app."""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from explorer.benchmark import turned
from explorer.benchmark.base import Contest
from explorer.catalogue import labs
from explorer.labs.base import drawn, told
from explorer.settings import checked_settings

SIZE = 6
"""Quick labs that are timed."""
PLAYED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("two_by_two", {"agreement": 0.9}),
    ("bottleneck_curve", {"beta": 2.5}),
    ("where_no_point_can_be", {"rounds": 60, "states": 8}),
    ("rulers", {"ruler": "adaptive bins"}),
    ("fool_a_holdout", {"looks": 1000}),
    ("labels_permuted", {"labels": "permuted"}),
)
"""What lessons play with, at a setting that they ask for."""
VIEWS = ("Lessons", "Labs", "Papers")
KEPT = "correlated_gaussian"
"""A lab that a worker draws."""
LIST = """
import sys
{first}
from explorer.catalogue import labs
from explorer.labs.base import chapters
questions = [labs.card(name).constants["TITLE"] for names in chapters().values() for name in names]
assert {torch} or "torch" not in sys.modules, "torch was imported"
print(len(questions))
"""
PAGES = 20
"""Runs of a page that are timed at most."""
LIST_ALLOWED, LAB_ALLOWED = 1.0, 0.1
"""Seconds that the list may take, Python's start included, and a quick lab, for a control to feel immediate."""


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """The list of all labs, each of `size` quick labs, and runs of the page with each; everything on the CPU."""
    what = f"questions of all labs, read in a fresh process ({len(labs)} labs)"
    ours, note = _clocked(partial(_listed, "", False), LIST_ALLOWED)
    with_torch = partial(_listed, "import torch", True)
    yield Contest(what, "the same after importing torch", ours, with_torch, len(labs), 1.5, 0, note)
    for name, settings in PLAYED[:size]:
        given = checked_settings(labs.card(name).settings, settings, name)
        shown = ", ".join(f"{key}={value}" for key, value in settings.items())
        what, alone = f"{name}({shown}) from setting to figure as JSON", partial(_called, name, given)
        ours, note = _clocked(partial(_shown, name, settings), LAB_ALLOWED)
        yield Contest(what, "its function alone", ours, alone, 1, 0.5, 0, note)
        yield _turned(f"{name}({shown})", alone, "its function alone", 0.2, lab=name, settings=settings)
    for view in VIEWS:
        yield _turned(view, partial(turned.numbers, True, view=view), "the same beside torch", 0.5, view=view)
    alone = partial(_called, KEPT, {})
    yield _turned(f"{KEPT}, drawn by a worker before", alone, "its function alone", 1, beside=True, lab=KEPT)


def _turned(
    what: str, theirs: Callable[[], list[float]], peer: str, goal: float, beside: bool = False, **asked: Any
) -> Contest:
    """Runs of the page in a process of its own, beside torch or without it, and their note."""
    spent: list[float] = []

    def note(ours: float, peer: float) -> str:
        return f"{statistics.fmean(spent[1:] or spent) * 1e3:.0f} ms of the processor's time on average"

    ours = partial(turned.numbers, beside, spent, **asked)
    return Contest(f"{what}: one run of the page", peer, ours, theirs, 1, goal, 0, note, most=PAGES)


def _clocked(
    work: Callable[[], list[float]], allowed: float
) -> tuple[Callable[[], list[float]], Callable[[float, float], str]]:
    """The same work with an eye on the processor's time, its own and that of the processes it starts, and a note."""
    spent: list[float] = []

    def watched() -> list[float]:
        before = sum(os.times()[:4])
        found = work()
        spent.append(sum(os.times()[:4]) - before)
        return found

    def note(ours: float, peer: float) -> str:
        took = statistics.fmean(spent[1:] or spent)  # the first call pays for imports
        return f"{took * 1e3:.0f} ms of the processor's time on average, of {allowed * 1e3:.0f} that are allowed"

    return watched, note


def _listed(first: str, with_torch: bool) -> list[float]:
    """How many labs a process lists that has imported nothing before."""
    code = LIST.format(first=first, torch=with_torch)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [float(done.stdout)]


def _shown(name: str, settings: dict[str, Any]) -> list[float]:
    """What the app does for a control: settings checked, the lab run, its figure written as JSON."""
    figure = drawn(name, **settings)
    figure.to_json()
    return list(told(figure).values())


def _called(name: str, settings: dict[str, Any]) -> list[float]:
    return list(told(labs[name](**settings)).values())
