"""One unit of a layer whose information is known: an activation function of a normal number, and what it follows."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtr

from explorer.distributions.base import even, quadrature
from explorer.engines.finite.tables import binary_entropy
from explorer.errors import SettingError

Activation = Literal["tanh", "softplus", "relu"]


@dataclass(frozen=True)
class Unit:
    r"""T = f(g A) with A standard normal, and Y the sign of a number B whose correlation with A is rho.

    .. math:: I(T; Y) = \ln 2 - E\, h(\Phi(r A)), \qquad r = \rho / \sqrt{1 - \rho^2}

    with h the entropy of a coin, for every gain g and every strictly rising f: such a map can be undone. A rectifier
    cannot; it leaves half of this, and what the sign of A tells: ln 2 - h(1/2 - asin(rho) / pi) halved.
    T = tanh of 8 A is 1 in float64 for one A in fifty, which hardly lowers it.

    Attributes:
        activation: f, "tanh", "softplus" or "relu".
        gain: g.
        rho: correlation of A and B.

    Raises:
        SettingError: for another activation, a gain that is not positive or a correlation out of (-1, 1).

    References: goldfeld2019.
    """

    activation: Activation = "tanh"
    gain: float = 1.0
    rho: float = 0.8

    def __post_init__(self) -> None:
        if self.activation not in get_args(Activation):
            raise SettingError(f"activation={self.activation!r} must be one of {', '.join(get_args(Activation))}")
        if not self.gain > 0 or not -1 < self.rho < 1:
            raise SettingError(f"gain={self.gain} must be positive and rho={self.rho} lie in (-1, 1)")

    @cached_property
    def nats(self) -> float:
        """The true I(T; Y)."""
        a, weights = quadrature(even(-9, 9, 0.25))
        sure = ndtr(self.rho / math.sqrt(1 - self.rho**2) * a)
        density = np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)
        whole = math.log(2) - float(weights @ (density * binary_entropy(sure)))
        if self.activation != "relu":
            return whole
        silent = math.log(2) - float(binary_entropy(0.5 - math.asin(self.rho) / math.pi))
        return (whole + silent) / 2

    def sample(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """T (n, 1) and Y (n,), 0 or 1; A and B are the same for all gains and activations."""
        a, z = np.random.default_rng(seed).standard_normal((2, n))
        y = self.rho * a + math.sqrt(1 - self.rho**2) * z > 0
        return self._activated(self.gain * a)[:, None], y.astype(np.int64)

    def _activated(self, x: np.ndarray) -> np.ndarray:
        if self.activation == "tanh":
            return np.tanh(x)
        return np.logaddexp(0, x) if self.activation == "softplus" else np.maximum(x, 0)
