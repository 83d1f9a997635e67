"""How the time of every measure grows with the number of samples, and what memory it takes."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from explorer.benchmark.growth import exponent, in_a_process
from explorer.catalogue import measures
from explorer.jobs.progress import nothing

SIZES = (500, 1000, 2000, 5000, 10_000)
COLUMNS = 20
LIMIT = 8.0
"""Seconds that a reading may be expected to take; larger ones are left out, and listed as such."""

LARGE = 1000
"""Samples from which on the exponent is fitted; below, fixed costs hide it."""


def growth_of_measures(
    device: Any = "auto",
    only: Collection[str] | None = None,
    *,
    sizes: Sequence[int] = SIZES,
    columns: int = COLUMNS,
    limit: float = LIMIT,
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """Seconds and peak memory of one reading of dependent normal samples, on one thread.

    Args:
        only: measures of the catalogue; None takes all.
        sizes: numbers of samples.
        limit: seconds that a reading may be expected to take by the growth so far.
    """
    names = [name for name in measures if only is None or name in only]
    rows = []
    for done, name in enumerate(names, 1):
        rows.append(_row(name, list(in_a_process(name, columns, sizes, limit, str(device)))))
        progress(done, len(names), name)
    about = {"sizes": list(sizes), "columns": columns, "limit": limit, "large": LARGE}
    return about | {"measures": rows}


def _row(name: str, cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    known = [cell for cell in cells if "seconds" in cell]
    large = [cell for cell in known if cell["n"] >= LARGE]
    return {
        "measure": name,
        "seconds": {str(cell["n"]): cell["seconds"] for cell in known},
        "exponent": exponent([cell["n"] for cell in large], [cell["seconds"] for cell in large]),
        "peak": max((cell["peak"] for cell in known), default=0),
        "left_out": [f"n={cell['n']}: {cell['left_out']}" for cell in cells if "left_out" in cell],
    }
