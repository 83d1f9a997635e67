"""Total correlation: how far variables are from being independent."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from explorer.estimators.many.base import ManyVariables
from explorer.numerics.several import Totals
from explorer.settings import Range


@dataclass(frozen=True)
class TotalCorrelation(ManyVariables):
    r"""Total correlation of the columns of x: what their entropies add up to beyond the joint one.

    .. math:: \mathrm{TC}(X) = \sum_i H(X_i) - H(X_1, \ldots, X_N)

    Zero for independent variables only; with two it is their mutual information. The details hold the dual total
    correlation DTC, Omega = TC - DTC and S = TC + DTC as well.

    With the method "gaussian" it is that of the normal variables with the data's correlations, the exact bias of each
    determinant taken off; "copula" is the same for the normal scores of each column. "neighbors" is the first
    estimator of kraskov2004 for many variables with the max-norm radius of standardised columns: it reads too
    little where variables are many or nearly determine each other. "table" counts how often every combination
    of labels occurs, uncorrected: independent variables of L_i labels read about (prod L_i - sum (L_i - 1) - 1) / 2n.

    Args:
        groups: columns of every variable, as "0-2,3,4+6"; without any, each column is a variable.
        method: "auto" takes "table" where every column holds labels and else "gaussian".
        k: neighbours of "neighbors".

    Raises:
        SampleError: for fewer than two variables, a constant column, or columns that determine each other.

    References: watanabe1960; kraskov2004.
    """

    quantity: ClassVar[str] = "TC(X)"

    groups: str = ""
    method: Literal["auto", "gaussian", "copula", "neighbors", "table"] = "auto"
    k: Annotated[int, Range(1, 100)] = 5

    def value_of(self, both: Totals) -> float:
        return both.total
