"""Lessons in order: predict, play, explain. A lesson is one file, found by being there."""

from typing import Any

from explorer.catalogue import lessons as _lessons


def __getattr__(name: str) -> Any:
    if name in _lessons:
        return _lessons[name]
    raise AttributeError(f"module 'explorer.lessons' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_lessons)
