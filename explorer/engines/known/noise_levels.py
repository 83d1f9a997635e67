"""Information by levels of noise and densities on a bridge of noise, in closed form."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import SettingError

SPREAD, APART = 0.15, 2.0
"""Deviation of each bump at the end of the bridge, and their distance from 0."""
TIMES, PLACES, EDGE = np.linspace(0, 1, 11), np.linspace(-4, 4, 17), np.linspace(0.01, 0.99, 99)
"""Times and places of a map of the density, and times at which the change is told."""


def integrand(log_snr: np.ndarray, rho: float) -> np.ndarray:
    r"""How much less noise of X is left in doubt when Y is known, of a normal pair; nats per unit of log ratio.

    .. math:: \tfrac12 \left[\frac{s}{1 + s} - \frac{s v}{1 + s v}\right], \quad s = e^\alpha,\; v = 1 - \rho^2

    It is highest at s = 1 / sqrt(v), that is at \alpha = I, and its integral is I.

    References: kong2024.
    """
    s, v = np.exp(np.asarray(log_snr, float)), 1 - rho**2
    return (s / (1 + s) - s * v / (1 + s * v)) / 2


@dataclass(frozen=True)
class TwoBumps:
    """The bridge from a standard normal variable to two narrow bumps, whose ends are independent.

    Attributes:
        gamma, epsilon: variance of the noise: gamma t (1 - t) + ((1 - t)^2 + t^2) epsilon.

    Raises:
        SettingError: unless gamma and epsilon are at least 0.

    References: chen2025.
    """

    gamma: float
    epsilon: float = 0.0

    def __post_init__(self) -> None:
        if min(self.gamma, self.epsilon) < 0:
            raise SettingError(f"gamma={self.gamma:g} and epsilon={self.epsilon:g} must be at least 0")

    def density(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """p_t(x), (times, places)."""
        left, right = self._bumps(x, t)
        return (left + right) / 2

    def effort(self, t: np.ndarray, step: float = 1e-5) -> np.ndarray:
        r"""E (\partial_t \ln p_t)^2 at each time, (times,): how fast the density changes there."""
        x = np.linspace(-6, 6, 2401)
        ahead, behind = (np.maximum(self.density(x, t + side * step), 1e-300) for side in (1, -1))
        slope = (np.log(ahead) - np.log(behind)) / (2 * step)
        return (slope**2 * self.density(x, t)).sum(1) * (x[1] - x[0])

    def _bumps(self, x: np.ndarray, t: np.ndarray) -> list[np.ndarray]:
        x, t = np.asarray(x, float)[None], np.asarray(t, float)[:, None]
        noise = self.gamma * t * (1 - t) + ((1 - t) ** 2 + t**2) * self.epsilon
        variance = (1 - t) ** 2 + (t * SPREAD) ** 2 + noise
        scale = np.sqrt(2 * math.pi * variance)
        return [np.exp(-((x - side * t * APART) ** 2) / (2 * variance)) / scale for side in (-1, 1)]
