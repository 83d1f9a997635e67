"""A target of two clusters, and a pool of samples of which few belong to it."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from explorer.engines.divergence.selection import Divergence
from explorer.errors import SettingError

CENTRES = np.array([[-2.0, 2.0], [2.0, 2.0]])
SPREAD, REACH, K = 0.5, 5.0, 5
"""Deviation of a cluster; half of the side of the square in which other samples lie; neighbours of the divergence."""


@dataclass(frozen=True)
class Pool:
    """What is to be chosen from, and for what.

    Attributes:
        target: samples of the distribution to be met, (n, 2).
        fresh: others of it, to judge by, (n, 2).
        pool: candidates, (p, 2); the first `good` are of the target's distribution, the others lie anywhere.
        start: ten samples that lie anywhere, (10, 2).
        good: how many candidates are of the target's distribution.
    """

    target: np.ndarray
    fresh: np.ndarray
    pool: np.ndarray
    start: np.ndarray
    good: int

    @classmethod
    def drawn(cls, good: float, size: int = 300, n: int = 150, seed: int = 0) -> "Pool":
        """A pool of which a share is of the target's distribution.

        Raises:
            SettingError: for a share out of [0, 1].
        """
        if not 0 <= good <= 1:
            raise SettingError(f"good={good} must lie in [0, 1]")
        rng, many = np.random.default_rng(seed), round(good * size)
        target, fresh, own = (_clusters(count, rng) for count in (n, n, many))
        others, start = (rng.uniform(-REACH, REACH, (count, 2)) for count in (size - many, 10))
        return cls(target, fresh, np.r_[own, others], start, many)

    def judged(self, rows: np.ndarray) -> np.ndarray:
        """The divergence of the fresh samples from the start and the first 0, 1, .. chosen rows, in nats."""
        divergence = Divergence(self.fresh, K)
        distances = cdist(self.fresh, np.r_[self.start, self.pool[rows]])
        return np.array([divergence.of(distances[:, : len(self.start) + i]) for i in range(len(rows) + 1)])

    def left(self, rows: np.ndarray) -> float:
        """The share of some rows of the pool that lies on the left, where half of the target does."""
        return float((self.pool[rows, 0] < 0).mean())

    def share(self, rows: np.ndarray) -> float:
        """The share of some rows of the pool that is of the target's distribution."""
        return float((rows < self.good).mean())

    def parts(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The other candidates, the target and the chosen rows below each other, and which of the three each is."""
        parts = np.delete(self.pool, rows, axis=0), self.target, self.pool[rows]
        return np.concatenate(parts), np.repeat([0, 1, 2], [len(one) for one in parts])


def _clusters(n: int, rng: np.random.Generator) -> np.ndarray:
    return CENTRES[rng.integers(0, 2, n)] + SPREAD * rng.standard_normal((n, 2))
