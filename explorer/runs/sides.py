"""The sides of a comparison of runs, and what to know before their differences are believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.result import Doubt
from explorer.results.run_deltas import RunDelta
from explorer.results.trajectory import Trajectory

Key = tuple[int, str, str]
"""Step, layer and quantity."""


@dataclass(frozen=True)
class Side:
    """The baseline, or what is compared with it: one run, or several seeds as one.

    Attributes:
        runs: one trajectory a recording.
        steps: recorded by all of them.
        networks: what network each recorded; "" where it is not known.
        seeds: of each training; None where it is not known.
        probes: digest of the samples of each.
        widths: units of every layer.
        ids: of the recordings; the same one on both sides is told.
    """

    name: str
    runs: tuple[Trajectory, ...]
    steps: tuple[int, ...]
    networks: tuple[str, ...] = ()
    seeds: tuple[int | None, ...] = ()
    probes: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """A side as a table.

    Attributes:
        cells: value, low, high and null of each run, (runs, 4), where all runs have them.
        layers: {layer of the side: layer of the baseline}.
    """

    side: Side
    cells: Mapping[Key, np.ndarray]
    layers: Mapping[str, str]


def doubts(base: Read, others: Sequence[Read], rows: Sequence[RunDelta], level: float) -> tuple[Doubt, ...]:
    """What to know before the differences are believed, the weightiest first; each sentence once."""
    found = [one for other in others for one in (*_matching(base, other), *_samples(base.side, other.side))]
    return (*_trust(base, others, rows, level), *dict.fromkeys(found), *_cells_doubts(base, others))


def _trust(base: Read, others: Sequence[Read], rows: Sequence[RunDelta], level: float) -> list[Doubt]:
    found = [*_same(base.side, others), *_missing([base.side, *(other.side for other in others)])]
    singles = [one.side.name for one in others if len(one.side.runs) == len(base.side.runs) == 1]
    if singles:
        text = f"{', '.join(singles)}: one run a side cannot tell a difference from what another seed would change."
        found.append(Doubt("one seed", f"{text} Record several seeds and compare them as one group."))
    few = [one.side.name for one in (base, *others) if len(one.side.runs) == 2]
    if few:
        text = f"{', '.join(few)}: two runs tell their spread badly, so their intervals are wide."
        found.append(Doubt("two seeds", f"{text} With five a side they are less than half as wide."))
    count = sum(not np.isnan(row.difference_low) for row in rows)
    if count > 1:
        text = f"Each interval holds the difference in {level:.0%} of cases: where nothing differs at all, about one "
        text += f"in {round(1 / (1 - level))} of them leaves 0 out by chance."
        found.append(Doubt("many intervals", text, note=True))
    return found


def _same(base: Side, others: Sequence[Read]) -> list[Doubt]:
    """Recordings that a side shares with the baseline: of them nothing can differ."""
    found = []
    for one in others:
        count = sum(id in base.ids for id in one.side.ids)
        if count and sorted(one.side.ids) == sorted(base.ids):
            what = "the same recording" if count == 1 else f"the same {count} recordings"
            found.append(Doubt("same run", f"{one.side.name} is {what} as the baseline, so nothing can differ."))
        elif count:
            text = f"{one.side.name} shares {count} of its {len(one.side.ids)} recordings with the baseline: the sides "
            found.append(Doubt("same run", f"{text}are not independent, and their difference is drawn towards 0."))
    return found


def _missing(sides: Sequence[Side]) -> list[Doubt]:
    """Groups whose runs are not all read to the end."""
    found = []
    for one in sides:
        done = sum(run.about.get("cells", 0) >= run.about.get("total", 0) for run in one.runs)
        if done < len(one.runs) > 1:
            text = f"{one.name}: {done} of {len(one.runs)} runs are read to the end so far; "
            found.append(Doubt("runs are missing", f"{text}a layer at a step appears once all have it."))
    return found


def _matching(base: Read, other: Read) -> list[Doubt]:
    """How layers and steps were brought together."""
    found, name = [], other.side.name
    moved = [f"{theirs} with {mine}" for theirs, mine in other.layers.items() if theirs != mine]
    if moved:
        found.append(Doubt("layers", f"{name}: layers are matched by depth, {'; '.join(moved)}.", note=True))
    left = [layer for layer in (*other.side.runs[0].layers, *base.side.runs[0].layers)
            if layer not in {**other.layers, **dict.fromkeys(other.layers.values())}]  # fmt: skip
    if left:
        found.append(
            Doubt("layers", f"{name}: only one side has {', '.join(dict.fromkeys(left))}; left out.", note=True)
        )
    wide = [f"{mine} has {base.side.widths[mine]} units and {other.side.widths[theirs]}"
            for theirs, mine in other.layers.items()
            if base.side.widths.get(mine) != other.side.widths.get(theirs)]  # fmt: skip
    if wide:
        text = f"{name}: {'; '.join(wide)}. What an estimator or measure reads grows with the number of units."
        found.append(Doubt("widths differ", text))
    mine, theirs = base.side.steps, other.side.steps
    shared = sorted(set(mine) & set(theirs))
    if not shared and mine and theirs:
        text = f"{name} shares no step with the baseline: its last, {theirs[-1]}, is compared with {mine[-1]}."
        found.append(Doubt("no common step", text))
    elif len(shared) < max(len(mine), len(theirs)):
        text = f"{name}: {len(shared)} steps are common, of {len(mine)} of the baseline and {len(theirs)} of its own."
        found.append(Doubt("steps", text, note=True))
    return found


def _samples(base: Side, other: Side) -> list[Doubt]:
    """Whether the sides looked with the same samples, and as many."""
    found = []
    mine, theirs = (sorted({run.about.get("n", 0) for run in side.runs}) for side in (base, other))
    if mine != theirs:
        alike = max(mine[-1], theirs[-1]) <= 1.01 * min(mine[0], theirs[0])
        text = f"{other.name} has {_span(theirs)} samples, the baseline {_span(mine)}; bias and ceilings depend on it."
        found.append(Doubt("samples", text, note=alike))
    if sorted(base.probes) != sorted(other.probes):
        same = set(base.networks) == set(other.networks) and "" not in base.networks
        why = "the networks are the same" if same else "what differs may be the samples and not the networks"
        text = f"{other.name} was recorded on other samples than the baseline: {why}."
        found.append(Doubt("probes", text, note=True))
    return found


def _span(sizes: Sequence[int]) -> str:
    return " to ".join(str(size) for size in dict.fromkeys((sizes[0], sizes[-1])))


def _cells_doubts(base: Read, others: Sequence[Read]) -> list[Doubt]:
    """The newest sentence of every rule that fired on any run, and why layers have no value."""
    said: dict[str, tuple[str, list[str]]] = {}
    for one in (base, *others):
        for run in one.side.runs:
            for rule, texts in {**run.about.get("doubts", {}), "no value": run.about.get("failed", {})}.items():
                for text in list(texts.values())[:1]:
                    said.setdefault(rule, (text, []))[1].append(one.side.name)
    every = {one.side.name for one in (base, *others)}
    whose = {rule: dict.fromkeys(names) for rule, (_, names) in said.items()}
    where = {rule: "all" if set(names) == every else ", ".join(names) for rule, names in whose.items()}
    return [Doubt(f"{rule} ({where[rule]})", text) for rule, (text, _) in said.items()]
