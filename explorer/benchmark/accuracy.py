"""Every estimator and every installed peer on the same samples of tasks whose information is known."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from explorer import catalogue
from explorer.benchmark.peers import PEERS, Peer, version
from explorer.benchmark.rates import Answer, rates
from explorer.benchmark.tasks import TASKS, Task
from explorer.catalogue import distributions
from explorer.errors import InputError, UnknownNameError
from explorer.estimators.base import Estimator
from explorer.jobs.progress import nothing
from explorer.reliability.judge import judged

BUDGET = 6.0
"""Seconds that an estimator other than `auto` may take: see `accuracy`."""

TRAINING = 20.0
"""Seconds that an estimator which trains may take in all; then it is asked no more."""

AUTO = "auto"
ERROR, COVERED, CAUGHT, FALSE = 0.06, (0.85, 0.97), 0.9, 0.1
"""Goals for `auto` on the tasks that judge."""


def accuracy(
    device: Any = "auto",
    seeds: int = 2,
    only: Collection[str] | None = None,
    estimators: Collection[str] | None = None,
    *,
    budget: float = BUDGET,
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """Errors, coverage of the intervals, and what the warnings are worth, by estimator and by task.

    `auto` is told nothing about the kinds of the samples and always gets its interval and all its rules. The others
    are told the kinds and get both as long as that fits into `budget` seconds; else they finish the first seed with
    estimates alone and are asked no more, so that each is asked about every task that it takes. Those that train are
    asked about the first tasks alone, as many as fit into `TRAINING` seconds. No null is computed: it casts no doubt.

    Args:
        seeds: samples of each task, with seeds 0, 1, ...
        only: distributions; None takes all tasks.
        estimators: of the catalogue, or peers; None takes all.

    Raises:
        UnknownNameError: for a distribution or an estimator that is not there.
    """
    names = _chosen("estimator", estimators, candidates())
    sources = _chosen("distribution of a task", only, list(dict.fromkeys(task.distribution for task in TASKS)))
    tasks = sorted((task for task in TASKS if task.distribution in sources), key=lambda task: not task.judged)
    answers: list[Answer] = []
    spent, latest = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)  # seconds: in all, and with interval and rules
    for seed, task in ((seed, task) for seed in range(seeds) for task in tasks):
        x, y = task.sample(seed)
        for name in names:
            most = TRAINING if trains(name) else budget
            over = name != AUTO and spent[name] + latest[name] > most
            if takes(name, task, x, y) and not (over and (seed or trains(name))):
                start = time.perf_counter()
                answers.append(answer(name, task, seed, x, y, device=device, alone=over))
                took = time.perf_counter() - start
                spent[name], latest[name] = spent[name] + took, latest[name] if over else took
        progress(seed * len(tasks) + tasks.index(task) + 1, seeds * len(tasks), task.name)
    told = _told(names, tasks, answers)
    return {"seeds": seeds, **told, "spent": spent, "answers": [asdict(one) for one in answers]}


def candidates() -> list[str]:
    """Estimators of I(X; Y), then the peers that are installed."""
    own = [name for name, entry in catalogue.estimators.items() if _estimates_information(entry)]
    return [*own, *(name for name in PEERS if version(name))]


def trains(name: str) -> bool:
    """Whether an entry trains at every call."""
    return name not in PEERS and catalogue.estimators[name].learned


def takes(name: str, task: Task, x: np.ndarray, y: np.ndarray) -> bool:
    """Whether an estimator or a peer is meant for samples of these kinds."""
    kinds = _kinds(task)
    if name in PEERS:
        return PEERS[name].takes(x, y, kinds)
    entry = catalogue.estimators[name]
    fits = all(need in ("any", kind) for need, kind in zip(entry.needs, kinds, strict=True))
    return fits and not (entry.mixed and kinds[0] == kinds[1])


def answer(
    name: str, task: Task, seed: int, x: np.ndarray, y: np.ndarray, *, device: Any = "auto", alone: bool = False
) -> Answer:
    """What one estimator or peer says about one sample; `alone` without interval and rules."""
    about: Any = {"by": name, "task": task.name, "seed": seed, "judged": task.judged, "truth": task.nats}
    if name in PEERS:
        return _of_peer(PEERS[name], _kinds(task), x, y, about)
    kinds = ("auto", "auto") if name == AUTO else _kinds(task)
    entry = catalogue.estimators[name]()
    try:
        samples = entry.checked(x, y, kinds=(*kinds, "auto"), device=str(device))
        found = entry.on(samples, seed) if alone else judged(entry, samples, seed, null=False)
    except InputError as error:
        return Answer(**about, refusal=str(error))
    return Answer(
        **about,
        value=found.nats,
        interval=found.interval,
        doubted=None if alone else any(not doubt.note for doubt in found.warnings),
        seconds=found.seconds,
        chosen=str(found.details.get("chosen", "")),
    )


def _of_peer(peer: Peer, kinds: tuple[str, str], x: np.ndarray, y: np.ndarray, about: Any) -> Answer:
    start = time.perf_counter()
    try:
        value = peer.estimate(x, y, kinds)
    except Exception as error:  # whatever another package raises is its answer
        return Answer(**about, refusal=f"{type(error).__name__}: {error}")
    seconds = time.perf_counter() - start
    if not np.isfinite(value):
        return Answer(**about, refusal=f"gave {value}")
    return Answer(**about, value=value, seconds=seconds)


def _told(names: Iterable[str], tasks: Iterable[Task], answers: Sequence[Answer]) -> dict[str, Any]:
    auto = [one for one in answers if one.by == AUTO]
    rows = [_row(name, [one for one in answers if one.by == name], auto) for name in names]
    judge = next((row["judged"] for row in rows if row["estimator"] == AUTO), None)
    return {
        "estimators": rows,
        "tasks": [_task(task, [one for one in answers if one.task == task.name]) for task in tasks],
        "goals": goals(judge) if judge and judge["answered"] else [],
    }


def _row(name: str, answers: Sequence[Answer], auto: Sequence[Answer]) -> dict[str, Any]:
    """What is known of one estimator on all tasks, on those that rules may have been chosen on, and on the others.

    `auto_error` is that of `auto` on the samples that judge and that this one answered.
    """
    parts = {"design": [one for one in answers if not one.judged], "judged": [one for one in answers if one.judged]}
    refusals = {one.task: one.refusal for one in answers if one.refusal}
    peer = {"peer": PEERS[name].what} if name in PEERS else {}
    of_parts = {part: rates(own) for part, own in parts.items()}
    same = {(one.task, one.seed) for one in parts["judged"] if one.value is not None}
    beside = rates(one for one in auto if (one.task, one.seed) in same)["error"]
    return {"estimator": name} | peer | rates(answers) | of_parts | {"auto_error": beside, "refusals": refusals}


def _task(task: Task, answers: Sequence[Answer]) -> dict[str, Any]:
    """Truth, `auto`, the best estimator of the catalogue and the best peer, by mean absolute error over seeds."""
    by = {name: rates([one for one in answers if one.by == name]) for name in dict.fromkeys(one.by for one in answers)}
    known = {name: told["error"] for name, told in by.items() if told["answered"]}
    auto = [one for one in answers if one.by == AUTO]
    return {
        "task": task.name,
        "judged": task.judged,
        "truth": task.nats,
        "auto": _average(auto),
        "auto_error": known.get(AUTO),
        "auto_chose": ", ".join(dict.fromkeys(one.chosen for one in auto if one.chosen)),
        "auto_doubted": any(one.doubted for one in auto),
        **_best("own", {name: error for name, error in known.items() if name not in (*PEERS, AUTO)}),
        **_best("peer", {name: error for name, error in known.items() if name in PEERS}),
    }


def _best(which: str, errors: dict[str, float]) -> dict[str, Any]:
    name = min(errors, key=errors.__getitem__) if errors else None
    return {f"best_{which}": name, f"best_{which}_error": errors[name] if name else None}


def _average(answers: Sequence[Answer]) -> float | None:
    values = [one.value for one in answers if one.value is not None]
    return float(np.mean(values)) if values else None


def goals(told: dict[str, Any]) -> list[dict[str, Any]]:
    """What `auto` has to reach on the tasks that judge; where no estimate is bad, none goes without a warning."""
    caught = 1.0 if told["bad"] == 0 else told["caught"]
    return [
        _goal("mean absolute error", f"at most {ERROR} nats", told["error"], 0, ERROR),
        _goal("coverage of the 90 % intervals", "85 to 97 %", told["coverage"], *COVERED),
        _goal("bad estimates that carry a warning", "at least 90 %", caught, CAUGHT, 1),
        _goal("good estimates that carry one", "at most 10 %", told["false_alarms"], 0, FALSE),
    ]


def _goal(what: str, goal: str, value: float | None, low: float, high: float) -> dict[str, Any]:
    return {"what": what, "goal": goal, "value": value, "met": value is not None and low <= value <= high}


def _kinds(task: Task) -> tuple[str, str]:
    one = distributions[task.distribution]
    return one.kind_x, one.kind_y


def _estimates_information(entry: type[Estimator]) -> bool:
    chooses = entry.settled is not Estimator.settled
    return entry.quantity == Estimator.quantity and (chooses or entry.nats is not Estimator.nats)


def _chosen(what: str, wanted: Collection[str] | None, known: Sequence[str]) -> list[str]:
    for name in wanted or ():
        if name not in known:
            raise UnknownNameError(what, name, known)
    return [name for name in known if wanted is None or name in wanted]
