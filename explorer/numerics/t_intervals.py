"""How far means over a few runs, and differences of them, are known: half widths of Student's t intervals.

Values are (runs, cells): every column is a question of its own. A half width is NaN where the runs do not spread beyond
rounding, since they then tell nothing of how far others would lie.
"""

import numpy as np
from scipy.special import stdtrit

ROUNDING = 1e-12
"""Share of the values below which a spread is rounding."""


def of_mean(values: np.ndarray, level: float) -> np.ndarray:
    """Of the mean over m runs, m - 1 degrees of freedom, (cells,)."""
    m = len(values)
    return _reach(_deviation(values) / np.sqrt(m), m - 1, values, level)


def paired(values: np.ndarray, others: np.ndarray, level: float) -> np.ndarray:
    """Of the mean difference of runs that belong together row by row, m - 1 degrees of freedom, (cells,)."""
    m = len(values)
    scale = np.concatenate([values, others])
    return _reach(_deviation(values - others) / np.sqrt(m), m - 1, scale, level)


def welch(values: np.ndarray, others: np.ndarray, level: float) -> np.ndarray:
    """Of the difference of the means of m and k independent runs, whose spreads may differ, (cells,).

    The degrees of freedom are those of Welch and Satterthwaite.

    References: welch1947.
    """
    m, k = len(values), len(others)
    one, two = _deviation(values) ** 2 / m, _deviation(others) ** 2 / k
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = (one + two) ** 2 / (one**2 / (m - 1) + two**2 / (k - 1))
    return _reach(np.sqrt(one + two), freedom, np.concatenate([values, others]), level)


def one_against(values: np.ndarray, level: float) -> np.ndarray:
    """Of the difference of one run from the mean of k others, k - 1 degrees of freedom, (cells,).

    The spread of the k is taken for the one as well.

    References: crawford1998.
    """
    k = len(values)
    return _reach(_deviation(values) * np.sqrt(1 + 1 / k), k - 1, values, level)


def _deviation(values: np.ndarray) -> np.ndarray:
    return values.std(0, ddof=1)


def _reach(error: np.ndarray, freedom: np.ndarray | int, values: np.ndarray, level: float) -> np.ndarray:
    known = error > ROUNDING * np.abs(values).max(0, initial=0.0)
    return np.where(known, error * stdtrit(np.where(known, freedom, 1.0), (1 + level) / 2), np.nan)
