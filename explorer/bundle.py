"""Open a bundled run with its finished planes, profiles and scores at hand."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from explorer.coded.disentangle import key
from explorer.data import Recording
from explorer.jobs.results import results
from explorer.metrics import Coded, Metrics
from explorer.packaged import assets
from explorer.recordings.bundled import materialised
from explorer.recordings.store import open_folder
from explorer.sweep import KINDS, plan_of


def open_bundled(name: str) -> Recording:
    """The bundled run of that name; what is finished of it is put into the results catalogue when it is not there.

    Raises:
        UnknownNameError: when no run of that name is bundled.
    """
    recording = open_folder(materialised(name))
    for shipped in _shipped(name):
        plan = plan_of(shipped["plan"]).checked(recording)
        keys = KINDS[type(plan)].keys
        first = next(iter(shipped["cells"]))
        step, _, layer = first.partition("/")
        if not results().get_many(keys(recording, plan, [int(step)], [layer]).values()):
            wanted = keys(recording, plan, recording.steps, recording.layers)
            results().put_many({one: shipped["cells"][f"{step}/{layer}"] for (step, layer), one in wanted.items()})
    _put_scores(recording, assets() / "demo" / name / "scores.json")
    return recording


def _put_scores(recording: Recording, file: Path) -> None:
    """The scores of the codes of one step."""
    if not file.exists():
        return
    shipped = _scores(file)
    means, variances = (recording.activations(shipped["step"], layer) for layer in ("mean", "variance"))
    coded, given = Coded(means, dict(recording.factors), variances), shipped["plan"]
    plan = Metrics(**{**given, "names": tuple(given["names"])}).checked()
    rows = {key(coded, plan, part, trusted): row for part, trusted, row in shipped["rows"]}
    if not results().get_many(list(rows)[:1]):
        results().put_many(rows)


@cache
def _scores(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text())


@cache
def _shipped(name: str) -> list[dict[str, Any]]:
    folder = assets() / "demo" / name
    files = [file for name in ("plane.json", "profiles.json") if (file := folder / name).exists()]
    return [shipped for file in files for shipped in json.loads(file.read_text())]
