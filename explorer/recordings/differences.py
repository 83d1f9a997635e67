"""Two recordings side by side: what is equal, what differs, and what can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.data import Recording, digest, row_digests
from explorer.errors import FileError
from explorer.recordings.manifest import LayerEntry, read_manifest

ABSENT = "–"


@dataclass(frozen=True)
class Line:
    """One property of two recordings, as texts."""

    name: str
    first: str
    second: str

    @property
    def equal(self) -> bool:
        """Whether both say the same."""
        return self.first == self.second


def properties(a: Recording, b: Recording) -> list[Line]:
    """Samples, steps, inputs, labels and factors of both."""
    lines = [Line(name, one, other) for (name, one), other in zip(_about(a).items(), _about(b).values(), strict=True)]
    return [*lines, *_factors(a, b)]


def layers(a: Recording, b: Recording) -> list[Line]:
    """Every layer of either: shape, how it is stored and pooled."""
    first, second = entries(a), entries(b)
    names = [*first, *(name for name in second if name not in first)]
    return [Line(name, _layer(first.get(name)), _layer(second.get(name))) for name in names]


def provenance(a: Recording, b: Recording) -> list[Line]:
    """What is told of how each came to be; nested entries by path, as "network.file"."""
    first, second = _flat(a.provenance), _flat(b.provenance)
    names = [*first, *(name for name in second if name not in first)]
    return [Line(name, first.get(name, ABSENT), second.get(name, ABSENT)) for name in names]


def entries(recording: Recording) -> Mapping[str, LayerEntry]:
    """Layers as the manifest has them; shapes alone where there is none."""
    try:
        return read_manifest(Path(recording.path or "")).layers
    except FileError:
        return {name: LayerEntry(shape=list(recording.shapes[name]), dtype="", pool="") for name in recording.layers}


def same_probe(a: Recording, b: Recording) -> tuple[bool, str]:
    """Whether both saw one probe in one order, and a sentence that says what follows."""
    if len(a) != len(b):
        return False, f"Not one probe: {len(a):,} and {len(b):,} samples. Layers cannot be compared row by row."
    if a.x is not None and b.x is not None:
        if digest(a.x) == digest(b.x):
            return True, "One probe: inputs are equal, row by row, so layers can be compared with each other."
        return False, "Not one probe, or another order: inputs differ. Layers cannot be compared row by row."
    if a.y is not None and b.y is not None and digest(a.y) != digest(b.y):
        return False, "Not one probe, or another order: labels differ. Layers cannot be compared row by row."
    return False, "Whether both saw one probe cannot be told: one of them holds no inputs."


def shared_rows(a: Recording, b: Recording) -> tuple[int, int] | None:
    """How many samples of a have inputs that b holds too, and of b that a holds; None where it cannot be told."""
    if a.x is None or b.x is None or a.x.shape[1:] != b.x.shape[1:] or not (a.x.size and b.x.size):
        return None
    kind = np.result_type(a.x, b.x)
    first, second = (row_digests(x.astype(kind, copy=False)) for x in (a.x, b.x))
    return int(np.isin(first, second).sum()), int(np.isin(second, first).sum())


def _about(one: Recording) -> dict[str, str]:
    steps = f"{len(one.steps):,} from {one.steps[0]:,} to {one.steps[-1]:,}" if one.steps else "none"
    return {
        "samples": f"{len(one):,}",
        "recorded steps": steps,
        "layers": f"{len(one.layers):,}",
        "inputs": ABSENT if one.x is None else f"{one.x.shape} {one.x.dtype}",
        "digest of the inputs": ABSENT if one.x is None else digest(one.x)[:12],
        "labels y": _column(one.y),
        "finished": "yes" if one.complete else "no",
    }


def _factors(a: Recording, b: Recording) -> list[Line]:
    names = [*a.factors, *(name for name in b.factors if name not in a.factors)]
    return [Line(f"factor {name}", _column(a.factors.get(name)), _column(b.factors.get(name))) for name in names]


def _column(column: np.ndarray | None) -> str:
    return ABSENT if column is None else f"{len(np.unique(column)):,} values, digest {digest(column)[:12]}"


def _layer(entry: LayerEntry | None) -> str:
    if entry is None:
        return ABSENT
    return " ".join(filter(None, (str(tuple(entry.shape)), entry.dtype, entry.pool)))


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return found
