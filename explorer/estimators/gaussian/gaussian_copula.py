"""Mutual information of normal scores: the Gaussian copula estimate."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from explorer.errors import InputError
from explorer.estimators.base import Formula
from explorer.estimators.gaussian.gaussian import Gaussian
from explorer.numerics.margins import gauss


@dataclass(frozen=True)
class GaussianCopula(Gaussian):
    r"""Information of the Gaussian copula: the `gaussian` estimate of every column's normal scores.

    Each column's ranks r become the quantiles of the normal distribution at r / (n + 1), so that scales,
    tails and any strictly increasing map of a column do not matter. Exact in the limit where
    the variables are jointly normal after such maps; elsewhere it sees what correlates after them and
    misses the rest: for one column against one it is then a lower bound in the limit. Equal values
    share their mean rank. The bias of each determinant is taken off as for normal samples.

    Args:
        correction: "exact" takes the bias of normal samples off; "none" gives the plain determinants.

    Raises:
        SampleError: with columns that determine each other.

    References: ince2017, equations 7 and 11.
    """

    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal", "multivariate_normal", "half_cube", "wiggly")
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "monotone")
    correction: Literal["exact", "none"] = "exact"

    def margins_of(self, values: torch.Tensor) -> torch.Tensor:
        return gauss(values) if values.shape[1] else values

    def entropy(self, x: torch.Tensor) -> Formula:
        raise InputError(f"{self.name} estimates I(X;Y) and needs y; ranks do not know the entropy of a column")
