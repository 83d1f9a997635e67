"""Files of other programs copied into a recording, step by step; there is a whole recording at the end or none."""

import json
import shutil
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

import explorer
from explorer import arrays
from explorer.device import CHUNK_BYTES
from explorer.errors import FileError, SampleError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.specification import Specification
from explorer.recordings._layouts import ACTIVATIONS
from explorer.recordings.atomic import making
from explorer.recordings.blocks import write_blocks
from explorer.recordings.foreign import Found, found
from explorer.recordings.manifest import LayerEntry, Manifest, ProbeEntry, step_path, write_manifest, writing
from explorer.sources._lazy import Lazy
from explorer.sources._limits import size
from explorer.sources._readers import is_there

Report = Callable[..., None]

WHAT_TO_DO = " (NaN, infinite or blank), which measures refuse; leave these rows out, or fill them in first."
SPARE = 2**26
"""Bytes of the disk that are left to others."""


def convert(
    source: str | Path,
    out: str | Path,
    *,
    pattern: str = "",
    x: Any = None,
    y: Any = None,
    factors: Any = None,
    title: str = "",
    progress: Report = nothing,
) -> Path:
    """Copy activations from files of another program into a recording of this one; the folder of it.

    Values and their types stay as they are; single numbers in a step become its metrics. Memory holds one layer of a
    step at most, or one file where its format is read whole.

    Args:
        source: a file, a store or a folder; see `explorer.open` for `pattern`, `x`, `y` and `factors`.
        out: folder of the recording, which must not be there.
        title: of the recording; else the name of the source.
        progress: called with layers done, layers in all, and what is being copied; it may raise to cancel.

    Raises:
        FileError: for a source that cannot be read, a folder that is there, or a disk without room for it.
        SettingError, SampleError, UnknownNameError: as `explorer.open`.
    """
    held, folder = found(source, pattern, x, y, factors), Path(out)
    announced(held, folder)
    with making(folder) as made:
        with writing(made):
            (made / "steps").mkdir()
        _fill(held, made, title or held.path.resolve().name, progress)
    return folder


def announced(held: Found, out: Path) -> str:
    """What a conversion will write and how much room there is, as a sentence.

    Raises:
        FileError: when there is no room, or something is at `out`.
        SampleError: for a layer whose name no recording can hold.
    """
    for name in held.layers:
        if not name or name == "__metadata__" or "\0" in name:
            raise SampleError(f"{held.path.name} has a layer called {name!r}, which no recording can hold; rename it")
    if out.exists() or out.is_symlink():
        raise FileError(f"{out} is there already; choose another folder")
    room = next(parent for parent in out.absolute().parents if parent.is_dir())
    free = shutil.disk_usage(room).free
    if held.nbytes + SPARE > free:
        raise FileError(f"{out} needs {size(held.nbytes)} of disk and {size(free)} are free there")
    steps, layers = len(held.steps), len(held.layers)
    shape = f"{steps} step{'s' * (steps > 1)} of {layers} layer{'s' * (layers > 1)} on {len(held):,} samples"
    return f"{shape}: {size(held.nbytes)} of disk, of {size(free)} that are free."


def missing(held: Found) -> tuple[str, ...]:
    """Which columns of what was found lack values, each a sentence; of layers, those of a table at its first step."""
    columns = {name.removeprefix("factor."): values for name, values in held.columns.items()}
    if held.joined:
        columns |= dict(zip(held.joined, held.layers[ACTIVATIONS].read().T, strict=True))
    counts = {name: (_absent(values), values.size) for name, values in columns.items()}
    return tuple(f"{name} lacks {some:,} of {of:,} values{WHAT_TO_DO}" for name, (some, of) in counts.items() if some)


def _absent(values: np.ndarray) -> int:
    """How many values are NaN or infinite, or blank text."""
    if values.dtype.kind == "f":
        return values.size - int(np.isfinite(values).sum())
    return int((values.astype(str) == "").sum()) if values.dtype.kind in "OSU" else 0


def run(
    source: str,
    out: str,
    progress: Report = nothing,
    pattern: str = "",
    x: str | None = None,
    y: str | None = None,
    factors: list[str] | None = None,
    title: str = "",
) -> dict[str, str]:
    """The job: convert, and tell the folder; one that a run before has finished is taken as it is."""
    folder = Path(out)
    if not (folder / "manifest.json").is_file():
        convert(source, folder, pattern=pattern, x=x, y=y, factors=factors, title=title, progress=progress)
    return {"recording": str(folder)}


def submitted(held: Found, out: Path, **asked: Any) -> Job:
    """Submit a conversion as a job to a service that runs."""
    columns = {name: _absolute(asked.pop(name)) for name in ("x", "y", "factors") if asked.get(name)}
    arguments = {"source": str(held.path.absolute()), "out": str(out.absolute()), **asked, **columns}
    cost = {"seconds": held.nbytes / 2e8, "bytes": float(max(one.memory for one in held.layers.values()))}
    spec = Specification("explorer.converted:run", arguments, held.recording().digest, cost=cost)
    return board.submitted(spec, f"Converting {held.path.name} to {out.name}")


def _absolute(texts: Any) -> Any:
    """Names of files for a process that runs in another folder; names of arrays stay as they are."""
    if not isinstance(texts, str):
        return [_absolute(text) for text in texts]
    path = arrays.path(texts)
    return arrays.absolute(texts) if is_there(path, "file") or is_there(path, "dir") else texts


def _fill(held: Found, folder: Path, title: str, progress: Report) -> None:
    """Write everything into a folder, the manifest last."""
    columns, words = _columns(held)
    with writing(folder):
        (folder / "probe.safetensors").write_bytes(save(columns))
    metrics, absent = [], Counter[str]()
    for place, step in enumerate(held.steps):
        layers = held.open(step)
        told = _Told(progress, place * len(layers), len(held.steps) * len(layers), absent)
        blocks = {name: (one.dtype, one.shape, told(one, step, name)) for name, one in layers.items()}
        write_blocks(step_path(folder, step), blocks)
        metrics.append(json.dumps({"step": step, **held.numbers(step)}, allow_nan=False) + "\n")
    with writing(folder):
        (folder / "metrics.jsonl").write_text("".join(metrics), encoding="utf-8")
    inputs = held.columns.get("x")
    entries = {
        name: LayerEntry(shape=list(one.shape), dtype=str(one.dtype), pool="as it was")
        for name, one in held.layers.items()
    }
    probe = ProbeEntry(n=len(held), shape=list(inputs.shape) if inputs is not None else [], categories=words)
    about: dict[str, Any] = {"id": uuid.uuid4().hex, "explorer": explorer.__version__, "title": title}
    about |= {"converted": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **held.provenance}
    about |= {"notes": [*held.notes, *missing(held), *_lacking(held, absent)]}
    manifest = Manifest(schema_version=1, layers=entries, steps=list(held.steps), probe=probe, provenance=about)
    manifest.complete = True
    write_manifest(folder, manifest)


def _lacking(held: Found, absent: Counter[str]) -> list[str]:
    """Which layers lack values, each a sentence, unless that was known before."""
    steps = f"{len(held.steps)} step{'s' * (len(held.steps) > 1)}"
    known = held.joined and len(held.steps) == 1
    found = {name: count for name, count in absent.items() if count and not known}
    return [f"Layer {name} lacks {count:,} values in {steps}{WHAT_TO_DO}" for name, count in found.items()]


class _Told:
    """Blocks of rows of a layer with a report before each, and how many values of the layer are not finite."""

    def __init__(self, progress: Report, done: int, total: int, absent: Counter[str]):
        self.progress, self.done, self.total, self.absent = progress, done, total, absent

    def __call__(self, one: Lazy, step: int, name: str) -> Iterator[np.ndarray]:
        rows, note = one.shape[0], f"step {step}, {name}"
        many = rows if one.least >= one.nbytes else max(1, 4 * CHUNK_BYTES * rows // max(1, one.nbytes))
        for begin in range(0, rows, many):
            self.progress(self.done, self.total, note)
            values = one.read(begin, begin + many)
            self.absent[name] += _absent(values)
            yield values
        self.done += 1
        self.progress(self.done, self.total, note)


def _columns(held: Found) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
    """The columns as they are stored: texts as numbers, with their words."""
    columns, words = {}, {}
    for name, column in held.columns.items():
        if column.dtype.kind in "OSU":
            levels, codes = np.unique(column.astype(str), return_inverse=True)
            columns[name], words[name] = codes.reshape(column.shape), levels.tolist()
        else:
            columns[name] = np.ascontiguousarray(column, column.dtype.newbyteorder("="))
    return columns, words
