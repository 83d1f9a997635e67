"""Few coordinates seen through many columns."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from explorer.distributions.base import Transformed
from explorer.distributions.multivariate_normal import MultivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class Embedded(Transformed):
    """Normal vectors of few coordinates seen through many columns, half of them bent.

    The latent v goes through a fixed layer with random weights and offsets, v W + b, and tanh bends every second
    column. Each column rises with one linear form of v and W has full rank, so the map has an inverse and
    I(X; Y) = -latent ln(1 - rho^2) / 2 is that of the latent vectors. X and Y lie on smooth surfaces of dimension
    `latent` and have no density. Samples have shapes (n, columns) and (n, columns).

    Args:
        latent: coordinates of the latent vectors behind X and behind Y.
        columns: columns of X, and of Y.
        rho: correlation of the latent coordinates i of X and Y.
        weights: seed of the two layers.

    References: gowri2024.
    """

    latent: Annotated[int, Range(1, 8)] = 2
    columns: Annotated[int, Range(8, 1000, log=True)] = 50
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.8
    weights: Annotated[int, Range(0, 1000)] = 0

    @property
    def of(self) -> MultivariateNormal:
        """The latent vectors."""
        return MultivariateNormal(self.latent, self.rho)

    def map_x(self, x: np.ndarray) -> np.ndarray:
        """The layer of X, shape (n, latent) to (n, columns)."""
        return self._layer(x, 0)

    def map_y(self, y: np.ndarray) -> np.ndarray:
        """The layer of Y, shape (n, latent) to (n, columns)."""
        return self._layer(y, 1)

    def _layer(self, v: np.ndarray, which: int) -> np.ndarray:
        rng = np.random.default_rng([self.weights, which])
        out = v @ rng.standard_normal((self.latent, self.columns)) + rng.standard_normal(self.columns)
        out[:, 1::2] = np.tanh(out[:, 1::2])
        return out
