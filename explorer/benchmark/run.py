"""Speed against peers, measured in this process: every file beside this one is a benchmark."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from explorer.benchmark.base import measured
from explorer.device import describe, resolve
from explorer.errors import SettingError, UnknownNameError

FILES = [path.stem for path in sorted(Path(__file__).parent.glob("*.py"))]
ENTRIES = [name for name in FILES if name not in ("base", "run") and not name.startswith("_")]
THREADS = 1
"""Threads of both sides, so that a ratio does not depend on how many cores a machine has."""


def run(device: str = "auto", only: str = "", repeats: int = 5) -> list[dict[str, Any]]:
    """Every benchmark, or the one called `only`: medians over interleaved repeats, one row a contest.

    Args:
        device: where our side computes; peers compute on the CPU.
        only: a benchmark of this folder; empty for all.
        repeats: timings of each side after a warm-up.

    Raises:
        UnknownNameError: for a benchmark that is not there.
        SettingError: for a device this machine does not have, or repeats below 1.
    """
    if only and only not in ENTRIES:
        raise UnknownNameError("benchmark", only, ENTRIES)
    if repeats < 1:
        raise SettingError(f"repeats={repeats!r} must be at least 1")
    where, rows = resolve(device), []
    about = {"device": str(where), "threads": THREADS, "machine": describe()}
    with _threads(THREADS):
        for name in [only] if only else ENTRIES:
            contests = import_module(f"explorer.benchmark.{name}").contests(where)
            rows += [{"benchmark": name} | measured(contest, repeats) | about for contest in contests]
    return rows


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as text for a terminal."""
    return "\n".join(line for row in rows for line in _lines(row))


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    verdict = "met" if row["met"] else "NOT MET" if row["same"] else f"NUMBERS DIFFER by {row['difference']:.2g}"
    yield f"{row['benchmark']}: {row['what']}, on {row['device']}, {row['threads']} thread, {row['machine']}"
    yield (
        f"  ours {_time(row['seconds'])}, {row['peer']} {_time(row['peer_seconds'])}: "
        f"{row['ratio']:.3g}x ({row['ratio_low']:.3g} to {row['ratio_high']:.3g} over {row['repeats']} repeats), "
        f"goal {row['goal']:.3g}x {verdict}; largest difference {row['difference']:.2g}"
    )
    if row["note"]:
        yield f"  {row['note']}"


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Every thread pool of this process held to `count` threads."""
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        with threadpool_limits(count):
            yield
    finally:
        torch.set_num_threads(before)
