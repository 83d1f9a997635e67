"""Student vectors with their tails drawn in."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from explorer.distributions.base import Transformed
from explorer.distributions.student_t import StudentT
from explorer.settings import Range


@dataclass(frozen=True)
class Asinh(Transformed):
    """Student vectors with their tails drawn in: each coordinate goes through asinh(v) = ln(v + sqrt(v^2 + 1)).

    I(X; Y) is that of the Student vectors. Samples have shapes (n, dim) and (n, dim).

    Args:
        dim: coordinates of X, and of Y.
        df: degrees of freedom of the Student vectors.
        rho: dispersion between X_i and Y_i before the map.

    References: czyz2023, section 3.
    """

    dim: Annotated[int, Range(1, 200)] = 3
    df: Annotated[float, Range(0.5, 1000.0, log=True)] = 2.0
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.0

    @property
    def of(self) -> StudentT:
        """The Student vectors."""
        return StudentT(self.dim, self.df, self.rho)

    def map_x(self, x: np.ndarray) -> np.ndarray:
        """asinh of each coordinate."""
        return np.arcsinh(x)
