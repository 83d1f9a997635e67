"""What is analysed: a Dataset of aligned columns, a Recording of activations over training."""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import SampleError, SettingError, UnknownNameError


def digest(*parts: Any) -> str:
    """A content digest of arrays, texts and plain data, 32 hexadecimal digits.

    Every byte counts: large arrays are not sampled.
    """
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        if isinstance(part, np.ndarray):
            if part.dtype == object:
                part = part.astype(str)
            state.update(f"{part.dtype.str}{part.shape}".encode())
            state.update(np.ascontiguousarray(part).view(np.uint8).data if part.size else b"")
        elif isinstance(part, bytes):
            state.update(b"bytes" + part)
        else:
            state.update(json.dumps(part, sort_keys=True, default=str).encode())
    return state.hexdigest()


def identity(x: np.ndarray | None, n: int) -> np.ndarray:
    """The identity of every row: equal rows share one number, (n,)."""
    if x is None:
        return np.arange(n)
    rows = x.reshape(len(x), -1)
    rows = np.ascontiguousarray(
        rows.astype(str) if rows.dtype == object else rows + 0 if rows.dtype.kind == "f" else rows
    )
    whole = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))  # -0.0 + 0 is 0.0
    return np.unique(whole, return_inverse=True)[1].ravel()


def row_digests(x: np.ndarray) -> np.ndarray:
    """A 64-bit digest of every row of x, (n,): equal rows have equal ones, and -0 equals 0; of this process alone.

    It takes no memory beyond n numbers, where `identity` sorts a copy of x.
    """
    rows = x.reshape(len(x), -1)
    found = np.empty(len(rows), np.int64)
    for begin in range(0, len(rows), 4096):
        block = rows[begin : begin + 4096]
        block = block.astype(str) if block.dtype == object else block + 0 if block.dtype.kind == "f" else block
        found[begin : begin + len(block)] = [hash(row.tobytes()) for row in block]
    return found


@dataclass(frozen=True)
class Dataset:
    """Aligned columns for n observations; each of x, y and the factors can be absent.

    Attributes:
        x: inputs, shape (n, d).
        y: labels or targets, shape (n,).
        factors: named columns, each of shape (n,).
        notes: what was left out or sampled when the data were read.
    """

    x: np.ndarray | None = None
    y: np.ndarray | None = None
    factors: Mapping[str, np.ndarray] = field(default_factory=dict)
    name: str = "data"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _aligned({"x": self.x, "y": self.y, **self.factors})

    def __len__(self) -> int:
        columns = (self.x, self.y, *self.factors.values())
        return next((len(column) for column in columns if column is not None), 0)


@dataclass(frozen=True)
class Recording:
    """Activations of one fixed probe set at steps x layers.

    Attributes:
        layers: names in depth order.
        steps: recorded steps, ascending; step 0 is before training.
        x: the probe inputs, (n, d), or None.
        y: the probe labels, (n,), or None.
        factors: named probe columns, (n,) each.
        metrics: one mapping a step, {"step": 0, "loss": 0.7, ...}, also for steps without activations.
        provenance: how it came to be: program, version, seed, device, time.
        complete: False while it is still being written.
        path: the folder it was opened from, None for arrays in memory.
        read_rows: as `read` for the rows from one place up to another, of a source that can read part of a layer.
    """

    layers: tuple[str, ...]
    steps: tuple[int, ...]
    read: Callable[[int, str], np.ndarray] = field(repr=False, compare=False)
    step_digest: Callable[[int], str] = field(repr=False, compare=False)
    x: np.ndarray | None = field(default=None, repr=False, compare=False)
    y: np.ndarray | None = field(default=None, repr=False, compare=False)
    factors: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)
    metrics: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    provenance: Mapping[str, Any] = field(default_factory=dict, repr=False)
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    name: str = "recording"
    complete: bool = True
    path: str | None = None
    read_rows: Callable[[int, str, int, int], np.ndarray] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_arrays(
        cls,
        activations: Mapping[int, Mapping[str, Any]],
        x: Any = None,
        y: Any = None,
        factors: Mapping[str, Any] | None = None,
        metrics: Iterable[Mapping[str, Any]] = (),
        name: str = "arrays",
    ) -> "Recording":
        """A recording of arrays in memory, {step: {layer: array of shape (n, ...)}}.

        Raises:
            SampleError: when there is nothing, or lengths or layers differ between steps.
        """
        steps = {int(step): _as_arrays(layers) for step, layers in sorted(activations.items())}
        first = next(iter(steps.values()), {})
        if not first:
            raise SampleError("activations must hold at least one step with one layer, as {0: {'tanh1': array}}")
        x, y = (None if column is None else np.asarray(host(column)) for column in (x, y))
        named = _as_arrays(factors or {})
        for step, layers in steps.items():
            _same_layers(step, layers, first)
            _aligned({"x": x, "y": y, **named, **{f"{layer} at step {step}": a for layer, a in layers.items()}})
        digests = {step: digest(*(part for pair in layers.items() for part in pair)) for step, layers in steps.items()}
        return cls(
            layers=tuple(first),
            steps=tuple(steps),
            read=lambda step, layer: steps[step][layer],
            step_digest=digests.__getitem__,
            x=x,
            y=y,
            factors=named,
            metrics=tuple(metrics),
            shapes={layer: array.shape for layer, array in first.items()},
            name=name,
        )

    def __len__(self) -> int:
        columns = (self.x, self.y, *self.factors.values())
        return next((len(c) for c in columns if c is not None), next(iter(self.shapes.values()), (0,))[0])

    def activations(self, step: int, layer: str) -> np.ndarray:
        """The activations of one layer at one step, flattened to shape (n, d).

        Raises:
            UnknownNameError: for a layer or step that was not recorded.
        """
        self._known(step, layer)
        array = self.read(step, layer)
        return array.reshape(len(array), -1)

    def rows(self, step: int, layer: str, begin: int, end: int) -> np.ndarray:
        """The rows of `activations` from `begin` up to `end`; the others are not read where the source allows it.

        Raises:
            UnknownNameError: for a layer or step that was not recorded.
        """
        if self.read_rows is None:
            return self.activations(step, layer)[begin:end]
        self._known(step, layer)
        array = self.read_rows(step, layer, begin, end)
        return array.reshape(len(array), math.prod(array.shape[1:]))

    def target(self, name: str = "y") -> np.ndarray:
        """The labels `y` or a factor, by name.

        Raises:
            UnknownNameError: when there is no such column; the message lists those there are.
        """
        columns = {key: c for key, c in {"y": self.y, **self.factors}.items() if c is not None}
        if name not in columns:
            raise UnknownNameError("label or factor", name, columns)
        return columns[name]

    def _known(self, step: int, layer: str) -> None:
        if layer not in self.layers:
            raise UnknownNameError("layer", layer, self.layers)
        if step not in self.steps:
            raise UnknownNameError("recorded step", step, self.steps)

    @property
    def folder(self) -> str:
        """The absolute path of the folder, by which another process opens the recording.

        Raises:
            SettingError: for a recording that is not in a folder of its own.
        """
        if self.path is None:
            rule = "this one is in memory or of other programs: do without a job, or use `explorer convert`"
            raise SettingError(f"a job needs a recording on disk; {rule}")
        return str(Path(self.path).resolve())

    @property
    def digest(self) -> str:
        """Digest of the probe and of every recorded step."""
        probe = [part for part in (self.x, self.y, *self.factors.values()) if part is not None]
        return digest(*probe, [self.step_digest(step) for step in self.steps], list(self.layers))


def _as_arrays(given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.asarray(host(values)) for name, values in given.items()}


def host(values: Any) -> Any:
    """A tensor, table or column as something NumPy reads; anything else as it is."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        return values.float() if str(values.dtype) == "torch.bfloat16" else values  # float32 holds what NumPy lacks
    return values.to_numpy() if hasattr(values, "to_numpy") else values


def _same_layers(step: int, layers: Mapping[str, Any], first: Mapping[str, Any]) -> None:
    if list(layers) != list(first):
        raise SampleError(f"step {step} has layers {list(layers)}; the first step has {list(first)}")


def _aligned(columns: Mapping[str, np.ndarray | None]) -> None:
    """Raise unless all columns that are there have one length."""
    lengths = {name: len(column) for name, column in columns.items() if column is not None}
    if len(set(lengths.values())) > 1:
        (first, n), *rest = lengths.items()
        other, m = next((name, m) for name, m in rest if m != n)
        raise SampleError(f"{first} has {n} samples and {other} has {m}; they must be paired row by row")
