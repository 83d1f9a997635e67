"""Codes with noise whose divergence from the prior is known term by term."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import SettingError


@dataclass(frozen=True)
class CorrelatedPosteriors:
    r"""Two latents whose mixture q(z) is normal with unit variances and correlation rho.

    The posterior of an input is normal around its mean with standard deviation `noise` in both latents, and the means
    are normal with covariance C - noise^2 I, C the correlation matrix. For inputs without end the three terms of the
    mean KL from N(0, I) are

    .. math:: I(z; x) = \tfrac12 \ln \frac{1 - \rho^2}{\sigma^4}, \qquad TC = -\tfrac12 \ln (1 - \rho^2), \qquad
              \sum_j KL(q(z_j) \| p(z_j)) = 0

    Of n inputs the first is at most ln n.

    Raises:
        SettingError: unless 0 < noise^2 <= 1 - |rho|, which leaves the means a covariance.

    References: chen2018, equation 2; watanabe1960.
    """

    rho: float = 0.6
    noise: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.noise**2 <= 1 - abs(self.rho):
            rule = f"must be above 0 and its square at most 1 - |rho| = {1 - abs(self.rho):.3g}"
            raise SettingError(f"noise={self.noise:g} {rule}, what the correlation leaves to the means")

    @property
    def index_code_information(self) -> float:
        """I(z; x) in nats, for inputs without end."""
        return math.log(1 - self.rho**2) / 2 - 2 * math.log(self.noise)

    @property
    def total_correlation(self) -> float:
        """Of the mixture, in nats."""
        return math.log(1 / (1 - self.rho**2)) / 2

    def sample(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Means and variances of n posteriors, (n, 2) each."""
        left = np.array([[1, self.rho], [self.rho, 1]]) - self.noise**2 * np.eye(2)
        scales, axes = np.linalg.eigh(left)
        drawn = np.random.default_rng(seed).standard_normal((n, 2))
        means = drawn * np.sqrt(scales.clip(0)) @ axes.T  # an eigenvalue of 0 may round below it
        return means, np.full((n, 2), self.noise**2)
