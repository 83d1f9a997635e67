"""Recordings against a pinned baseline: what is computed of each, which are one group, which share a network."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from math import prod
from typing import Any

from explorer import sweep
from explorer.data import Recording, digest
from explorer.entries import Entry, called
from explorer.errors import SampleError, SettingError
from explorer.jobs.progress import nothing
from explorer.plan import Plan
from explorer.profiles import Profile
from explorer.results.run_deltas import RunDeltas
from explorer.results.trajectory import Trajectory
from explorer.runs.contrast import contrast
from explorer.runs.sides import Side

Report = Callable[..., None]
Runs = Recording | Sequence[Recording]
AnyPlan = Plan | Profile


@dataclass(frozen=True)
class Group:
    """One side of a comparison: a recording, or several seeds of one training as one.

    Raises:
        SampleError: without a recorded step, or when the recordings share none.
    """

    name: str
    recordings: tuple[Recording, ...]

    def __post_init__(self) -> None:
        if not self.steps:
            rule = "shares no step; record them on one schedule" if self.recordings else "is empty"
            one = len(self.recordings) == 1
            raise SampleError(f"{self.name} has no recorded step yet" if one else f"the group {self.name!r} {rule}")

    @property
    def steps(self) -> tuple[int, ...]:
        """Steps that every recording has."""
        first, *rest = self.recordings or (None,)
        return tuple(step for step in (first.steps if first else ()) if all(step in one.steps for one in rest if one))


def compare(
    baseline: Runs,
    others: Runs | Sequence[Runs] | Mapping[str, Runs],
    *,
    estimator: str | Entry = "",
    measure: str | Entry = "",
    target: str = "",
    step: int | None = None,
    noise: float = 0.0,
    permutations: int | None = None,
    seed: int = 0,
    device: str = "auto",
    progress: Report = nothing,
    **settings: Any,
) -> RunDeltas:
    """What layers of runs read beside those of a pinned baseline, as differences with intervals.

    Several recordings in a list are one side: seeds of one training, read by their mean. Two sides of several seeds
    are compared by Welch's t over the runs, or by a paired t where the recordings say that seeds or networks are the
    same on both sides; a single run against several by a t with the spread of the several; single runs by their
    measure's own intervals, where it has some. `basis` says which. Cells computed before, by whomever, are reused.

    Layers are matched by name, or by depth where names differ and counts are equal; steps are those that both sides
    have, or last against last where there is none. The result says so.

    Args:
        baseline: one recording, or a list of seeds.
        others: a recording; a list of recordings and of lists of seeds; or a mapping that names them.
        estimator: catalogue key of an estimator, or the entry: I(X;T) and I(T;Y) are compared; "binning" where neither
            is given.
        measure: catalogue key of a measure, or the entry, in place of an estimator.
        target: as in `explorer.plane` and `explorer.profile`; "" for their own defaults.
        step: compute and compare this one alone; None takes all.
        noise, permutations: as in `explorer.plane`.
        settings: of the estimator or measure, as `bins=20`.

    Raises:
        UnknownNameError: for an estimator, measure, step or column that is not there.
        SettingError: for a setting that does not exist, or an estimator and a measure at once.
        SampleError: when nothing can be compared.

    References: welch1947; crawford1998.
    """
    plan = planned(estimator, measure, target, noise, permutations, seed, settings)
    groups = grouped(baseline, others)
    steps = None if step is None else [step]
    for group in groups:
        for one in group.recordings:
            sweep.compute(one, plan.checked(one), steps=steps, device=device, progress=_named(progress, one))
    found = collected(groups, plan, steps)
    reasons = [why for side in found.sides for why in side.about.get("failed", {}).values()]
    if not len(found) and reasons:
        raise SampleError(reasons[0])
    return found


def planned(
    estimator: str | Entry,
    measure: str | Entry,
    target: str,
    noise: float,
    permutations: int | None,
    seed: int,
    settings: Any,
) -> AnyPlan:
    """What is read of every run, not checked yet.

    Raises:
        SettingError: for an estimator and a measure at once, or noise with a measure.
    """
    if estimator and measure:
        raise SettingError(f"estimator={estimator!r} and measure={measure!r} exclude each other; give one")
    if not measure:
        count = Plan().permutations if permutations is None else permutations
        return Plan(*called(estimator or "binning", settings), target or "y", noise, count, seed)
    if noise:
        raise SettingError(f"noise={noise:g} belongs to estimators, and {measure} is a measure; leave it out")
    return Profile(*called(measure, settings), target, permutations or 0, seed)


def grouped(baseline: Runs, others: Runs | Sequence[Runs] | Mapping[str, Runs]) -> list[Group]:
    """The baseline and then the others, each under a name of its own.

    Raises:
        SampleError: for a path in place of a recording, or a group that is empty or shares no step.
    """
    if isinstance(others, Mapping):
        given: list[tuple[str, Runs]] = list(others.items())
    else:
        given = [("", one) for one in ([others] if isinstance(others, Recording) else others)]
    found: list[Group] = []
    for name, runs in (("", baseline), *given):
        recordings = (runs,) if isinstance(runs, Recording) else _recordings(runs)
        said = name or name_of([one.name for one in recordings])
        taken = {group.name for group in found}
        number = next(i for i in range(1, 2 + len(taken)) if (said if i == 1 else f"{said} ({i})") not in taken)
        found.append(Group(said if number == 1 else f"{said} ({number})", recordings))
    return found


def _recordings(runs: Any) -> tuple[Recording, ...]:
    if isinstance(runs, str | os.PathLike) or not all(isinstance(one, Recording) for one in runs):
        raise SampleError(f"{runs!r} is no recording; open it first: explorer.open({str(runs)!r})")
    return tuple(runs)


def name_of(names: Sequence[str]) -> str:
    """Of a group what its names begin with, and how many they are."""
    if len(names) < 2:
        return names[0] if names else "no run"
    pairs = zip(min(names), max(names), strict=False)
    shared = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    shared = shared.rstrip("0123456789").rstrip(" ,-_./")
    for word in ("seed", "run"):
        shared = shared.removesuffix(word).rstrip(" ,-_./")
    return f"{shared or 'runs'} ({len(names)} runs)"


def collected(groups: Sequence[Group], plan: AnyPlan, steps: Sequence[int] | None = None) -> RunDeltas:
    """The comparison as far as it has been computed: of a group the cells that all its runs have.

    `about` tells how many cells are there, of all runs.

    Raises:
        UnknownNameError: for a step that a recording lacks.
        SampleError: for a run that shares no layer with the baseline.
    """
    read = [[(one, _known(one, plan, steps)) for one in group.recordings] for group in groups]
    sides = [_side(group, pairs, steps) for group, pairs in zip(groups, read, strict=True)]
    found = contrast(sides[0], sides[1:])
    every = [run.about for pairs in read for _, run in pairs]
    return replace(found, about={**found.about, **{key: sum(one[key] for one in every) for key in ("cells", "total")}})


def _known(recording: Recording, plan: AnyPlan, steps: Sequence[int] | None) -> Trajectory:
    return sweep.collected(recording, plan.checked(recording), steps=steps)


def _side(group: Group, pairs: Sequence[tuple[Recording, Trajectory]], steps: Sequence[int] | None) -> Side:
    recordings = [one for one, _ in pairs]
    return Side(
        group.name,
        tuple(run for _, run in pairs),
        group.steps if steps is None else tuple(steps),
        tuple(network(one.provenance) for one in recordings),
        tuple(seed_of(one) for one in recordings),
        tuple(digest(one.x) if one.x is not None else "" for one in recordings),
        {layer: prod(shape[1:]) for layer, shape in recordings[0].shapes.items()},
        tuple(str(one.provenance.get("id") or one.path or id(one)) for one in recordings),
    )


def network(about: Mapping[str, Any]) -> str:
    """What names the trained network in a provenance: recordings of one network share it; "" where nothing does.

    Of a network that was read from a file the name of the file is no part of it.
    """
    named = about.get("network") or ""
    if isinstance(named, Mapping):
        return digest({key: value for key, value in named.items() if key != "file"})
    return str(named)


def seed_of(recording: Recording) -> int | None:
    """The seed of the training as the recording's provenance tells it."""
    about = recording.provenance
    settings = about.get("settings")
    found = about.get("seed", settings.get("seed") if isinstance(settings, Mapping) else None)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def partners(
    recording: Recording, known: Mapping[str, Mapping[str, Any]], probe: Callable[[str], str] = lambda name: ""
) -> list[str]:
    """Which of `known`, provenances by name, recorded the same network by other samples; a copy is none of them.

    Args:
        probe: the digest of the inputs of one that is known by that name; "" where there is none.
    """
    about = recording.provenance
    own, mine = network(about), "" if recording.x is None else digest(recording.x)
    if not own or "copy of" in about:
        return []
    alike = [name for name, one in known.items()
             if network(one) == own and one.get("id") != about.get("id") and "copy of" not in one]  # fmt: skip
    return [name for name in alike if not mine or probe(name) != mine]


def _named(progress: Report, recording: Recording) -> Report:
    return lambda done, total, note="": progress(done, total, f"{recording.name}: {note}")
