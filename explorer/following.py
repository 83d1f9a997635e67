"""Fill in the plane or profile of a recording as a job, also while the recording is still being written."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.errors import JobError
from explorer.jobs.board import STOPPED, Board, Job
from explorer.recordings.manifest import recorded_steps
from explorer.recordings.store import open_folder
from explorer.sweep import compute, plan_of

PATIENCE = 600.0
"""Seconds without any sign of life after which a training that no running job does is taken for dead."""


def run(
    path: str,
    plan: dict[str, Any],
    progress: Any,
    device: str = "auto",
    layers: Sequence[str] | None = None,
    steps: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Compute what is missing, wait for the next step, until the recording is complete.

    Raises:
        JobError: when the job that trains has stopped, or none runs and nothing has been written for ten minutes, and
            the recording is not complete.
    """
    folder, begun = Path(path), time.time()
    while True:
        trains = training_job(folder)  # as it was before what is recorded is looked at
        if recorded_steps(folder):
            recording = open_folder(folder)
            report = progress if recording.complete else lambda done, total, note="": progress(done, 0, note)
            compute(recording, plan_of(plan).checked(recording), layers, steps, device=device, progress=report)
            if recording.complete or steps is not None:
                return {"steps": len(recording.steps), "complete": recording.complete}
        if trains is not None and trains.state in STOPPED:
            why = {"failed": "failed", "lost": "lost its worker"}.get(trains.state, "was cancelled")
            raise JobError(f"the training {why}; what it had recorded is computed. Resume it first, then this")
        runs = trains is not None and trains.state == "running"
        if not runs and time.time() - max(begun, last_sign(folder)) > PATIENCE:
            raise JobError(f"nothing has been recorded for {PATIENCE / 60:g} minutes; resume to go on following")
        there = len(recorded_steps(folder))
        progress(there, 0, f"waiting for the {'next' if there else 'first'} recorded step")
        time.sleep(0.3)


def training_job(folder: Path) -> Job | None:
    """The newest job that trains into a folder; None for a recording that no job makes."""
    mine = (job for job in Board().jobs() if job.spec.function.startswith("explorer.training."))
    return next((job for job in mine if Path(job.spec.arguments.get("path", "")).resolve() == folder.resolve()), None)


def last_sign(folder: Path) -> float:
    """When the training last wrote anything: metrics come at every step, activations on the schedule."""
    files = (folder / "metrics.jsonl", folder / "manifest.json", folder / "steps")
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
