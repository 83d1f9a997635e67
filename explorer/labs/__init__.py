"""Labs: one question, a few settings, one figure; what to do and what will be seen.

    from explorer import labs
    labs.two_by_two(agreement=0.9)      # a Plotly figure

A folder is a chapter. A lab is one file, found by being there.
"""

from typing import Any

from explorer.catalogue import labs as _labs


def __getattr__(name: str) -> Any:
    if name in _labs:
        return _labs[name]
    raise AttributeError(f"module 'explorer.labs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_labs)
