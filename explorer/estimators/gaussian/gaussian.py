"""Mutual information of the normal distribution with the data's second moments."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Formula, Reading
from explorer.numerics.covariance import Correlation, log_det_bias
from explorer.numerics.margins import spread
from explorer.result import Doubt

FEW = 2
"""Samples for each joint column below which the correlations are shrunk."""


@dataclass(frozen=True)
class Gaussian(Estimator):
    r"""Information of the jointly normal variables that share the sample covariance.

    .. math:: \hat I = \tfrac12 \ln \frac{|S_x| |S_y|}{|S_{xy}|}, \qquad
              \hat h(X) = \tfrac12 \ln |2 \pi e S_x|

    less the exact bias that each determinant has for normal samples, so that the mean over samples is
    the truth at any n > d. For others it is the information of their linear dependence, neither an
    upper nor a lower bound. With fewer than two samples a joint column the correlations are
    shrunk toward 0 (schafer2005), which lowers the value and is said in a doubt; no bias is taken
    off then. Constant columns carry no information and are left out of I; a column that others
    determine is refused.

    Args:
        correction: "exact" takes the bias of normal samples off; "none" gives the plain determinants.

    Raises:
        SampleError: with columns that determine each other, or an entropy of no more samples than columns.

    References: cover2006, theorem 8.4.1; ince2017, equation 7; schafer2005.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal", "multivariate_normal")
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "linear")

    correction: Literal["exact", "none"] = "exact"

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        return self._information(x, y, x[:, :0])

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Formula:
        return self._information(x, y, z)

    def entropy(self, x: torch.Tensor) -> Formula:
        n, d = x.shape
        if varying(x).shape[1] < d:
            raise SampleError("x has a column that never changes: its differential entropy is minus infinity")
        if n <= d:
            raise SampleError(f"{self.name} needs more samples than columns; x has {n} samples of {d} columns")
        return self._log_det(Correlation.of(x, False), slice(0, d), "x") / 2 + self._scale(x)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        both = varying(x if y is None else torch.cat([x, y], 1))
        return (_shrunk(both),) if y is not None and _few(both) else ()

    def margins_of(self, values: torch.Tensor) -> torch.Tensor:
        """The columns as the formula takes them."""
        return values

    def _information(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Formula:
        x, y, z = (varying(self.margins_of(v)) for v in (x, y, z))
        if not x.shape[1] or not y.shape[1]:
            return 0.0
        both = torch.cat([x, z, y], 1)
        correlation = Correlation.of(both, _few(both))
        i, j, d = x.shape[1], x.shape[1] + z.shape[1], both.shape[1]
        names = ("(x, z)", "(z, y)", "(x, z, y)") if z.shape[1] else ("x", "y", "(x, y)")
        x_z, z_y, whole = (
            self._log_det(correlation, part, name)
            for part, name in zip((slice(0, j), slice(i, d), slice(0, d)), names, strict=True)
        )
        value = (x_z + z_y - self._log_det(correlation, slice(i, j), "z") - whole) / 2
        return Reading(value, details={"shrinkage": correlation.intensity} if correlation.intensity else {})

    def _log_det(self, correlation: Correlation, columns: slice, name: str) -> float:
        """ln |R| of these columns less its bias."""
        found, d = correlation.log_det(columns), columns.stop - columns.start
        if found is None:
            raise SampleError(
                f"some columns of {name} determine others exactly: the information is infinite or undefined"
            )
        plain = self.correction == "none" or correlation.intensity > 0
        return float(found) - (0.0 if plain else log_det_bias(d, correlation.n))

    def _scale(self, x: torch.Tensor) -> float:
        d = x.shape[1]
        return float(spread(x).log().sum()) + d * math.log(2 * math.pi * math.e) / 2


def _few(both: torch.Tensor) -> bool:
    return len(both) < FEW * both.shape[1]


def _shrunk(both: torch.Tensor) -> Doubt:
    n, d = both.shape
    intensity = Correlation.of(both, True).intensity
    text = f"{n} samples of {d} columns: correlations were shrunk by {intensity:.0%} toward 0, which lowers the value."
    return Doubt("shrunk", text)
