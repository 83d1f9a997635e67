"""Trajectories of runs against those of a pinned baseline: layers and steps matched, intervals by what is known."""

from collections.abc import Mapping, Sequence

import numpy as np

from explorer.errors import SampleError
from explorer.numerics import t_intervals
from explorer.result import LEVEL
from explorer.results.run_deltas import AMOUNTS, RunDelta, RunDeltas
from explorer.results.trajectory import Trajectory
from explorer.runs.sides import Key, Read, Side, doubts

NO_VALUE = "no difference: a run has no value here"
COLUMNS = ("value", "low", "high", "null")


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
    return RunDeltas(rows, sides, first.unit, doubts(base, read, rows, level), about)


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
