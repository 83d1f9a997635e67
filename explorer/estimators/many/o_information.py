"""O-information: whether variables repeat each other or tell something only together."""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import torch

from explorer.estimators.many._methods import ByMethod, Found
from explorer.numerics.margins import standard
from explorer.numerics.several import near_information
from explorer.numerics.totals import Totals, gradients, information


@dataclass(frozen=True)
class OInformation(ByMethod):
    r"""O-information of the columns of x: total correlation less dual total correlation.

    .. math:: \Omega(X) = \mathrm{TC}(X) - \mathrm{DTC}(X), \qquad
              \partial_i \Omega = (2 - N) I(X_i; X_{-i}) + \sum_{j \ne i} I(X_i; X_{-ij})

    Positive where redundancy prevails, as in copies of one variable; negative where synergy does, as in a parity. A
    negative value is an answer and no error. Both can be present and cancel: zero does not mean
    independence, which S = TC + DTC tells. The gradient of a variable is what it adds: Omega less Omega without it.
    With two variables Omega is 0 whatever they are, and at least three are asked for.

    The methods are those of `total_correlation`. The permutation null shuffles every variable by itself, and its
    p-value counts how often |Omega| of such independent variables is as large.

    Args:
        gradients: also what every variable adds, in the details.

    Raises:
        SampleError: for fewer than three variables, a constant column, or columns that determine each other.

    References: rosas2019; scagliarini2023; bounoua2024.
    """

    quantity: ClassVar[str] = "Ω(X)"
    two_sided: ClassVar[bool] = True
    fewest: ClassVar[int] = 3

    gradients: bool = True

    def value_of(self, both: Totals) -> float:
        return both.o_information

    @property
    def bare(self) -> "OInformation":
        return replace(self, gradients=False)

    def read(self, x: torch.Tensor) -> Found:
        found = super().read(x)
        if not self.gradients:
            return found
        groups = self.variables(x)
        of = partial(information, self.entropies(x, groups, self.chosen(x))[0])
        return Found(found.totals, {**found.details, "gradients": gradients(of, len(groups))})

    def pairs(self, x: torch.Tensor) -> list[float]:
        """I(X_i; X_j) in nats of every two variables i < j, row by row; with "neighbors" each with its own radius."""
        groups, method = self.variables(x), self.chosen(x)
        if method == "neighbors":
            of = near_information(standard(x), groups, self.k)
        else:
            of = partial(information, self.entropies(x, groups, method)[0])
        return [of((i,), (j,)) for i in range(len(groups)) for j in range(i + 1, len(groups))]
