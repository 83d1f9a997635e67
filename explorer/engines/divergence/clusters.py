"""Two clouds of clusters, one turned against the other, to be coupled."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from explorer.engines.finite.tables import entropy
from explorer.errors import SettingError

SPREAD = 0.2
"""Deviation of a cluster; the centres lie on a circle of radius 1."""


@dataclass(frozen=True)
class Clusters:
    """Three clusters on a circle, and three others turned by an angle.

    Attributes:
        x, y: points, (n, 2) each.
        of_x, of_y: the cluster of each, (n,).
    """

    x: np.ndarray
    y: np.ndarray
    of_x: np.ndarray
    of_y: np.ndarray

    @classmethod
    def turned(cls, degrees: float, sizes: tuple[int, ...] = (8, 8, 8), seed: int = 0) -> "Clusters":
        """Clusters of these sizes, and as many turned by `degrees`, each point drawn by itself.

        Raises:
            SettingError: for sizes that are not positive.
        """
        if not sizes or min(sizes) < 1:
            raise SettingError(f"sizes={sizes} must be positive")
        rng, labels = np.random.default_rng(seed), np.repeat(np.arange(len(sizes)), sizes)
        angles = 2 * np.pi * labels / len(sizes)
        x, y = (
            _ring(angles + turn) + SPREAD * rng.standard_normal((len(labels), 2)) for turn in (0.0, np.radians(degrees))
        )
        return cls(x, y, labels, labels)

    @property
    def cost(self) -> np.ndarray:
        """Squared distances over their mean, (n, n): a coupling that ignores them costs 1."""
        squares = cdist(self.x, self.y, "sqeuclidean")
        return squares / squares.mean()

    @property
    def most(self) -> float:
        """The entropy of the cluster of a point in nats: the most that a coupling can know of it."""
        return entropy(np.bincount(self.of_x) / len(self.of_x))

    @property
    def points(self) -> np.ndarray:
        """All points, first x and then y, (2 n, 2)."""
        return np.concatenate([self.x, self.y])

    @property
    def kinds(self) -> np.ndarray:
        """0 for each point of x and 1 for each of y, (2 n,)."""
        return np.repeat([0, 1], [len(self.x), len(self.y)])

    def between(self, plan: np.ndarray) -> np.ndarray:
        """The mass that a coupling sends from each cluster to each, (clusters, clusters)."""
        first, second = (np.eye(labels.max() + 1)[labels] for labels in (self.of_x, self.of_y))
        return first.T @ plan @ second

    def links(self, plan: np.ndarray, share: float) -> list[tuple[int, int]]:
        """Pairs (i, n + j) that hold the most mass, from the largest until they hold `share` of it."""
        order = np.argsort(-plan, axis=None)
        many = int(np.searchsorted(plan.ravel()[order].cumsum(), share)) + 1
        rows, columns = np.unravel_index(order[:many], plan.shape)
        return [(int(i), len(plan) + int(j)) for i, j in zip(rows, columns, strict=True)]


def _ring(angles: np.ndarray) -> np.ndarray:
    return np.c_[np.cos(angles), np.sin(angles)]
