"""Which bound can be trusted: every bound on pairs of normal vectors whose information is known, step by step.

With the best critic there is, ln p(x, y) / p(x) p(y) in closed form, what is read is the fault of the bound alone; with
critics that were trained it is that of the bound and of the training.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from explorer.data import digest
from explorer.engines.known.gaussians import correlation
from explorer.errors import SettingError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.results.bounds import BoundReadings
from explorer.settings import Range, Setting
from explorer.studies import trials
from explorer.studies.trials import Trial

if TYPE_CHECKING:
    import torch

Report = Callable[..., None]

LEVELS = (2.0, 4.0, 6.0, 8.0, 10.0)
"""True informations in nats."""

CLAIMS = {
    "barber_agakov": "lower",
    "infonce": "lower",
    "i_alpha": "lower",
    "nwj": "lower",
    "mine": "lower",
    "smile": "lower",
    "club": "upper",
    "l1out": "upper",
}
"""Bounds with the best critic, and what each is called. Of these scores tuba and js read what nwj reads, for their
baseline and their objective matter to training alone, and vclub what club reads."""

CALLED = CLAIMS | {"tuba": "lower", "js": "lower", "entropy_reconstruction": "lower", "vclub": "upper"}
"""What bounds are called in the papers that name them, those that are trained as well."""

COORDINATES = Setting("dim", int, 20, Range(4, 200), help="coordinates of X, and of Y")

PAIR_SECONDS = 7e-8
"""Seconds that all bounds take for one pair of a batch, measured with 64 to 512 samples on one core."""

SETTINGS = (
    Setting("batch", int, 64, Range(4, 1024), help="samples K that a bound sees at once"),
    COORDINATES,
    Setting("tau", float, 5.0, Range(0.1, 20.0), help="of smile: scores are clipped to [-tau, tau] in its second term"),
    Setting("alpha", float, 0.1, Range(0.001, 1.0), help="of i_alpha: 1 is infonce, near 0 is nwj"),
    Setting("repeats", int, 200, Range(2, 2000), help="batches drawn at each information; their spread is the band"),
    Setting("seed", int, 0, Range(0, 2**31 - 1), help="of the batches"),
)


@dataclass(frozen=True)
class Stairs:
    """Bounds with the best critic: `SETTINGS` tells what each number is and its range."""

    batch: int = 64
    dim: int = 20
    tau: float = 5.0
    alpha: float = 0.1
    repeats: int = 200
    seed: int = 0

    def checked(self) -> "Stairs":
        """The same with every number typed.

        Raises:
            SettingError: for a number out of its range.
        """
        return Stairs(**{one.name: one.checked(getattr(self, one.name)) for one in SETTINGS})


def run(progress: Report = nothing, device: str = "auto", **settings: Any) -> BoundReadings:
    """Every bound with the best critic on normal pairs of 2, 4, 6, 8 and 10 nats; what was read before is not again.

    Args:
        settings: as `batch=64, dim=20, tau=5.0, alpha=0.1, repeats=200, seed=0`.

    Raises:
        SettingError: for a setting that does not exist or is out of its range.

    References: poole2019; song2020.
    """
    known = {one.name for one in SETTINGS}
    for name in settings:
        if name not in known:
            raise SettingError(f"staircase.run has no setting {name!r}; it has {', '.join(sorted(known))}")
    stairs = Stairs(**settings).checked()
    compute(stairs, progress, device)
    return collected(stairs)


def keys(stairs: Stairs) -> dict[float, str]:
    """The key of every step of checked stairs in the results catalogue."""
    return {level: digest("staircase", asdict(stairs), level, code_version()) for level in LEVELS}


def collected(stairs: Stairs) -> BoundReadings:
    """What checked stairs have read so far; `about` tells how many steps are missing."""
    wanted = keys(stairs)
    found = results().get_many(wanted.values())
    have = {level: found[key]["readings"] for level, key in wanted.items() if key in found}
    cells = {(name, level): own[name] for level, own in have.items() for name in CLAIMS}
    top = math.log(stairs.batch)
    ceilings = {"infonce": top, "i_alpha": top - math.log(stairs.alpha) + (stairs.alpha < 1)}
    about = {**asdict(stairs), "critic": "best", "cells": len(have), "total": len(wanted)}
    return BoundReadings.from_cells(CLAIMS, LEVELS, cells, ceilings, {}, about)


def compute(stairs: Stairs, progress: Report = nothing, device: str = "auto") -> int:
    """Read and keep the steps of checked stairs that are missing; the number of steps read."""
    wanted = keys(stairs)
    have = results().get_many(wanted.values())
    missing = [level for level, key in wanted.items() if key not in have]
    for place, level in enumerate(missing):
        progress(len(wanted) - len(missing) + place, len(wanted), f"{level:g} nats")
        results().put_many({wanted[level]: {"readings": _readings(stairs, level, device)}})
    progress(len(wanted), len(wanted))
    return len(missing)


def specification(stairs: Stairs, device: str = "auto") -> Specification:
    """The job that reads checked stairs; the same stairs are the same job."""
    foreseen = {"seconds": seconds(stairs), "bytes": float(2**28)}
    arguments = {"stairs": asdict(stairs), "device": device}
    return Specification(f"{__name__}:fill", arguments, "drawn", stairs.seed, cost=foreseen)


def submitted(stairs: Stairs) -> Job:
    """Submit checked stairs as a job."""
    return board.submitted(specification(stairs), f"Bounds with the best critic, {stairs.batch} samples a batch")


def fill(stairs: Mapping[str, Any], progress: Report, device: str = "auto") -> dict[str, int]:
    """The job: read what is missing."""
    return {"computed": compute(Stairs(**stairs).checked(), progress, device)}


def seconds(stairs: Stairs) -> float:
    """About how long the stairs take on one core."""
    return 0.05 + PAIR_SECONDS * len(LEVELS) * stairs.repeats * stairs.batch**2


def run_trained(
    estimators: Mapping[str, Mapping[str, Any]] | Sequence[str],
    *,
    dim: int = 20,
    n: int = 4000,
    seeds: int = 3,
    device: str = "auto",
    progress: Report = nothing,
) -> BoundReadings:
    """Trained critics on the same steps; every estimate is kept, as those of `explorer.studies.trials` are.

    Args:
        estimators: names, or {name: settings}.
        dim: coordinates of X, and of Y.
        n: samples of each estimate.
        seeds: samples drawn at each step.

    Raises:
        UnknownNameError: for an estimator that is not there.
        SettingError: for a setting that does not exist or is out of its range.
    """
    named = estimators if isinstance(estimators, Mapping) else {name: {} for name in estimators}
    trial = trained(named, dim, n, seeds)
    trials.compute(trial, progress, device)
    return collected_trained(trial)


def trained(names: Mapping[str, Mapping[str, Any]], dim: int = 20, n: int = 4000, seeds: int = 3) -> Trial:
    """The trial whose readings are the staircase with trained critics: the same steps, swept over the correlation.

    Raises:
        UnknownNameError: for an estimator that is not there.
        SettingError: for a setting that does not exist or is out of its range.
    """
    dim = COORDINATES.checked(dim)
    values = tuple(correlation(level, dim) for level in LEVELS)
    given = {"dim": dim, "structure": "paired"}
    return Trial("multivariate_normal", given, "rho", values, n, names, seeds).checked()


def collected_trained(trial: Trial) -> BoundReadings:
    """What a trial of `trained` has read so far."""
    wanted = trials.keys(trial)
    found = results().get_many(wanted.values())
    level = dict(zip(trial.values, LEVELS, strict=True))
    cells: dict[tuple[str, float], list[float]] = {}
    errors, ceilings = {}, {}
    for (name, value, _), key in wanted.items():
        cell = found.get(key, {})
        if "value" in cell:
            cells.setdefault((name, level[value]), []).append(cell["value"])
            ceilings[name] = cell.get("ceiling") or math.nan
        elif "error" in cell:
            errors[name] = cell["error"]
    about = {"critic": "trained", "n": trial.n, "dim": trial.settings["dim"], "repeats": trial.seeds}
    about |= {"cells": len(found), "total": len(wanted)}
    claims = {name: claimed(name) for name in trial.estimators}
    return BoundReadings.from_cells(claims, LEVELS, cells, ceilings, errors, about)


def claimed(name: str) -> str:
    """What an estimator is called: a "lower" or an "upper" bound, or "none"."""
    return CALLED.get(name, "none")


def _readings(stairs: Stairs, level: float, device: str) -> dict[str, list[float]]:
    """What every bound reads of each batch, in nats."""
    import torch

    from explorer.device import resolve, rows_per_chunk

    where = resolve(device)
    rng = torch.Generator().manual_seed(stairs.seed)
    rho, shape = correlation(level, stairs.dim), (stairs.batch, stairs.dim)
    found: dict[str, list[float]] = {name: [] for name in CLAIMS}
    left, most = stairs.repeats, rows_per_chunk(stairs.batch**2 * 8 * 8, where)
    while left:
        count = min(left, most)
        drawn = torch.randn(count, 2, *shape, generator=rng, dtype=torch.float64).to(where)  # pairs in one row: chunks
        x = drawn[:, 0]
        y = rho * x + math.sqrt(1 - rho**2) * drawn[:, 1]
        for name, read in _bounds(x, y, rho, stairs).items():
            found[name] += read.tolist()
        left -= count
    return found


def _bounds(x: "torch.Tensor", y: "torch.Tensor", rho: float, stairs: Stairs) -> "dict[str, torch.Tensor]":
    """Every bound of batches (count, K, d) whose ratio of densities is known, (count,) each."""
    from explorer.critics import bounds
    from explorer.engines.known.best_critic import scores

    density, ratio = scores(x, y, rho)
    return {
        "barber_agakov": bounds.pairs(ratio).mean(-1),  # h(Y) is known: E[ln p(y | x)] + h(Y) up to its own chance
        "infonce": bounds.infonce(ratio),
        "i_alpha": bounds.i_alpha(ratio, stairs.alpha),
        "nwj": bounds.nwj(ratio),
        "mine": bounds.donsker_varadhan(ratio),
        "smile": bounds.smile(ratio, stairs.tau),
        "club": bounds.club(density),
        "l1out": bounds.leave_one_out(density),
    }
