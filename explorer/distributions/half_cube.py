"""Normal vectors with their tails stretched."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from explorer.distributions.base import Transformed
from explorer.distributions.multivariate_normal import MultivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class HalfCube(Transformed):
    """Normal vectors with long tails: each coordinate goes through sign(v) |v|^(3/2).

    I(X; Y) is that of the normal vectors; h(X) is theirs plus d [ln(3/2) - (gamma + ln 2) / 4], gamma Euler's
    constant. Samples have shapes (n, dim) and (n, dim).

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

    @property
    def entropy_x(self) -> float:
        """h of the normal vector and the mean log slope, where E ln|V| = -(gamma + ln 2) / 2 for V normal."""
        return self.of.entropy_x + self.dim * (math.log(1.5) - (np.euler_gamma + math.log(2)) / 4)

    @property
    def entropy_y(self) -> float:
        """That of X."""
        return self.entropy_x

    def map_x(self, x: np.ndarray) -> np.ndarray:
        """sign(v) |v|^(3/2), written without the sign."""
        return x * np.sqrt(np.abs(x))
