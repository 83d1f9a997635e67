"""What every single sample adds to a point of the information plane, and so what a selection of samples adds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.data import Recording, identity
from explorer.result import NATS_PER

BINS = 30


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
    those of all samples.

    Args:
        target: "y", a factor, or classes of the samples, (n,) whole numbers.

    Raises:
        UnknownNameError: for a step, layer or column that is not there.
    """
    n, chosen = len(recording), list(layers or recording.layers)
    y = identity(recording.target(target) if isinstance(target, str) else target, n)
    parts = [_of_layer(recording.activations(step, layer), y, bins) for layer in chosen]
    table = np.stack([np.stack(part) for part in parts]) / NATS_PER[unit]  # (layers, 2, n)
    some = rows is not None and rows.any()
    return {
        "layers": chosen,
        "all": _means(table),
        "selected": _means(table[:, :, rows]) if some else None,
        "unit": unit,
        "step": step,
        "step_name": recording.provenance.get("step", "step"),
        "n": n,
        "count": int(rows.sum()) if rows is not None else 0,
        "call": f"binning(bins={bins}, low=None, high=None)",
    }


def _of_layer(t: np.ndarray, y: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """-ln p(t) and ln p(t, y) / p(t) p(y) of every sample."""
    low, high = float(t.min()), float(t.max())
    cells = np.clip(((t - low) * (bins / ((high - low) or 1.0))).astype(np.int64), 0, bins - 1)
    codes = identity(cells, len(t))
    both = identity(np.column_stack([codes, y]), len(t))
    p_t, p_y, p_both = (_shares(one) for one in (codes, y, both))
    return -np.log(p_t), np.log(p_both / (p_t * p_y))


def _shares(codes: np.ndarray) -> np.ndarray:
    """For every sample the share of samples that have its value."""
    return (np.bincount(codes) / len(codes))[codes]


def _means(table: np.ndarray) -> dict[str, list[float]]:
    x, y = table.mean(2).T
    return {"x": x.tolist(), "y": y.tolist()}
