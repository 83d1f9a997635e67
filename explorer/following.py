"""Fill in the plane of a recording as a job, also while the recording is still being written."""

import time
from pathlib import Path
from typing import Any

from explorer.plan import Plan
from explorer.recordings.manifest import recorded_steps
from explorer.recordings.store import open_folder
from explorer.sweep import compute

PATIENCE = 120.0
"""Seconds without a new step after which a recording that was never closed is taken as it is."""


def run(path: str, plan: dict[str, Any], progress: Any, device: str = "auto") -> dict[str, Any]:
    """Compute what is missing, wait for the next step, until the recording is complete.

    Raises:
        FileError: when nothing is recorded in that folder within two minutes.
    """
    folder, newest = Path(path), time.monotonic()
    while True:
        if recorded_steps(folder):
            recording = open_folder(folder)
            report = progress if recording.complete else lambda done, total, note="": progress(done, 0, note)
            if compute(recording, Plan(**plan).checked(recording), device=device, progress=report):
                newest = time.monotonic()
            if recording.complete:
                return {"steps": len(recording.steps), "complete": True}
        if time.monotonic() - newest > PATIENCE:
            return {"steps": len(open_folder(folder).steps), "complete": False}
        progress(len(recorded_steps(folder)), 0, "waiting for the next recorded step")
        time.sleep(0.3)
