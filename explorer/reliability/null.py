"""What the estimator reads when the dependence is destroyed."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from scipy.stats import beta

from explorer.device import on_all_cores, seeded
from explorer.estimators.base import Estimator, Samples
from explorer.result import Null

FIRST, MOST = 20, 200
"""Permutations that every null takes, and those that it takes at most while its p-value is undecided."""

LEVEL = 0.05
"""The p-value that counts as evidence."""

ROUNDING = 1e-9
"""Nats by which the same estimate can differ when its terms are added in another order."""

NEAR = 5
"""Nearest samples of a continuous condition among which y is permuted."""


def permutation_null(entry: Estimator, samples: Samples, value: float, seed: int = 0) -> Null:
    """The estimates with y permuted: their mean and maximum, and the share that reaches `value`.

    Sequential: 20 permutations decide most cases; more are drawn, 20 at a time up to 200, only while
    the 95 % interval of the p-value (Clopper-Pearson) still contains 0.05. The p-value counts the observed order
    among the permutations, (1 + #{null >= value}) / (1 + B); estimates that differ by rounding alone count
    as equal. With a condition z, y moves within equal values of z, or among the 5 nearest samples in a
    continuous z (runge2018).

    References: phipson2010; besag1991; runge2018.
    """
    read = _reader(entry, samples)
    orders = _orders(samples, np.random.default_rng(seed))
    values: list[float] = []
    with seeded(seed, samples.x.values.device):
        while not values or (len(values) < MOST and _undecided(_reached(values, value), len(values))):
            batch = [next(orders) for _ in range(FIRST)]
            device = samples.x.values.device
            values += map(read, batch) if entry.random else on_all_cores(read, batch, device)
    p_value = (1 + _reached(values, value)) / (1 + len(values))
    return Null(float(np.mean(values)), max(values), p_value, len(values))


def _reader(entry: Estimator, samples: Samples) -> Callable[[torch.Tensor], float]:
    x, y, *z = samples.tensors
    if z:
        return lambda order: float(entry.conditional(x, y[order], *z))
    return entry.shuffled(x, y)


def _reached(values: list[float], value: float) -> int:
    return sum(one >= value - ROUNDING for one in values)


def _undecided(reached: int, count: int) -> bool:
    """Whether the interval of the p-value contains the level; nothing that reached the value is evidence."""
    if reached == 0:
        return False
    low = beta.ppf(0.025, reached, count - reached + 1)
    return bool(low < LEVEL < beta.ppf(0.975, reached + 1, count - reached) if reached < count else low < LEVEL)


def _orders(samples: Samples, rng: np.random.Generator) -> Iterator[torch.Tensor]:
    draw = partial(rng.permutation, len(samples))
    if samples.z is not None:
        z = samples.z.values.cpu().numpy()
        draw = partial(_within, z, rng) if samples.z.kind == "discrete" else partial(_nearby, _near(z), rng)
    while True:
        yield torch.as_tensor(draw(), device=samples.x.values.device)


def _within(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A permutation that leaves every code where it is."""
    order = np.empty(len(codes), dtype=int)
    start, target = np.lexsort((rng.random(len(codes)), codes)), np.argsort(codes, kind="stable")
    order[target] = start
    return order


def _near(z: np.ndarray) -> np.ndarray:
    """The nearest samples in z, the own one among them, (n, NEAR + 1)."""
    from scipy.spatial import cKDTree

    return cKDTree(z).query(z, k=min(NEAR + 1, len(z)), p=np.inf)[1]


def _nearby(near: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every sample takes the y of a near one that is not taken yet, or of any near one where all are."""
    order, taken = np.empty(len(near), dtype=int), np.zeros(len(near), dtype=bool)
    for i in rng.permutation(len(near)):
        candidates = rng.permutation(near[i])
        free = candidates[~taken[candidates]]
        order[i] = free[0] if len(free) else candidates[0]
        taken[order[i]] = True
    return order
