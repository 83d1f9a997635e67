"""Long work outside this process: written to a database, carried out by a service, computed once.

    job = jobs.submitted(jobs.Specification("package.module:function", {"path": path}, data=digest), "A title")
    jobs.wait(job.id).result

The database is all that the caller and the service share. Nothing here imports torch or Dask.
The results catalogue is `explorer.jobs.results.results()`.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "Specification": "explorer.jobs.specification",
    "Job": "explorer.jobs.board",
    "submitted": "explorer.jobs.board",
    "ensure_service": "explorer.jobs.startup",
}
_BOARD = ("submit", "job", "jobs", "cancel", "resume", "wait", "mark_lost")

__all__ = [*_HOMES, *_BOARD]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _BOARD:
        return getattr(import_module("explorer.jobs.board").Board(), name)
    raise AttributeError(f"module 'explorer.jobs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
