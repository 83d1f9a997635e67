"""A bit sent through a channel that flips it now and then."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from explorer.distributions.base import Distribution, entropy
from explorer.settings import Range


@dataclass(frozen=True)
class BinarySymmetricChannel(Distribution):
    """A bit X sent through a channel that flips it with a given probability.

    I(X; Y) = H(Y) - H(flip) with P(Y = 1) = bias (1 - flip) + (1 - bias) flip; at bias = 1/2 this is the
    channel's capacity ln 2 - H(flip). Samples have shapes (n, 1) and (n, 1).

    Args:
        flip: probability that the channel turns the bit over.
        bias: probability that X is 1.

    References: cover2006, section 7.1.4.
    """

    flip: Annotated[float, Range(0.0, 1.0)] = 0.1
    bias: Annotated[float, Range(0.0, 1.0)] = 0.5
    kind_x: ClassVar[str] = "discrete"
    kind_y: ClassVar[str] = "discrete"

    @property
    def nats(self) -> float:
        """H(Y) - H(flip)."""
        return self.entropy_y - entropy([self.flip, 1 - self.flip])

    @property
    def entropy_x(self) -> float:
        """H(bias)."""
        return entropy([self.bias, 1 - self.bias])

    @property
    def entropy_y(self) -> float:
        """H of the probability that Y is 1."""
        one = self.bias * (1 - self.flip) + (1 - self.bias) * self.flip
        return entropy([one, 1 - one])

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """X, and X turned over where the channel flips."""
        x = (rng.random((n, 1)) < self.bias).astype(np.int64)
        return x, x ^ (rng.random((n, 1)) < self.flip)
