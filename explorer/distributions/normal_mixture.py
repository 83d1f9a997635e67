"""Two clouds of opposite correlation: dependence without correlation."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from explorer.distributions.base import Distribution, even, quadrature
from explorer.settings import Range


@dataclass(frozen=True)
class NormalMixture(Distribution):
    r"""Pairs from one of two equally likely normal clouds with opposite correlations.

    .. math:: p(x, y) = \tfrac12 N_{\rho}(x - s/2, y) + \tfrac12 N_{-\rho}(x + s/2, y)

    with standard normal margins in each cloud and their centres s apart along X. X and Y are uncorrelated at
    every setting, and I(X; Y) = ln(2 pi e) / 2 + h(X) - h(X, Y) grows with s from its value for two clouds
    that cross to -ln(1 - rho^2) / 2. Both entropies are found by Gauss-Legendre quadrature, accurate to 1e-8.
    Coordinates are independent copies: I is dim times that of one. Samples have shapes (n, dim) and (n, dim).

    Args:
        dim: coordinates of X, and of Y.
        rho: correlation within one cloud; the other has -rho.
        separation: distance s between the centres.

    References: czyz2025.
    """

    dim: Annotated[int, Range(1, 50)] = 1
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.9
    separation: Annotated[float, Range(0.0, 20.0)] = 0.0

    @cached_property
    def nats(self) -> float:
        """h(X) + h(Y) - h(X, Y)."""
        return self.dim * (self._normal + self._mixed - self._joint)

    @cached_property
    def entropy_x(self) -> float:
        """By quadrature."""
        return self.dim * self._mixed

    @property
    def entropy_y(self) -> float:
        """That of a standard normal vector."""
        return self.dim * self._normal

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One normal pair a coordinate, mirrored along X where a coin says so."""
        x, z = rng.standard_normal((2, n, self.dim))
        y = self.rho * x + math.sqrt(1 - self.rho**2) * z
        return rng.choice([-1.0, 1.0], (n, self.dim)) * (x + self.separation / 2), y

    @property
    def _normal(self) -> float:
        return math.log(2 * math.pi * math.e) / 2

    @property
    def _mixed(self) -> float:
        """h of one coordinate of X: minus the mean log density over one cloud; the other is its mirror image."""
        z, weights = quadrature(even(-9, 9, 0.5))
        here, there = -(z**2) / 2, -((z + self.separation) ** 2) / 2
        log_density = np.logaddexp(here, there) - math.log(2 * math.sqrt(2 * math.pi))
        return -float(weights @ (np.exp(here) * log_density)) / math.sqrt(2 * math.pi)

    @property
    def _joint(self) -> float:
        """h of one pair, in the coordinates in which one cloud is round."""
        width = math.sqrt(1 - self.rho**2)
        z, weights_z = quadrature(even(-9, 9, min(0.5, 2 * width)), 8)
        u, weights_u = quadrature(even(-9, 9, 1.0), 8)
        z = z[:, None]
        here = -(z**2 + u**2) / 2
        across = (self.rho * (2 * z + self.separation) + width * u) / width  # y on the other cloud's scale
        there = -((z + self.separation) ** 2 + across**2) / 2
        log_density = np.logaddexp(here, there) - math.log(4 * math.pi * width)
        return -float(weights_z @ (np.exp(here) * log_density) @ weights_u) / (2 * math.pi)
