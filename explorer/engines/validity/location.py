"""Where a known density has been shifted to: the error of the likeliest shift, and the Fisher information behind it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, log_ndtr

from explorer.distributions.base import quadrature
from explorer.errors import InputError

Density = Literal["normal", "laplace", "needle"]

SPIKE, WIDTH = 0.1, 0.01
"""Share and deviation of the narrow part of "needle"; the rest is a standard normal density."""

REACH, PANELS = 30.0, 120
"""Half width of the quadrature in deviations of the broad part, and the edges of its panels."""

HALVINGS = 50
"""Of the interval in which the likeliest place lies."""


@dataclass(frozen=True)
class Location:
    r"""A density of known form, smoothed with normal noise of deviation r, whose place is to be found.

    Forms: "normal", standard; "laplace" with unit scale; "needle", a standard normal density with a share of 0.1
    within a needle of deviation 0.01 at its middle. All are symmetric about 0.

    Args:
        density: one of these names.
        smoothing: r; samples get normal noise of this deviation, and the density is smoothed to match.

    Raises:
        InputError: for another name, or a smoothing that is negative.

    References: gupta2022; gupta2023.
    """

    density: Density
    smoothing: float = 0.0

    def __post_init__(self) -> None:
        if self.density not in ("normal", "laplace", "needle") or not 0 <= self.smoothing < math.inf:
            known = "normal, laplace or needle"
            raise InputError(f"density={self.density!r} must be {known} and smoothing={self.smoothing} at least 0")

    def log(self, x: np.ndarray) -> np.ndarray:
        """ln of the smoothed density at x."""
        r = self.smoothing
        if self.density == "laplace":
            if r == 0:
                return -np.abs(x) - math.log(2)
            sides = (side * x + log_ndtr(-side * x / r - r) for side in (1, -1))
            return r * r / 2 - math.log(2) + np.logaddexp(*sides)
        broad = -(x**2) / (2 * (1 + r * r)) - math.log(2 * math.pi * (1 + r * r)) / 2
        if self.density == "normal":
            return broad
        height, steepness = self._needle
        return broad + math.log1p(-SPIKE) + np.log(1 + height * np.exp(-steepness * x**2))

    def score(self, x: np.ndarray) -> np.ndarray:
        """The derivative of ln of the smoothed density at x; 0 at the kink of an unsmoothed Laplace density."""
        r = self.smoothing
        if self.density == "laplace":
            if r == 0:
                return -np.sign(x)
            right, left = (side * x + log_ndtr(-side * x / r - r) for side in (1, -1))
            return np.tanh((right - left) / 2)
        if self.density == "normal":
            return -x / (1 + r * r)
        height, steepness = self._needle
        narrow = expit(math.log(height) - steepness * x**2)
        return -x * (1 / (1 + r * r) + 2 * steepness * narrow)

    @property
    def fisher(self) -> float:
        r"""The smoothed Fisher information, the mean square of the score; by Gauss-Legendre quadrature, to 1e-9.

        .. math:: I_r = \int \frac{f_r'(x)^2}{f_r(x)} \, dx

        With r = 0 that of the density itself. No estimate without bias from n samples of the smoothed density has a
        mean square error below 1 / (n I_r).
        """
        x, weights = self._half
        return 2 * float(weights @ (np.exp(self.log(x)) * self.score(x) ** 2))

    @property
    def entropy(self) -> float:
        """Differential entropy of the smoothed density in nats, by the same rule."""
        x, weights = self._half
        log = self.log(x)
        return -2 * float(weights @ (np.exp(log) * log))

    def sample(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Samples of the smoothed density at place 0."""
        noise = self.smoothing * rng.standard_normal(shape)
        if self.density == "laplace":
            return rng.laplace(size=shape) + noise
        scale = np.where(rng.random(shape) < SPIKE, WIDTH, 1.0) if self.density == "needle" else 1.0
        return scale * rng.standard_normal(shape) + noise

    def likeliest(self, samples: np.ndarray) -> np.ndarray:
        """The place of largest likelihood for each row of samples (m, n); (m,).

        It lies among the samples. A likelihood with one top is followed to it by bisection; with a needle, from the
        best of the samples, of their mean and of a grid between the lowest and the highest, a quarter of the needle's
        width apart.
        """
        if self.density != "needle":
            return self._followed(samples, samples.min(1), samples.max(1))
        best = np.array([self._best(x) for x in samples])
        return self._followed(samples, best - self._narrow / 4, best + self._narrow / 4)

    def _best(self, x: np.ndarray) -> float:
        grid = np.arange(x.min(), x.max(), self._narrow / 4)
        places = np.concatenate([grid, x, [x.mean()]])
        return float(places[self.log(x[:, None] - places).sum(0).argmax()])

    def _followed(self, samples: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            rising = self.score(samples - middle[:, None]).sum(1) < 0  # the score falls as the place rises
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        return (low + high) / 2

    @property
    def _needle(self) -> tuple[float, float]:
        """Of the needle over the broad part: their ratio at 0, and what its logarithm loses by the square of x."""
        narrow, broad = WIDTH**2 + self.smoothing**2, 1 + self.smoothing**2
        return SPIKE / (1 - SPIKE) * math.sqrt(broad / narrow), (1 / narrow - 1 / broad) / 2

    @property
    def _narrow(self) -> float:
        """Deviation of the narrowest part."""
        return math.hypot(WIDTH if self.density == "needle" else 1.0, self.smoothing)

    @property
    def _half(self) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and weights from 0 outwards, denser near the needle."""
        end = math.asinh(REACH * math.hypot(1.0, self.smoothing) / self._narrow)
        return quadrature(self._narrow * np.sinh(np.linspace(0, end, PANELS)))


@dataclass(frozen=True)
class Errors:
    """Mean square errors times n of the likeliest place, over smoothings.

    Attributes:
        smoothing: r of each.
        scaled: n times the mean square error.
        deviation: the standard error of `scaled`.
        limit: 1 / I_r, the limit of Cramer and Rao at that smoothing.
    """

    smoothing: np.ndarray
    scaled: np.ndarray
    deviation: np.ndarray
    limit: np.ndarray

    @property
    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """Two standard errors of the logarithm of `scaled` below and above it."""
        width = np.exp(2 * self.deviation / self.scaled)
        return self.scaled / width, self.scaled * width


def errors(density: Density, n: int, smoothings: Sequence[float], repeats: int, seed: int = 0) -> Errors:
    """The error of the likeliest place for n samples at each smoothing, over `repeats` sets of samples.

    Args:
        density: a name of a `Location`.
        n: samples in each set.
        smoothings: values of r.
        repeats: sets at each smoothing; all smoothings start from the same samples.
        seed: of the samples.

    Raises:
        InputError: for fewer than one sample or two repeats, and as `Location`.

    References: gupta2022; gupta2023.
    """
    if n < 1 or repeats < 2:
        raise InputError(f"n={n} must be at least 1 and repeats={repeats} at least 2")
    squares, limits = [], []
    for r in smoothings:
        place = Location(density, r)
        samples = place.sample((repeats, n), np.random.default_rng(seed))
        squares.append(n * place.likeliest(samples) ** 2)
        limits.append(1 / place.fisher)
    table = np.array(squares)
    deviation = table.std(1, ddof=1) / math.sqrt(repeats)
    return Errors(np.asarray(smoothings, float), table.mean(1), deviation, np.array(limits))
