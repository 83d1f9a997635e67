"""The information bottleneck of jointly normal variables, in closed form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.errors import InputError


@dataclass(frozen=True)
class GaussianBottleneck:
    """The best code T = A X + noise at each beta.

    Attributes:
        betas: what a nat about Y is worth in nats about X, shape (B,).
        critical: the betas from which each direction is used, 1 / rho_i^2, shape (d,).
        gains: alpha_i^2, the squared gain of each direction when X is scaled to variance 1 along it and the noise has
            variance 1: ((beta - 1) rho_i^2 / (1 - rho_i^2) - 1) where that is positive, else 0; shape (B, d).
        compression, relevance: I(X; T) and I(T; Y) in nats, shape (B,).
    """

    betas: np.ndarray
    critical: np.ndarray
    gains: np.ndarray
    compression: np.ndarray
    relevance: np.ndarray

    @property
    def directions(self) -> np.ndarray:
        """How many directions are used at each beta, shape (B,)."""
        return (self.gains > 0).sum(1)


def gaussian_bottleneck(correlations: ArrayLike, betas: ArrayLike) -> GaussianBottleneck:
    """Minimises I(X; T) - beta I(T; Y) for normal X and Y with these canonical correlations.

    Along direction i, X_i = u_i and Y keep correlation rho_i, and T_i = alpha_i u_i + noise of variance 1:
    I(X; T) = 1/2 sum ln(1 + alpha_i^2), I(T; Y) = I(X; T) - 1/2 sum ln(1 + alpha_i^2 (1 - rho_i^2)).

    Args:
        correlations: canonical correlations in [0, 1), shape (d,).
        betas: positive numbers, shape (B,).

    Raises:
        InputError: for a correlation outside [0, 1) or a beta that is not positive.

    References: chechik2005, theorem 3.1 and section 4.
    """
    rho2, betas = np.square(np.asarray(correlations, float)), np.atleast_1d(np.asarray(betas, float))
    if rho2.ndim != 1 or not ((rho2 >= 0) & (rho2 < 1)).all():
        raise InputError(f"correlations={correlations!r} must be canonical correlations in [0, 1)")
    if not (betas > 0).all():
        raise InputError("betas must be positive")
    gains = np.maximum((betas[:, None] - 1) * rho2 / (1 - rho2) - 1, 0.0)  # (B, d)
    compression = np.log1p(gains).sum(1) / 2
    relevance = compression - np.log1p(gains * (1 - rho2)).sum(1) / 2
    critical = np.divide(1.0, rho2, out=np.full_like(rho2, np.inf), where=rho2 > 0)
    return GaussianBottleneck(betas, critical, gains, compression, relevance)
