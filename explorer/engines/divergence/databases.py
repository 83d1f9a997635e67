"""Whether the rows of two shuffled tables belong together: tests of correlation under an unknown order."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import gammaln

from explorer.errors import SettingError

NODES, MOST_TERMS = 4001, 1_000_000
"""Points of the inversion of a characteristic function, and factors of the limiting second moment at most."""


@dataclass(frozen=True)
class Databases:
    r"""Two tables of n rows and d columns of standard normal numbers.

    Under the alternative every row of the first has one partner in the second, in unknown order, each of whose columns
    has correlation rho with its own; under the null hypothesis all numbers are independent. One row and its partner
    share -(d / 2) ln(1 - rho^2) nats.

    Attributes:
        rho: correlation, 0 <= rho < 1.
        columns: d.

    Raises:
        SettingError: for a correlation out of its range, or no column.

    References: elimelech2023.
    """

    rho: float
    columns: int

    def __post_init__(self) -> None:
        if not 0 <= self.rho < 1 or self.columns < 1:
            raise SettingError(f"rho={self.rho} must lie in [0, 1) and columns={self.columns} be at least 1")

    @property
    def row_information(self) -> float:
        """Information of a row about its partner in nats."""
        return -self.columns / 2 * math.log1p(-(self.rho**2))

    def sample(self, rows: int, related: bool, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Both tables, (rows, columns) each; the second in an order of its own."""
        x, z = rng.standard_normal((2, rows, self.columns))
        y = self.rho * x + math.sqrt(1 - self.rho**2) * z if related else z
        return x, y[rng.permutation(rows)]

    @property
    def sum_test(self) -> float:
        r"""How often the test by the sum of all inner products ranks a related pair of tables above an unrelated one.

        The area under its ROC curve, exact up to quadrature. The sum over all pairs of rows is the inner product of
        the two column sums, whose law over n is that of one row and its partner: n does not matter. With A, B, C, D
        independent chi-squared of d degrees it is P((1 + rho) A + D > (1 - rho) B + C), by the inversion of Gil-Pelaez
        over t = tan of an angle.
        """
        if not self.rho:
            return 0.5
        half = math.pi / 2
        angle = (np.arange(NODES) + 0.5) / NODES * half
        t = np.tan(angle)
        scales = np.array([1 + self.rho, 1, -(1 - self.rho), -1])
        log = -self.columns / 2 * np.log(1 - 2j * t[:, None] * scales).sum(1)
        kernel = np.exp(log).imag / t / np.cos(angle) ** 2
        return 0.5 + float(kernel.sum()) * half / NODES / math.pi

    def second_moment(self, rows: int | None = None) -> float:
        r"""The mean square of the likelihood ratio under the null hypothesis, over all orders at once.

        .. math:: E L^2 = [z^n] \exp \sum_k \frac{z^k}{k} (1 - \rho^{2k})^{-d}
                  \;\to\; \prod_{j \ge 1} (1 - \rho^{2j})^{-\binom{d + j - 1}{j}}

        Every cycle of length k of a random order gives a factor (1 - rho^2k)^(-d). Infinity where it leaves the range
        of a float.

        Args:
            rows: n; None takes the limit.
        """
        with np.errstate(over="ignore"):
            return float(np.exp(self._log_limit() if rows is None else self._log_moment(rows)))

    def ceiling(self, rows: int | None = None) -> float:
        """An upper bound on the area under the ROC curve of any test, from the second moment.

        The total variation v is at most sqrt(E L^2 - 1) / 2, and no ROC curve with it has more area than
        1 - (1 - v)^2 / 2. It is 1, and says nothing, from E L^2 = 5 on.
        """
        variation = min(1.0, math.sqrt(max(0.0, self.second_moment(rows) - 1)) / 2)
        return 1 - (1 - variation) ** 2 / 2

    def _log_limit(self) -> float:
        if not self.rho:
            return 0.0
        j = np.arange(1, 1 + min(MOST_TERMS, math.ceil(60 * self.columns / (1 - self.rho**2))))
        power = 2 * j * math.log(self.rho)
        ways = gammaln(self.columns + j) - gammaln(j + 1) - gammaln(self.columns)
        with np.errstate(over="ignore", divide="ignore"):
            log = np.where(power > -20, np.log(-np.log1p(-np.exp(power))), power)  # ln(-ln(1 - u)) = ln u for small u
            return float(np.exp(ways + log).sum())

    def _log_moment(self, rows: int) -> float:
        """By n e_n = sum_k a_k e_(n - k), e_n the coefficient of z^n, scaled so that none overflows."""
        factors = -self.columns * np.log1p(-(self.rho ** (2 * np.arange(1, rows + 1))))
        logs = [0.0]
        for n in range(1, rows + 1):
            terms = factors[:n] + np.array(logs[::-1])
            top = terms.max()
            logs.append(float(top + np.log(np.exp(terms - top).sum() / n)))
        return logs[-1]


@dataclass(frozen=True)
class Ranking:
    """How often a statistic ranks related tables above unrelated ones, from simulation.

    Attributes:
        area: under the ROC curve.
        error: its standard error.
        trials: pairs of tables of each kind.
    """

    area: float
    error: float
    trials: int

    @classmethod
    def of(cls, related: np.ndarray, unrelated: np.ndarray) -> "Ranking":
        """From the statistic's values under both hypotheses; equal ones count half.

        References: delong1988.
        """
        above = (related[:, None] > unrelated) + 0.5 * (related[:, None] == unrelated)
        rows, columns = above.mean(1), above.mean(0)
        variance = rows.var(ddof=1) / len(rows) + columns.var(ddof=1) / len(columns)
        return cls(float(above.mean()), math.sqrt(variance), min(above.shape))

    @property
    def interval(self) -> tuple[float, float]:
        """Two standard errors on either side, and at least 3 / trials inwards from 0 or 1; within [0, 1]."""
        reach = max(2 * self.error, 3 / self.trials)
        return max(0.0, self.area - reach), min(1.0, self.area + reach)


def sum_statistic(x: np.ndarray, y: np.ndarray) -> float:
    """The sum of the inner products of all rows of x (n, d) with all rows of y."""
    return float(x.sum(0) @ y.sum(0))


def matching_statistic(x: np.ndarray, y: np.ndarray) -> float:
    """The largest sum of inner products of rows of x (n, d) with partners among the rows of y, one each."""
    products = x @ y.T
    return float(products[linear_sum_assignment(products, maximize=True)].sum())


def simulated(databases: Databases, rows: int, trials: int, seed: int = 0) -> tuple[Ranking, Ranking]:
    """How well the sum and the best matching tell tables of so many rows apart, each from the same `trials` tables.

    Raises:
        SettingError: for fewer than two trials or no row.
    """
    if rows < 1 or trials < 2:
        raise SettingError(f"rows={rows} must be at least 1 and trials={trials} at least 2")
    rng = np.random.default_rng(seed)
    found = [[_both(*databases.sample(rows, related, rng)) for _ in range(trials)] for related in (True, False)]
    values = np.array(found)  # (hypothesis, trial, statistic)
    return Ranking.of(values[0, :, 0], values[1, :, 0]), Ranking.of(values[0, :, 1], values[1, :, 1])


def _both(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    return sum_statistic(x, y), matching_statistic(x, y)
