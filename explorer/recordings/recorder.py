"""Record the activations of a training network: one line per step in the user's loop.

with explorer.Recorder("runs/a", model, probe=(x, y), every="log") as recorder:
    for step in range(steps):
        recorder.step(step, loss=loss)
        ...
"""

import json
import platform
import time
import uuid
from bisect import insort
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
from safetensors.numpy import save
from torch import nn

import explorer
from explorer.errors import FileError, SampleError, SettingError
from explorer.recordings import hooks, schedule
from explorer.recordings.manifest import (
    LayerEntry,
    Manifest,
    ProbeEntry,
    read_manifest,
    read_metrics,
    recorded_steps,
    step_path,
    write_atomically,
    write_manifest,
    write_step,
    writing,
)
from explorer.recordings.probe import probe_of
from explorer.result import finite

DTYPES = {"float32": torch.float32, "float16": torch.float16, "float64": torch.float64}


class Recorder:
    """Writes a recording while a network trains, and changes nothing in the training.

    Hooks are attached for the probe pass alone, in evaluation mode without gradients; training
    flags, buffers, random states (Python's, NumPy's, torch's on every device of the network) and
    weights are left bit for bit as they were. A generator of the network's own is not known here.

    Args:
        path: folder of the recording; it is made.
        model: the network; a compiled or data-parallel wrapper is looked through.
        probe: (x, y) or x: the fixed samples whose activations are kept, (n, ...) and (n,). A tensor is
            fed as it is; lists, arrays and tables become the floating type of the parameters, whole
            numbers too unless the network has an embedding.
        layers: module names, or "auto": every nonlinearity and the last module.
        every: record at multiples of this step, on a "log" schedule (0 to 10, then 15 a decade), or at these steps.
        factors: named columns of the probe, (n,) each.
        pool: "flatten" keeps all values of a layer; "mean" averages an (n, channels, ...) map over its
            positions, "tokens" an (n, tokens, d) sequence over its tokens.
        dtype: of the stored activations; float16 halves the disk and spoils fine binning.
        batch: rows of the probe in one pass; it bounds the memory.
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
        pool: str = "flatten",
        dtype: str = "float32",
        batch: int = 4096,
        overwrite: bool = False,
        after: int | None = None,
        provenance: Mapping[str, Any] | None = None,
    ):
        for name, value, known in (("pool", pool, hooks.POOLS), ("dtype", dtype, DTYPES)):
            if value not in known:
                raise SettingError(f"{name}={value!r} must be one of {', '.join(map(repr, known))}")
        if (schedule.whole(batch) or 0) < 1:
            raise SettingError(f"batch={batch!r} must be a whole number from 1 upward")
        self.path, self._model = Path(path), hooks.plain(model)
        self._every, self._pool, self._dtype, self._batch = schedule.checked(every), pool, dtype, int(batch)
        self._automatic = layers == "auto"
        self._layers = _names(self._model, layers)
        read = probe_of(probe, factors or {}, self._model)
        self._x = x = read.fed
        fed = str(x.dtype).removeprefix("torch.")
        self._manifest = Manifest(
            schema_version=1,
            probe=ProbeEntry(n=len(x), shape=list(x.shape), fed=fed, categories=read.categories),
            provenance=_provenance(self._model, provenance),
        )
        held = "" if after is None else self._held(schedule.step_number(after, "after"))
        self._claim(overwrite or after is not None)
        write_atomically(self.path / "probe.safetensors", save(read.columns))
        write_atomically(self.path / "metrics.jsonl", held.encode())
        write_manifest(self.path, self._manifest)
        with writing(self.path / "metrics.jsonl"):
            self._metrics = (self.path / "metrics.jsonl").open("a", encoding="utf-8")

    def step(self, step: int, epoch: float | None = None, **metrics: float | None) -> None:
        """Note the metrics of a step and, on the schedule, the activations at the current weights.

        Step 0 is before training: call it before the first update. A step noted again replaces what
        was noted before. NaN and infinite metrics are kept as null.

        Raises:
            SettingError: for a negative step, a metric that is no number, or a recorder that is closed.
            SampleError: when a named layer gives no row a sample, or a layer changes its shape.
            FileError: when the disk is full.
        """
        if self._metrics.closed:
            raise SettingError(f"step={step}: the recorder of {self.path} is closed")
        number = schedule.step_number(step)
        given = metrics if epoch is None else {"epoch": epoch, **metrics}
        line = {"step": number, **{name: _number(name, value) for name, value in given.items()}}
        with writing(self.path / "metrics.jsonl"):
            self._metrics.write(json.dumps(finite(line), allow_nan=False) + "\n")
            self._metrics.flush()
        if schedule.on_schedule(number, self._every):
            self._record(number)

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

    def _record(self, step: int) -> None:
        taken, reasons = hooks.probe_pass(
            self._model, self._layers, self._x, self._pool, DTYPES[self._dtype], self._batch
        )
        self._refuse(taken, reasons)
        arrays = {name: values.numpy() for name, values in taken.items()}
        self._declare(step, arrays)
        write_step(self.path, step, arrays)
        if step not in self._manifest.steps:
            insort(self._manifest.steps, step)
        write_manifest(self.path, self._manifest)

    def _refuse(self, taken: Mapping[str, Any], reasons: dict[str, str]) -> None:
        """In "auto" a layer without one row a sample is named in the manifest; else it is an error."""
        if reasons and (not self._automatic or not taken):
            named = "; ".join(f"layer {name!r} cannot be recorded: {reason}" for name, reason in reasons.items())
            raise SampleError(named)
        self._manifest.skipped |= reasons

    def _declare(self, step: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Write new layers into the manifest before their first file is there, so that every file has its entry."""
        layers = self._manifest.layers
        for name, array in arrays.items():
            if name in layers and layers[name].shape != list(array.shape):
                before = tuple(layers[name].shape)
                raise SampleError(f"layer {name!r} has shape {array.shape} at step {step} and had {before} before")
        new = {name: array for name, array in arrays.items() if name not in layers}
        if new:
            self._manifest.layers |= {
                name: LayerEntry(shape=list(array.shape), dtype=self._dtype, pool=self._pool)
                for name, array in new.items()
            }
            write_manifest(self.path, self._manifest)

    def _claim(self, overwrite: bool) -> None:
        """Make the folder, and clear away the recording that it may hold."""
        manifest = self.path / "manifest.json"
        with writing(self.path):
            steps, held = recorded_steps(self.path), manifest.exists()
        if (held or steps) and not overwrite:
            raise FileError(
                f"{self.path} holds a recording of {len(steps)} steps; choose another path or pass overwrite=True"
            )
        cleared = [step_path(self.path, step) for step in steps if step not in self._manifest.steps]
        with writing(self.path):
            (self.path / "steps").mkdir(parents=True, exist_ok=True)
            leftovers = self.path.glob("steps/.*.part")
            for old in (*([] if self._manifest.steps else [manifest]), *cleared, *leftovers):
                old.unlink(missing_ok=True)

    def _held(self, after: int) -> str:
        """The lines of the metrics up to a step of the recording that goes on; its layers, steps and id are taken over.

        Raises:
            FileError: when the folder holds no recording that can be read.
        """
        before = read_manifest(self.path)
        self._manifest.layers, self._manifest.skipped = before.layers, before.skipped
        self._manifest.steps = [step for step in recorded_steps(self.path) if step <= after]
        self._manifest.provenance |= {name: before.provenance.get(name) for name in ("id", "started")}
        lines = [line for line in read_metrics(self.path) if line["step"] <= after]
        return "".join(json.dumps(line) + "\n" for line in lines)


def _names(model: nn.Module, layers: str | Collection[str]) -> tuple[str, ...]:
    """The names of the layers to record.

    Raises:
        SettingError: when no layer is named, or weights are still to be made by the first call.
    """
    if any(nn.parameter.is_lazy(parameter) for parameter in model.parameters()):
        raise SettingError("model has lazy modules without weights yet; call it once on a batch before recording")
    if layers == "auto":
        return hooks.automatic_layers(model)
    names = (layers,) if isinstance(layers, str) else tuple(layers)
    if not names:
        raise SettingError("layers=() names no layer; give names, or 'auto'")
    return tuple(hooks.chosen_layers(model, names))


def _number(name: str, value: Any) -> float | None:
    try:
        return None if value is None else float(value.detach() if isinstance(value, torch.Tensor) else value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        text = " ".join(repr(value).split())[:60]
        raise SettingError(f"{name}={text} must be one number") from error


def _provenance(model: nn.Module, given: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        plain = json.loads(json.dumps(dict(given or {}), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise SettingError(f"provenance must be plain data for JSON: {error}") from error
    return {
        "id": uuid.uuid4().hex,
        "explorer": explorer.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "model": type(model).__name__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    } | plain
