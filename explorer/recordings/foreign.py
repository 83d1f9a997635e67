"""Recordings over files of other programs: nothing is copied, one layer at a time is read."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from explorer.data import Recording, digest
from explorer.errors import FileError
from explorer.recordings._layouts import ACTIVATIONS, Layout, beside, layout
from explorer.recordings._roles import roles, stacked
from explorer.recordings.budget import stored
from explorer.sources._lazy import Lazy


@dataclass(frozen=True)
class Found:
    """What a source holds, known before any activations are read.

    Attributes:
        layers: of the first step by their headers; every other must have the same, which is seen when it is read.
        columns: x, y and factor.NAME, each with n rows.
        inside: columns that every step holds itself, and the names of the arrays that make them.
        joined: columns of a table that are one layer side by side.
        notes: what was taken for what, and what was left out, each a sentence.
    """

    path: Path
    layout: Layout
    layers: Mapping[str, Lazy]
    columns: Mapping[str, np.ndarray]
    inside: Mapping[str, tuple[str, ...]]
    joined: tuple[str, ...]
    notes: tuple[str, ...]
    _paired: set[int] = field(default_factory=set, repr=False, compare=False)

    def __len__(self) -> int:
        return next(iter(self.layers.values())).shape[0]

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps, ascending."""
        return tuple(sorted(self.layout.steps))

    @property
    def nbytes(self) -> int:
        """Bytes of all activations and columns, as they are stored in a recording."""
        each = sum(one.nbytes for one in self.layers.values())
        return len(self.steps) * each + sum(map(stored, self.columns.values()))

    def open(self, step: int) -> dict[str, Lazy]:
        """The layers of a step by their headers; what its files say of x, y and factors must be what the first says.

        Raises:
            FileError: when a layer is missing or of another shape, or the step has another probe.
        """
        arrays, where = self.layout.steps[step](), f"{self.layout.files[step][0].name}, step {step}"
        if step != self.steps[0] and step not in self._paired:
            self._pair(arrays, where)
            self._paired.add(step)
        return {name: self._layer(arrays, name, where) for name in self.layers}

    def numbers(self, step: int) -> dict[str, float | None]:
        """The single numbers that the files of a step hold, such as a loss; None for NaN and infinity."""
        singles = {name: one for name, one in self.layout.steps[step]().items() if not one.shape}
        values = {name: float(one.read()) for name, one in singles.items() if one.dtype.kind in "biuf"}
        return {name: value if math.isfinite(value) else None for name, value in values.items() if name != "step"}

    def recording(self) -> Recording:
        """The recording that reads these files, a layer at a time, when activations are asked for.

        Its digest is of the files' names, sizes and times of writing, so that nothing has to be read for it.
        """
        return Recording(
            layers=tuple(self.layers),
            steps=self.steps,
            read=lambda step, layer: self.open(step)[layer].read(),
            read_rows=lambda step, layer, begin, end: self.open(step)[layer].read(begin, end),
            step_digest=cache(self._digest),
            x=self.columns.get("x"),
            y=self.columns.get("y"),
            factors={name[7:]: one for name, one in self.columns.items() if name.startswith("factor.")},
            provenance=self.provenance,
            shapes={name: one.shape for name, one in self.layers.items()},
            name=self.path.resolve().name,
        )

    @property
    def provenance(self) -> dict[str, Any]:
        """Where it comes from, and what was taken for what."""
        return {"source": str(self.path), "pattern": self.layout.pattern, "notes": list(self.notes)}

    def _layer(self, arrays: Mapping[str, Lazy], name: str, where: str) -> Lazy:
        if name == ACTIVATIONS and self.joined and set(self.joined) <= arrays.keys():
            one = beside({key: arrays[key] for key in self.joined}, arrays[self.joined[0]].path)
        elif name in arrays:
            one = arrays[name]
        else:
            raise FileError(f"{where} holds no layer {name[:80]!r}; it has {', '.join(list(arrays)[:8])}")
        if one.shape != self.layers[name].shape or one.dtype.kind not in "biuf":
            first = self.layers[name].shape
            raise FileError(f"{where}: layer {name[:80]!r} has shape {one.shape}, and {first} in the first step")
        return one

    def _pair(self, arrays: Mapping[str, Lazy], where: str) -> None:
        for column, names in self.inside.items():
            known = self.columns[column]
            found = stacked([arrays[name] for name in names]) if set(names) <= arrays.keys() else None
            if found is None or not _same(found, known):
                rule = "all steps need one probe in one order"
                raise FileError(f"{where}: {', '.join(names)} is not what step {self.steps[0]} has; {rule}")

    def _digest(self, step: int) -> str:
        return digest(*(part for file in self.layout.files[step] for part in _stamps(file)), step, self.layout.pattern)


def found(path: str | Path, pattern: str = "", x: Any = None, y: Any = None, factors: Any = None) -> Found:
    """What a folder, store or file holds as a recording.

    Args:
        pattern: where the step stands in the names: of files below a folder, `epoch_{step}.npz` or
            `{step}/{layer}.npy`; of arrays in one file, `step_{step}/{layer}`, which needs none where names begin with
            step, epoch or a number. A file without steps is step 0.
        x, y: arrays, or the name of one in the files, or FILE, FILE:NAME of another one. Unless given, an array called
            x is the inputs and one called y, label, labels, target or Y the labels.
        factors: names as for x, with FILE all its columns; or {name: column}. Unless given, arrays of text or whole
            numbers, one a row, are factors.

    Raises:
        FileError: for files that cannot be read, or no activations in them.
        SettingError: for a pattern that breaks its rule.
        UnknownNameError: for a name that is neither an array nor a file.
        SampleError: for columns that are not paired with the activations.
    """
    place = Path(path)
    held = layout(place, pattern)
    given = roles(held, {"x": x, "y": y}, factors, place.name)
    return Found(place, held, given.layers, given.columns, given.inside, given.joined, given.notes)


def _same(found: np.ndarray, known: np.ndarray) -> bool:
    alike = found.size == known.size and found.dtype.kind == known.dtype.kind
    return alike and np.array_equal(found.reshape(known.shape), known, equal_nan=known.dtype.kind == "f")


def _stamps(file: Path) -> list[Any]:
    """What changes when a file, or anything in a store, is written again."""
    parts = sorted(file.rglob("*")) if file.is_dir() else [file]
    return [str(file.resolve()), *((p.stat().st_size, p.stat().st_mtime_ns, p.stat().st_ctime_ns) for p in parts)]
