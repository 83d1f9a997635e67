"""Trajectories of runs against those of a pinned baseline: layers and steps matched, intervals by what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.errors import SampleError
from explorer.numerics import t_intervals
from explorer.result import LEVEL, Doubt
from explorer.run_deltas import AMOUNTS, RunDelta, RunDeltas
from explorer.trajectory import Trajectory

Key = tuple[int, str, str]
"""Step, layer and quantity."""

NO_VALUE = "no difference: a run has no value here"
COLUMNS = ("value", "low", "high", "null")


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
        asked: how many runs the side has, also those of which nothing is read yet; 0 for as many as `runs`.
    """

    name: str
    runs: tuple[Trajectory, ...]
    steps: tuple[int, ...]
    networks: tuple[str, ...] = ()
    seeds: tuple[int | None, ...] = ()
    probes: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    asked: int = 0


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


def contrast(baseline: Side, others: Sequence[Side], level: float = LEVEL) -> RunDeltas:
    """Every run or group beside the baseline.

    The interval of a difference is, in this order: of the mean difference of seeds or networks that both sides share
    (paired t), of independent seeds on both sides (Welch's t), of one run against several (t with the spread of the
    several), of two readings with intervals of their own (root of the summed squares); else there is none.

    Raises:
        SampleError: for a run that shares no layer with the baseline.
    """
    base = _read(baseline, baseline.runs[0].layers)
    read = [_read(other, baseline.runs[0].layers) for other in others]
    rows = tuple(row for one in read for row in _rows(base, one, level))
    first = baseline.runs[0]
    about = {name: first.about.get(name) for name in ("call", "words", "measure", "estimator", "target", "n", "seed")}
    about |= {"baseline": baseline.name, "runs": [one.name for one in others], "layers": list(first.layers)}
    about |= {"step_name": first.about.get("step_name", "step"), "level": level}
    about |= {"counts": {one.name: len(one.runs) for one in (baseline, *others)}}
    sides = tuple(_summary(one, level) for one in (base, *read))
    return RunDeltas(rows, sides, first.unit, _doubts(base, read, rows, level), about)


def matched(base: Sequence[str], other: Sequence[str], name: str) -> dict[str, str]:
    """{layer of a run: layer of the baseline}: by name; by depth where names differ and counts are equal.

    Names that both have at other depths are matched by name, and the rest is left out.

    Raises:
        SampleError: when neither matches any.
    """
    shared = [layer for layer in other if layer in base]
    by_depth = len(base) == len(other) and all(base.index(layer) == other.index(layer) for layer in shared)
    if by_depth:
        return dict(zip(other, base, strict=True))
    if not shared:
        raise SampleError(
            f"{name} shares no layer with the baseline: it has {', '.join(other[:8])}, the baseline "
            f"{', '.join(base[:8])}; layers are matched by name, or by depth where their counts are equal"
        )
    return {layer: layer for layer in shared}


def _read(side: Side, layers: Sequence[str]) -> Read:
    """The cells that all runs of a side have, under the baseline's names."""
    maps = [matched(layers, run.layers, side.name) for run in side.runs]
    tables = [_table(run, names) for run, names in zip(side.runs, maps, strict=True)]
    common = [key for key in tables[0] if all(key in table for table in tables[1:])]
    return Read(side, {key: np.array([table[key] for table in tables]) for key in common}, maps[0])


def _table(run: Trajectory, names: Mapping[str, str]) -> dict[Key, tuple[float, ...]]:
    columns = zip(*(getattr(run, one).tolist() for one in ("step", "layer", "quantity", *COLUMNS)), strict=True)
    return {(step, names[layer], quantity): tuple(rest) for step, layer, quantity, *rest in columns if layer in names}


def _summary(read: Read, level: float) -> Trajectory:
    """A side at all its steps: the mean, and its interval or the reading's own."""
    keys = list(read.cells)
    value, low, high, null = _ends(read, keys, level)
    columns = zip(keys, value, low, high, null, strict=True)
    rows = [
        {"step": step, "layer": layer, "quantity": quantity, "value": v, "low": a, "high": b, "null": n}
        for (step, layer, quantity), v, a, b, n in columns
    ]
    about = {**read.side.runs[0].about, "recording": read.side.name, "layers": list(read.layers.values())}
    return Trajectory.from_rows(rows, unit=read.side.runs[0].unit, about=about, metrics=read.side.runs[0].metrics)


def _ends(read: Read, keys: Sequence[Key], level: float) -> np.ndarray:
    """(4, cells): value, ends of its interval, null."""
    values = _stacked(read, keys)
    if len(values) == 1:
        return values[0]
    mean, null = values[:, 0].mean(0), values[:, 3].mean(0)
    reach = t_intervals.of_mean(values[:, 0], level)
    return np.stack([mean, mean - reach, mean + reach, null])


def _stacked(read: Read, keys: Sequence[Key]) -> np.ndarray:
    """(runs, 4, cells)."""
    return np.stack([read.cells[key] for key in keys], -1) if keys else np.empty((len(read.side.runs), 4, 0))


def _rows(base: Read, other: Read, level: float) -> list[RunDelta]:
    last = not set(base.side.steps) & set(other.side.steps)
    pairs = [(key, (other.side.steps[-1], *key[1:]) if last else key) for key in base.cells
             if not last or key[0] == base.side.steps[-1]]  # fmt: skip
    pairs = sorted((one, two) for one, two in pairs if two in other.cells)
    mine, theirs = [one for one, _ in pairs], [two for _, two in pairs]
    there, here = _ends(base, mine, level), _ends(other, theirs, level)
    low, high, basis = _interval(base, other, mine, theirs, level)
    amounts = np.concatenate([here[:3], there[:3], [here[0] - there[0], low, high]]).T.tolist()
    unit, name = base.side.runs[0].unit, other.side.name
    return [
        RunDelta(*one[:1], two[0], *one[1:], name, unit, why, **dict(zip(AMOUNTS, numbers, strict=True)))
        for (one, two), numbers, why in zip(pairs, amounts, basis, strict=True)
    ]


def _interval(
    base: Read, other: Read, mine: Sequence[Key], theirs: Sequence[Key], level: float
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Ends of the intervals of the differences, and what made each."""
    there, here = _stacked(base, mine), _stacked(other, theirs)
    m, k = len(here), len(there)
    if m == k == 1:
        return _own(there[0], here[0])
    values, others = here[:, 0], there[:, 0]
    shared, order = pairing(base.side, other.side)
    if shared:
        reach, words = (
            t_intervals.paired(values, others[order], level),
            f"paired t over {m} {shared} that both sides share",
        )
    elif m > 1 and k > 1:
        reach, words = t_intervals.welch(values, others, level), f"Welch's t over {m} and {k} runs"
    else:
        reach = t_intervals.one_against(others if m == 1 else values, level)
        words = f"t of one run against {max(m, k)}, whose spread is taken for the one as well"
    difference = values.mean(0) - others.mean(0)
    none = "no interval: the runs do not spread"
    return difference - reach, difference + reach, _basis(difference, reach, words, none)


def _own(base: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Of two readings with intervals of their own, as of independent samples."""
    difference = other[0] - base[0]
    below = np.hypot(other[0] - other[1], base[2] - base[0])
    above = np.hypot(other[2] - other[0], base[0] - base[1])
    words = "root of the summed squares of both readings' own intervals"
    none = "no interval: one run a side, and none of its own"
    return difference - below, difference + above, _basis(difference, below + above, words, none)


def _basis(difference: np.ndarray, reach: np.ndarray, words: str, none: str) -> list[str]:
    """What made each interval, or why there is none."""
    return np.where(np.isnan(difference), NO_VALUE, np.where(np.isnan(reach), none, words)).tolist()


def pairing(base: Side, other: Side) -> tuple[str, list[int]]:
    """By what runs of two sides belong together, "networks", "seeds" or "", and the baseline's run for each."""
    for words, name in (("networks", "networks"), ("seeds", "seeds")):
        mine, theirs = getattr(base, name), getattr(other, name)
        known = all(one not in (None, "") for one in (*mine, *theirs))
        once = len(set(mine)) == len(mine) == len(base.runs) > 1 and len(theirs) == len(other.runs)
        if known and once and sorted(map(str, mine)) == sorted(map(str, theirs)):
            return words, [mine.index(one) for one in theirs]
    return "", []


def _doubts(base: Read, others: Sequence[Read], rows: Sequence[RunDelta], level: float) -> tuple[Doubt, ...]:
    """What to know before the differences are believed, the weightiest first; each sentence once."""
    found = [one for other in others for one in (*_matching(base, other), *_samples(base.side, other.side))]
    return (*_trust(base, others, rows, level), *dict.fromkeys(found), *_cells_doubts(base, others))


def _trust(base: Read, others: Sequence[Read], rows: Sequence[RunDelta], level: float) -> list[Doubt]:
    found = []
    for one in (base.side, *(other.side for other in others)):
        if len(one.runs) < one.asked:
            text = f"{one.name}: {len(one.runs)} of {one.asked} runs are read; values and intervals are theirs alone."
            found.append(Doubt("runs are missing", text))
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
