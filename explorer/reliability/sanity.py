"""Is a layer sane? What spoils estimates, counted over all of its values, a block of rows at a time."""

import base64
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.data import Recording, row_digests
from explorer.device import rows_per_chunk

SAMPLED = 1000
"""Rows behind histogram and effective rank at most; evenly spaced ones of more."""
SAMPLED_VALUES = 2**24
"""Values in those rows at most."""
BINS = 60
LOSS = 0.1
"""Expected loss of entropy, in nats, from which rows are few for a rank."""
STATES = ("changes", "constant, not 0", "always 0", "NaN or infinite")
Report = Callable[..., None]


@dataclass(frozen=True)
class Finding:
    """One thing that may spoil results: the rule that saw it, one sentence, and what to do.

    Attributes:
        note: it says what was read, not that anything is amiss.
    """

    rule: str
    text: str
    advice: str
    note: bool = False


def summary(recording: Recording, step: int, layer: str, progress: Report = lambda done, total: None) -> dict[str, Any]:
    """What there is to know of a layer's values at a step, as plain data.

    Counts, range, mean, deviation and distinct rows are of all values; "histogram" and "rank" of at most 1000 evenly
    spaced rows, fewer where they have more than 2**24 values; "rows" says of how many. Rows are told apart by digests
    of 64 bits, and -0 equals 0. Of units with NaN or infinity the finite values are described.

    Raises:
        UnknownNameError: for a layer or step that was not recorded.
        FileError: when the file of the step is damaged.
    """
    n = len(recording)
    width = int(np.prod(recording.shapes[layer][1:], dtype=int))
    chosen = sampled_rows(n, width)
    totals, taken = Totals(width), []
    for begin, values in blocks(recording, step, layer):
        totals.add(values)
        taken.append(values[chosen[(chosen >= begin) & (chosen < begin + len(values))] - begin])
        progress(begin + len(values), n)
    sample = np.concatenate(taken)
    plain = {"layer": layer, "step": step, "shape": list(recording.shapes[layer]), "stored": str(sample.dtype)}
    return plain | totals.told() | {"rows": len(chosen), "histogram": histogram(sample), "rank": rank(sample)}


def blocks(recording: Recording, step: int, layer: str) -> Iterator[tuple[int, np.ndarray]]:
    """The rows of a layer in blocks: the number of the first row, and values (rows, d)."""
    n, width = len(recording), int(np.prod(recording.shapes[layer][1:], dtype=int))
    size = rows_per_chunk(64 * max(1, width))
    for begin in range(0, n, size):
        yield begin, recording.rows(step, layer, begin, min(n, begin + size))


def sampled_rows(n: int, width: int) -> np.ndarray:
    """Numbers of at most 1000 evenly spaced rows of n, and of at most 2**24 values of rows that have `width`."""
    most = max(2, min(SAMPLED, SAMPLED_VALUES // max(1, width)))
    return np.linspace(0, n - 1, min(n, most)).round().astype(int)


@dataclass
class Totals:
    """Counts and moments of a layer of `width` units, kept up to date block by block; memory grows with rows + units.

    Attributes:
        known: (d,) finite values of each unit; low, high, mean and squares are of these.
        squares: (d,) sums of squares about the mean.
        rows: 64-bit digests of the rows.
    """

    width: int
    n: int = 0
    zeros: int = 0
    rows: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known, self.mean, self.squares = (np.zeros(self.width) for _ in range(3))
        self.low, self.high = np.full(self.width, np.inf), np.full(self.width, -np.inf)

    def add(self, values: np.ndarray) -> None:
        """Count a block, (rows, d)."""
        self.n += len(values)
        self.zeros += int(np.count_nonzero(values == 0))
        self.rows.append(row_digests(values))
        low, high = (edge(values, axis=0).astype(float) for edge in (np.min, np.max))
        wide = values.astype(float)
        finite = None
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            finite = np.isfinite(wide)
            low, high = np.where(finite, wide, np.inf).min(0), np.where(finite, wide, -np.inf).max(0)
            wide[~finite] = 0
        self.low, self.high = np.minimum(self.low, low), np.maximum(self.high, high)
        self._moments(wide, finite)

    def _moments(self, wide: np.ndarray, finite: np.ndarray | None) -> None:
        """Join means and squares of two parts of the rows."""
        count = np.full(self.width, float(len(wide))) if finite is None else finite.sum(0).astype(float)
        mean = wide.sum(0) / np.maximum(count, 1)
        wide -= mean
        if finite is not None:
            wide[~finite] = 0
        both = np.maximum(self.known + count, 1)
        step = mean - self.mean
        self.squares += np.einsum("ij,ij->j", wide, wide) + step**2 * self.known * count / both
        self.mean += step * count / both
        self.known += count

    @property
    def states(self) -> np.ndarray:
        """(d,) places in STATES: what each unit does."""
        constant = self.low == self.high
        found = constant.astype(np.uint8) + (constant & (self.low == 0))
        found[self.known < self.n] = 3
        return found

    def told(self) -> dict[str, Any]:
        """The counts as plain data; None where no value is finite."""
        states, every = self.states, self.known.sum()
        mean = (self.mean * self.known).sum() / every if every else np.nan
        spread = np.sqrt(self.squares / np.maximum(self.known, 1))
        total = self.squares.sum() + (self.known * (self.mean - mean) ** 2).sum() if every else np.nan
        moving = spread[(states == 0) & (spread > 0)]
        return {
            "samples": self.n,
            "units": self.width,
            "distinct": len(np.unique(np.concatenate(self.rows))) if self.rows else 0,
            "not_finite": int(self.n * self.width - every),
            "zeros": self.zeros / max(1, self.n * self.width),
            **{name: int((states == code).sum()) for code, name in ((1, "constant"), (2, "dead"), (3, "broken"))},
            "states": packed(states),
            "smallest": float(self.low.min()) if every else None,
            "largest": float(self.high.max()) if every else None,
            "mean": float(mean) if every else None,
            "deviation": float(np.sqrt(total / every)) if every else None,
            "spread": [float(one) for one in (np.median(moving), moving.max())] if len(moving) else [],
        }


def histogram(sample: np.ndarray) -> dict[str, Any]:
    """Counts of the finite values other than 0 in 60 bins of equal width between the smallest and the largest."""
    values = sample[np.isfinite(sample) & (sample != 0)].astype(float)
    if not len(values):
        return {"edges": [], "counts": []}
    counts, edges = np.histogram(values, BINS)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def rank(sample: np.ndarray) -> dict[str, Any]:
    """The effective rank of the rows, (rows, d), as they are, and whether they are few for it; or why there is none.

    It is the value of the measure `effective_rank`, without torch, whose import takes longer than a layer.

    References: roy2007.
    """
    if not np.isfinite(sample).all():
        return {"value": None, "why": "it holds NaN or infinity"}
    if not sample.any():
        return {"value": None, "why": "all of its values are 0"}
    scaled = sample.astype(float)
    scaled /= np.abs(scaled).max()
    shares = np.linalg.svd(scaled, compute_uv=False)
    shares = shares[shares > 0] / shares.sum()
    value = float(np.exp(-(shares * np.log(shares)).sum()))
    return {"value": value, "few": value / (2 * len(sample)) > LOSS}


def packed(states: np.ndarray) -> str:
    """States of units as a short text."""
    return base64.b64encode(zlib.compress(states.astype(np.uint8).tobytes())).decode()


def unpacked(text: str) -> np.ndarray:
    """The states that `packed` wrote, (d,)."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)


def balance(labels: np.ndarray) -> list[dict[str, Any]]:
    """How often each class occurs; labels of more than 50 values are summed up in one row."""
    values, counts = np.unique(labels, return_counts=True)
    if len(values) > 50:
        ends = (f"{end:.4g}" if isinstance(end, np.floating) else str(end) for end in (values[0], values[-1]))
        span = f"{len(values)} values, {' to '.join(ends)}"
        return [{"class": span, "samples": len(labels), "share": 1.0}]
    return [
        {"class": str(value), "samples": int(count), "share": float(count / len(labels))}
        for value, count in zip(values, counts, strict=True)
    ]


def worst_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is amiss before what is only read."""
    return tuple(sorted(found, key=lambda one: one.note))
