"""The contrastive log-ratio upper bound of a normal regression."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Formula
from explorer.numerics.margins import standard
from explorer.result import Doubt


@dataclass(frozen=True)
class CLUB(Estimator):
    r"""CLUB with the density of a linear regression with normal errors: exact for normal data, without training.

    .. math:: \hat I = E_p[\ln p(y | x)] - E_{p p}[\ln p(y | x)] \ge I(X; Y)

    For jointly normal variables the density is the true one and the value an upper bound, rho^2 / (1 - rho^2) a pair
    of columns against -ln(1 - rho^2) / 2: .333 for .144 nats, 4.26 for .830. For other data the density is wrong, and
    the value says how far y follows x along a line. `vclub` learns a density.

    Raises:
        SampleError: where y follows x without error, or there are no more samples than columns.

    References: cheng2020.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...] | None] = ()
    symmetric: ClassVar[bool] = False
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "linear")
    least: ClassVar[int] = 4

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        """The trace of the explained covariance over that of the errors, of all pairs of different samples."""
        x, y = varying(x), varying(y)
        if not (x.shape[1] and y.shape[1]):
            return 0.0
        x, y = standard(x), standard(y)
        mean = x @ torch.linalg.lstsq(x, y, driver="gelsd").solution
        errors = y - mean
        covariance = errors.T @ errors / len(x)
        if float(torch.linalg.eigvalsh(covariance)[0]) < 1e-12 or len(x) <= x.shape[1] + y.shape[1]:
            raise SampleError(
                f"the {len(x)} samples of {x.shape[1]} and {y.shape[1]} columns leave no error of y given x: the "
                "information is infinite, or there are too few samples to tell"
            )
        explained = y.T @ mean / len(x)  # E_p less E_pp of y' S^-1 m, where all means are 0
        return float(torch.trace(torch.linalg.solve(covariance, explained))) * len(x) / (len(x) - 1)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        """On what the side rests."""
        text = "An upper bound only where x and y are jointly normal; a curved dependence can read next to nothing."
        return (Doubt("normal", text, note=True),)

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        """An upper bound where the variables are jointly normal."""
        return "upper"
