"""Mutual information of the normal distribution with the data's second moments."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Estimator
from explorer.numerics.margins import spread, standard


@dataclass(frozen=True)
class Gaussian(Estimator):
    r"""Information of the jointly normal variables that share the sample covariance.

    .. math:: \hat I = \tfrac12 \ln \frac{|S_x| |S_y|}{|S_{xy}|}, \qquad
              \hat h(X) = \tfrac12 \ln |2 \pi e S_x|

    Exact in the limit for normal data; for others it is the information of their linear
    dependence, neither an upper nor a lower bound. Constant columns carry no information and are
    left out of I; a column that others determine is refused.

    Raises:
        SampleError: with fewer samples than columns, or with columns that determine each other.

    References: cover2006, theorem 8.4.1.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal", "multivariate_normal")
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "linear")

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor | float:
        x, y = varying(x), varying(y)
        if not x.shape[1] or not y.shape[1]:
            return 0.0
        both = torch.cat([x, y], 1)
        return (_log_det(x, "x") + _log_det(y, "y") - _log_det(both, "(x, y)")) / 2

    def entropy(self, x: torch.Tensor) -> torch.Tensor | float:
        d = x.shape[1]
        if varying(x).shape[1] < d:
            raise SampleError("x has a column that never changes: its differential entropy is minus infinity")
        return (_log_det(x, "x") + 2 * spread(x).log().sum() + d * math.log(2 * math.pi * math.e)) / 2


def _log_det(values: torch.Tensor, name: str) -> torch.Tensor:
    """ln |R| of the correlation matrix of (n, d) values."""
    n, d = values.shape
    if n <= d:
        raise SampleError(f"gaussian needs more samples than columns; {name} has {n} samples of {d} columns")
    scaled = standard(values)
    eigenvalues = torch.linalg.eigvalsh(scaled.T @ scaled / (n - 1))
    if not bool(eigenvalues[0] > 1e-12 * d):
        raise SampleError(f"some columns of {name} determine others exactly: the information is infinite or undefined")
    return eigenvalues.log().sum()
