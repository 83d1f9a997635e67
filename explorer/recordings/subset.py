"""A copy of a recording with fewer rows, layers or steps, or layers of other names; the recording stays as it is."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors.numpy import save

from explorer.data import Recording, identity
from explorer.device import rows_per_chunk
from explorer.errors import FileError, SettingError, UnknownNameError
from explorer.recordings.atomic import making, write_atomically
from explorer.recordings.manifest import LayerEntry, read_manifest, write_manifest, write_step
from explorer.recordings.store import open_folder, stored_columns

Rule = Literal["all", "every", "random", "per_class", "distinct"]
Report = Callable[..., None]


@dataclass(frozen=True)
class Subset:
    """What of a recording a copy keeps.

    Attributes:
        rule: of the rows: all; every k-th, from the first; `count` drawn at random; `count` of each value of `column`
            drawn at random; the first of equal inputs.
        k: of "every".
        count: of "random"; of "per_class" for each class, None for as many as the smallest class has.
        column: y or a factor, of "per_class".
        seed: of what is drawn.
        layers: those that are kept, in depth order, and what they are called in the copy; none keeps all.
        steps: those that are kept; none keeps all.
    """

    rule: Rule = "all"
    k: int = 2
    count: int | None = None
    column: str = "y"
    seed: int = 0
    layers: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[int, ...] = ()

    def rows(self, recording: Recording) -> np.ndarray:
        """Numbers of the rows that are kept, ascending.

        Raises:
            SettingError: for a value out of its range.
            UnknownNameError: for a label or factor that is not there.
        """
        n = len(recording)
        if self.rule == "every":
            return np.arange(0, n, _whole("k", self.k, 1, n))
        if self.rule == "random":
            return _drawn(np.arange(n), _whole("count", self.count, 1, n), np.random.default_rng(self.seed))
        if self.rule == "per_class":
            return self._per_class(recording.target(self.column))
        if self.rule == "distinct":
            if recording.x is None:
                raise SettingError("rule='distinct' compares inputs, and the recording holds none")
            return np.sort(np.unique(identity(recording.x, n), return_index=True)[1])
        return np.arange(n)

    def names(self, recording: Recording) -> dict[str, str]:
        """The layers that are kept, and their names in the copy.

        Raises:
            UnknownNameError: for a layer or step that was not recorded.
            SettingError: when two would have one name, or one none.
        """
        for name in self.layers:
            if name not in recording.layers:
                raise UnknownNameError("layer", name, recording.layers)
        for step in self.steps:
            if step not in recording.steps:
                raise UnknownNameError("recorded step", step, recording.steps)
        kept = {one: self.layers[one].strip() for one in recording.layers if one in self.layers}
        kept = kept or {one: one for one in recording.layers}
        names = list(kept.values())
        twice = next((name for name in names if names.count(name) > 1 or not name), None)
        if twice is not None:
            why = f"two layers would be called {twice!r}" if twice else "a layer would have no name"
            raise SettingError(f"{why}; every layer needs a name of its own")
        return kept

    def told(self, recording: Recording) -> tuple[str, ...]:
        """What a copy keeps and what it drops, a sentence each for rows, layers, names and steps."""
        n, kept, names = len(recording), len(self.rows(recording)), self.names(recording)
        dropped = [layer for layer in recording.layers if layer not in names]
        renamed = [f"{old} is now {new}" for old, new in names.items() if old != new]
        steps = self.steps or recording.steps
        found = [
            f"Keeps {kept:,} of {n:,} rows ({self._how()}); {n - kept:,} are dropped."
            if kept < n
            else "All rows are kept."
        ]
        found.append(
            f"Drops {len(dropped)} of {len(recording.layers)} layers: {', '.join(dropped)}."
            if dropped
            else "All layers are kept."
        )
        if renamed:
            found.append(f"Renamed: {'; '.join(renamed)}.")
        if len(steps) < len(recording.steps):
            found.append(f"Keeps {len(steps):,} of {len(recording.steps):,} recorded steps.")
        return tuple(found)

    def probe_bytes(self, recording: Recording, rows: int) -> int:
        """About how many bytes of disk the probe of a copy of so many rows takes: those of a row, times the rows."""
        whole = Path(recording.path or "") / "probe.safetensors"
        return whole.stat().st_size * rows // max(1, len(recording)) if whole.is_file() else 0

    def _how(self) -> str:
        seed = f"seed {self.seed}"
        each = "as many as the smallest class has" if self.count is None else f"{self.count:,}"
        words = {
            "every": f"one in {self.k}, from the first",
            "random": f"drawn at random, {seed}",
            "per_class": f"{each} of each value of {self.column}, drawn at random, {seed}",
            "distinct": "the first of equal inputs",
        }
        return words.get(self.rule, "all")

    def _per_class(self, labels: np.ndarray) -> np.ndarray:
        _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        least = int(counts.min())
        count = least if self.count is None else _whole("count", self.count, 1, least)
        rng = np.random.default_rng(self.seed)
        return np.sort(np.concatenate([_drawn(np.flatnonzero(codes == c), count, rng) for c in range(len(counts))]))


def copied(recording: Recording, subset: Subset, folder: str | Path, progress: Report = lambda *_: None) -> Path:
    """Write the copy into a folder that does not exist yet, block by block; it appears there whole or not at all.

    Its provenance says of which recording it is a copy, by which rule, and what was dropped.

    Raises:
        SettingError, UnknownNameError: for a subset that does not fit, or a recording in memory.
        FileError: when the folder exists or cannot be written, or the recording is damaged.
    """
    target = Path(folder)
    if recording.path is None:
        raise SettingError("a copy needs a recording on disk and this one is in memory")
    if target.exists():
        raise FileError(f"{target} exists; choose another name")
    rows, names = subset.rows(recording), subset.names(recording)
    with making(target) as made:
        lacking = _columns(Path(recording.path), made, rows, len(recording))
        _steps(recording, subset, made, rows, names, progress)
        _manifest(recording, subset, made, rows, names, target.name, lacking)
    return target


def run(path: str, target: str, progress: Report, asked: str = "", **subset: Any) -> dict[str, str]:
    """The job: write a copy; `subset` is a `Subset` as plain data, `asked` tells one wish from another."""
    plan = Subset(**subset | {"steps": tuple(subset.get("steps", ()))})
    return {"recording": str(copied(open_folder(path), plan, target, progress))}


def _columns(source: Path, scratch: Path, rows: np.ndarray, n: int) -> list[str]:
    """Write the rows of the probe, and the metrics as they are; the columns that are not of n rows, and left out."""
    (scratch / "steps").mkdir()
    columns = stored_columns(source / "probe.safetensors")
    kept = {name: column[rows] for name, column in columns.items() if len(column) == n}
    write_atomically(scratch / "probe.safetensors", save(kept))
    metrics = source / "metrics.jsonl"
    write_atomically(scratch / "metrics.jsonl", metrics.read_bytes() if metrics.is_file() else b"")
    return [name for name in columns if name not in kept]


def _steps(
    recording: Recording, subset: Subset, scratch: Path, rows: np.ndarray, names: Mapping[str, str], progress: Report
) -> None:
    steps = subset.steps or recording.steps
    total = len(steps) * len(names)
    for done, step in enumerate(steps):
        layers = {}
        for place, (old, new) in enumerate(names.items()):
            kind = recording.rows(step, old, 0, 1).dtype
            told = partial(progress, done * len(names) + place, total, f"step {step}")
            shape = (len(rows), *recording.shapes[old][1:])
            layers[new] = kind, shape, _kept(recording, step, old, rows, told)
        write_step(scratch, step, layers)
    progress(total, total)


def _kept(
    recording: Recording, step: int, layer: str, rows: np.ndarray, told: Callable[[], None]
) -> Iterator[np.ndarray]:
    """The rows that are kept, a block of the recording at a time."""
    n, width = len(recording), int(np.prod(recording.shapes[layer][1:], dtype=int))
    size = rows_per_chunk(64 * max(1, width))
    for begin in range(0, n, size):
        told()
        kept = rows[(rows >= begin) & (rows < begin + size)] - begin
        if len(kept):
            yield recording.rows(step, layer, begin, min(n, begin + size))[kept]


def _manifest(
    recording: Recording, subset: Subset, scratch: Path, rows: np.ndarray, names: Mapping[str, str],
    title: str, lacking: list[str],
) -> None:  # fmt: skip
    """The manifest comes last: it says what was left out."""
    assert recording.path is not None
    before = read_manifest(Path(recording.path))
    manifest = before.model_copy(deep=True)
    manifest.layers = {
        new: LayerEntry.model_validate(
            before.layers[old].model_dump() | {"shape": [len(rows), *before.layers[old].shape[1:]]}
        )
        for old, new in names.items()
    }
    manifest.steps = list(subset.steps or recording.steps)
    manifest.skipped |= {one: "left out of this copy" for one in recording.layers if one not in names}
    manifest.probe.n, manifest.complete = len(rows), True
    if manifest.probe.shape:
        manifest.probe.shape = [len(rows), *manifest.probe.shape[1:]]
    origin = {"recording": recording.name, "id": before.provenance.get("id"), "rows of it": len(recording)}
    told = list(subset.told(recording))
    if lacking:
        told.append(f"Left out, since they have another number of rows: {', '.join(lacking)}.")
    plain = json.loads(json.dumps(asdict(subset)))
    manifest.provenance |= {"id": uuid.uuid4().hex, "title": title, "copy of": origin | {"subset": plain}}
    manifest.provenance["notes"] = [*before.notes, f"A copy of {recording.name}.", *told]
    write_manifest(scratch, manifest)


def _drawn(rows: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.permutation(rows)[:count])


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise SettingError(f"{name}={value!r} must be a whole number from {low} to {high}")
    return int(value)
