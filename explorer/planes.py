"""The information plane: its cells of I(X;T) and I(T;Y) as a table, what they mean, and groups of runs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from explorer.catalogue import estimators
from explorer.data import Recording, identity
from explorer.plan import Cell, Plan, cost, keys, texts
from explorer.result import above, in_both
from explorer.results.trajectory import TY, XT, Trajectory

__all__ = ["cells", "cost", "keys", "table", "title"]


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
    rows, about = list[dict[str, Any]](), _about(recording, plan, layers)
    cells = {cell: _bounded(found, about.get("entropy_y")) for cell, found in cells.items()}
    for (step, layer), cell in cells.items():
        rules = {q: [rule for rule, _, *of in cell.get("doubts", ()) if not any(of) or q in of] for q in (XT, TY)}
        where = {"step": step, "layer": layer}
        rows.append(where | {"quantity": XT, "value": cell.get("xt"), "warnings": rules[XT]})
        rows.append(where | {"quantity": TY, "value": cell.get("ty"), "null": cell.get("null"), "warnings": rules[TY]})
    about |= texts(cells) | {"bounds": _bounds(cells.values()), "cells": len(cells), "total": total}
    return Trajectory.from_rows(rows, about=about, metrics=recording.metrics)


def _bounds(cells: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The side of every quantity that is a bound at some layer and step."""
    return {quantity: side for cell in cells for quantity, side in cell.get("bounds", {}).items()}


def _bounded(cell: Mapping[str, Any], entropy: float | None) -> Mapping[str, Any]:
    """The cell, doubted where it reads more of a target than there is to know."""
    value = cell.get("ty")
    if value is None or entropy is None or not above(value, entropy):
        return cell
    text = f"{in_both(value)} is above the entropy {in_both(entropy)} of the target, which bounds the truth."
    return {**cell, "doubts": [*cell.get("doubts", ()), ["above entropy", text, TY]]}


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
