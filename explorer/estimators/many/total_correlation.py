"""Total correlation: how far variables are from being independent."""

from dataclasses import dataclass
from typing import ClassVar

from explorer.estimators.many._methods import ByMethod
from explorer.numerics.totals import Totals


@dataclass(frozen=True)
class TotalCorrelation(ByMethod):
    r"""Total correlation of the columns of x: what their entropies add up to beyond the joint one.

    .. math:: \mathrm{TC}(X) = \sum_i H(X_i) - H(X_1, \ldots, X_N)

    Zero for independent variables only; with two it is their mutual information. The details hold the dual total
    correlation DTC, Omega = TC - DTC and S = TC + DTC as well.

    With the method "gaussian" it is that of the normal variables with the data's correlations, the exact bias of each
    determinant taken off; "copula" is the same for the normal scores of each column. "neighbors" is the first
    estimator of kraskov2004 for many variables with the max-norm radius of standardised columns: it reads too
    little where variables are many or nearly determine each other. "table" counts how often every combination
    of labels occurs, uncorrected: independent variables of L_i labels read about (prod L_i - sum (L_i - 1) - 1) / 2n.

    Raises:
        SampleError: for fewer than two variables, a constant column, or columns that determine each other.

    References: watanabe1960; kraskov2004.
    """

    quantity: ClassVar[str] = "TC(X)"

    def value_of(self, both: Totals) -> float:
        return both.total
