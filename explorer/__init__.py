"""Information Explorer: see what neural networks keep and forget.

    import explorer
    explorer.estimate(x, y, estimator="ksg")     # one number, in nats, with its doubts
    explorer.plane(explorer.open("runs/a"))      # the information plane of a recording

Nothing heavy is imported until a name is used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "estimate": "explorer.api",
    "measure": "explorer.api",
    "disentanglement": "explorer.api",
    "open": "explorer.api",
    "plane": "explorer.api",
    "profile": "explorer.api",
    "compare": "explorer.api",
    "similarity": "explorer.api",
    "interactions": "explorer.api",
    "Recorder": "explorer.recordings.recorder",
    "Recording": "explorer.data",
    "Dataset": "explorer.data",
}
_EXTRAS = {
    "LightningRecorder": "explorer.recordings.lightning_recorder",
    "HFRecorder": "explorer.recordings.hf_recorder",
}
"""Names that need a package which an extra installs; `from explorer import *` leaves them out."""
_FOLDERS = (
    "estimators",
    "measures",
    "distributions",
    "sources",
    "embeddings",
    "figures",
    "training",
    "objectives",
    "examples",
    "models",
    "labs",
    "lessons",
)

__all__ = [*_HOMES, *_FOLDERS, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOMES or name in _EXTRAS:
        return getattr(import_module((_HOMES | _EXTRAS)[name]), name)
    if name in _FOLDERS:
        return import_module(f"explorer.{name}")
    raise AttributeError(f"module 'explorer' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_EXTRAS])
