"""The information plane: its cells of I(X;T) and I(T;Y) as a table, what they mean, and groups of runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer.catalogue import estimators
from explorer.data import Recording, identity
from explorer.plan import Cell, Plan, cost, keys, texts
from explorer.results.trajectory import Trajectory

__all__ = ["cells", "cost", "keys", "table", "title"]

XT, TY = "I(X;T)", "I(T;Y)"


def cells(recording: Recording, plan: Plan, device: str = "auto") -> Any:
    """What computes a cell; torch comes with it."""
    from explorer.cells import Cells

    return Cells(recording, plan, device)


def title(recording: Recording, plan: Plan) -> str:
    """What a person reads of the job."""
    return f"Plane of {recording.name} by {plan.estimator}"


def table(
    recording: Recording, plan: Plan, cells: Mapping[Cell, Mapping[str, Any]], layers: Sequence[str], total: int
) -> Trajectory:
    """The plane as far as `cells` hold it; `about` tells what it means and how many are missing of `total`."""
    rows = []
    for (step, layer), cell in cells.items():
        rules = [rule for rule, _ in cell.get("doubts", ())]
        where = {"step": step, "layer": layer, "warnings": rules}
        rows.append(where | {"quantity": XT, "value": cell.get("xt")})
        rows.append(where | {"quantity": TY, "value": cell.get("ty"), "null": cell.get("null")})
    about = _about(recording, plan, layers) | texts(cells) | {"cells": len(cells), "total": total}
    return Trajectory.from_rows(rows, about=about, metrics=recording.metrics)


def _about(recording: Recording, plan: Plan, layers: Sequence[str]) -> dict[str, Any]:
    card = estimators.card(plan.estimator)
    identical = bool(card.constants.get("x_is_identity")) or card.family == "binned"
    n = len(recording)
    about = {
        "recording": recording.name,
        "path": recording.path,
        "estimator": plan.estimator,
        "settings": dict(plan.settings),
        "call": plan.call,
        "target": plan.target,
        "noise": plan.noise,
        "permutations": plan.permutations,
        "seed": plan.seed,
        "layers": list(layers),
        "recorded": len(recording.steps),
        "n": n,
        "x_is_identity": identical,
        "x": "the row's identity: equal inputs share it" if identical else "the array of inputs",
        "entropy_x": _entropy(identity(recording.x, n)),
        "step_name": recording.provenance.get("step", "step"),
        "complete": recording.complete,
    }
    if not plan.to_layer(recording):
        about["entropy_y"] = _entropy_of_labels(recording.target(plan.target))
    return about


def _entropy_of_labels(y: np.ndarray) -> float | None:
    """Entropy of a discrete target in nats; None where it is continuous and has no such ceiling."""
    if y.dtype.kind == "f" and not (y == np.round(y)).all():
        return None
    return _entropy(identity(y, len(y)))


def _entropy(codes: np.ndarray) -> float:
    shares = np.bincount(codes) / len(codes)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())
