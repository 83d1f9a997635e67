"""What is known of normal pairs, also where the model of them is not quite right."""

import math


def club_of_capped_variance(rho: float, least: float) -> float:
    """CLUB of a pair of correlation rho by the density whose variance of y given x is max(1 - rho^2, least).

    E_p[ln q] - E_pp[ln q] = rho^2 / variance: the squares of y - rho x are 1 - rho^2 on average for pairs and
    1 + rho^2 for others.
    """
    return rho**2 / max(1 - rho**2, least)


def information(rho: float) -> float:
    """Nats that a normal pair of correlation rho shares: -ln(1 - rho^2) / 2."""
    return -0.5 * math.log1p(-(rho**2))


def correlation(nats: float, dim: int) -> float:
    """The correlation of each of `dim` normal pairs that share `nats` together: I = -dim ln(1 - rho^2) / 2."""
    return math.sqrt(-math.expm1(-2 * nats / dim))
