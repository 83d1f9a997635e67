"""What the estimator reads when the dependence is destroyed."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial

import numpy as np
import torch
from scipy.stats import beta, betabinom

from explorer.device import on_all_cores, seeded
from explorer.estimators.base import Estimator, Samples
from explorer.result import Null

FIRST, MOST = 20, 200
"""Permutations that every null takes, and those that it takes at most while its p-value is undecided."""

LEVEL = 0.05
"""The p-value that counts as evidence."""

ROUNDING = 1e-9
"""Nats by which the same estimate can differ when its terms are added in another order."""

ALONE = "every variable permuted by itself"
"""How the dependence of the columns of x is destroyed."""

TURNED = "x turned round in time"
"""How the dependence of two sequences is destroyed."""

APART = 20
"""A sequence is turned round by at least this part of its length."""

NEAR = 5
"""Nearest samples of a continuous condition among which y is permuted."""


def permutation_null(entry: Estimator, samples: Samples, value: float, seed: int = 0) -> Null:
    """The estimates with y permuted: their mean and maximum, and the share that reaches `value`.

    Sequential: 20 permutations decide most cases; more are drawn, 20 at a time up to 200, only while
    some have reached `value` and the 95 % interval of their share (Clopper-Pearson) still contains 0.05. The
    p-value is the chance, under no dependence, of an end at least as extreme: none of the first 20 comes first,
    with 1/21, then the ends that went on and then those that stopped, by their share. So it is valid however many were
    drawn. Estimates that differ by rounding alone count as equal. With a condition z, y moves within equal values
    of z, or among the 5 nearest samples in a continuous z (runge2018). Of an entry whose rows are steps of time, x is
    turned round by at least a twentieth of its length instead, so that each sequence keeps its own past.
    Of an entry to which every column is a variable, each variable is permuted by itself; where a negative value is an
    answer, magnitudes are compared and `high` is the largest.

    References: phipson2010; besag1991; runge2018.
    """
    rng = np.random.default_rng(seed)
    if samples.y is None:
        read, orders = _of_columns(entry), _scrambled(entry, samples.x.values, rng)
    else:
        read, orders = _reader(entry, samples), _orders(samples, rng, entry.ordered)
    size: Callable[[float], float] = abs if entry.two_sided else float
    values: list[float] = []
    with seeded(seed, samples.x.values.device):
        while not values or (len(values) < MOST and _undecided(_reached(map(size, values), size(value)), len(values))):
            batch = [next(orders) for _ in range(FIRST)]
            device = samples.x.values.device
            if entry.learned and samples.y and not (samples.z or entry.ordered):
                values += entry.together(samples.x.values, samples.y.values, batch)
            else:
                values += map(read, batch) if entry.random else on_all_cores(read, batch, device)
    p_value = _p_values()[len(values), _reached(map(size, values), size(value))]
    how = TURNED if entry.ordered else ALONE if samples.y is None else Null.how
    return Null(float(np.mean(values)), max(map(size, values)), p_value, len(values), how)


def _of_columns(entry: Estimator) -> Callable[[torch.Tensor], float]:
    return lambda x: float(entry.entropy(x))


def _scrambled(entry: Estimator, x: torch.Tensor, rng: np.random.Generator) -> Iterator[torch.Tensor]:
    while True:
        yield entry.permuted(x, rng)


def _reader(entry: Estimator, samples: Samples) -> Callable[[torch.Tensor], float]:
    x, y, *z = samples.tensors
    if z and entry.ordered:
        return lambda order: float(entry.conditional(x[order], y, *z))
    if z:
        return lambda order: float(entry.conditional(x, y[order], *z))
    return entry.shuffled(x, y)


def _reached(values: Iterable[float], value: float) -> int:
    return sum(one >= value - ROUNDING for one in values)


def _undecided(reached: int, count: int) -> bool:
    """Whether the interval of the p-value contains the level; nothing that reached the value is evidence."""
    if reached == 0:
        return False
    low = beta.ppf(0.025, reached, count - reached + 1)
    return bool(low < LEVEL < beta.ppf(0.975, reached + 1, count - reached) if reached < count else low < LEVEL)


@cache
def _p_values() -> dict[tuple[int, int], float]:
    """The p-value of every end (permutations, how many reached the value).

    Under no dependence the observed order is one of all, so that of B + 1 orders every rank is as likely; given g of
    B that reached it, the next 20 bring k more with the beta-binomial chance of (g + 1, B - g + 1).
    """
    going: dict[tuple[int, int], float] = {(0, 0): 1.0}
    ends: dict[tuple[int, int], float] = {}
    while going:
        after: dict[tuple[int, int], float] = {}
        for (count, reached), chance in going.items():
            for more, share in enumerate(betabinom(FIRST, reached + 1, count - reached + 1).pmf(range(FIRST + 1))):
                end = count + FIRST, reached + more
                after[end] = after.get(end, 0.0) + chance * float(share)
        stops = {end for end in after if end[0] == MOST or not _undecided(end[1], end[0])}
        ends |= {end: after[end] for end in stops}
        going = {end: chance for end, chance in after.items() if end not in stops}
    ordered = sorted(ends, key=lambda end: (end[1] > 0, (end[1] + 1) / (end[0] + 1)))
    return dict(zip(ordered, np.cumsum([ends[end] for end in ordered]).round(12).tolist(), strict=True))


def _orders(samples: Samples, rng: np.random.Generator, ordered: bool = False) -> Iterator[torch.Tensor]:
    draw = partial(rng.permutation, len(samples))
    if ordered:
        draw = partial(_turned, rng, len(samples))
    elif samples.z is not None:
        z = samples.z.values.cpu().numpy()
        draw = partial(_within, z, rng) if samples.z.kind == "discrete" else partial(_nearby, _near(z), rng)
    while True:
        yield torch.as_tensor(draw(), device=samples.x.values.device)


def _turned(rng: np.random.Generator, n: int) -> np.ndarray:
    """The steps of a sequence of n in a ring, from another one on."""
    least = max(1, n // APART)
    return np.roll(np.arange(n), rng.integers(least, n - least + 1))


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
