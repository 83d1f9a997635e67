"""Pairs of equal points with one coarse step and many small ones: much to tell, little to move."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from explorer.errors import SettingError

MOST = 12


@dataclass(frozen=True)
class CoarseAndFine:
    r"""X = Y = (C, step J) with C one of 0, 1 and J one of 0, ..., details - 1, all equally likely.

    Every detail adds information, I(X;Y) = ln(2 details), and moves nothing farther than step does.

    Attributes:
        details: values of J, 1 to 12.
        step: distance of neighbouring details, above 0.

    Raises:
        SettingError: for details or a step outside of these.
    """

    details: int = 4
    step: float = 0.02

    def __post_init__(self) -> None:
        if not 1 <= self.details <= MOST or not self.step > 0:
            rule = f"details must be 1 to {MOST} and step positive"
            raise SettingError(f"details={self.details}, step={self.step:g}: {rule}")

    @property
    def values(self) -> np.ndarray:
        """What X can be, (2 details, 2)."""
        coarse, fine = np.meshgrid([0.0, 1.0], self.step * np.arange(self.details))
        return np.column_stack([coarse.ravel(), fine.ravel()])

    @property
    def nats(self) -> float:
        """The true I(X; Y)."""
        return math.log(2 * self.details)

    @property
    def distance(self) -> float:
        """W1 between the pairs and independent ones, exactly: equal masses are matched at the least cost.

        References: peyre2019, proposition 2.1.
        """
        m = 2 * self.details
        first, second = np.divmod(np.arange(m * m), m)
        product = np.hstack([self.values[first], self.values[second]])
        joint = np.hstack([self.values[first], self.values[first]])  # every value as often as it has partners
        costs = cdist(joint, product)
        return float(costs[linear_sum_assignment(costs)].mean())

    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """n values of X, (n, 2), which are those of Y."""
        return self.values[np.random.default_rng(seed).integers(0, 2 * self.details, n)]


def best_contrast(x: np.ndarray) -> float:
    """What InfoNCE reads on a batch of pairs (x, x) with the best critic there is, in nats; at most ln n.

    That critic is ln p(x, y) / p(x) p(y), minus infinity where x and y differ: of n partners of a row those count that
    equal it.

    Args:
        x: (n, d).

    References: oord2018.
    """
    _, places, counts = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    return float(np.mean(np.log(len(x) / counts[places])))
