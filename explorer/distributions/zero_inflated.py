"""Normal pairs of which some values are set to zero."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from explorer.distributions.base import Distribution, entropy
from explorer.distributions.multivariate_normal import MultivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class ZeroInflated(Distribution):
    """Normal pairs of which values are set to exactly zero at random, as by dropout.

    A zero shows that a value was erased, so a pair with correlation rho keeps its I = -ln(1 - rho^2) / 2 while
    both of its values are there. With zeros of their own, I(X; Y) = dim (1 - p)^2 I. Where X_i and Y_i are
    erased together the zeros are information too: I(X; Y) = dim [(1 - p) I + H(p)]. X and Y have an atom at 0
    and a density elsewhere, so they have no entropy. Samples have shapes (n, dim) and (n, dim).

    Args:
        dim: coordinates of X, and of Y.
        rho: correlation of X_i and Y_i before they are erased.
        zeros: probability p that a value is erased.
        erased: "apart": X_i and Y_i each by a coin of its own; "together": both or none.

    References: gao2017; cover2006, section 7.1.5.
    """

    dim: Annotated[int, Range(1, 200)] = 1
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75
    zeros: Annotated[float, Range(0.0, 0.9)] = 0.3
    erased: Literal["apart", "together"] = "apart"

    @property
    def nats(self) -> float:
        """The information of the normal pairs that are left, and that of common zeros."""
        if self.erased == "apart":
            return (1 - self.zeros) ** 2 * self._normal.nats
        return (1 - self.zeros) * self._normal.nats + self.dim * entropy([self.zeros, 1 - self.zeros])

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The normal pairs times zeros and ones."""
        x, y = self._normal.draw(n, rng)
        kept_x, kept_y = rng.random((2, n, self.dim)) >= self.zeros
        return x * kept_x, y * (kept_y if self.erased == "apart" else kept_x)

    @property
    def _normal(self) -> MultivariateNormal:
        return MultivariateNormal(self.dim, self.rho)
