"""Scores of disentanglement over the number of bins, for cells of equal width and of equal frequency.

Reading what is there needs no torch.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from explorer.catalogue import measures
from explorer.coded.jobs import queued, specified
from explorer.data import digest
from explorer.errors import InputError, SettingError
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.latent_results import STRATEGIES, BinSweep
from explorer.metrics import REPEATS, Coded, Metrics, effort
from explorer.result import LEVEL

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

    def of(self, part: Part) -> dict[str, Any]:
        """The settings of one score at one cut."""
        name, strategy, bins = part
        settings = {key: one for key, one in (self.settings or {}).items() if key == name}
        return Metrics((name,), bins, strategy, settings=settings).of(name) | {"bins": bins, "strategy": strategy}


def metric_sweep(coded: Coded, plan: Sweep, progress: Callable[..., None] = nothing, device: str = "auto") -> BinSweep:
    """The curves of a checked plan, from the results catalogue or computed cut by cut and kept there.

    A score that is undefined at a cut has no value there, and `about["undefined"]` says why.

    Raises:
        SampleError: for samples that cannot be used.
    """
    todo = missing(coded, plan)
    if todo:
        read = _reader(coded, plan, device)
        for done, part in enumerate(todo):
            progress(done, len(todo), f"{part[0]}, {part[2]} bins")
            results().put_many({key(coded, plan, part): read(part)})
        progress(len(todo), len(todo), "")
    found = collected(coded, plan)
    if found is None:
        raise InputError("the results catalogue lost what was just computed; look at its disk")
    return found


def key(coded: Coded, plan: Sweep, part: Part) -> str:
    """The key of one score at one cut in the results catalogue."""
    return digest("bin sweep", coded.digest, part[0], plan.of(part), plan.seed, plan.trust, code_version())


def missing(coded: Coded, plan: Sweep) -> list[Part]:
    """What of a checked plan is not in the results catalogue."""
    keys = {part: key(coded, plan, part) for part in plan.parts}
    known = results().get_many(keys.values())
    return [part for part, one in keys.items() if one not in known]


def collected(coded: Coded, plan: Sweep) -> BinSweep | None:
    """The curves of a checked plan as far as they are there; None before anything is."""
    keys = {part: key(coded, plan, part) for part in plan.parts}
    known = results().get_many(keys.values())
    if not known:
        return None
    shape = (len(plan.names), len(STRATEGIES), len(plan.bins))
    columns = {name: np.full(shape, np.nan) for name in ("value", "low", "high", "null", "null_high")}
    undefined: dict[str, str] = {}
    for (name, strategy, bins), one in keys.items():
        row = known.get(one, {})
        if "undefined" in row:
            undefined[f"{name}, {bins} bins, {strategy}"] = row["undefined"]
        place = plan.names.index(name), STRATEGIES.index(strategy), plan.bins.index(bins)
        for column in columns:
            columns[column][place] = np.nan if row.get(column) is None else row[column]
    about = asdict(plan) | {"bins": plan.marked, "strategy": plan.marked_strategy, "n": coded.shape[0]}
    about |= {"undefined": undefined, "done": len(known), "parts": len(keys), "level": LEVEL}
    cap = np.full(shape[1:], np.nan)
    return BinSweep(plan.names, STRATEGIES, np.array(plan.bins), **columns, cap=cap, unit="", about=about)


def run(
    codes: str,
    factors: str,
    variances: str,
    plan: Mapping[str, Any],
    progress: Callable[..., None] = nothing,
    device: str = "auto",
) -> dict[str, Any]:
    """The job: compute what is missing."""
    asked = Sweep(**{**plan, "names": tuple(plan["names"]), "bins": tuple(plan["bins"])}).checked()
    found = metric_sweep(Coded.named(codes, factors, variances), asked, progress, device)
    return {"values": int((~np.isnan(found.value)).sum())}


def specification(coded: Coded, plan: Sweep, device: str = "auto") -> Specification:
    """The job of a checked plan.

    Raises:
        SettingError: for codes in memory, which another process cannot read.
    """
    data = digest([key(coded, plan, part) for part in plan.parts])
    arguments = asdict(plan) | {"names": list(plan.names), "bins": list(plan.bins)}
    times = REPEATS if plan.trust else 1
    seconds = times * sum(effort(name, *coded.shape) for name, _, _ in plan.parts)
    return specified("explorer.coded.metric_sweep:run", coded, arguments, data, seconds, device)


def submitted(coded: Coded, plan: Sweep) -> Job:
    """Submit a checked plan as a job."""
    return queued(specification(coded, plan), f"Scores over bins of {coded.texts.get('codes', 'codes')}")


def _reader(coded: Coded, plan: Sweep, device: str) -> Callable[[Part], dict[str, Any]]:
    """Reads one score at one cut of data that are checked once, as plain data."""
    from explorer.device import resolve
    from explorer.factors import factors  # torch comes with it
    from explorer.reliability.scores import scored

    columns = factors(coded.factors, resolve(device)).values

    def read(part: Part) -> dict[str, Any]:
        entry = measures[part[0]](**plan.of(part))
        try:
            z, v = entry.checked(coded.z if entry.posterior else coded.means, columns, device)
            score = scored(entry, z, v, plan.seed, null=plan.trust, interval=plan.trust)
        except InputError as refusal:
            return {"undefined": f"{refusal}."}
        low, high = score.interval or (None, None)
        null, null_high = (score.null.mean, score.null.high) if score.null else (None, None)
        return {"value": score.value, "low": low, "high": high, "null": null, "null_high": null_high}

    return read
