"""A uniform variable with uniform noise added."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from explorer.distributions.base import Distribution
from explorer.settings import Range


@dataclass(frozen=True)
class UniformNoise(Distribution):
    """Y = X + N with X uniform on (0, 1) and the noise N uniform on (-epsilon, epsilon).

    I(X; Y) = epsilon - ln(2 epsilon) for epsilon of 1/2 or less, else 1 / (4 epsilon);
    h(X) = 0 and h(Y) = I(X; Y) + ln(2 epsilon). Samples have shapes (n, 1) and (n, 1).

    Args:
        epsilon: half the width of the noise.

    References: czyz2023, section 3.
    """

    epsilon: Annotated[float, Range(0.001, 10.0, log=True)] = 0.75

    @property
    def nats(self) -> float:
        """h(Y) - h(N), where Y has a trapezoid for its density."""
        return self.epsilon - math.log(2 * self.epsilon) if self.epsilon <= 0.5 else 1 / (4 * self.epsilon)

    @property
    def entropy_x(self) -> float:
        """0, the log of the width of X."""
        return 0.0

    @property
    def entropy_y(self) -> float:
        """I(X; Y) + h(N)."""
        return self.nats + math.log(2 * self.epsilon)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """X and X + N."""
        x = rng.uniform(0, 1, (n, 1))
        return x, x + rng.uniform(-self.epsilon, self.epsilon, (n, 1))
