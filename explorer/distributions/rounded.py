"""A normal pair with few digits: ties."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from scipy.special import ndtr

from explorer.distributions.base import Distribution, entropy, quadrature
from explorer.distributions.bivariate_normal import BivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class Rounded(Distribution):
    """A normal pair rounded to multiples of a step, as a file with few decimals holds it.

    Both are real numbers with many ties. I(X; Y) = H(X) + H(Y) - H(X, Y) of the probabilities of the cells
    ((i - 1/2) step, (i + 1/2) step): within a row they are integrals of phi(a) P(B in the cell | A = a) over a,
    by Gauss-Legendre quadrature, cut where a is beyond nine standard deviations (mass 2e-19), accurate to 1e-8.
    It is below the -ln(1 - rho^2) / 2 of the pair that was rounded. Samples have shapes (n, 1) and (n, 1).

    Args:
        rho: correlation before rounding.
        step: distance of neighbouring values.

    References: cover2006, section 8.3.
    """

    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75
    step: Annotated[float, Range(0.05, 5.0, log=True)] = 0.5

    @cached_property
    def nats(self) -> float:
        """H(X) + H(Y) - H(X, Y)."""
        table = self.table
        return entropy(table.sum(1)) + entropy(table.sum(0)) - entropy(table)

    @property
    def table(self) -> np.ndarray:
        """P(X = i step, Y = j step) for i and j from -m to m, shape (2m + 1, 2m + 1)."""
        m = math.ceil(9 / self.step - 0.5)
        edges = (np.arange(-m, m + 2) - 0.5) * self.step
        width = math.sqrt(1 - self.rho**2)
        pieces = math.ceil(self.step / min(0.5, width))
        a, weights = quadrature(np.linspace(edges[m], edges[-1], (m + 1) * pieces + 1), 8)  # the rows of i >= 0
        weights = weights * np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)
        inside = np.diff(ndtr((edges - self.rho * a[:, None]) / width), axis=1)
        half = (weights[:, None] * inside).reshape(m + 1, -1, 2 * m + 1).sum(1)
        return np.concatenate([half[:0:-1, ::-1], half])

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The normal pair, rounded."""
        x, y = (np.rint(v / self.step) * self.step + 0.0 for v in BivariateNormal(self.rho).draw(n, rng))
        return x, y  # adding 0 turns the -0 of small negative numbers into 0
