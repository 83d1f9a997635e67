"""Any estimator over steps x layers of a recording; every cell is kept, so nothing is computed twice.

Reading what is there needs no torch: the app draws partial planes while a worker fills them in.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from explorer.catalogue import estimators
from explorer.data import Recording, identity
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.jobs.board import Board, Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification
from explorer.jobs.startup import ensure_service
from explorer.plan import Cell, Plan, cost, keys
from explorer.trajectory import Trajectory

XT, TY = "I(X;T)", "I(T;Y)"

Report = Callable[..., None]

KEEP_EVERY = 0.3
"""Seconds between two writes to the results catalogue while cells are computed."""


def collected(
    recording: Recording, plan: Plan, layers: Sequence[str] | None = None, steps: Sequence[int] | None = None
) -> Trajectory:
    """The trajectory as far as it has been computed; `about` tells how many cells are missing."""
    steps, layers = _chosen(recording, steps, layers)
    wanted = keys(recording, plan, steps, layers)
    found = results().get_many(wanted.values())
    cells = {cell: found[key] for cell, key in wanted.items() if key in found}
    return _trajectory(recording, plan, cells, layers, len(wanted))


def compute(
    recording: Recording,
    plan: Plan,
    layers: Sequence[str] | None = None,
    steps: Sequence[int] | None = None,
    *,
    device: str = "auto",
    progress: Report = nothing,
) -> int:
    """Compute and keep the cells that are missing; the number of cells computed."""
    steps, layers = _chosen(recording, steps, layers)
    wanted = keys(recording, plan, steps, layers)
    have = results().get_many(wanted.values())
    missing = [cell for cell, key in wanted.items() if key not in have]
    done, total = len(wanted) - len(missing), len(wanted)
    if not missing:
        return 0
    from explorer.cells import Cells  # torch comes with it

    cells, batch, kept = Cells(recording, plan, device), {}, time.perf_counter()
    try:
        for step, layer in missing:
            batch[wanted[step, layer]] = cells.at(step, layer)
            done += 1
            if time.perf_counter() - kept > KEEP_EVERY:
                results().put_many(batch)
                batch, kept = {}, time.perf_counter()
            progress(done, total, f"step {step}, {layer}")
    finally:  # also when it is cancelled or interrupted
        results().put_many(batch)
    return len(missing)


def plane(
    recording: Recording | Sequence[Recording],
    estimator: str = "binning",
    *,
    target: str = "y",
    layers: Sequence[str] | None = None,
    steps: Sequence[int] | None = None,
    noise: float = 0.0,
    permutations: int = 5,
    seed: int = 0,
    device: str = "auto",
    jobs: bool = False,
    progress: Report = nothing,
    **settings: Any,
) -> Trajectory:
    """I(X;T) and I(T;Y) of every layer at every step: the information plane.

    For `binning`, `adaptive_binning` and `kde_bounds` X stands for the row's identity, so that a
    deterministic network gives the entropy of the binned or noisy T; every other estimator gets the
    array X. The trajectory says which (`about["x"]`). Cells computed before, by whomever, are reused.

    Args:
        recording: one, or several runs of one network: then the mean over runs, `low` and `high`
            their smallest and largest value.
        estimator: catalogue key.
        target: "y", a factor, or a layer for I(T_i; T_target).
        noise: standard deviation of Gaussian noise added to T, the remedy for an infinite I(X;T).
        permutations: of the target; their mean is the null of I(T;Y).
        jobs: compute in the job service instead of this process.

    Raises:
        UnknownNameError: for an estimator, layer, step or column that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: when the estimator can take no cell of the recording.
    """
    plan = Plan(estimator, settings, target, noise, permutations, seed)
    if isinstance(recording, str | Path):
        raise SampleError(f"recording={str(recording)!r} is a path; open it first: explorer.open({str(recording)!r})")
    if not isinstance(recording, Recording):
        runs = [plane_of(one, plan.checked(one), layers, steps, device, jobs, progress) for one in recording]
        return _group(runs)
    return plane_of(recording, plan.checked(recording), layers, steps, device, jobs, progress)


def plane_of(
    recording: Recording,
    plan: Plan,
    layers: Sequence[str] | None = None,
    steps: Sequence[int] | None = None,
    device: str = "auto",
    jobs: bool = False,
    progress: Report = nothing,
) -> Trajectory:
    """The trajectory of one recording for a checked plan, computed where it is missing."""
    if jobs:
        submitted(recording, plan, wait=True, device=device, layers=layers, steps=steps)
    compute(recording, plan, layers, steps, device=device, progress=progress)
    trajectory = collected(recording, plan, layers, steps)
    if trajectory.about["failed"] and np.isnan(trajectory.value).all():
        raise SampleError(next(iter(trajectory.about["failed"].values())))
    return trajectory


def specification(
    recording: Recording, plan: Plan, device: str = "auto", **only: Sequence[Any] | None
) -> Specification:
    """The job that fills in a checked plan; the same plane of the same data is the same job.

    Raises:
        SettingError: for a recording in memory, which another process cannot read.
    """
    if recording.path is None:
        raise SettingError("jobs=True needs a recording on disk; this one is in memory: use jobs=False")
    plain = {**vars(plan), "settings": dict(plan.settings)}
    arguments = {"path": str(Path(recording.path).resolve()), "plan": plain, "device": device}
    arguments |= {name: list(chosen) for name, chosen in only.items() if chosen is not None}
    data = recording.digest if recording.complete else f"open:{recording.provenance.get('id')}"
    seconds, memory = cost(recording, plan)
    foreseen = {"seconds": seconds, "bytes": memory}
    return Specification("explorer.following:run", arguments, data, plan.seed, cost=foreseen)


def submitted(
    recording: Recording, plan: Plan, *, wait: bool = False, device: str = "auto", **only: Sequence[Any] | None
) -> Job:
    """Submit the plane as a job, and wait for its end when asked to.

    Raises:
        SettingError: for a recording in memory.
        JobError: with `wait`, when the job fails or is cancelled.
    """
    board = Board()
    job = board.submit(specification(recording, plan, device, **only), f"Plane of {recording.name} by {plan.estimator}")
    ensure_service()
    return board.wait(job.id) if wait else job


def _chosen(
    recording: Recording, steps: Sequence[int] | None, layers: Sequence[str] | None
) -> tuple[Sequence[int], Sequence[str]]:
    for what, name, given in (("recorded step", "steps", steps), ("layer", "layers", layers)):
        if given is not None and (isinstance(given, str) or not isinstance(given, Iterable)):
            raise SettingError(f"{name}={given!r} must be a list, as {name}=[{given!r}]")
        known = recording.steps if name == "steps" else recording.layers
        for one in given or ():
            if one not in known:
                raise UnknownNameError(what, one, known)
    return steps or recording.steps, layers or recording.layers


def _trajectory(
    recording: Recording, plan: Plan, cells: Mapping[Cell, Mapping[str, Any]], layers: Sequence[str], total: int
) -> Trajectory:
    rows = []
    for (step, layer), cell in cells.items():
        rules = [rule for rule, _ in cell.get("doubts", ())]
        where = {"step": step, "layer": layer, "warnings": rules}
        rows.append(where | {"quantity": XT, "value": cell.get("xt")})
        rows.append(where | {"quantity": TY, "value": cell.get("ty"), "null": cell.get("null")})
    about = _about(recording, plan, layers) | _texts(cells) | {"cells": len(cells), "total": total}
    return Trajectory.from_rows(rows, about=about, metrics=recording.metrics)


def _texts(cells: Mapping[Cell, Mapping[str, Any]]) -> dict[str, Any]:
    """The newest sentence of every rule and layer, and why cells have no value."""
    doubts: dict[str, dict[str, str]] = {}
    failed = {}
    for (_, layer), cell in cells.items():
        for rule, text in cell.get("doubts", ()):
            doubts.setdefault(rule, {})[layer] = text
        if "error" in cell:
            failed[layer] = cell["error"]
    return {"doubts": doubts, "failed": failed}


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


def _group(runs: Sequence[Trajectory]) -> Trajectory:
    """Mean over runs at the cells that all of them have, `low` and `high` the extremes over runs.

    Raises:
        SampleError: without runs, or without a common step and layer.
    """
    tables = [{(r["step"], r["layer"], r["quantity"]): r for r in run.rows()} for run in runs]
    common = [key for key in (tables[0] if tables else {}) if all(key in table for table in tables)]
    if not common:
        raise SampleError(f"a group of {len(runs)} runs shares no step and layer; record them on one schedule")
    rows = []
    for key in common:
        cells = [table[key] for table in tables]
        values, nulls = (np.array([cell[column] for cell in cells]) for column in ("value", "null"))
        row = dict(zip(("step", "layer", "quantity"), key, strict=True))
        row |= {"value": values.mean(), "low": values.min(), "high": values.max(), "null": nulls.mean()}  # NaN spreads
        rows.append(row | {"warnings": sorted({w for c in cells for w in c["warnings"].split("; ") if w})})
    names = [run.about["recording"] for run in runs]
    about = {
        **runs[0].about,
        "failed": {layer: reason for run in runs for layer, reason in run.about["failed"].items()},
        "doubts": {rule: found for run in runs for rule, found in run.about["doubts"].items()},
        "recording": f"{len(runs)} runs",
        "runs": names,
        "band": "smallest and largest of the runs",
    }
    return Trajectory.from_rows(rows, about=about, metrics=runs[0].metrics)
