"""Climbing the multi-information of a joint table, of all variables or of all pairs."""

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from explorer.engines.finite.tables import bits, margin, total_correlation
from explorer.errors import InputError

STEP = 0.2
"""The step along the gradient, in the logarithm of the probabilities."""
LOOK = 2
"""Steps from one look to the next."""


@dataclass(frozen=True)
class Climb:
    """A joint table on its way up.

    Attributes:
        steps: where the climb was looked at, from 0 to the end.
        whole: multi-information of all variables there, in nats.
        pairs: the mean of I(X_i; X_j) over pairs there, in nats.
        table: the last table, one axis a variable.
    """

    steps: np.ndarray
    whole: np.ndarray
    pairs: np.ndarray
    table: np.ndarray


def climb(
    objective: Literal["whole", "pairs"] = "whole",
    *,
    variables: int = 3,
    levels: int = 2,
    steps: int = 200,
    seed: int = 0,
) -> Climb:
    """Gradient ascent of the objective from a random table, in the logarithm of the probabilities.

    The multi-information of n variables with k levels is at most (n - 1) ln k, where each is uniform and one variable
    determines all others; a mean over pairs is at most ln k, at such tables as well. A climb can end lower: three
    cells of three bits that differ in two of them each are a peak, too. An exclusive or has multi-information ln 2
    and tells nothing in pairs.

    Args:
        objective: "whole", or "pairs" for the mean over all pairs of variables.
        variables: axes of the table.
        levels: of each variable.
        steps: of the ascent.
        seed: of the first table, drawn evenly from all tables.

    Raises:
        InputError: for fewer than two variables or levels.

    References: merkh2019.
    """
    if variables < 2 or levels < 2:
        raise InputError(f"variables={variables} and levels={levels} must both be 2 or more")
    p = np.random.default_rng(seed).dirichlet(np.ones(levels**variables)).reshape((levels,) * variables)
    groups = [tuple(range(variables))] if objective == "whole" else list(combinations(range(variables), 2))
    path = [p]
    for step in range(1, steps + 1):
        slope = np.mean([_slope(p, group) + 0 * p for group in groups], axis=0)
        p = p * np.exp(STEP * (slope - slope.max()))
        p /= p.sum()
        if step % LOOK == 0 or step == steps:
            path.append(p)
    pairs = list(combinations(range(variables), 2))
    of_pairs = [np.mean([total_correlation(margin(one, *pair)) for pair in pairs]) for one in path]
    seen = np.array([*range(0, steps, LOOK), steps])
    return Climb(seen, np.array([total_correlation(one) for one in path]), np.array(of_pairs), p)


def _slope(p: np.ndarray, group: tuple[int, ...]) -> np.ndarray:
    """ln p(x_S) / prod p(x_i): the gradient of the group's multi-information, up to a constant; broadcasts to p."""
    others = tuple(axis for axis in range(p.ndim) if axis not in group)
    slope = np.log(np.maximum(p.sum(axis=others, keepdims=True), 1e-300))
    for axis in group:
        rest = tuple(other for other in range(p.ndim) if other != axis)
        slope = slope - np.log(np.maximum(p.sum(axis=rest, keepdims=True), 1e-300))
    return slope


@dataclass(frozen=True)
class ClimbInBits:
    """A climb of binary variables as it is drawn.

    Attributes:
        steps, whole, pairs: as in `Climb`, in bits.
        names: of the cells, as "010".
        table: their last probabilities, in that order.
        cells: how many of them are above 0.001.
    """

    steps: np.ndarray
    whole: np.ndarray
    pairs: np.ndarray
    names: list[str]
    table: np.ndarray
    cells: int


def climb_in_bits(objective: Literal["whole", "pairs"], variables: int, seed: int) -> ClimbInBits:
    """A climb of binary variables, 160 steps long."""
    found = climb(objective, variables=variables, steps=160, seed=seed)
    names = [format(i, f"0{variables}b") for i in range(2**variables)]
    table = found.table.ravel()
    return ClimbInBits(found.steps, bits(found.whole), bits(found.pairs), names, table, int((table > 1e-3).sum()))
