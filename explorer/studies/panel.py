"""Every estimator on one pair of variables, each with its null, interval and verdict; every estimate is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from explorer.arrays import Facts, absolute, facts, read
from explorer.catalogue import estimators
from explorer.data import digest
from explorer.errors import InputError, SampleError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import foresee, nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.jobs.training_curves import followed, live
from explorer.plan import seconds_of, trains
from explorer.results.comparison import Panel
from explorer.settings import Range, Setting, checked_settings
from explorer.sources._select import Read
from explorer.studies.trials import refusal

Report = Callable[..., None]

KIND = Setting("kind", str, "auto", choices=("auto", "continuous", "discrete", "mixed", "labels"))
SEED = Setting("seed", int, 0, Range(0, 2**31 - 1))
KINDS = "kinds"
"""The cell that tells what x and y are; every other is an estimator's."""
PERMUTATIONS = 60
"""Estimates that one null takes, about: 20 where it is clear, up to 200 where it is not."""

PARTS = 14
"""Estimates on parts of the samples that one interval takes: ten groups left out, four halves."""


@dataclass(frozen=True)
class Inquiry:
    """Which estimators to ask of a pair, and how.

    Attributes:
        estimators: {catalogue key: settings}; empty stands for `unasked`, with their defaults.
        x_kind, y_kind: "continuous", "discrete", "mixed", "labels" or "auto".
        seed: of everything random.
        null: compute the null and the interval; None computes the interval, and the null up to 2000 samples, of
            estimators that do not train.
    """

    estimators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    x_kind: str = "auto"
    y_kind: str = "auto"
    seed: int = 0
    null: bool | None = None

    def checked(self) -> "Inquiry":
        """The inquiry with every estimator named and every setting typed.

        Raises:
            UnknownNameError: for an estimator that is not there.
            SettingError: for a setting or kind that does not exist or is out of its range.
        """
        named = self.estimators or {name: {} for name in unasked()}
        full = {name: checked_settings(estimators.card(name).settings, given, name) for name, given in named.items()}
        kinds = {name: KIND.checked(getattr(self, name)) for name in ("x_kind", "y_kind")}
        return replace(self, estimators=full, seed=SEED.checked(self.seed), **kinds)


def offered() -> list[str]:
    """The estimators of two variables."""
    return [name for name in estimators if not estimators.card(name).constants.get("by_column")]


def unasked() -> list[str]:
    """Those that run unless others are named: they do not train, are not slower than their family, and the order of the
    samples is nothing to them."""
    asked_for = ("ordered", "effort")
    return [
        name
        for name in offered()
        if not (trains(name) or any(estimators.card(name).constants.get(one) for one in asked_for))
    ]


def paired(x: str, y: str) -> tuple[Facts, Facts]:
    """What is known of the arrays that two texts name.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for an array that is not there.
        SampleError: when they differ in length.
    """
    one, other = facts(x), facts(y)
    if one.n != other.n:
        raise SampleError(f"x has {one.n} samples and y has {other.n}; they must be paired row by row")
    return one, other


def keys(x: str, y: str, inquiry: Inquiry) -> dict[str, str]:
    """The key of every cell of a checked inquiry in the results catalogue, the quick ones first.

    Raises:
        ExplorerError: as `paired`.
    """
    one, other = paired(x, y)
    common = (one.digest, other.digest, inquiry.x_kind, inquiry.y_kind, code_version())
    width = one.dim + other.dim
    settings = inquiry.estimators
    order = sorted(settings, key=lambda name: seconds_of(name, one.n, width, settings[name]))
    found = {KINDS: digest(KINDS, *common)}
    for name in order:
        found[name] = digest("panel", *common, name, dict(inquiry.estimators[name]), inquiry.seed, inquiry.null)
    return found


def collected(x: str, y: str, inquiry: Inquiry) -> Panel:
    """What a checked inquiry has found so far; `about` tells how many cells are missing.

    Raises:
        ExplorerError: as `paired`.
    """
    one, other = paired(x, y)
    wanted = keys(x, y, inquiry)
    found = results().get_many(wanted.values())
    cells = {name: found[wanted[name]] for name in inquiry.estimators if wanted[name] in found}
    about = {"x": x, "y": y, "n": one.n, "dim_x": one.dim, "dim_y": other.dim, "seed": inquiry.seed}
    about |= {"kinds": found.get(wanted[KINDS], {}), "cells": len(found), "total": len(wanted)}
    return Panel.from_cells(cells, about)


def compute(x: str, y: str, inquiry: Inquiry, progress: Report = nothing, device: str = "auto") -> int:
    """Compute and keep the cells of a checked inquiry that are missing; the number of cells computed.

    Raises:
        ExplorerError: as `paired`.
    """
    wanted = keys(x, y, inquiry)
    have = results().get_many(wanted.values())
    missing = [name for name, key in wanted.items() if key not in have]
    pair = [read(text) for text in (x, y)] if missing else []
    each = seconds(x, y, inquiry)
    foresee(progress, len(wanted) - len(missing), [each.get(name, 0.0) for name in missing])
    for place, name in enumerate(missing):
        at = len(wanted) - len(missing) + place, len(wanted)
        progress(*at, name)
        with followed(wanted[name], name, progress, *at):
            cell = _kinds(pair, inquiry) if name == KINDS else _cell(pair, name, inquiry, device)
            results().put_many({wanted[name]: cell})
    progress(len(wanted), len(wanted))
    return len(missing)


def run(
    x: str,
    y: str,
    estimators: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    x_kind: str = "auto",
    y_kind: str = "auto",
    seed: int = 0,
    null: bool | None = None,
    device: str = "auto",
) -> Panel:
    """Every estimator that takes x and y, each with its null, interval and verdict.

    Args:
        x, y: FILE, FILE:NAME, FILE:a,b, RUN:STEP:LAYER, RUN:x or RUN:LABEL.
        estimators: {catalogue key: settings}; None for `unasked`, with their defaults.
        null: compute the null and the interval; None computes the interval, and the null up to 2000 samples.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for an array or estimator that is not there.
        SampleError: when x and y differ in length.
    """
    inquiry = Inquiry(estimators or {}, x_kind, y_kind, seed, null).checked()
    compute(x, y, inquiry, device=device)
    return collected(x, y, inquiry)


def specification(x: str, y: str, inquiry: Inquiry, device: str = "auto") -> Specification:
    """The job that answers a checked inquiry; the same inquiry about the same data is the same job.

    Raises:
        ExplorerError: as `paired`.
    """
    data = digest(*(one.digest for one in paired(x, y)))
    arguments = {"x": absolute(x), "y": absolute(y), "inquiry": asdict(inquiry), "device": device}
    foreseen = dict(zip(("seconds", "bytes"), cost(x, y, inquiry), strict=True))
    return Specification(f"{__name__}:fill", arguments, data, inquiry.seed, cost=foreseen)


def submitted(x: str, y: str, inquiry: Inquiry) -> Job:
    """Submit a checked inquiry as a job.

    Raises:
        ExplorerError: as `paired`.
    """
    return board.submitted(specification(x, y, inquiry), f"Estimators on {_short(x)} and {_short(y)}")


def fill(x: str, y: str, inquiry: Mapping[str, Any], progress: Report, device: str = "auto") -> dict[str, int]:
    """The job: compute what is missing."""
    return {"computed": compute(x, y, Inquiry(**inquiry).checked(), progress, device)}


def cost(x: str, y: str, inquiry: Inquiry) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) a checked inquiry takes.

    Raises:
        ExplorerError: as `paired`.
    """
    one, other = paired(x, y)
    return sum(seconds(x, y, inquiry).values()), 8 * one.n * (one.dim + other.dim + min(one.n, 2048))


def seconds(x: str, y: str, inquiry: Inquiry) -> dict[str, float]:
    """About how long every estimator of a checked inquiry takes on one core, with its interval and null.

    Raises:
        ExplorerError: as `paired`.
    """
    one, other = paired(x, y)
    width = one.dim + other.dim
    return {
        name: calls(name, inquiry.null, one.n) * seconds_of(name, one.n, width, settings)
        for name, settings in inquiry.estimators.items()
    }


def calls(name: str, null: bool | None, n: int) -> int:
    """How many estimates a value with its interval and null takes, about.

    Those that train have a standard error of their own, and their null is asked for.
    """
    if trains(name):
        return 1 + (PERMUTATIONS if null else 0)
    permuted = null or (null is None and n <= 2000)
    return 1 + (PARTS if null is not False else 0) + (PERMUTATIONS if permuted else 0)


def curves(x: str, y: str, inquiry: Inquiry) -> dict[str, dict[str, Any]]:
    """Of a checked inquiry the curves of the training that runs now, by estimator; none where nothing trains.

    Raises:
        ExplorerError: as `paired`.
    """
    wanted = {key: name for name, key in keys(x, y, inquiry).items() if name != KINDS and trains(name)}
    return {wanted[key]: found for key, found in live(wanted).items()}


def _kinds(pair: Sequence[Read], inquiry: Inquiry) -> dict[str, Any]:
    """What x and y are found to be, and what was noticed."""
    from explorer import checks  # torch comes with it

    try:
        given: Any = zip((one.table for one in pair), "xy", (inquiry.x_kind, inquiry.y_kind), strict=True)
        found = [checks.variable(*one) for one in given]
    except InputError as error:
        return {"error": str(error)}
    return {one.name: {"kind": one.kind, "levels": one.levels, "notes": [d.text for d in one.doubts]} for one in found}


def _cell(pair: Sequence[Read], name: str, inquiry: Inquiry, device: str) -> dict[str, Any]:
    """One estimate as plain data; error says why it has no value."""
    from explorer.reliability.judge import judged

    try:
        entry = estimators[name](**inquiry.estimators[name])
        samples = entry.checked(*(one.table for one in pair), None, (inquiry.x_kind, inquiry.y_kind, "auto"), device)
        found = judged(entry, samples, inquiry.seed, null=inquiry.null, interval=inquiry.null)
    except Exception as error:
        return {"error": refusal(name, error)}
    return found.to_dict() | {"doubts": [[one.rule, one.text, one.note] for one in found.warnings]}


def _short(text: str) -> str:
    return text.replace("\\", "/").rpartition("/")[2]
