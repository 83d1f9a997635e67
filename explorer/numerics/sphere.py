"""The von Mises-Fisher distribution on the unit sphere of d dimensions: C_d(kappa) exp(kappa mu . z)."""

import math

import numpy as np

from explorer.numerics.bessel import log_iv

TABLE = 4000
"""Concentrations of which the mean cosine is tabulated."""


def log_area(d: int) -> float:
    """ln of the area of the unit sphere in d dimensions: the entropy of its uniform distribution, in nats."""
    return math.log(2) + d / 2 * math.log(math.pi) - math.lgamma(d / 2)


def log_constant(d: int, kappa: np.ndarray | float) -> np.ndarray:
    r"""ln C_d(kappa) for d >= 2 and concentrations kappa >= 0 of any shape, in nats.

    .. math:: \ln C_d(\kappa) = (\tfrac d2 - 1) \ln\kappa - \tfrac d2 \ln 2\pi - \ln I_{d/2-1}(\kappa)

    At kappa = 0, or where kappa^2 is lost beside d, it is minus the log of the area.

    References: mardia2000, section 9.3.2.
    """
    kappa, v = np.asarray(kappa, float), d / 2 - 1
    flat = kappa**2 < 1e-16 * d
    inner = np.where(flat, 1.0, kappa)
    return np.where(flat, -log_area(d), v * np.log(inner) - d / 2 * math.log(2 * math.pi) - log_iv(v, inner))


def mean_cosine(d: int, kappa: np.ndarray | float) -> np.ndarray:
    r"""E[mu . z] = I_{d/2}(kappa) / I_{d/2-1}(kappa), which rises with kappa from 0 to 1.

    References: mardia2000, section 9.3.2.
    """
    kappa = np.asarray(kappa, float)
    flat = kappa < 1e-8
    inner = np.where(flat, 1.0, kappa)
    return np.where(flat, kappa / d, np.exp(log_iv(d / 2, inner) - log_iv(d / 2 - 1, inner)))


def entropy(d: int, kappa: np.ndarray | float) -> np.ndarray:
    """-ln C_d(kappa) - kappa E[mu . z], in nats."""
    return -log_constant(d, kappa) - kappa * mean_cosine(d, kappa)


def concentration(d: int, cosine: np.ndarray, low: float, high: float) -> np.ndarray:
    """The kappa in [low, high] of the largest likelihood for mean cosines of any shape, to one part in 10 000."""
    places = np.linspace(math.log(low), math.log(high), TABLE)
    return np.exp(np.interp(cosine, mean_cosine(d, np.exp(places)), places))
