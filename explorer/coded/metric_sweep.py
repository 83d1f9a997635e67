"""Scores of disentanglement over the number of bins, for cells of equal width and of equal frequency.

Reading what is there needs no torch.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from explorer.catalogue import measures
from explorer.coded.jobs import Kept, Read, Rows
from explorer.errors import InputError, SettingError
from explorer.metrics import REPEATS, Coded, Metrics, effort
from explorer.result import LEVEL
from explorer.results.latents import STRATEGIES, BinSweep

BINS = (3, 5, 10, 20, 50, 100, 300)
NAMES = ("mig", "mig_sup", "modularity", "dmig")
Part = tuple[str, str, int]
"""Which score, strategy and number of bins."""


@dataclass(frozen=True)
class Sweep:
    """Which scores to read at which numbers of bins.

    Attributes:
        names: catalogue keys of scores that cut latents into bins.
        bins: numbers of cells.
        trust: whether every value has an interval and a null.
        marked, marked_strategy: the cut that the curves mark.
        settings: of single scores by key.
        seed: of everything random.
    """

    names: tuple[str, ...] = NAMES
    bins: tuple[int, ...] = BINS
    trust: bool = True
    marked: int = 20
    marked_strategy: str = "equal_width"
    settings: Mapping[str, Mapping[str, Any]] | None = None
    seed: int = 0

    def checked(self) -> "Sweep":
        """The same with every name and setting known and typed; the marked number of bins is one of those read.

        Raises:
            UnknownNameError: for a score that is not there.
            SettingError: for one that cuts nothing, or a setting that does not exist or is out of its range.
        """
        plan = Metrics(
            tuple(self.names), self.marked, self.marked_strategy, settings=self.settings or {}, seed=self.seed
        )
        plan = plan.checked()
        for name in plan.names:
            if not {"bins", "strategy"} <= {one.name for one in measures.card(name).settings}:
                raise SettingError(f"names={name!r} cuts no latents into bins; it cannot be read over them")
        several = tuple(sorted({replace(plan, bins=bins).checked().bins for bins in (*self.bins, self.marked)}))
        return replace(
            self, names=plan.names, bins=several, marked=plan.bins, settings=plan.settings, seed=plan.seed,
            marked_strategy=plan.strategy, trust=bool(self.trust),
        )  # fmt: skip

    @property
    def parts(self) -> list[Part]:
        """Every score at every cut."""
        return [(name, strategy, bins) for bins in self.bins for strategy in STRATEGIES for name in self.names]

    def of(self, name: str, strategy: str, bins: int) -> dict[str, Any]:
        """The settings of one score at one cut."""
        settings = {key: one for key, one in (self.settings or {}).items() if key == name}
        return Metrics((name,), bins, strategy, settings=settings).of(name) | {"bins": bins, "strategy": strategy}


def _result(coded: Coded, plan: Sweep, rows: Rows) -> BinSweep | None:
    """The curves of the parts that are there; None before anything is."""
    if not rows:
        return None
    shape = (len(plan.names), len(STRATEGIES), len(plan.bins))
    columns = {name: np.full(shape, np.nan) for name in ("value", "low", "high", "null", "null_high")}
    undefined: dict[str, str] = {}
    for (name, strategy, bins), row in rows.items():
        if "undefined" in row:
            undefined[f"{name}, {bins} bins, {strategy}"] = row["undefined"]
        place = plan.names.index(name), STRATEGIES.index(strategy), plan.bins.index(bins)
        for column in columns:
            columns[column][place] = np.nan if row.get(column) is None else row[column]
    about = asdict(plan) | {"bins": plan.marked, "strategy": plan.marked_strategy, "n": coded.shape[0]}
    about |= {"undefined": undefined, "done": len(rows), "parts": len(plan.parts), "level": LEVEL}
    cap = np.full(shape[1:], np.nan)
    return BinSweep(plan.names, STRATEGIES, np.array(plan.bins), **columns, cap=cap, unit="", about=about)


def _reader(coded: Coded, plan: Sweep, device: str) -> Read:
    """Reads one score at one cut of data that are checked once, as plain data."""
    from explorer.device import resolve
    from explorer.factors import factors  # torch comes with it
    from explorer.reliability.scores import scored

    columns = factors(coded.factors, resolve(device)).values

    def read(name: str, strategy: str, bins: int) -> dict[str, Any]:
        entry = measures[name](**plan.of(name, strategy, bins))
        try:
            z, v = entry.checked(coded.z if entry.posterior else coded.means, columns, device)
            score = scored(entry, z, v, plan.seed, null=plan.trust, interval=plan.trust)
        except InputError as refusal:
            return {"undefined": f"{refusal}."}
        low, high = score.interval or (None, None)
        null, null_high = (score.null.mean, score.null.high) if score.null else (None, None)
        return {"value": score.value, "low": low, "high": high, "null": null, "null_high": null_high}

    return read


def _seconds(coded: Coded, plan: Sweep) -> float:
    return (REPEATS if plan.trust else 1) * sum(effort(name, *coded.shape) for name, _, _ in plan.parts)


CURVES: Kept[Sweep, BinSweep] = Kept(
    module=__name__,
    plan=Sweep,
    reader=_reader,
    result=_result,
    seconds=_seconds,
    title=lambda coded, _: f"Scores over bins of {coded.title}",
    parts=lambda _, plan: plan.parts,
    asked=lambda plan, *part: [part[0], plan.of(*part), plan.seed, plan.trust],
    note=lambda name, _, bins: f"{name}, {bins} bins",
)
missing, collected, compute = CURVES.missing, CURVES.collected, CURVES.compute
run, specification, submitted = CURVES.run, CURVES.specification, CURVES.submitted
