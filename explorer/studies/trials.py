"""Estimators against a known truth, over many samples; every estimate is kept, so nothing is computed twice.

Reading what is there needs no torch: the app draws partial curves while a worker fills them in.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from explorer.catalogue import distributions, estimators
from explorer.data import digest
from explorer.errors import Cancelled, FileError, InputError, SettingError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import foresee, nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.jobs.training_curves import followed, live
from explorer.plan import seconds_of, trains
from explorer.result import repr_call
from explorer.results.comparison import Cell, Trials, Value
from explorer.settings import Range, Setting, checked_settings

Report = Callable[..., None]

N = Setting("n", int, 1000, Range(4, 1_000_000, log=True), help="samples")
SEEDS = Setting("seeds", int, 5, Range(1, 1000))
MOST_VALUES = 50

KEEP_EVERY = 0.3
"""Seconds between two writes to the results catalogue while cells are computed."""


@dataclass(frozen=True)
class Trial:
    """What to try: estimators on samples of a distribution while one quantity is swept.

    Attributes:
        distribution: catalogue key.
        settings: of the distribution; what is left out has its default.
        sweep: "n", or a numeric setting of the distribution.
        values: of what is swept.
        n: samples in each estimate, unless n is swept.
        estimators: {catalogue key: settings}; what is left out has its default.
        seeds: samples drawn at each value, with seeds 0, 1, ...
    """

    distribution: str = "multivariate_normal"
    settings: Mapping[str, Any] = field(default_factory=dict)
    sweep: str = "n"
    values: tuple[Value, ...] = (100, 200, 500, 1000, 2000)
    n: int = 1000
    estimators: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"ksg": {}})
    seeds: int = 5

    def checked(self) -> "Trial":
        """The trial with every setting typed and every value in ascending order.

        Raises:
            UnknownNameError: for a distribution or estimator that is not there.
            SettingError: for a setting, sweep or value that does not exist or is out of its range.
        """
        card = distributions.card(self.distribution)
        swept = self._swept()
        given = checked_settings(card.settings, self.settings, self.distribution)
        full = {one.name: one.default for one in card.settings} | given
        full.pop(self.sweep, None)
        values = sorted({swept.checked(value) for value in self.values})
        if not 0 < len(values) <= MOST_VALUES:
            raise SettingError(f"values of {self.sweep}: there are {len(values)}; give 1 to {MOST_VALUES}")
        if not self.estimators:
            raise SettingError("estimators is empty; name at least one, as in {'ksg': {}}")
        for name in self.estimators:
            _tells_information(name)
        named = {name: _full(name, settings) for name, settings in self.estimators.items()}
        n, seeds = N.checked(self.n), SEEDS.checked(self.seeds)
        trial = replace(self, settings=full, values=tuple(values), estimators=named, n=n, seeds=seeds)
        for value in values:
            trial.at(value)  # settings that clash are refused now, not in a worker
        return trial

    def at(self, value: Value) -> tuple[Any, int]:
        """The distribution and the number of samples at one value of what is swept."""
        if self.sweep == "n":
            return distributions[self.distribution](**self.settings), int(value)
        return distributions[self.distribution](**{**self.settings, self.sweep: value}), self.n

    def _swept(self) -> Setting:
        if self.sweep == "n":
            return N
        known = {one.name: one for one in sweepable(self.distribution)}
        if self.sweep not in known:
            raise SettingError(f"sweep={self.sweep!r} must be one of {', '.join(map(repr, ['n', *known]))}")
        return known[self.sweep]


def sweepable(distribution: str) -> list[Setting]:
    """The settings of a distribution that are numbers."""
    settings = distributions.card(distribution).settings
    return [one for one in settings if one.type in (int, float) and not one.choices and not one.optional]


def keys(trial: Trial) -> dict[Cell, str]:
    """The key of every cell of a checked trial in the results catalogue; first all cells of the first seed."""
    code = code_version()
    at = {value: {} if trial.sweep == "n" else {trial.sweep: value} for value in trial.values}
    return {
        (name, value, seed): digest(
            "trial", trial.distribution, {**trial.settings, **at[value]}, value if trial.sweep == "n" else trial.n,
            name, dict(settings), seed, code,
        )
        for seed in range(trial.seeds)
        for value in trial.values
        for name, settings in trial.estimators.items()
    }  # fmt: skip


def collected(trial: Trial) -> Trials:
    """The curves of a checked trial as far as they have been computed; `about` tells how many cells are missing."""
    wanted = keys(trial)
    found = results().get_many(wanted.values())
    cells = {cell: found[key] for cell, key in wanted.items() if key in found}
    truth = [trial.at(value)[0].nats for value in trial.values]
    about = {**asdict(trial), "cells": len(cells), "total": len(wanted), "call": call(trial)}
    about["calls"] = {name: repr_call(name, settings) for name, settings in trial.estimators.items()}
    return Trials.from_cells(list(trial.estimators), trial.values, truth, cells, about)


def curves(trial: Trial) -> dict[Cell, dict[str, Any]]:
    """The training curves of a checked trial: the one that runs now first, then of the cells that are there."""
    wanted = {key: cell for cell, key in keys(trial).items() if trains(cell[0])}
    found, now = results().get_many(wanted), live(wanted)
    ended = [key for key in wanted if "curves" in found.get(key, {})]
    kept = {key: {"stopped": "", "estimator": wanted[key][0], **found[key]} for key in ended}
    return {wanted[key]: one for key, one in (now | kept).items()}


def compute(trial: Trial, progress: Report = nothing, device: str = "auto") -> int:
    """Compute and keep the cells of a checked trial that are missing; the number of cells computed."""
    wanted = keys(trial)
    have = results().get_many(wanted.values())
    missing = [cell for cell, key in wanted.items() if key not in have]
    done, batch, kept = len(wanted) - len(missing), {}, time.perf_counter()
    samples: dict[tuple[Value, int], Any] = {}
    each = {value: seconds_at(trial, value) for value in trial.values}
    foresee(progress, done, [each[value][name] for name, value, _ in missing])
    try:
        for name, value, seed in missing:
            if (value, seed) not in samples:
                source, n = trial.at(value)
                samples = {(value, seed): (source.sample(n, seed), (source.kind_x, source.kind_y))}
            key, where = wanted[name, value, seed], f" at {trial.sweep} = {value:g}, sample {seed + 1}"
            with followed(key, name, progress, done, len(wanted), where):
                batch[key] = _cell(trial, name, samples[value, seed], seed, device)
            done += 1
            if time.perf_counter() - kept > KEEP_EVERY:
                results().put_many(batch)
                batch, kept = {}, time.perf_counter()
            progress(done, len(wanted), name + where)
    finally:  # also when it is cancelled or interrupted
        results().put_many(batch)
    return len(missing)


def run(
    distribution: str = "multivariate_normal",
    estimators: Mapping[str, Mapping[str, Any]] | Sequence[str] = ("ksg",),
    *,
    sweep: str = "n",
    values: Iterable[Value] = Trial.values,
    n: int = 1000,
    seeds: int = 5,
    device: str = "auto",
    progress: Report = nothing,
    **settings: Any,
) -> Trials:
    """Estimate the information of a distribution that is known, again and again, while one quantity is swept.

    Args:
        distribution: catalogue key.
        estimators: names, or {name: settings}.
        sweep: "n", or a numeric setting of the distribution.
        values: of what is swept.
        n: samples in each estimate, unless n is swept.
        seeds: samples drawn at each value.
        settings: of the distribution, as `rho=0.5`.

    Raises:
        UnknownNameError: for a distribution or estimator that is not there.
        SettingError: for a setting, sweep or value that does not exist or is out of its range.
    """
    named = estimators if isinstance(estimators, Mapping) else {name: {} for name in estimators}
    trial = Trial(distribution, settings, sweep, tuple(values), n, named, seeds).checked()
    compute(trial, progress, device)
    return collected(trial)


def specification(trial: Trial, device: str = "auto") -> Specification:
    """The job that fills in a checked trial; the same trial is the same job."""
    plain = {**asdict(trial), "values": list(trial.values)}
    seconds, memory = cost(trial)
    return Specification(
        f"{__name__}:fill",
        {"trial": plain, "device": device},
        "drawn",
        trial.seeds,
        cost={"seconds": seconds, "bytes": memory},
    )


def submitted(trial: Trial) -> Job:
    """Submit a checked trial as a job."""
    return board.submitted(specification(trial), f"Trials of {', '.join(trial.estimators)} on {trial.distribution}")


def fill(trial: Mapping[str, Any], progress: Report, device: str = "auto") -> dict[str, int]:
    """The job: compute what is missing."""
    plan = Trial(**{**trial, "values": tuple(trial["values"])}).checked()
    return {"computed": compute(plan, progress, device)}


def call(trial: Trial) -> str:
    """The distribution as one reads it, without what is swept."""
    return repr_call(trial.distribution, trial.settings)


def cost(trial: Trial) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) a checked trial takes."""
    seconds, memory = 0.0, 0
    for value in trial.values:
        n, width = trial.at(value)[1], columns(trial, value)
        seconds += trial.seeds * sum(seconds_at(trial, value).values())
        memory = max(memory, 8 * n * (width + min(n, 2048)))
    return seconds, memory


def seconds_at(trial: Trial, value: Value) -> dict[str, float]:
    """About how long every estimator takes on one core for one estimate at a value of what is swept."""
    n, width = trial.at(value)[1], columns(trial, value)
    return {name: seconds_of(name, n, width, settings) for name, settings in trial.estimators.items()}


def columns(trial: Trial, value: Value) -> int:
    """How many columns x and y have together at a value of what is swept."""
    return sum(part.shape[1] for part in trial.at(value)[0].sample(2, 0))


def _tells_information(name: str) -> None:
    quantity = estimators.card(name).constants.get("quantity", "I(X;Y)")
    if quantity != "I(X;Y)":
        raise SettingError(f"{name} estimates {quantity}, and what is known of a distribution is I(X;Y)")


def _full(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    settings = estimators.card(name).settings
    return {one.name: one.default for one in settings} | checked_settings(settings, given, name)


def refusal(name: str, error: Exception) -> str:
    """Why an estimator gives no value, in a sentence; one that breaks does not take the others along.

    Raises:
        Exception: the same, when memory is short, when somebody ended the job, or when the database is out of reach:
            another time it may do.
    """
    if isinstance(error, InputError):
        return str(error)
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, MemoryError | Cancelled | FileError) or "OutOfMemory" in text:
        raise error
    logging.getLogger("explorer").exception("%s broke off", name)
    return f"{name} broke off, a defect: {text}"


def _cell(trial: Trial, name: str, drawn: Any, seed: int, device: str) -> dict[str, Any]:
    """One estimate as plain data; error says why it has no value."""
    sample, kinds = drawn
    try:
        entry = estimators[name](**trial.estimators[name])
        found = entry(*sample, x_kind=kinds[0], y_kind=kinds[1], seed=seed, device=device)
    except Exception as error:
        return {"error": refusal(name, error)}
    doubts = [[doubt.rule, doubt.text] for doubt in found.warnings if not doubt.note]
    trained = {name: found.details[name] for name in ("curves", "ceiling", "stopped") if name in found.details}
    return {"value": found.nats, "seconds": found.seconds, "doubts": doubts, **trained}
