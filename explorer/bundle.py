"""Open a bundled run with its finished planes at hand."""

import json
from functools import cache
from typing import Any

from explorer.data import Recording
from explorer.jobs.results import results
from explorer.packaged import assets
from explorer.plan import Plan, keys
from explorer.recordings.bundled import materialised
from explorer.recordings.store import open_folder


def open_bundled(name: str) -> Recording:
    """The bundled run of that name; its planes are put into the results catalogue when they are not there.

    Raises:
        UnknownNameError: when no run of that name is bundled.
    """
    recording = open_folder(materialised(name))
    for shipped in _shipped(name):
        plan = Plan(**shipped["plan"])
        first = next(iter(shipped["cells"]))
        step, _, layer = first.partition("/")
        key = keys(recording, plan, [int(step)], [layer]).values()
        if not results().get_many(key):
            wanted = keys(recording, plan, recording.steps, recording.layers)
            results().put_many({key: shipped["cells"][f"{step}/{layer}"] for (step, layer), key in wanted.items()})
    return recording


@cache
def _shipped(name: str) -> list[dict[str, Any]]:
    return json.loads((assets() / "demo" / name / "plane.json").read_text())
