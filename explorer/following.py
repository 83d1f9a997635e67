"""Fill in the plane or profile of a recording as a job, also while the recording is still being written."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.errors import JobError
from explorer.recordings.manifest import recorded_steps
from explorer.recordings.store import open_folder
from explorer.sweep import compute, plan_of

PATIENCE = 600.0
"""Seconds without any sign of life after which a training is taken for dead; the job can be resumed."""


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
        JobError: when nothing has been written for ten minutes and the recording is not complete.
    """
    folder, begun = Path(path), time.time()
    while True:
        if recorded_steps(folder):
            recording = open_folder(folder)
            report = progress if recording.complete else lambda done, total, note="": progress(done, 0, note)
            compute(recording, plan_of(plan).checked(recording), layers, steps, device=device, progress=report)
            if recording.complete or steps is not None:
                return {"steps": len(recording.steps), "complete": recording.complete}
        if time.time() - max(begun, last_sign(folder)) > PATIENCE:
            raise JobError(f"nothing has been recorded for {PATIENCE / 60:g} minutes; resume to go on following")
        progress(len(recorded_steps(folder)), 0, "waiting for the next recorded step")
        time.sleep(0.3)


def last_sign(folder: Path) -> float:
    """When the training last wrote anything: metrics come at every step, activations on the schedule."""
    files = (folder / "metrics.jsonl", folder / "manifest.json", folder / "steps")
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
