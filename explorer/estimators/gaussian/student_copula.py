"""Mutual information of a Student copula: normal scores with a tail weight."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Formula, Reading
from explorer.estimators.gaussian.gaussian_copula import GaussianCopula
from explorer.numerics import student
from explorer.numerics.covariance import log_det_bias


@dataclass(frozen=True)
class StudentCopula(Estimator):
    r"""Information of the Student copula with the highest likelihood of the ranks.

    .. math:: \hat I = \tfrac12 \ln \frac{|R_x| |R_y|}{|R|} + h_\nu(d_x) + h_\nu(d_y) - h_\nu(d_x + d_y)

    with R and the degrees of freedom nu fitted to the ranks, and h_nu(k) the entropy of k Student coordinates.
    X and Y share one scale in this model. Where two copulas, one for X and one for Y with tails of their own,
    describe the ranks better (BIC), they do not share it, and the value is that of the Gaussian copula.
    One more number than the Gaussian copula, which it becomes as nu grows: it sees dependence through a
    common scale, as in samples with heavy or varying tails that do not correlate. Unchanged by
    any strictly increasing map of a column. The determinants' bias is taken off as for normal samples. Misses
    dependence that no elliptical distribution has.

    Raises:
        SampleError: with columns that determine each other, or too few samples for the columns.

    References: demarta2005, section 2; arellano2013; ince2017.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal", "student_t", "asinh", "half_cube")
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "monotone")

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        x, y = varying(x), varying(y)
        if not x.shape[1] or not y.shape[1]:
            return 0.0
        n, i, d = len(x), x.shape[1], x.shape[1] + y.shape[1]
        fit = student.fitted(torch.cat([x, y], 1)) if n > d + 1 else None
        if fit is None:
            raise SampleError(
                f"student_copula cannot be fitted to {n} samples of {d} columns: some determine others, or n <= {d + 1}"
            )
        if math.isfinite(fit.freedom) and not _shared(fit, x, y):
            return Reading(float(GaussianCopula().nats(x, y)), details={"tails": "x and y have tails of their own"})
        value = math.fsum(
            sign * (float(torch.linalg.slogdet(fit.correlation[part, part])[1]) / 2 - log_det_bias(size, n) / 2
                    + student.entropy(fit.freedom, size))
            for sign, part, size in ((1, slice(0, i), i), (1, slice(i, d), d - i), (-1, slice(0, d), d))
        )  # fmt: skip
        return Reading(value, details={"degrees_of_freedom": fit.freedom, "log_likelihood": fit.log_likelihood})


def _shared(joint: student.StudentCopula, x: torch.Tensor, y: torch.Tensor) -> bool:
    """Whether one copula of the pair describes the ranks better than one of x beside one of y."""
    parts = [part for one in (x, y) if (part := student.fitted(one))]
    return joint.criterion(len(x)) < sum(part.criterion(len(x)) for part in parts)
