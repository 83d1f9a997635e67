"""Normal vectors whose tails fall like a power."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from scipy.special import log_ndtr

from explorer.distributions.base import Transformed
from explorer.distributions.multivariate_normal import MultivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class HeavyTails(Transformed):
    r"""Normal vectors sent to Pareto tails on both sides, with a normal copula between X and Y.

    .. math:: x = \mathrm{sign}(v) \left[ (2 \Phi(-|v|))^{-1/\alpha} - 1 \right], \qquad P(|x| > t) = (1 + t)^{-\alpha}

    The map rises everywhere, so I(X; Y) = -dim ln(1 - rho^2) / 2 is that of the normal vectors;
    h(X) = dim (1 + 1 / alpha + ln(2 / alpha)). There is no variance for alpha of 2 or less and no mean for 1 or
    less: correlation and distances see little but the largest samples. Samples have shapes (n, dim) and (n, dim).

    Args:
        dim: coordinates of X, and of Y.
        rho: correlation of the normal coordinates X_i and Y_i.
        alpha: tail index; small is heavy, 1 as heavy as Cauchy's.

    References: czyz2023, section 3.
    """

    dim: Annotated[int, Range(1, 200)] = 1
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.75
    alpha: Annotated[float, Range(0.25, 20.0, log=True)] = 1.0

    @property
    def of(self) -> MultivariateNormal:
        """The normal vectors."""
        return MultivariateNormal(self.dim, self.rho)

    @property
    def entropy_x(self) -> float:
        """dim (1 + 1 / alpha + ln(2 / alpha))."""
        return self.dim * (1 + 1 / self.alpha + math.log(2 / self.alpha))

    @property
    def entropy_y(self) -> float:
        """That of X."""
        return self.entropy_x

    def map_x(self, x: np.ndarray) -> np.ndarray:
        """Each coordinate to the Pareto quantile of the same probability."""
        return np.sign(x) * np.expm1(-(math.log(2) + log_ndtr(-np.abs(x))) / self.alpha)
