"""What the estimator reads when the dependence is destroyed."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from explorer import checks
from explorer.device import seeded
from explorer.errors import InputError
from explorer.estimators.base import Estimator
from explorer.result import Doubt, Estimate, Null

PERMUTATIONS = 20
LARGEST = 2000
"""Samples up to which every estimate gets its null; above, one says so instead of waiting."""

ROUNDING = 1e-9
"""Nats by which the same estimate can differ when its terms are added in another order."""


def permutation_null(
    entry: Estimator, x: torch.Tensor, y: torch.Tensor, value: float, permutations: int = PERMUTATIONS, seed: int = 0
) -> Null:
    """The estimates with y permuted: their mean and maximum, and the share that reaches `value`.

    The p-value counts the observed order among the permutations, (1 + #{null >= value}) / (1 + B);
    estimates that differ by rounding alone count as equal.

    References: phipson2010.
    """
    rng = np.random.default_rng(seed)
    orders = (torch.as_tensor(rng.permutation(len(y)), device=y.device) for _ in range(permutations))
    with seeded(seed, y.device):
        values = np.array([float(entry.nats(x, y[order])) for order in orders])
    p_value = (1 + int((values >= value - ROUNDING).sum())) / (1 + permutations)
    return Null(float(values.mean()), float(values.max()), p_value, permutations)


def with_null(result: Estimate, entry: Estimator, x: Any, y: Any, x_kind: Any, y_kind: Any) -> Estimate:
    """The estimate with its permutation null and the doubt that follows from it."""
    if result.n > LARGEST:
        text = f"No permutation null was computed: n = {result.n} is above {LARGEST}."
        return replace(result, warnings=(*result.warnings, Doubt("no null", text)))
    first = checks.variable(x, "x", x_kind, entry.needs[0], result.device).values
    second = checks.variable(y, "y", y_kind, entry.needs[1], result.device).values
    try:
        null = permutation_null(entry, first, second, result.nats, seed=result.seed)
    except InputError as error:
        return replace(result, warnings=(*result.warnings, Doubt("no null", f"With y permuted: {error}")))
    doubts = result.warnings
    if null.p_value > 0.05:
        most, found = f"{null.high:.3g}", f"{result.nats:.3g}"
        text = f"With y permuted the estimate reads up to {most} nats: {found} is no evidence of dependence."
        doubts = (*doubts, Doubt("null", text))
    return replace(result, null=null, warnings=doubts)
