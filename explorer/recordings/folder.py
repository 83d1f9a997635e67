"""The folder that a recorder writes into: made, cleared, or gone on with."""

import json
import re
from collections.abc import Collection
from pathlib import Path

from explorer.errors import FileError
from explorer.recordings.atomic import writing
from explorer.recordings.manifest import Manifest, read_manifest, read_metrics, recorded_steps, step_path

OWN = re.compile(
    r"manifest\.json|probe\.safetensors|metrics\.jsonl|steps|steps/\d{8,}\.safetensors|(.*/)?\.[^/]*\.part"
)


def claim(folder: Path, overwrite: bool, kept: Collection[int]) -> None:
    """Make the folder, and clear away the recording that it may hold, but for the steps that are kept.

    Raises:
        FileError: when it holds a recording that may not be overwritten, or cannot be written.
    """
    manifest = folder / "manifest.json"
    with writing(folder):
        steps, held = recorded_steps(folder), manifest.exists()
    if (held or steps) and not overwrite:
        raise FileError(f"{folder} holds a recording of {len(steps)} steps; choose another path or pass overwrite=True")
    cleared = [step_path(folder, step) for step in steps if step not in kept]
    with writing(folder):
        (folder / "steps").mkdir(parents=True, exist_ok=True)
        for old in (*([] if kept else [manifest]), *cleared, *folder.glob("steps/.*.part")):
            old.unlink(missing_ok=True)


def unlike_a_recording(folder: Path) -> str:
    """The first thing in a folder that no recording has; "" where it holds a recording and nothing else.

    Raises:
        FileError: when the folder is none, or holds no manifest that can be read.
    """
    with writing(folder):
        inside = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*"))
    alien = next((name for name in inside if not OWN.fullmatch(name)), "")
    if not alien:
        read_manifest(folder)
    return alien


def take_over(folder: Path, after: int, manifest: Manifest) -> str:
    """The lines of the metrics up to a step of a recording that goes on; layers, steps, notes and id join the manifest.

    Raises:
        FileError: when the folder holds no recording that can be read.
    """
    before = read_manifest(folder)
    manifest.layers, manifest.skipped = before.layers, before.skipped
    manifest.steps = [step for step in recorded_steps(folder) if step <= after]
    manifest.left_out = [step for step in before.left_out if step <= after]
    manifest.provenance |= {name: before.provenance.get(name) for name in ("id", "started")}
    if before.notes:
        manifest.provenance["notes"] = list(dict.fromkeys([*manifest.notes, *before.notes]))
    lines = [line for line in read_metrics(folder) if line["step"] <= after]
    return "".join(json.dumps(line) + "\n" for line in lines)
