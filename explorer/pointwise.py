"""What every single sample adds to a point of the information plane, and so what a selection of samples adds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.data import Recording, identity
from explorer.result import NATS_PER

BINS = 30
SHUFFLES = 5
"""Orders of the labels whose mean is the null."""


def pointwise_plane(
    recording: Recording,
    step: int,
    rows: np.ndarray | None = None,
    *,
    target: str | np.ndarray = "y",
    layers: Sequence[str] | None = None,
    bins: int = BINS,
    unit: str = "bits",
) -> dict[str, Any]:
    """The plane at one step, of all samples and of the selected `rows` (n,) of truth values.

    T is cut into `bins` equal cells over the layer's own range, as `binning(bins, low=None, high=None)` does. A sample
    adds -ln p(t) to I(X;T), X being its identity, and ln p(t, y) / p(t) p(y) to I(T;Y), which may be negative: means
    over all samples are the two informations, means over a selection tell what it contributes. Shares p are always
    those of all samples. "null" is what shuffled labels read, "alone" the share of samples that have a cell for
    themselves: where that is large, samples are told apart one by one and nothing is read of y.

    Args:
        target: "y", a factor, or classes of the samples, (n,) whole numbers.

    Raises:
        UnknownNameError: for a step, layer or column that is not there.
    """
    n, chosen = len(recording), list(layers or recording.layers)
    y = identity(recording.target(target) if isinstance(target, str) else target, n)
    cells = [_cells(recording.activations(step, layer), bins) for layer in chosen]
    table = np.stack([np.stack(_of_layer(codes, y)) for codes in cells]) / NATS_PER[unit]  # (layers, 2, n)
    rng = np.random.default_rng(0)
    shuffles = [rng.permutation(y) for _ in range(SHUFFLES)]
    null = [float(np.mean([_of_layer(codes, other)[1].mean() for other in shuffles])) for codes in cells]
    some = rows is not None and rows.any()
    return {
        "layers": chosen,
        "all": _means(table),
        "selected": _means(table[:, :, rows]) if some else None,
        "null": [one / NATS_PER[unit] for one in null],
        "alone": [float((_shares(codes) * n < 1.5).mean()) for codes in cells],
        "unit": unit,
        "step": step,
        "step_name": recording.provenance.get("step", "step"),
        "n": n,
        "count": int(rows.sum()) if rows is not None else 0,
        "call": f"binning(bins={bins}, low=None, high=None)",
    }


def _cells(t: np.ndarray, bins: int) -> np.ndarray:
    """The cell of every sample, as a number."""
    low, high = float(t.min()), float(t.max())
    return identity(np.clip(((t - low) * (bins / ((high - low) or 1.0))).astype(np.int64), 0, bins - 1), len(t))


def _of_layer(codes: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-ln p(t) and ln p(t, y) / p(t) p(y) of every sample, t being its cell."""
    _, both = np.unique(codes * (int(y.max()) + 1) + y, return_inverse=True)
    p_t, p_y, p_both = (_shares(one) for one in (codes, y, both))
    return -np.log(p_t), np.log(p_both / (p_t * p_y))


def _shares(codes: np.ndarray) -> np.ndarray:
    """For every sample the share of samples that have its value."""
    return (np.bincount(codes) / len(codes))[codes]


def _means(table: np.ndarray) -> dict[str, list[float]]:
    x, y = table.mean(2).T
    return {"x": x.tolist(), "y": y.tolist()}
