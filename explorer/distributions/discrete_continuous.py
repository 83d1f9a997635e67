"""A whole number, and that number with uniform noise."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from explorer.distributions.base import Distribution
from explorer.settings import Range


@dataclass(frozen=True)
class DiscreteContinuous(Distribution):
    """A whole number X from 0 to levels - 1, and Y uniform on (X, X + 2).

    I(X; Y) = ln m - (m - 1) / m ln 2 with m levels: Y lies in the reach of two numbers, except at both ends.
    H(X) = ln m and h(Y) = I(X; Y) + ln 2. Samples have shapes (n, 1) and (n, 1).

    Args:
        levels: values m that X can take.

    References: gao2017.
    """

    levels: Annotated[int, Range(2, 1000, log=True)] = 5
    kind_x: ClassVar[str] = "discrete"

    @property
    def nats(self) -> float:
        """ln m - (m - 1) / m ln 2."""
        return math.log(self.levels) - (self.levels - 1) / self.levels * math.log(2)

    @property
    def entropy_x(self) -> float:
        """ln m."""
        return math.log(self.levels)

    @property
    def entropy_y(self) -> float:
        """I(X; Y) + ln 2, the log of the noise's width."""
        return self.nats + math.log(2)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """X and X + U with U uniform on (0, 2)."""
        x = rng.integers(0, self.levels, (n, 1))
        return x, x + rng.uniform(0, 2, (n, 1))
