"""What a shuffle of the permutation null costs beside one estimate of the samples, with its doubts, as they are."""

import math
from collections.abc import Iterator

import torch

from explorer.benchmark.base import Contest
from explorer.catalogue import estimators
from explorer.distributions import MultivariateNormal
from explorer.estimators.base import Estimator, Samples
from explorer.reliability.null import FIRST, permutation_null

SIZE = 10_000
SMALL = 2000
"""Samples for the whole null, the most for which every estimate has one unasked."""

COLUMNS = {"ksg": 5, "gaussian": 5, "plug_in": 1}
GOAL = 1 / 1.1


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """One shuffle of three estimators on one thread, then a whole null of KSG on all cores."""
    for name in COLUMNS:
        yield _one_shuffle(name, size, device)
    yield _whole_null("ksg", min(size, SMALL), device)


def _one_shuffle(name: str, size: int, device: torch.device) -> Contest:
    entry = estimators[name]()
    samples = _samples(entry, COLUMNS[name], size, device)
    x, y = samples.tensors
    order = torch.randperm(size, generator=torch.Generator().manual_seed(0)).to(device)
    read, permuted = entry.shuffled(x, y), float(entry.nats(x, y[order]))

    def theirs() -> list[float]:
        entry.on(samples)
        return [permuted]  # what is timed is the estimate as it is; what must be equal, the value in that order

    what = f"one shuffle of {name}, {COLUMNS[name]}+{COLUMNS[name]} columns, n={size}"
    return Contest(what, "one estimate", lambda: [read(order)], theirs, size, GOAL, 1e-10)


def _whole_null(name: str, size: int, device: torch.device) -> Contest:
    entry, columns = estimators[name](), COLUMNS[name]
    samples = _samples(entry, columns, size, device)

    def ours() -> list[float]:
        return [permutation_null(entry, samples, math.inf).permutations]  # nothing reaches that: no more are drawn

    def theirs() -> list[float]:
        return [len([entry.on(samples) for _ in range(FIRST)])]

    what = f"null of {FIRST} shuffles of {name}, {columns}+{columns} columns, n={size}"
    return Contest(what, f"{FIRST} estimates in turn", ours, theirs, size, GOAL, 0, threads=0)


def _samples(entry: Estimator, columns: int, size: int, device: torch.device) -> Samples:
    """Dependent samples of the kind that the estimator needs."""
    x, y = MultivariateNormal(dim=columns, rho=0.5).sample(size)
    if entry.needs[0] == "discrete":
        x, y = (v.round().astype(int) for v in (x, y))
    return entry.checked(x, y, device=str(device))
