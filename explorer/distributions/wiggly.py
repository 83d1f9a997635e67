"""Normal vectors seen through wavy scales."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from explorer.distributions.base import Transformed
from explorer.distributions.multivariate_normal import MultivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class Wiggly(Transformed):
    """Normal vectors seen through wavy scales, one for the coordinates of X and one for those of Y.

    x = v + 0.4 sin v + 0.2 sin(1.7 v + 1) + 0.03 sin(3.3 v - 2.5) and
    y = v - 0.4 sin(0.4 v) + 0.17 sin(1.3 v + 3.5) + 0.02 sin(4.3 v - 2.5) both rise everywhere,
    with slopes above 0.16 and 0.53, so I(X; Y) is that of the normal vectors.
    Samples have shapes (n, dim) and (n, dim).

    Args:
        dim: coordinates of X, and of Y.
        rho: correlation of the normal coordinates that correlate.
        structure: which correlate: "paired" X_i with Y_i, "sparse" the first two pairs, "dense" all.

    References: czyz2023, section 3.
    """

    dim: Annotated[int, Range(1, 200)] = 1
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75
    structure: Literal["paired", "sparse", "dense"] = "paired"

    @property
    def of(self) -> MultivariateNormal:
        """The normal vectors."""
        return MultivariateNormal(self.dim, self.rho, self.structure)

    def map_x(self, x: np.ndarray) -> np.ndarray:
        """The scale of X."""
        return x + 0.4 * np.sin(x) + 0.2 * np.sin(1.7 * x + 1) + 0.03 * np.sin(3.3 * x - 2.5)

    def map_y(self, y: np.ndarray) -> np.ndarray:
        """The scale of Y."""
        return y - 0.4 * np.sin(0.4 * y) + 0.17 * np.sin(1.3 * y + 3.5) + 0.02 * np.sin(4.3 * y - 2.5)
