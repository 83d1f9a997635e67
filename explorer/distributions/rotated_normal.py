"""Normal vectors like activations: turned, stretched, of unequal length."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.stats import ortho_group

from explorer.distributions.base import Distribution
from explorer.settings import Range


@dataclass(frozen=True)
class RotatedNormal(Distribution):
    """Normal vectors with falling canonical correlations, turned at random and with columns of unequal scale.

    The canonical correlations are rho, rho^2, ..., rho^m with m = min(dim_x, dim_y), and
    I(X; Y) = -sum_i ln(1 - rho^{2i}) / 2. X and Y are each turned by a random rotation, and their columns
    multiplied by factors that rise geometrically from 1 to `scales`, neither of which changes I: no column
    stands for itself, as in the activations of a layer. h(X) = dim_x ln(2 pi e scales) / 2.
    Samples have shapes (n, dim_x) and (n, dim_y).

    Args:
        dim_x: coordinates of X.
        dim_y: coordinates of Y.
        rho: the largest canonical correlation.
        scales: ratio of the largest to the smallest standard deviation of a column.
        rotation: seed of the two rotations.

    References: hotelling1936; cover2006, theorem 8.4.1.
    """

    dim_x: Annotated[int, Range(1, 200)] = 10
    dim_y: Annotated[int, Range(1, 200)] = 5
    rho: Annotated[float, Range(0.0, 0.999)] = 0.8
    scales: Annotated[float, Range(1.0, 1e6, log=True)] = 10.0
    rotation: Annotated[int, Range(0, 1000)] = 0

    @property
    def nats(self) -> float:
        """The sum over the canonical correlations."""
        return -float(np.log1p(-(self.correlations**2)).sum()) / 2

    @property
    def entropy_x(self) -> float:
        """That of a standard normal vector, and the logs of the scales."""
        return self.dim_x * math.log(2 * math.pi * math.e) / 2 + float(np.log(self._scales(self.dim_x)).sum())

    @property
    def entropy_y(self) -> float:
        """That of a standard normal vector, and the logs of the scales."""
        return self.dim_y * math.log(2 * math.pi * math.e) / 2 + float(np.log(self._scales(self.dim_y)).sum())

    @property
    def correlations(self) -> np.ndarray:
        """The canonical correlations, largest first."""
        return self.rho ** np.arange(1, min(self.dim_x, self.dim_y) + 1)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Canonical coordinates, turned and stretched."""
        r, m = self.correlations, min(self.dim_x, self.dim_y)
        x, y = rng.standard_normal((n, self.dim_x)), rng.standard_normal((n, self.dim_y))
        y[:, :m] = r * x[:, :m] + np.sqrt(1 - r**2) * y[:, :m]
        turn_x, turn_y = self.rotations
        return x @ turn_x * self._scales(self.dim_x), y @ turn_y * self._scales(self.dim_y)

    @property
    def rotations(self) -> tuple[np.ndarray, np.ndarray]:
        """The rotation of X, shape (dim_x, dim_x), and that of Y; [[1]] in one dimension."""
        rng = np.random.default_rng(self.rotation)
        turn_x, turn_y = (np.eye(1) if d == 1 else ortho_group(d, seed=rng).rvs() for d in (self.dim_x, self.dim_y))
        return turn_x, turn_y

    def _scales(self, dim: int) -> np.ndarray:
        return np.geomspace(1, self.scales, dim) if dim > 1 else np.ones(1)
