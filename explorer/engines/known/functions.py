"""Functional entropy and its bound for functions of one normal number, by quadrature."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, xlogy

from explorer.distributions.base import even, quadrature
from explorer.errors import SettingError

REACH, WIDTH = 12.0, 0.05
"""Standard deviations of the noise to either side, in pieces of this width with 8 nodes each."""


@dataclass(frozen=True)
class SmoothFunction:
    r"""A positive function f of a number z under noise: z is normal with mean `at` and a standard deviation s.

    .. math:: Ent(f) = E f \ln f - E f \ln E f \le \frac{s^2}{2} E \frac{f'(z)^2}{f(z)}

    Attributes:
        kind: "exponential" is exp(slope z), for which both sides are equal,
            slope^2 s^2 / 2 exp(slope at + slope^2 s^2 / 2); "square" is 1 + (slope z)^2; "logistic" is
            1 / (1 + exp(-slope z)), the probability of a class.
        slope: from 0 to 8.
        at: where the noise is centred.

    Raises:
        SettingError: for a slope or a kind that does not exist.

    References: gross1975; gat2020; gat2022.
    """

    kind: Literal["exponential", "square", "logistic"] = "logistic"
    slope: float = 2.0
    at: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in ("exponential", "square", "logistic") or not 0 <= self.slope <= 8:
            raise SettingError(f"kind={self.kind!r}, slope={self.slope:g}: the slope must lie in [0, 8]")

    def entropy(self, spread: float) -> float:
        """Ent(f) in nats, times the unit of f; `spread` is s."""
        if self.kind == "exponential":
            return self._both(spread)
        z, weights = self._nodes(spread)
        value, _ = self._value(z)
        mean = weights @ value
        return max(0.0, float(weights @ xlogy(value, value) - xlogy(mean, mean)))  # rounding

    def bound(self, spread: float) -> float:
        """Half the functional Fisher information."""
        if self.kind == "exponential":
            return self._both(spread)
        z, weights = self._nodes(spread)
        value, slope = self._value(z)
        return float(spread**2 / 2 * (weights @ (slope**2 / value)))

    def _both(self, spread: float) -> float:
        """Both sides for the exponential."""
        power = (self.slope * spread) ** 2 / 2
        return power * math.exp(self.slope * self.at + power)

    def _nodes(self, spread: float) -> tuple[np.ndarray, np.ndarray]:
        steps, weights = quadrature(even(-REACH, REACH, WIDTH), 8)
        return self.at + spread * steps, weights * np.exp(-(steps**2) / 2) / math.sqrt(2 * math.pi)

    def _value(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """f and its derivative."""
        a = self.slope
        if self.kind == "square":
            return 1 + (a * z) ** 2, 2 * a * a * z
        return expit(a * z), a * expit(a * z) * expit(-a * z)
