"""Open a bundled run with its finished planes and profiles at hand."""

import json
from functools import cache
from typing import Any

from explorer.data import Recording
from explorer.jobs.results import results
from explorer.packaged import assets
from explorer.recordings.bundled import materialised
from explorer.recordings.store import open_folder
from explorer.sweep import KINDS, plan_of


def open_bundled(name: str) -> Recording:
    """The bundled run of that name; its planes and profiles are put into the results catalogue when they are not there.

    Raises:
        UnknownNameError: when no run of that name is bundled.
    """
    recording = open_folder(materialised(name))
    for shipped in _shipped(name):
        plan = plan_of(shipped["plan"]).checked(recording)
        keys = KINDS[type(plan)].keys
        first = next(iter(shipped["cells"]))
        step, _, layer = first.partition("/")
        key = keys(recording, plan, [int(step)], [layer]).values()
        if not results().get_many(key):
            wanted = keys(recording, plan, recording.steps, recording.layers)
            results().put_many({key: shipped["cells"][f"{step}/{layer}"] for (step, layer), key in wanted.items()})
    return recording


@cache
def _shipped(name: str) -> list[dict[str, Any]]:
    folder = assets() / "demo" / name
    return [shipped for file in ("plane.json", "profiles.json") for shipped in json.loads((folder / file).read_text())]
