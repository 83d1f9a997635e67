"""Two normal variables with a given correlation."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from explorer.distributions.base import Distribution
from explorer.settings import Range


@dataclass(frozen=True)
class BivariateNormal(Distribution):
    """Two standard normal variables with correlation rho.

    I(X; Y) = -ln(1 - rho^2) / 2 and h(X) = h(Y) = ln(2 pi e) / 2.
    Samples have shapes (n, 1) and (n, 1).

    Args:
        rho: correlation of X and Y.

    References: cover2006, example 8.5.1.
    """

    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75

    @property
    def nats(self) -> float:
        """-ln(1 - rho^2) / 2."""
        return -math.log1p(-(self.rho**2)) / 2

    @property
    def entropy_x(self) -> float:
        """ln(2 pi e) / 2."""
        return math.log(2 * math.pi * math.e) / 2

    @property
    def entropy_y(self) -> float:
        """That of X."""
        return self.entropy_x

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Y = rho X + sqrt(1 - rho^2) Z with Z standard normal."""
        x, z = rng.standard_normal((2, n, 1))
        return x, self.rho * x + math.sqrt(1 - self.rho**2) * z
