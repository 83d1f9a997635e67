"""Dual total correlation: what variables share with one another, counted once."""

from dataclasses import dataclass
from typing import ClassVar

from explorer.estimators.many._methods import ByMethod
from explorer.numerics.totals import Totals


@dataclass(frozen=True)
class DualTotalCorrelation(ByMethod):
    r"""Dual total correlation of the columns of x: the joint entropy less what each variable keeps to itself.

    .. math:: \mathrm{DTC}(X) = H(X_1, \ldots, X_N) - \sum_i H(X_i \mid X_{-i})

    Zero for independent variables only; with two it is their mutual information. Copies of one variable have little
    of it, H(X), beside a total correlation of (N - 1) H(X); parities have much. The methods are those of
    `total_correlation`. With "neighbors" the counts in N - 1 variables differ from k by little, so that it is biased
    toward 0 more than the total correlation is.

    Raises:
        SampleError: for fewer than two variables, a constant column, or columns that determine each other.

    References: han1978; rosas2019.
    """

    quantity: ClassVar[str] = "DTC(X)"

    def value_of(self, both: Totals) -> float:
        return both.dual
