"""A parabola with noise."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from explorer.distributions.base import NoisyCurve
from explorer.settings import Range


@dataclass(frozen=True)
class Parabola(NoisyCurve):
    r"""Y = (2X - 1)^2 + noise Z with X uniform on (0, 1) and Z standard normal.

    .. math:: I(X; Y) = h(Y) - \ln(2 \pi e \, \mathrm{noise}^2) / 2, \qquad
        p(y) = \int_0^1 \varphi_\mathrm{noise}(y - u^2) \, du

    h(Y) is found by Gauss-Legendre quadrature, accurate to 1e-8. X and Y are uncorrelated, and Y cannot tell the
    two sides apart. Samples have shapes (n, 1) and (n, 1).

    Args:
        noise: standard deviation of the noise.

    References: kinney2014; reshef2011.
    """

    noise: Annotated[float, Range(0.01, 10.0, log=True)] = 0.1

    def curve(self, x: np.ndarray) -> np.ndarray:
        """The parabola, 0 in the middle and 1 at both ends."""
        return (2 * x - 1) ** 2

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """That of the square of a uniform number: u^2."""
        return u**2
