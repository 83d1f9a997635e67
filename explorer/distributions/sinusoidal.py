"""A sine with noise."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from explorer.distributions.base import NoisyCurve
from explorer.settings import Range


@dataclass(frozen=True)
class Sinusoidal(NoisyCurve):
    r"""Y = sin(2 pi frequency X) + noise Z with X uniform on (0, 1) and Z standard normal.

    .. math:: I(X; Y) = h(Y) - \ln(2 \pi e \, \mathrm{noise}^2) / 2, \qquad
        p(y) = \int_0^1 \varphi_\mathrm{noise}(y + \cos \pi u) \, du

    h(Y) is found by Gauss-Legendre quadrature, accurate to 1e-8. Whole periods make Y, and so I, the same at
    every frequency, while what estimators find falls with it. Samples have shapes (n, 1) and (n, 1).

    Args:
        noise: standard deviation of the noise.
        frequency: periods over the range of X.

    References: kinney2014; reshef2011.
    """

    noise: Annotated[float, Range(0.01, 10.0, log=True)] = 0.3
    frequency: Annotated[int, Range(1, 100, log=True)] = 2

    def curve(self, x: np.ndarray) -> np.ndarray:
        """The sine."""
        return np.sin(2 * np.pi * self.frequency * x)

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """That of a sine at a random phase: -cos(pi u)."""
        return -np.cos(np.pi * u)
