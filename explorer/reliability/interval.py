"""An interval for an estimate from estimates on parts of the samples."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def interval_of(entry: Estimator, samples: Samples, value: float, seed: int = 0) -> Interval:
    """Spread from parts of the samples, and drift from fewer samples to all of them.

    Up to 5000 samples the standard error is that of the jackknife that leaves out each of ten groups
    (shao1995, section 5.1); above, the deviation over disjoint blocks of about 1000, ten at least, divided by
    the root of their number (politis1999). The bias is the drift from half the samples, or a block, to all,
    carried on as n^-rate, the entry's own `rate`. The interval reaches t standard errors to both sides and
    covers the bias on the side to which it points.

    Raises:
        InputError: when the entry refuses a part.
    """
    n = len(samples)
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    with seeded(seed, samples.x.values.device):
        rate = entry.rate(*samples.tensors)
        if n > LARGEST:
            parts = np.array_split(order, max(GROUPS, n // BLOCK))
            read = _read(entry, samples, parts)
            error, share = read.std(ddof=1) / np.sqrt(len(parts)), len(parts)
            drift = read.mean() - value
        else:
            groups = np.array_split(order, GROUPS)
            read = _read(entry, samples, [np.setdiff1d(order, group) for group in groups])
            error = np.sqrt((GROUPS - 1) / GROUPS * np.square(read - read.mean()).sum())
            halves = [half for _ in range(SPLITS) for half in np.array_split(rng.permutation(n), 2)]
            drift, share = _read(entry, samples, halves).mean() - value, 2
    bias = float(drift / (share**rate - 1))
    reach = float(student.ppf((1 + LEVEL) / 2, len(read) - 1) * error)
    return Interval(value - reach - max(0.0, bias), value + reach + max(0.0, -bias), float(error), bias, reach)


def _read(entry: Estimator, samples: Samples, parts: Sequence[np.ndarray]) -> np.ndarray:
    """The estimate on every part."""
    rows = [torch.as_tensor(np.sort(part), device=samples.x.values.device) for part in parts]

    def one(part: torch.Tensor) -> float:
        return float(entry.formula(*(values[part] for values in samples.tensors)))

    if entry.random:
        return np.array([one(part) for part in rows])
    return np.array(on_all_cores(one, rows, samples.x.values.device))
