"""Is what was loaded sane? Counts of what spoils estimates, layer by layer."""

from typing import Any

import numpy as np

from explorer.data import Recording, identity


def layers_report(recording: Recording, step: int) -> list[dict[str, Any]]:
    """One row a layer at one step: size, constant and dead units, NaN, equal rows, range."""
    return [_layer(layer, recording.activations(step, layer)) for layer in recording.layers]


def balance(labels: np.ndarray) -> list[dict[str, Any]]:
    """How often each class occurs; continuous labels are summed up in one row."""
    values, counts = np.unique(labels, return_counts=True)
    if len(values) > 50:
        ends = (f"{end:.4g}" if isinstance(end, np.floating) else str(end) for end in (values[0], values[-1]))
        span = f"{len(values)} values, {' to '.join(ends)}"
        return [{"class": span, "samples": len(labels), "share": 1.0}]
    return [
        {"class": str(value), "samples": int(count), "share": float(count / len(labels))}
        for value, count in zip(values, counts, strict=True)
    ]


def concerns(report: list[dict[str, Any]], n: int) -> list[str]:
    """Sentences about what the report shows; empty when nothing is amiss."""
    found = []
    for row in report:
        layer = row["layer"]
        if row["NaN or infinite"]:
            count = row["NaN or infinite"]
            found.append(f"{layer} holds {count} values that are NaN or infinite; no estimator takes it.")
        if row["constant units"]:
            units = f"{row['constant units']} of {row['units']} units never change ({row['dead units']} stay at 0)"
            found.append(f"{layer}: {units}.")
        if row["distinct rows"] < n:
            rows = f"{row['distinct rows']} distinct rows for {n} samples"
            found.append(f"{layer} has {rows}: ties for nearest-neighbour estimators.")
    return found


def _layer(layer: str, values: np.ndarray) -> dict[str, Any]:
    constant = (values == values[:1]).all(0)
    known = values[np.isfinite(values)]
    return {
        "layer": layer,
        "units": values.shape[1],
        "distinct rows": len(np.unique(identity(values, len(values)))),
        "constant units": int(constant.sum()),
        "dead units": int((constant & (values[0] == 0)).sum()),
        "NaN or infinite": int(values.size - known.size),
        "smallest": f"{known.min():.4g}" if known.size else "–",
        "largest": f"{known.max():.4g}" if known.size else "–",
        "stored as": str(values.dtype),
    }
