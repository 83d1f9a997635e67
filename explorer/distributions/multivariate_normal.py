"""Normal vectors that correlate in pairs, in two pairs only, or all with all."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from explorer.distributions.base import Distribution
from explorer.errors import SettingError
from explorer.settings import Range


@dataclass(frozen=True)
class MultivariateNormal(Distribution):
    """Two standard normal vectors of equal length, correlated in pairs, in two pairs or all with all.

    With c correlated pairs (X_i, Y_i), I(X; Y) = -c ln(1 - rho^2) / 2. With one correlation
    between all 2d coordinates, I(X; Y) = ln[(1 + (d - 1) rho)^2 / ((1 - rho) (1 + (2d - 1) rho))] / 2.
    Samples have shapes (n, dim) and (n, dim).

    Args:
        dim: coordinates d of X, and of Y.
        rho: correlation of those coordinates that correlate.
        structure: "paired": each X_i with its Y_i; "sparse": only the first two pairs;
            "dense": every two coordinates, also within X and within Y.

    Raises:
        SettingError: for "dense" and rho at or below -1 / (2 dim - 1), where no such vectors exist.

    References: cover2006, theorem 8.4.1; czyz2023, section 3.
    """

    dim: Annotated[int, Range(1, 200)] = 5
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.5
    structure: Literal["paired", "sparse", "dense"] = "paired"

    def __post_init__(self) -> None:
        super().__post_init__()
        least = -1 / (2 * self.dim - 1)
        if self.structure == "dense" and self.rho <= least:
            raise SettingError(f"rho={self.rho!r} must exceed {least:.4g} when structure='dense' and dim={self.dim}")

    @property
    def nats(self) -> float:
        """Half the log of det(S_x) det(S_y) / det(S), in closed form."""
        if self.structure != "dense":
            return -self.pairs * math.log1p(-(self.rho**2)) / 2
        return self._log_det(self.dim) - self._log_det(2 * self.dim) / 2

    @property
    def entropy_x(self) -> float:
        """d ln(2 pi e) / 2 + ln(det(S_x)) / 2."""
        within = self._log_det(self.dim) if self.structure == "dense" else 0.0
        return (self.dim * math.log(2 * math.pi * math.e) + within) / 2

    @property
    def entropy_y(self) -> float:
        """That of X."""
        return self.entropy_x

    @property
    def pairs(self) -> int:
        """How many pairs (X_i, Y_i) correlate."""
        return min(2, self.dim) if self.structure == "sparse" else self.dim

    @property
    def correlation(self) -> np.ndarray:
        """The correlation matrix S of (X, Y), shape (2 dim, 2 dim)."""
        if self.structure == "dense":
            return np.full((2 * self.dim, 2 * self.dim), self.rho) + (1 - self.rho) * np.eye(2 * self.dim)
        across = self.rho * np.diag(np.arange(self.dim) < self.pairs)
        return np.block([[np.eye(self.dim), across], [across, np.eye(self.dim)]])

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Independent normal numbers times the Cholesky factor of the correlation matrix."""
        both = rng.standard_normal((n, 2 * self.dim)) @ np.linalg.cholesky(self.correlation).T
        return both[:, : self.dim], both[:, self.dim :]

    def _log_det(self, size: int) -> float:
        """ln det of the (size, size) matrix with ones on the diagonal and rho elsewhere."""
        return (size - 1) * math.log1p(-self.rho) + math.log1p((size - 1) * self.rho)
