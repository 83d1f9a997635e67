"""The exclusive or of two bits: pure synergy."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from explorer.distributions.base import Distribution, entropy
from explorer.settings import Range


@dataclass(frozen=True)
class Xor(Distribution):
    """Two fair bits X and their exclusive or Y, which flips with a given probability.

    I(X; Y) = ln 2 - H(flip), while each bit alone tells nothing: I(X_1; Y) = I(X_2; Y) = 0.
    Samples have shapes (n, 2) and (n, 1).

    Args:
        flip: probability that Y is turned over.

    References: williams2010.
    """

    flip: Annotated[float, Range(0.0, 1.0)] = 0.0
    kind_x: ClassVar[str] = "discrete"
    kind_y: ClassVar[str] = "discrete"

    @property
    def nats(self) -> float:
        """ln 2 - H(flip)."""
        return math.log(2) - entropy([self.flip, 1 - self.flip])

    @property
    def entropy_x(self) -> float:
        """Two bits: 2 ln 2."""
        return 2 * math.log(2)

    @property
    def entropy_y(self) -> float:
        """One bit: ln 2."""
        return math.log(2)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Y = X_1 + X_2 + F modulo 2, with F = 1 where Y flips."""
        x = rng.integers(0, 2, (n, 2))
        return x, x.sum(1, keepdims=True) % 2 ^ (rng.random((n, 1)) < self.flip)
