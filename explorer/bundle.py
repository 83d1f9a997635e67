"""Open a bundled run with its finished planes, profiles and scores at hand."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from explorer.coded.disentangle import key
from explorer.data import Recording
from explorer.examples.base import bundled, materialised, stamp
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification
from explorer.metrics import Coded, Metrics
from explorer.packaged import assets
from explorer.recordings.store import open_folder
from explorer.sweep import KINDS, plan_of

NEAR, TINY = 1e-3, 1e-12
"""How far fingerprints may differ by rounding: this part of the root mean square, and this much of a layer of zeros."""


def open_bundled(name: str) -> Recording:
    """The bundled run of that name; what is finished of it is put into the results catalogue when it is not there.

    Raises:
        UnknownNameError: when no run of that name is bundled.
    """
    recording = open_folder(materialised(name))
    rows = [one for one in (*_cells(recording, name), _scored(recording, name)) if one]
    waiting = [one for one in rows if not results().get_many(list(one)[:1])]
    if waiting and _agrees(name, str(recording.path), recording.digest):
        for one in waiting:
            results().put_many(one)
    return recording


def fingerprint(activations: np.ndarray) -> list[float]:
    """Root mean square of a layer, (n, d), and its mean product with cosines, to seven digits.

    Another row, weight or pool moves one of them by a part of the first; the rounding of another processor does not.
    """
    t = activations.astype(np.float64).ravel()
    found = np.sqrt(np.mean(t**2)), t @ np.cos(np.arange(len(t))) * np.sqrt(2 / len(t))
    return [float(f"{one:.7g}") for one in found]


def specification(name: str) -> Specification:
    """The job that records an example: the one that is not done yet, where earlier recordings were deleted.

    Raises:
        UnknownNameError: when no run of that name is bundled.
    """
    done = {job.id for job in board.Board().jobs(1000) if job.state == "done"}
    specs = (Specification("explorer.bundle:record", {"name": name, "again": k}, stamp(name)) for k in count())
    return next(spec for spec in specs if spec.id not in done)


def submitted(name: str) -> Job:
    """Submit that job, and see that a worker is there."""
    return board.submitted(specification(name), f"Recording the example {bundled()[name]}")


def record(name: str, again: int = 0, progress: Any = nothing) -> dict[str, Any]:
    """Record an example where it is not there: what its job does; `again` tells one such job from another."""
    return {"recording": str(materialised(name, progress))}


def _cells(recording: Recording, name: str) -> Iterator[dict[str, Any]]:
    """Of every shipped plan its cells, by their keys in the results catalogue."""
    for shipped in _shipped(name):
        plan = plan_of(shipped["plan"]).checked(recording)
        wanted = KINDS[type(plan)].keys(recording, plan, recording.steps, recording.layers)
        yield {one: shipped["cells"][f"{step}/{layer}"] for (step, layer), one in wanted.items()}


def _scored(recording: Recording, name: str) -> dict[str, Any]:
    """The shipped scores of the codes of one step, by their keys."""
    file = assets() / "demo" / name / "scores.json"
    if not file.exists():
        return {}
    shipped = _json(file)
    means, variances = (recording.activations(shipped["step"], layer) for layer in ("mean", "variance"))
    coded, given = Coded(means, dict(recording.factors), variances), shipped["plan"]
    plan = Metrics(**{**given, "names": tuple(given["names"])}).checked()
    return {key(coded, plan, part, trusted): row for part, trusted, row in shipped["rows"]}


@cache
def _agrees(name: str, folder: str, digest: str) -> bool:
    """Whether a recording is, but for rounding, the one of which the shipped results were read."""
    file, recording = assets() / "demo" / name / "activations.json", open_folder(folder)
    cells = {f"{step}/{layer}": (step, layer) for step in recording.steps for layer in recording.layers}
    shipped = _json(file) if file.exists() else {}
    return shipped.keys() == cells.keys() and all(
        np.allclose(fingerprint(recording.activations(*cells[cell])), known, rtol=0, atol=NEAR * known[0] + TINY)
        for cell, known in shipped.items()
    )


@cache
def _json(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text())


@cache
def _shipped(name: str) -> list[dict[str, Any]]:
    folder = assets() / "demo" / name
    files = [file for name in ("plane.json", "profiles.json") if (file := folder / name).exists()]
    return [shipped for file in files for shipped in json.loads(file.read_text())]
