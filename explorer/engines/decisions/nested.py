"""Expected information gain of an experiment: an expectation within a logarithm, with and without bias."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import InputError

STAY = 2**-1.5
"""Chance of one level more: between 1/2, where the expected cost ends, and 1/4, where the variance does."""

FIRST = 8
"""Inner parameters that every reading without bias starts from."""


@dataclass(frozen=True)
class Experiment:
    r"""A standard normal parameter, read once through normal noise: y = strength theta + noise.

    .. math:: I(\theta; y) = \tfrac12 \ln(1 + s^2)

    Args:
        strength: s, in deviations of the noise.

    Raises:
        InputError: unless the strength is positive.

    References: syed2023.
    """

    strength: float

    def __post_init__(self) -> None:
        if not 0 < self.strength < math.inf:
            raise InputError(f"strength={self.strength} must be positive")

    @property
    def nats(self) -> float:
        """The true gain."""
        return math.log1p(self.strength**2) / 2

    def nested(self, outer: int, inner: int, rng: np.random.Generator) -> np.ndarray:
        """ln p(y | theta) less ln of the mean of p(y | theta') over `inner` fresh parameters, (outer,).

        Its mean lies above the gain by about the variance of that mean over twice its square: a bias that falls as
        1 / inner. Costs inner + 1 likelihoods each.

        References: syed2023.
        """
        noise, likelihoods = self._drawn(outer, inner, rng)
        return -(noise**2) / 2 - _log_mean(likelihoods)

    def unbiased(self, outer: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
        r"""Readings whose mean is the gain at any number of them, (outer,), and the likelihoods that they cost.

        Each starts from 8 inner parameters and adds one correction, between 8 * 2^j of them and the mean of their two
        halves, at a level j drawn with chance (1 - r) r^(j - 1) and divided by it; r = 2^{-3/2}. Halves share their
        samples, so that corrections shrink fast enough for variance and expected cost to stay finite.

        References: syed2023.
        """
        levels = rng.geometric(1 - STAY, outer)
        values = np.empty(outer)
        for level in np.unique(levels):
            rows = levels == level
            noise, logs = self._drawn(int(rows.sum()), FIRST * 2 ** int(level), rng)
            chance = (1 - STAY) * STAY ** (int(level) - 1)
            values[rows] = -(noise**2) / 2 - _log_mean(logs[:, :FIRST]) - _correction(logs) / chance
        return values, int((1 + FIRST * 2.0**levels).sum())

    def _drawn(self, outer: int, inner: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The noise of each reading (outer,), and ln p(y | theta') without its constant (outer, inner)."""
        theta, noise = rng.standard_normal((2, outer))
        y = self.strength * theta + noise
        others = rng.standard_normal((outer, inner))
        return noise, -((y[:, None] - self.strength * others) ** 2) / 2


def _log_mean(logs: np.ndarray) -> np.ndarray:
    """ln of the mean of exp, along the last axis."""
    return np.logaddexp.reduce(logs, -1) - math.log(logs.shape[-1])


def _correction(logs: np.ndarray) -> np.ndarray:
    """ln of the mean over all inner parameters, less the mean of that over each half; (outer,)."""
    first, second = np.split(logs, 2, axis=1)
    return _log_mean(logs) - (_log_mean(first) + _log_mean(second)) / 2


@dataclass(frozen=True)
class Gains:
    """Estimates of one gain at the same cost, in likelihoods.

    Attributes:
        nested, error: means of the plain nested estimates, one a number of inner samples, and standard errors.
        unbiased, unbiased_error: of the estimate without bias.
    """

    nested: np.ndarray
    error: np.ndarray
    unbiased: float
    unbiased_error: float


def gains(experiment: Experiment, inner: tuple[int, ...], cost: int, seed: int = 0) -> Gains:
    """Nested estimates with several numbers of inner samples, and the unbiased one, each for about `cost` likelihoods.

    Raises:
        InputError: when the cost does not buy two readings of each.
    """
    if cost < 2 * (max(*inner, 40) + 1):
        raise InputError(f"cost={cost} must buy two readings with {max(inner)} inner samples each")
    rng = np.random.default_rng(seed)
    plain = [experiment.nested(cost // (m + 1), m, rng) for m in inner]
    mean_cost = 1 + 2 * FIRST * (1 - STAY) / (1 - 2 * STAY)
    free = experiment.unbiased(int(cost / mean_cost), rng)[0]
    errors = [_error(one) for one in (*plain, free)]
    nested = np.array([one.mean() for one in plain])
    return Gains(nested, np.array(errors[:-1]), float(free.mean()), errors[-1])


def _error(values: np.ndarray) -> float:
    """The standard error of the mean."""
    return float(values.std(ddof=1) / math.sqrt(len(values)))
