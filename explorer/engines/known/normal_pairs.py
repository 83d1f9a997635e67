"""What the Cauchy-Schwarz information of two normal variables is, in closed form."""

import math

import numpy as np

from explorer.errors import SettingError


def cauchy_schwarz(rho: float, sigma: float) -> float:
    r"""I_CS of two standard normal variables of correlation rho, as kernels of deviation sigma see them, in nats.

    .. math:: I_{CS} = \ln \frac{4 v^2 - \rho^2}{4 v \sqrt{v^2 - \rho^2}}, \qquad v = 1 + \frac{\sigma^2}{2}

    the limit of `cauchy_schwarz(sigma)` for many samples: every mean of kernels is an integral of normal densities.
    Without kernels, v = 1, it is I + ln(1 - rho^2 / 4), less than Shannon's I.

    Raises:
        SettingError: for a correlation out of (-1, 1) or a negative sigma.

    References: principe2010; yu2024.
    """
    if not -1 < rho < 1 or sigma < 0:
        raise SettingError(f"rho={rho} must lie in (-1, 1) and sigma={sigma} be at least 0")
    v = 1 + sigma**2 / 2
    return math.log((4 * v * v - rho**2) / (4 * v * math.sqrt(v * v - rho**2)))


def bent(x: np.ndarray, how: str) -> np.ndarray:
    """Normal numbers as they are ("as it is"), cubed ("cubed"), or by the normal distribution function ("ranks").

    Each map rises strictly and so leaves every information between X and Y as it is; each result is scaled to
    deviation 1.

    Raises:
        SettingError: for another map.
    """
    if how == "as it is":
        return x
    if how == "cubed":
        return x**3 / math.sqrt(15)
    if how == "ranks":
        from scipy.special import ndtr

        return (ndtr(x) - 0.5) * math.sqrt(12)
    raise SettingError(f"how={how!r} must be 'as it is', 'cubed' or 'ranks'")
