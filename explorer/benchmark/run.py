"""The whole benchmark in one run: speed against peers, accuracy against known truths, growth of time and memory."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from explorer import __version__
from explorer.benchmark.base import measured, summaries
from explorer.benchmark.peers import versions
from explorer.device import describe, resolve
from explorer.errors import SettingError, UnknownNameError
from explorer.jobs.progress import nothing

Report = Callable[..., None]
CONTESTS = [
    path.stem for path in sorted((Path(__file__).parent / "contests").glob("*.py")) if not path.stem.startswith("_")
]
PARTS = ("speed", "accuracy", "coverage", "growth", "measures", "noise")
SEEDS = 2
QUICK: dict[str, Any] = {
    "share": 0.1,
    "accuracy": {"seeds": 1, "budget": 1.0},
    "coverage": {"n": 200, "seeds": 2},
    "growth": {"sizes": (1000, 2000, 5000), "columns": (1, 5), "limit": 0.3},
    "measures": {"sizes": (200, 400), "limit": 0.3},
    "noise": {"n": 100, "columns": 128, "dimensions": (16, 128)},
}
"""A tenth of the work of each contest, one seed, small sizes: shows that all works; judges nothing."""


def run(
    device: str = "auto",
    only: str = "",
    repeats: int = 5,
    *,
    quick: bool = False,
    report: str = "",
    progress: Report = nothing,
) -> dict[str, Any]:
    """Everything, one part, or one contest of the part "speed", with what one needs to read the numbers.

    Args:
        device: where our side computes; peers compute on the CPU.
        only: "speed", "accuracy", "coverage", "growth", "measures", "noise" or a contest; empty for all.
        repeats: timings of each side after a warm-up.
        quick: little work, to see that all runs.
        report: the file that the report goes to, named in the command.

    Raises:
        UnknownNameError: for a part or contest that is not there.
        SettingError: for a device this machine does not have, or repeats below 1.
    """
    if only and only not in (*PARTS, *CONTESTS):
        raise UnknownNameError("benchmark", only, (*PARTS, *CONTESTS))
    if repeats < 1:
        raise SettingError(f"repeats={repeats!r} must be at least 1")
    where = resolve(device)
    options = {"device": device, "only": only, "repeats": repeats, "quick": quick, "report": report}
    found = about(where) | {"command": command(**options), "quick": quick}
    if only not in PARTS[1:]:
        chosen = [only] if only in CONTESTS else CONTESTS
        found |= speed(where, chosen, repeats, QUICK["share"] if quick else 1.0, progress)
    if only in ("", "accuracy"):
        from explorer.benchmark.accuracy import accuracy

        with threads(1):
            found["accuracy"] = accuracy(where, **(QUICK["accuracy"] if quick else {"seeds": SEEDS}), progress=progress)
    if only in ("", "coverage"):
        from explorer.benchmark.coverage import coverage

        with threads(1):
            found["coverage"] = coverage(where, **(QUICK["coverage"] if quick else {}), progress=progress)
    if only in ("", "growth"):
        from explorer.benchmark.growth import growth

        found["growth"] = growth(where, **(QUICK["growth"] if quick else {}), progress=progress)
    if only in ("", "measures"):
        from explorer.benchmark.measures import growth_of_measures

        found["measures"] = growth_of_measures(where, **(QUICK["measures"] if quick else {}), progress=progress)
    if only in ("", "noise"):
        from explorer.benchmark.noise import noise

        found["noise"] = noise(where, **(QUICK["noise"] if quick else {}), progress=progress)
    return found


def speed(
    device: Any, names: list[str], repeats: int, share: float = 1.0, progress: Report = nothing
) -> dict[str, Any]:
    """Medians over interleaved repeats, one row a contest, and a summary where a work has several peers."""
    rows: list[dict[str, Any]] = []
    for done, name in enumerate(names):
        module = import_module(f"explorer.benchmark.contests.{name}")
        for contest in module.contests(device, max(2, int(share * module.SIZE))):
            progress(done, len(names), contest.what)
            with threads(contest.threads or os.cpu_count() or 1):
                rows.append({"benchmark": name, "threads": contest.threads} | measured(contest, repeats))
    progress(len(names), len(names), "")
    return {"speed": rows, "summaries": summaries(rows)}


def about(device: Any) -> dict[str, Any]:
    """Machine, device, date and versions."""
    names = ("torch", "numpy", "scipy", "scikit-learn")
    return {
        "date": date.today().isoformat(),
        "machine": f"{_processor()}; {describe()}",
        "device": _device(device),
        "versions": {"explorer": __version__, "python": platform.python_version()}
        | {name: metadata.version(name) for name in names},
        "peers": versions(),
    }


def command(**options: Any) -> str:
    """The command line with these options, without those at their defaults."""
    defaults = {"device": "auto", "only": "", "repeats": 5, "quick": False, "report": ""}
    given = [(name, value) for name, value in options.items() if value != defaults[name]]
    return " ".join(
        ["explorer benchmark", *(f"--{name}" if value is True else f"--{name} {value}" for name, value in given)]
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _device(device: Any) -> str:
    if device.type != "cuda":
        return str(device)
    import torch

    return f"{device}, {torch.cuda.get_device_name(device)}"


@contextmanager
def threads(count: int) -> Iterator[None]:
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


def show(done: int, total: int, note: str = "") -> None:
    """Where the run is, on stderr: one line that is overwritten at a terminal, else a line each."""
    end = "\n" if done == total or not sys.stderr.isatty() else ""
    start = "\r" if sys.stderr.isatty() else ""
    print(f"{start}{done} of {total}  {note:70.70}", end=end, file=sys.stderr, flush=True)
