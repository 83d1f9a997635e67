"""The sanity of a recording at one step: every layer and the probe, computed part by part and kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.data import Recording, digest
from explorer.errors import UnknownNameError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.recordings.store import open_folder
from explorer.reliability import layer_findings, leakage
from explorer.reliability.sanity import Finding, summary, worst_first

if TYPE_CHECKING:
    import pandas

Report = Callable[..., None]
PROBE = ""
"""The part that is no layer: inputs, labels and factors."""
SPEED = 6e-9
"""Seconds for a value of a layer, on one core."""


@dataclass(frozen=True)
class Sanity:
    """What spoils estimates of a recording at one step.

    Attributes:
        layers: summaries of `explorer.reliability.sanity.summary`, in depth order, as many as are there.
        probe: findings on inputs, labels and factors; None before they are there.
        about: recording, step, n, and of how many layers the summaries are.
    """

    layers: tuple[Mapping[str, Any], ...]
    probe: tuple[Finding, ...] | None
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that may spoil results, what is amiss first."""
        return worst_first([*layer_findings.of_layers(self.layers), *(self.probe or ())])

    @property
    def complete(self) -> bool:
        """Whether every layer and the probe are there."""
        return self.probe is not None and len(self.layers) == self.about["total"]

    def to_frame(self) -> "pandas.DataFrame":
        """One row a layer, without histograms and states of single units."""
        import pandas

        rows = [{name: one for name, one in layer.items() if not isinstance(one, dict | list | str)}
                | {"layer": layer["layer"], "stored": layer["stored"], "effective rank": layer["rank"]["value"]}
                for layer in self.layers]  # fmt: skip
        frame = pandas.DataFrame(rows)
        return frame[["layer", *(name for name in frame if name != "layer")]] if rows else frame


def sanity(recording: Recording, step: int | None = None, *, progress: Report = nothing) -> Sanity:
    """The sanity of every layer at a step, the last one unless given, and of the probe.

    Raises:
        UnknownNameError: for a step that was not recorded.
        FileError: when the file of the step is damaged.
    """
    step = checked(recording, step)
    compute(recording, step, progress)
    return collected(recording, step)


def checked(recording: Recording, step: int | None) -> int:
    """The step; the last recorded one for None.

    Raises:
        UnknownNameError: when it was not recorded.
    """
    if step is None and recording.steps:
        return recording.steps[-1]
    if step not in recording.steps:
        raise UnknownNameError("recorded step", step, recording.steps)
    return step


def collected(recording: Recording, step: int) -> Sanity:
    """What has been computed so far."""
    wanted = _keys(recording, step)
    found = results().get_many(wanted.values())
    there = {part: found[key] for part, key in wanted.items() if key in found}
    probe = there.pop(PROBE, None)
    about = {"recording": recording.name, "step": step, "n": len(recording), "total": len(recording.layers)}
    return Sanity(
        tuple(there[layer] for layer in recording.layers if layer in there),
        None if probe is None else tuple(Finding(**one) for one in probe["findings"]),
        about,
    )


def missing(recording: Recording, step: int) -> float:
    """The share of the parts that have not been computed, 0 to 1."""
    wanted = _keys(recording, step)
    return 1 - len(results().get_many(wanted.values())) / len(wanted)


def compute(recording: Recording, step: int, progress: Report = nothing) -> int:
    """Compute and keep the parts that are missing, the probe first; how many there were."""
    wanted = _keys(recording, step)
    found = results().get_many(wanted.values())
    todo = [part for part in wanted if wanted[part] not in found]
    sizes = {part: _values(recording, part) for part in todo}
    before, total = 0, sum(sizes.values())
    for part in todo:

        def told(rows: int, n: int, part: str = part, before: int = before) -> None:
            progress(before + sizes[part] * rows // max(1, n), total, part or "probe")

        told(0, 1)
        results().put_many({wanted[part]: _part(recording, step, part, told)})
        before += sizes[part]
        told(0, 1, before=before)
    return len(todo)


def run(path: str, step: int, progress: Report) -> dict[str, int]:
    """The job: compute what is missing of the sanity of a recording at a step."""
    recording = open_folder(path)
    return {"parts": compute(recording, checked(recording, step), progress)}


def specification(recording: Recording, step: int) -> Specification:
    """The job of a step.

    Raises:
        SettingError: for a recording in memory, which another process cannot read.
    """
    arguments = {"path": recording.folder, "step": step}
    seconds = 1.0 + SPEED * sum(_values(recording, layer) for layer in recording.layers)
    cost = {"seconds": seconds, "bytes": 4e8 + 48.0 * len(recording)}
    return Specification(f"{__name__}:run", arguments, digest(list(_keys(recording, step).values())), cost=cost)


def submitted(recording: Recording, step: int) -> Job:
    """Submit the job of a step.

    Raises:
        SettingError: for a recording in memory.
    """
    return board.submitted(specification(recording, step), f"Sanity of {recording.name} at step {step}")


def probe_digest(recording: Recording) -> str:
    """Digest of inputs, labels and factors: recordings of one probe in one order have the same."""
    columns = {"x": recording.x, "y": recording.y, **dict(sorted(recording.factors.items()))}
    return digest(*(part for name, column in columns.items() if column is not None for part in (name, column)))


def _keys(recording: Recording, step: int) -> dict[str, str]:
    """Keys in the results catalogue, the probe's first: what is small is there at once."""
    at = recording.step_digest(step)
    keys = {layer: digest("sanity", at, layer, code_version()) for layer in recording.layers}
    return {PROBE: digest("sanity of the probe", probe_digest(recording), code_version()), **keys}


def _part(recording: Recording, step: int, part: str, told: Report) -> dict[str, Any]:
    if part == PROBE:
        columns = {
            name: column for name, column in {"y": recording.y, **recording.factors}.items() if column is not None
        }
        return {"findings": [leakage.as_plain(one) for one in leakage.of_probe(recording.x, columns)]}
    return summary(recording, step, part, told)


def _values(recording: Recording, part: str) -> int:
    if part != PROBE:
        return int(np.prod(recording.shapes[part], dtype=int))
    return 1 if recording.x is None else min(recording.x.size, leakage.LOOKED * leakage.COLUMNS)
