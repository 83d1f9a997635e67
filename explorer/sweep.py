"""Any estimator or measure over steps x layers of a recording; every cell is kept, so nothing is computed twice.

Reading what is there needs no torch: the app draws partial planes while a worker fills them in.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from pathlib import Path
from typing import Any

import numpy as np

from explorer import planes, profiles
from explorer.data import Recording, digest
from explorer.entries import Entry, called
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification
from explorer.jobs.training_curves import followed, live
from explorer.plan import Cell, Plan
from explorer.profiles import Profile
from explorer.results.trajectory import Trajectory, group

Report = Callable[..., None]
AnyPlan = Plan | Profile
KINDS = {Plan: planes, Profile: profiles}
"""What a plan of each kind computes: `keys`, `cells`, `table`, `cost` and `title`."""

KEEP_EVERY = 0.3
"""Seconds between two writes to the results catalogue while cells are computed."""


def plan_of(plain: Mapping[str, Any]) -> AnyPlan:
    """The plan that a job was given as plain data."""
    return Profile(**plain) if "measure" in plain else Plan(**plain)


def collected(
    recording: Recording, plan: AnyPlan, layers: Sequence[str] | None = None, steps: Sequence[int] | None = None
) -> Trajectory:
    """The trajectory as far as it has been computed; `about` tells how many cells are missing."""
    steps, layers = _chosen(recording, steps, layers)
    kind = KINDS[type(plan)]
    wanted = kind.keys(recording, plan, steps, layers)
    found = results().get_many(wanted.values())
    cells = {cell: found[key] for cell, key in wanted.items() if key in found}
    return kind.table(recording, plan, cells, layers, len(wanted))


def compute(
    recording: Recording,
    plan: AnyPlan,
    layers: Sequence[str] | None = None,
    steps: Sequence[int] | None = None,
    *,
    device: str = "auto",
    progress: Report = nothing,
) -> int:
    """Compute and keep the cells that are missing; the number of cells computed."""
    part = layers, steps
    steps, layers = _chosen(recording, steps, layers)
    kind = KINDS[type(plan)]
    wanted = kind.keys(recording, plan, steps, layers)
    have = results().get_many(wanted.values())
    missing = [cell for cell, key in wanted.items() if key not in have]
    done, total = len(wanted) - len(missing), len(wanted)
    if not missing:
        return 0
    cells, kept = kind.cells(recording, plan, device), time.perf_counter()
    batch: dict[str, Mapping[str, Any]] = {}
    name, shown = plan.estimator if isinstance(plan, Plan) else plan.measure, _curves(recording, plan, *part)
    try:
        for group in cells.groups(missing):
            where, key = _said(group, recording.provenance.get("step", "step")), digest(*(wanted[one] for one in group))
            with followed(key, name, progress, done, total, f" of {where}", shown):
                batch |= {wanted[one]: cell for one, cell in cells.together(group).items()}
            done += len(group)
            if time.perf_counter() - kept > KEEP_EVERY:
                results().put_many(batch)
                batch, kept = {}, time.perf_counter()
            progress(done, total, where)
    finally:  # also when it is cancelled or interrupted
        results().put_many(batch)
    return len(missing)


def curves(
    recording: Recording, plan: AnyPlan, layers: Sequence[str] | None = None, steps: Sequence[int] | None = None
) -> dict[str, Any]:
    """The curves of what trains now for a checked plan, or for the part of it that was asked for; empty without any."""
    key = _curves(recording, plan, layers, steps)
    return live([key]).get(key, {})


def plane(
    recording: Recording | Sequence[Recording],
    estimator: str | Entry = "binning",
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
        estimator: catalogue key, or the entry with its settings, as `estimators.InfoNCE(steps=200)`: then a setting may
            be called as an argument is here.
        target: "y", a factor, or a layer for I(T_i; T_target).
        noise: standard deviation of Gaussian noise added to T, the remedy for an infinite I(X;T).
        permutations: of the target; their mean is the null of I(T;Y).
        jobs: compute in the job service instead of this process.

    Raises:
        UnknownNameError: for an estimator, layer, step or column that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: when the estimator can take no cell of the recording.
    """
    plan = Plan(*called(estimator, settings), target, noise, permutations, seed)
    return swept(recording, plan, layers, steps, device, jobs, progress)


def profile(
    recording: Recording | Sequence[Recording],
    measure: str | Entry = "diffusion_spectral_entropy",
    *,
    target: str = "",
    layers: Sequence[str] | None = None,
    steps: Sequence[int] | None = None,
    permutations: int = 0,
    seed: int = 0,
    device: str = "auto",
    jobs: bool = False,
    progress: Report = nothing,
    **settings: Any,
) -> Trajectory:
    """A measure of every layer at every step. Cells computed before, by whomever, are reused.

    Args:
        recording: one, or several runs of one network: then the mean over runs, `low` and `high`
            their smallest and largest value.
        measure: catalogue key, or the entry with its settings: then a setting may be called as an argument is here.
        target: for a measure with labels "y" or a factor; for one that compares representations "previous", "first" or
            "last" recorded step of the same layer, "x" for the inputs, or another layer at the same step. "" takes "y",
            or the previous step.
        permutations: shuffles whose mean is the null: of the rows of the target, or, for a measure of a layer
            alone, of every unit by itself.
        jobs: compute in the job service instead of this process.

    Raises:
        UnknownNameError: for a measure, layer, step or column that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: when the measure can take no cell of the recording.
    """
    plan = Profile(*called(measure, settings), target, permutations, seed)
    return swept(recording, plan, layers, steps, device, jobs, progress)


def swept(
    recording: Recording | Sequence[Recording],
    plan: AnyPlan,
    layers: Sequence[str] | None,
    steps: Sequence[int] | None,
    device: str,
    jobs: bool,
    progress: Report,
) -> Trajectory:
    """The trajectory of one recording or of a group, for a plan that is not checked yet."""
    for name, given in (("layers", layers), ("steps", steps)):
        if isinstance(given, Sized) and not isinstance(given, str) and len(given) == 0:
            raise SettingError(f"{name}={given!r} must be a list that holds at least one; leave it out for all")
    if isinstance(recording, str | Path):
        raise SampleError(f"recording={str(recording)!r} is a path; open it first: explorer.open({str(recording)!r})")
    if not isinstance(recording, Recording):
        return group([one_run(run, plan.checked(run), layers, steps, device, jobs, progress) for run in recording])
    return one_run(recording, plan.checked(recording), layers, steps, device, jobs, progress)


def one_run(
    recording: Recording,
    plan: AnyPlan,
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
    recording: Recording, plan: AnyPlan, device: str = "auto", **only: Sequence[Any] | None
) -> Specification:
    """The job that fills in a checked plan; the same plane of the same data is the same job.

    Raises:
        SettingError: for a recording in memory, which another process cannot read.
    """
    plain = {**vars(plan), "settings": dict(plan.settings)}
    arguments = {"path": recording.folder, "plan": plain, "device": device}
    arguments |= {name: list(chosen) for name, chosen in only.items() if chosen is not None}
    data = _data(recording)
    seconds, memory = KINDS[type(plan)].cost(recording, plan)
    foreseen = {"seconds": seconds, "bytes": memory}
    return Specification("explorer.following:run", arguments, data, plan.seed, cost=foreseen)


def submitted(
    recording: Recording, plan: AnyPlan, *, wait: bool = False, device: str = "auto", **only: Sequence[Any] | None
) -> Job:
    """Submit the plane as a job, and wait for its end when asked to.

    Raises:
        SettingError: for a recording in memory.
        JobError: with `wait`, when the job fails or is cancelled.
    """
    job = board.submitted(specification(recording, plan, device, **only), KINDS[type(plan)].title(recording, plan))
    return board.Board().wait(job.id) if wait else job


def _data(recording: Recording) -> str:
    """What a job is about, also while the recording is still written."""
    return recording.digest if recording.complete else f"open:{recording.provenance.get('id')}"


def _curves(
    recording: Recording, plan: AnyPlan, layers: Sequence[str] | None = None, steps: Sequence[int] | None = None
) -> str:
    """The key of the training that runs now for a plan, or for a part of it as it was asked for."""
    part = {"layers": list(layers or ()), "steps": list(steps or ())}
    return digest("curves", _data(recording), {**vars(plan), "settings": dict(plan.settings)}, part)


def _said(group: Sequence[Cell], word: str = "step") -> str:
    """ "tanh_2 at step 400 and tanh_3, tanh_4 at steps 0 to 100", of steps as the recording calls them."""
    layers: dict[str, list[str]] = {}
    for layer in dict.fromkeys(layer for _, layer in group):
        steps = [step for step, own in group if own == layer]
        when = f"{word} {steps[0]}" if len(steps) == 1 else f"{word}s {steps[0]} to {steps[-1]}"
        layers.setdefault(when, []).append(layer)
    return " and ".join(f"{', '.join(some)} at {when}" for when, some in layers.items())


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
