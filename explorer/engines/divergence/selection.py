"""Samples chosen from a pool so that a target's divergence from those chosen falls."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from scipy.spatial.distance import cdist

from explorer.errors import SampleError, SettingError

Orders = Literal["near", "all"]
Begin = Literal["mean", "sample"]

REACH, STEPS = 0.3, 30
"""First step of the descent in deviations of the target, and how many steps it takes; they shrink to 0."""


@dataclass(frozen=True)
class Divergence:
    r"""The Kullback-Leibler divergence of a target (n, d) from a set (m, d) in nats, as a function of the set.

    .. math:: \hat D = \frac dk \sum_{l=1}^k \frac1n \sum_i \ln \frac{\nu_l(x_i)}{\rho_l(x_i)} + \ln \frac{m}{n - 1}

    with "near" orders, the mean of what `distance_divergence` gives for 1 .. k neighbours. With "all" orders l runs to
    m while rho stays at k, and the last term is the mean of ln(k m / (l (n - 1))), as published code has it. Then every
    pair counts alike, so that the best next sample does not depend on those chosen before it.

    Attributes:
        target: samples, (n, d).
        k: neighbours.
        orders: "near" or "all".

    Raises:
        SampleError: with n <= k samples, or samples that coincide.

    References: wang2009; everaert2024.
    """

    target: np.ndarray
    k: int = 5
    orders: Orders = "near"

    def __post_init__(self) -> None:
        if len(self.target) <= self.k:
            raise SampleError(f"k={self.k} needs more than {self.k} samples of the target; got {len(self.target)}")
        _ = self.own

    @cached_property
    def own(self) -> float:
        """The mean of ln rho."""
        rho = np.sort(cdist(self.target, self.target), axis=1)[:, 1 : self.k + 1]
        if not rho[:, 0].all():
            raise SampleError(f"{int((rho[:, 0] == 0).sum())} samples of the target coincide with another")
        return float(np.log(rho).mean() if self.orders == "near" else np.log(rho[:, -1]).mean())

    def of(self, distances: np.ndarray) -> float:
        """The value for a set at these distances (n, m) from the target, m >= k."""
        near = distances if self.orders == "all" else np.partition(distances, self.k - 1, axis=1)[:, : self.k]
        return float(self._value(np.log(near).mean(), distances.shape[1]))

    def with_each(self, distances: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """The values when one candidate at a time joins; candidates at distances (n, c); (c,)."""
        m = distances.shape[1]
        if self.orders == "all":
            total, many = np.log(distances).mean(0).sum() + np.log(candidates).mean(0), m + 1
        else:
            near = np.log(np.partition(distances, self.k - 1, axis=1)[:, : self.k])
            last, many = near.max(1), self.k
            total = near.sum(1).mean() + np.minimum(np.log(candidates) - last[:, None], 0).mean(0)
        return self._value(total / many, m + 1)

    def slope(self, distances: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The gradient with respect to the place (d,) of a sample that joins a set at these distances; (d,).

        A sample of the target on which it lies counts nothing: the logarithm has no slope there.
        """
        apart = place - self.target
        square = (apart**2).sum(1)
        if self.orders == "all":
            share = np.full(len(square), 1 / (distances.shape[1] + 1))
        else:
            share = (square < np.partition(distances, self.k - 1, axis=1)[:, self.k - 1] ** 2) / self.k
        pull = np.divide(share, square, out=np.zeros_like(square), where=square > 0)
        return self.target.shape[1] * (pull[:, None] * apart).mean(0)

    def _value(self, log_distance: Any, m: int) -> Any:
        n, d = self.target.shape
        scale = math.log(m / (n - 1))
        if self.orders == "all":
            scale += math.log(self.k) - math.lgamma(m + 1) / m  # the mean of ln(k / l) over l = 1 .. m
        return d * (log_distance - self.own) + scale


@dataclass(frozen=True)
class Choice:
    """Which samples were chosen.

    Attributes:
        rows: of the pool, in the order in which they were chosen.
        divergences: of the target in nats from the start alone and after every choice, (len(rows) + 1,).
    """

    rows: np.ndarray
    divergences: np.ndarray


def chosen(
    target: Any,
    pool: Any,
    start: Any,
    most: int,
    k: int = 5,
    *,
    by: Literal["descent", "trial", "random"] = "descent",
    orders: Orders = "near",
    begin: Begin = "mean",
    seed: int = 0,
) -> Choice:
    """The first `most` samples that are chosen from the pool, one by one; where to stop is told by the divergences.

    "descent" is the published relaxation: a free sample goes down the slope of the divergence, and the sample of the
    pool nearest to where it ends is taken. Steps have a length, not a rate: 30 of them shrink from 0.3 deviations of
    the target to 0. "trial" tries every sample of the pool at every choice and takes the best; "random" takes any.
    The published rule stops when the divergence first rises; here the choices go on to `most`.

    Args:
        target: samples of the distribution to be met, (n, d).
        pool: candidates, (p, d).
        start: samples that are there already, (s, d) with s >= k.
        k: neighbours.
        orders: of neighbours that the divergence looks at, see `Divergence`.
        begin: where the descent begins, at the "mean" of the target or at a random "sample" of it.
        seed: of what is random.

    Raises:
        SampleError: for samples that are no (n, d) numbers of the same columns, too few, or coincide.
        SettingError: when more are to be chosen than the pool holds.

    References: everaert2024.
    """
    target, pool, start = (_table(one, name) for one, name in ((target, "target"), (pool, "pool"), (start, "start")))
    if not target.shape[1] == pool.shape[1] == start.shape[1] or len(start) < k:
        rule = f"the same columns are needed, and a start of at least k={k}"
        raise SampleError(f"target, pool and start have shapes {target.shape}, {pool.shape} and {start.shape}; {rule}")
    if not 1 <= most <= len(pool):
        raise SettingError(f"most={most} must lie between 1 and the {len(pool)} samples of the pool")
    divergence, rng = Divergence(target, k, orders), np.random.default_rng(seed)
    candidates, distances = cdist(target, pool), cdist(target, start)
    if not (candidates.all() and distances.all()):
        raise SampleError(
            "a sample of the target coincides with one of the pool or of the start, so no density is told"
        )
    left, rows, values = np.arange(len(pool)), [], [divergence.of(distances)]
    for _ in range(most):
        if by == "trial":
            place = int(divergence.with_each(distances, candidates[:, left]).argmin())
        elif by == "random":
            place = int(rng.integers(len(left)))
        else:
            first = target.mean(0) if begin == "mean" else target[rng.integers(len(target))]
            place = int(((pool[left] - _descended(divergence, distances, first)) ** 2).sum(1).argmin())
        rows.append(int(left[place]))
        distances, left = np.c_[distances, candidates[:, rows[-1]]], np.delete(left, place)
        values.append(divergence.of(distances))
    return Choice(np.array(rows), np.array(values))


def _descended(divergence: Divergence, distances: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Where a free sample ends that goes down the slope from a place."""
    reach = REACH * float(divergence.target.std(0).mean())
    for step in range(STEPS):
        slope = divergence.slope(distances, place)
        length = float(np.linalg.norm(slope))
        if not length:
            return place
        place = place - reach * (1 - step / STEPS) * slope / length
    return place


def _table(data: Any, name: str) -> np.ndarray:
    array = np.asarray(data, float)
    if array.ndim != 2 or not array.size or not np.isfinite(array).all():
        raise SampleError(f"{name} must be finite numbers of shape (n, d); got shape {array.shape}")
    return array
