"""Record the activations of a training network: one line per step in the user's loop.

with explorer.Recorder("runs/a", model, probe=(x, y), every="log") as recorder:
    for step in range(steps):
        recorder.step(step, loss=loss)
        ...
"""

import json
import warnings
from bisect import insort
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch
from safetensors.numpy import save
from torch import nn

from explorer.errors import SampleError, SettingError
from explorer.recordings import asked, hooks, schedule
from explorer.recordings.atomic import write_atomically, writing
from explorer.recordings.blocks import Blocks, size_of
from explorer.recordings.budget import Budget, bytes_of, stored
from explorer.recordings.folder import claim, take_over
from explorer.recordings.gathered import Gathered
from explorer.recordings.manifest import LayerEntry, Manifest, ProbeEntry, write_manifest, write_step
from explorer.recordings.pools import Pooling, pooling
from explorer.recordings.probe import by_token, probe_of
from explorer.recordings.taken import Taken, beyond
from explorer.recordings.traced import traced
from explorer.result import finite

DTYPES = {"float32": torch.float32, "float16": torch.float16, "float64": torch.float64}
FEW = 2
"""Samples of the pass that shows how large a step will be, and which functions are called."""
PASS_BYTES = 2**28
"""What the layers may return in one pass, where the rows of a pass are not chosen."""
MOST_ROWS = 4096

Report = Callable[..., None]


class Recorder:
    """Writes a recording while a network trains, and changes nothing in the training.

    Hooks are attached for the probe pass alone, in evaluation mode without gradients; training
    flags, buffers, random states (Python's, NumPy's, torch's on every device of the network) and
    weights are left bit for bit as they were. A generator of the network's own is not known here.
    However large a step is, little more of it is in memory than one layer in one pass.

    Args:
        path: folder of the recording; it is made.
        model: the network; a compiled or data-parallel wrapper is looked through.
        probe: (x, y) or x: the fixed samples whose activations are kept, (n, ...) and (n,). A tensor is
            fed as it is; lists, arrays and tables become the floating type of the parameters, whole
            numbers too unless the network has an embedding. A mapping {argument: values} is fed as model(**x).
        layers: module names, or "auto": every nonlinearity and the last module; of a network of transformers its
            blocks and what stands beside them.
        every: record at multiples of this step, on a "log" schedule (0 to 10, then 15 a decade), or at these steps.
        factors: named columns of the probe, (n,) each.
        pool: what makes one row a sample of a layer, one name for all layers or {layer: name}. "flatten" keeps all
            values. Of maps (n, channels, ...), "mean" averages over the positions and "channels" takes those at one
            place, drawn for each sample. Of tokens (n, tokens, d), "tokens" is their mean, "cls" the first,
            "masked_mean" and "last_token" heed the attention_mask of the probe, and "each_token" makes every token
            that is no padding a sample (y and factors are repeated; token, position and text become factors). Layers
            of a row a sample already stay as they are, but for "each_token".
        dtype: of the stored activations; float16 halves the disk and spoils fine binning.
        batch: rows of the probe in one pass; None takes 4096, or fewer where the layers return more than 256 MB.
        functional: record functions such as F.relu too; in each module they are called relu, relu_1, ...
        strip_prefix: what the names of layers lose at their beginning, such as "net." or "model.".
        seed: of the places that "channels" takes.
        budget: most bytes of disk for activations and probe, as a number or "2 GB"; a step that does not fit is
            left out, with a warning and a line in the manifest.
        progress: called in a probe pass with samples done, their number and "samples"; what it raises ends the pass.
        overwrite: replace the recording that the folder holds; else it is refused.
        after: go on with the recording that the folder holds: what it has up to and with this step stays, and what
            came later is cleared away.
        provenance: plain data that is kept in the manifest.

    Raises:
        FileError: when the folder holds a recording already, or cannot be written.
        UnknownNameError: for a layer that the network lacks.
        SampleError: for a probe that is empty or not paired row by row.
        SettingError: for any other argument that breaks its rule.
    """

    def __init__(
        self,
        path: str | Path,
        model: nn.Module,
        probe: Any,
        layers: str | Collection[str] = "auto",
        every: schedule.Schedule = 1,
        *,
        factors: Mapping[str, Any] | None = None,
        pool: str | Mapping[str, str] = "flatten",
        dtype: str = "float32",
        batch: int | None = None,
        functional: bool = False,
        strip_prefix: str = "",
        seed: int = 0,
        budget: int | str | None = None,
        progress: Report | None = None,
        overwrite: bool = False,
        after: int | None = None,
        provenance: Mapping[str, Any] | None = None,
    ):
        if dtype not in DTYPES:
            raise SettingError(f"dtype={dtype!r} must be one of {', '.join(map(repr, DTYPES))}")
        if batch is not None and (schedule.whole(batch) or 0) < 1:
            raise SettingError(f"batch={batch!r} must be a whole number from 1 upward")
        self.path, self._model, self._dtype = Path(path), asked.ready(model), dtype
        self._every, self._rows, self._progress = schedule.checked(every), batch, progress
        read = probe_of(probe, factors or {}, self._model)
        if functional:
            self._model = traced(self._model, read.some(FEW))
        self._automatic, self._prefix = isinstance(layers, str) and layers == "auto", strip_prefix
        self._layers = asked.names(self._model, layers, strip_prefix)
        self._x = read.fed
        self._pooling = pooling(asked.by_layer(pool, self._model, self._layers, strip_prefix), self._x, seed)
        if self._pooling.by_token and self._pooling.mask is not None:
            read = by_token(read, self._pooling.mask.numpy())
        limit = bytes_of(budget)
        once = sum(map(stored, read.columns.values()))
        self._budget = Budget(limit, 0, 0) if limit is None else Budget(limit, self.bytes_per_step, once)
        self._manifest = Manifest(
            schema_version=1,
            probe=ProbeEntry(
                n=self._pooling.rows,
                shape=list(read.first.shape),
                fed=str(read.first.dtype).removeprefix("torch."),
                categories=read.categories,
                seed=seed if "channels" in self._pooling.used else None,
            ),
            provenance=asked.provenance(self._model, provenance),
            budget=limit,
        )
        last = None if after is None else schedule.step_number(after, "after")
        held = "" if last is None else take_over(self.path, last, self._manifest)
        self._lost, self._notes = Counter[str](), self._manifest.notes
        claim(self.path, overwrite or last is not None, self._manifest.steps)
        self._budget.count(self.path)
        write_atomically(self.path / "probe.safetensors", save(read.columns))
        write_atomically(self.path / "metrics.jsonl", held.encode())
        write_manifest(self.path, self._manifest)
        with writing(self.path / "metrics.jsonl"):
            self._metrics = (self.path / "metrics.jsonl").open("a", encoding="utf-8")

    @property
    def bytes_per_step(self) -> int:
        """Bytes of disk that one step of activations will take, as a pass over a few samples shows."""
        return self._measured[0]

    def step(self, step: int, epoch: float | None = None, **metrics: float | None) -> None:
        """Note the metrics of a step and, on the schedule, the activations at the current weights.

        Step 0 is before training: call it before the first update. A step noted again replaces what
        was noted before. NaN and infinite metrics are kept as null.

        Raises:
            SettingError: for a negative step, a metric that is no number, or a recorder that is closed.
            SampleError: when a named layer gives no row a sample, or a layer changes its shape.
            FileError: when the disk is full.
        """
        self.note(step, epoch, **metrics)
        if schedule.on_schedule(schedule.step_number(step), self._every):
            self.record(step)

    def note(self, step: int, epoch: float | None = None, **metrics: float | None) -> None:
        """Note the metrics of a step alone.

        Raises:
            SettingError: for a negative step, a metric that is no number, or a recorder that is closed.
            FileError: when the disk is full.
        """
        number = self._open(step)
        given = metrics if epoch is None else {"epoch": epoch, **metrics}
        line = {"step": number, **{name: asked.number(name, value) for name, value in given.items()}}
        with writing(self.path / "metrics.jsonl"):
            self._metrics.write(json.dumps(finite(line), allow_nan=False) + "\n")
            self._metrics.flush()

    def record(self, step: int) -> None:
        """Record the activations at the current weights, whatever the schedule says.

        Raises:
            SettingError: for a negative step, or a recorder that is closed.
            SampleError: when a named layer gives no row a sample, or a layer changes its shape.
            FileError: when the disk is full.
        """
        number = self._open(step)
        there = self._budget.fits(number, self._budget.step) and self._written(number)
        left_out = set(self._manifest.left_out) - {number} if there else {*self._manifest.left_out, number}
        self._manifest.left_out = sorted(left_out)
        if there and number not in self._manifest.steps:
            insort(self._manifest.steps, number)
        write_manifest(self.path, self._manifest)

    def close(self) -> None:
        """Mark the recording as finished."""
        if not self._metrics.closed:
            self._metrics.close()
            self._manifest.complete = True
            write_manifest(self.path, self._manifest)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._metrics.close()  # what was recorded stays readable, and is not called complete

    def _open(self, step: int) -> int:
        """The step as a plain integer, while there is a file to write to."""
        if self._metrics.closed:
            raise SettingError(f"step={step}: the recorder of {self.path} is closed")
        return schedule.step_number(step)

    @cached_property
    def _measured(self) -> tuple[int, int]:
        """Bytes of a step on the disk, and of what the layers return for one sample."""
        few, n = self._pooling.first(FEW), self._pooling.rows
        with Gathered() as gathered:
            taken = self._pass(few, few.n, gathered)
            layers = gathered.blocks(self._kept(taken, few.rows))
        return size_of(
            {name: (kind, (n, *shape[1:]), ()) for name, (kind, shape, _) in layers.items()}
        ), taken.row_bytes

    @cached_property
    def _batch(self) -> int:
        """Rows in one pass."""
        return int(self._rows) if self._rows else max(1, min(MOST_ROWS, PASS_BYTES // max(1, self._measured[1])))

    def _written(self, step: int) -> bool:
        """Record a step, unless it turns out too large."""
        with Gathered(self.path / "steps") as gathered:
            taken = self._pass(self._pooling, self._batch, gathered, self._progress)
            layers = gathered.blocks(self._kept(taken, self._pooling.rows))
            self._manifest.skipped |= taken.reasons
            self._manifest.probe.batch = self._batch
            self._tell_lost(taken.lost)
            self._declare(step, layers)
            if not self._budget.fits(step, size_of(layers)):
                return False
            write_step(self.path, step, layers)
            self._budget.wrote(step, size_of(layers))
            return True

    def _tell_lost(self, lost: Mapping[str, int]) -> None:
        """Say which layers have values that the stored type cannot hold: now, and in the notes of all steps."""
        for layer, count in lost.items():
            warnings.warn(beyond(layer, count, self._dtype), stacklevel=5)
        if lost:
            self._lost.update(lost)
            told = [f"{beyond(layer, count, self._dtype)}." for layer, count in self._lost.items()]
            self._manifest.provenance["notes"] = [*self._notes, *told]

    def _pass(self, pooling: Pooling, batch: int, gathered: Gathered, progress: Report | None = None) -> Taken:
        modules = hooks.chosen_layers(self._model, self._layers, self._prefix)
        return hooks.probe_pass(self._model, modules, self._x, pooling, DTYPES[self._dtype], batch, gathered, progress)

    def _kept(self, taken: Taken, rows: int) -> list[str]:
        """The layers that gave a row a sample; in "auto" the others are left out, else they are an error."""
        names = taken.layers(self._layers, rows)
        if taken.reasons and (not self._automatic or not names):
            named = "; ".join(f"layer {name!r} cannot be recorded: {why}" for name, why in taken.reasons.items())
            raise SampleError(named)
        return names

    def _declare(self, step: int, arrays: Mapping[str, Blocks]) -> None:
        """Write new layers into the manifest before their first file is there, so that every file has its entry."""
        layers = self._manifest.layers
        for name, (_, shape, _) in arrays.items():
            if name in layers and layers[name].shape != list(shape):
                before = tuple(layers[name].shape)
                raise SampleError(f"layer {name!r} has shape {shape} at step {step} and had {before} before")
        new = {name: shape for name, (_, shape, _) in arrays.items() if name not in layers}
        if new:
            self._manifest.layers |= {
                name: LayerEntry(shape=list(shape), dtype=self._dtype, pool=self._pooling.name(name))
                for name, shape in new.items()
            }
            write_manifest(self.path, self._manifest)
