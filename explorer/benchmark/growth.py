"""How time and memory of every estimator and measure grow with the number of samples and of columns."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import torch

from explorer import catalogue
from explorer.benchmark.accuracy import candidates
from explorer.benchmark.base import seconds
from explorer.benchmark.peers import PEERS
from explorer.device import resolve
from explorer.distributions import MultivariateNormal
from explorer.errors import InputError
from explorer.jobs.progress import nothing

SIZES = (1000, 2000, 5000, 10_000, 20_000, 50_000)
COLUMNS = (1, 5, 20)
LIMIT = 3.0
"""Seconds that an estimate may be expected to take; larger ones are left out, and listed as such."""

LARGE = 5000
"""Samples from which on the exponent in n is fitted; below, fixed costs hide it."""

MEMORY = {10_000: 1e9, 50_000: 2e9}
"""Goals: bytes that a whole process, Python and torch in it, may hold at most at these sizes."""


def growth(
    device: Any = "auto",
    only: Collection[str] | None = None,
    *,
    sizes: Sequence[int] = SIZES,
    columns: Sequence[int] = COLUMNS,
    limit: float = LIMIT,
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """Seconds and peak memory of one estimate, each number of columns in a process of its own, on one thread.

    Args:
        only: estimators of the catalogue; None takes all of I(X; Y).
        sizes: numbers of samples.
        columns: of x and of y each.
        limit: seconds that an estimate may be expected to take by the growth so far.
    """
    names = [name for name in candidates() if name not in PEERS and (only is None or name in only)]
    work = [(name, d) for name in names for d in columns]
    cells: list[dict[str, Any]] = []
    for done, (name, d) in enumerate(work, 1):
        cells += [{"estimator": name, "columns": d} | cell for cell in in_a_process(name, d, sizes, limit, str(device))]
        progress(done, len(work), f"{name}, {d}+{d} columns")
    rows = [_row(name, [cell for cell in cells if cell["estimator"] == name]) for name in names]
    return {"sizes": list(sizes), "columns": list(columns), "limit": limit, "estimators": rows, "cells": cells}


def exponent(amounts: Sequence[float], values: Sequence[float]) -> float | None:
    """The slope of log value over log amount by least squares; None with fewer than two points."""
    if len(amounts) < 2:
        return None
    return float(np.polyfit(np.log(amounts), np.log(values), 1)[0])


def _row(name: str, cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Exponents and peaks of one estimator; a refusal or what was left out is said in words."""
    known = [cell for cell in cells if "seconds" in cell]
    by_columns = {
        d: [cell for cell in known if cell["columns"] == d] for d in dict.fromkeys(c["columns"] for c in known)
    }
    return {
        "estimator": name,
        "exponent_n": {str(d): _in_n(own) for d, own in by_columns.items()},
        "exponent_d": _in_d(known),
        "peak": {str(n): _peak(known, n) for n in MEMORY},
        "left_out": [f"n={c['n']}, d={c['columns']}: {c['left_out']}" for c in cells if "left_out" in c],
    }  # fmt: skip


def _peak(cells: Sequence[dict[str, Any]], n: int) -> dict[str, Any] | None:
    """The most at up to n samples, the columns that were measured at n, and whether the goal is met by those."""
    columns = [cell["columns"] for cell in cells if cell["n"] == n]
    if not columns:
        return None
    most = max(cell["peak"] for cell in cells if cell["n"] <= n)
    return {"bytes": most, "columns": columns, "goal": MEMORY[n], "met": most < MEMORY[n]}


def _in_n(cells: Sequence[dict[str, Any]]) -> float | None:
    large = [cell for cell in cells if cell["n"] >= LARGE]
    return exponent([cell["n"] for cell in large], [cell["seconds"] for cell in large])


def _in_d(cells: Sequence[dict[str, Any]]) -> float | None:
    """From five columns on, at the largest n that all numbers of columns reached."""
    columns = {cell["columns"] for cell in cells if cell["columns"] >= 5}
    wide = {d: {cell["n"]: cell["seconds"] for cell in cells if cell["columns"] == d} for d in columns}
    shared = set.intersection(*map(set, wide.values())) if wide else set()
    if not shared:
        return None
    n = max(shared)
    return exponent(sorted(wide), [wide[d][n] for d in sorted(wide)])


def in_a_process(name: str, columns: int, sizes: Sequence[int], limit: float, device: str) -> Iterator[dict[str, Any]]:
    """The cells that a process of its own sends, n by n; the memory of one does not count for another."""
    fork = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if fork else "spawn")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe(duplex=False)
    process: Any = context.Process(  # type: ignore[attr-defined]
        target=_measure, args=(theirs, name, columns, sizes, limit, device), daemon=True
    )
    process.start()
    theirs.close()
    try:
        while cell := ours.recv():
            yield cell
    except EOFError:
        yield {"n": max(sizes), "left_out": f"the process ended with exit status {process.exitcode}"}
    finally:
        process.join()


def _measure(pipe: Connection, name: str, columns: int, sizes: Sequence[int], limit: float, device: str) -> None:
    """Send one cell for every size: how long the estimate took and what the process held at most so far."""
    torch.set_num_threads(1)
    where = resolve(device)
    before: list[tuple[int, float]] = []
    for n in sorted(sizes):
        expected = _expected(before, n)
        if expected > limit:
            pipe.send({"n": n, "left_out": f"about {expected:.2g} s"})
            continue
        try:
            work = _work(name, columns, n, str(where))
            spent = seconds(work)
        except InputError as error:
            pipe.send({"n": n, "left_out": str(error)})
            continue
        if spent < 1:  # a first call pays for what is loaded and allocated
            spent = min(spent, *(seconds(work) for _ in range(2)))
        before.append((n, spent))
        pipe.send({"n": n, "seconds": spent, "peak": peak(where)})
    pipe.send(None)
    pipe.close()


def _expected(before: Sequence[tuple[int, float]], n: int) -> float:
    """Seconds at n by the last two sizes; a square where there is one."""
    if not before:
        return 0.0
    last, spent = before[-1]
    slope = exponent(*zip(*before[-2:], strict=True)) if len(before) > 1 else None
    return spent * (n / last) ** max(1.0, 2.0 if slope is None else slope)


def _work(name: str, columns: int, n: int, device: str) -> Callable[[], Any]:
    """One estimate of dependent normal samples, or one reading of a measure on them."""
    if name in catalogue.measures:
        entry = catalogue.measures[name]()
        return partial(entry.on, *entry.checked(*_representations(name, columns, n), device=device))
    estimator = catalogue.estimators[name]()
    return partial(estimator.on, estimator.checked(*_samples(name, columns, n), device=device))


def _representations(name: str, columns: int, n: int) -> tuple[Any, ...]:
    """z with its noise where that is needed, and what it is compared with: as wide again, or four labels of it."""
    entry = catalogue.measures[name]
    z, y = MultivariateNormal(dim=columns, rho=0.6).sample(n)
    if entry.posterior == "needed":
        z = z, np.full_like(z, 0.5)
    if entry.against is None:
        return (z,)
    return (z, y) if entry.against == "representation" else (z, np.digitize(y[:, 0], [-1, 0, 1]))


def _samples(name: str, columns: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Dependent normal samples; whole numbers, and labels in one column, where the estimator needs them."""
    entry = catalogue.estimators[name]
    x, y = MultivariateNormal(dim=columns, rho=0.6).sample(n)
    if entry.mixed:
        return x, np.digitize(y[:, 0], [-1, 0, 1])
    if "discrete" in entry.needs:
        return x.round().astype(int), y.round().astype(int)
    return x, y


def peak(device: torch.device) -> int:
    """Most bytes that this process has held so far: of the GPU's memory where it computes there, else of the host's."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    if os.name == "nt":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
