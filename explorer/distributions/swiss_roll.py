"""A uniform variable rolled up in the plane."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import ndtr

from explorer.distributions.base import Transformed
from explorer.distributions.bivariate_normal import BivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class SwissRoll(Transformed):
    """X is a uniform variable rolled up in the plane, Y another uniform one; a normal copula ties them.

    With U = Phi(A), Y = Phi(B), (A, B) bivariate normal and T = 3 pi (1 + 2U) / 2,
    X = (T cos T, T sin T) / 21, so that I(X; Y) = I(A; B) = -ln(1 - rho^2) / 2. X lies on a curve
    and has no density; h(Y) = 0. Samples have shapes (n, 2) and (n, 1).

    Args:
        rho: correlation of A and B.

    References: czyz2023, section 3.
    """

    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75

    @property
    def of(self) -> BivariateNormal:
        """The normal pair (A, B)."""
        return BivariateNormal(self.rho)

    @property
    def entropy_y(self) -> float:
        """0, the log of the width of Y."""
        return 0.0

    def map_x(self, x: np.ndarray) -> np.ndarray:
        """A, shape (n, 1), to the point of the roll, shape (n, 2)."""
        angle = 1.5 * np.pi * (1 + 2 * ndtr(x))
        return angle * np.hstack([np.cos(angle), np.sin(angle)]) / 21

    def map_y(self, y: np.ndarray) -> np.ndarray:
        """B to Phi(B)."""
        return ndtr(y)
