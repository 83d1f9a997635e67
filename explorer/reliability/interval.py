"""An interval for an estimate from estimates on parts of the samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.stats import t as student

from explorer.device import on_all_cores, seeded
from explorer.estimators.base import Estimator, Samples
from explorer.result import LEVEL

GROUPS, SPLITS = 10, 2
"""Groups that are left out in turn, and random ways to halve the samples."""

BLOCK, LARGEST = 1000, 5000
"""Size of disjoint blocks, ten at least, and the number of samples above which they take the place of the groups."""


@dataclass(frozen=True)
class Interval:
    """Low and high at `LEVEL`, and what they were made of, in nats.

    Attributes:
        standard_error: from the parts.
        bias: that the parts show; the interval reaches over it.
        reach: of chance alone, to each side.
    """

    low: float
    high: float
    standard_error: float
    bias: float
    reach: float


@dataclass(frozen=True)
class Spread:
    """What parts of the samples tell of one estimate or of several at once, arrays of the shape of the estimates.

    Attributes:
        error: standard error.
        bias: drift carried on to infinitely many samples; an interval reaches over it.
        reach: of chance alone at `LEVEL`, to each side.
    """

    error: np.ndarray
    bias: np.ndarray
    reach: np.ndarray

    def around(self, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Low and high."""
        return value - self.reach - np.maximum(0.0, self.bias), value + self.reach + np.maximum(0.0, -self.bias)


def interval_of(entry: Estimator, samples: Samples, value: float, seed: int = 0) -> Interval:
    """Spread from parts of the samples, and drift from fewer samples to all of them, as `spread_of` finds them.

    Raises:
        InputError: when the entry refuses a part.
    """

    def one(part: torch.Tensor) -> float:
        return float(entry.formula(*(values[part] for values in samples.tensors)))

    device = samples.x.values.device
    with seeded(seed, device):
        rate = entry.rate(*samples.tensors)
        found = spread_of(one, value, len(samples), device, rate, seed, in_turn=entry.random, ordered=entry.ordered)
    low, high = found.around(np.array(value))
    return Interval(float(low), float(high), float(found.error), float(found.bias), float(found.reach))


def spread_of(
    read: Callable[[torch.Tensor], Any],
    value: Any,
    n: int,
    device: torch.device,
    rate: float = 1.0,
    seed: int = 0,
    *,
    in_turn: bool = False,
    ordered: bool = False,
) -> Spread:
    """Standard error and drift of what `read` gives for the rows of a part, one number or an array of them.

    Up to 5000 samples the standard error is that of the jackknife that leaves out each of ten groups
    (shao1995, section 5.1); above, the deviation over disjoint blocks of about 1000, ten at least, divided by
    the root of their number (politis1999). The bias is the drift from half the samples, or a block, to all,
    carried on as n^-rate. The interval reaches t standard errors to both sides and covers the bias on the side to
    which it points.

    Args:
        value: what `read` gives for all n rows.
        in_turn: one part after another, for what draws random numbers.
        ordered: rows are steps of time, and parts stretches of it: a block jackknife (kunsch1989).
    """
    rng = np.random.default_rng(seed)
    order = np.arange(n) if ordered else rng.permutation(n)

    def of(parts: Sequence[np.ndarray]) -> np.ndarray:
        rows = [torch.as_tensor(np.sort(part), device=device) for part in parts]
        return np.array([read(part) for part in rows] if in_turn else on_all_cores(read, rows, device))

    if n > LARGEST:
        parts = np.array_split(order, max(GROUPS, n // BLOCK))
        found = of(parts)
        error, share = found.std(0, ddof=1) / np.sqrt(len(parts)), len(parts)
        drift = found.mean(0) - value
    else:
        groups = np.array_split(order, GROUPS)
        found = of([np.setdiff1d(order, group) for group in groups])
        error = np.sqrt((GROUPS - 1) / GROUPS * np.square(found - found.mean(0)).sum(0))
        splits = [order] if ordered else [rng.permutation(n) for _ in range(SPLITS)]
        halves = [half for split in splits for half in np.array_split(split, 2)]
        drift, share = of(halves).mean(0) - value, 2
    reach = float(student.ppf((1 + LEVEL) / 2, len(found) - 1)) * error
    return Spread(error, drift / (share**rate - 1), reach)
