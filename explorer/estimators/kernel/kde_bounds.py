"""Bounds on the information of a layer with Gaussian noise on it, from pairwise distances."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Point
from explorer.numerics.kernels import kernel_log_means
from explorer.settings import Range


@dataclass(frozen=True)
class KDEBounds(Estimator):
    r"""Kolchinsky-Tracey bounds on I(T + noise; C), C the row's identity or a label.

    The noise is Gaussian with `variance` in every direction, so T + noise is a mixture of n
    Gaussians and pairwise distances bound its entropy:

    .. math:: I(C; T) = G(T) - \sum_c p_c G(T | c), \qquad
              G(T) = -\frac1n \sum_i \ln \frac1n \sum_j \exp\left(-\frac{|t_i - t_j|^2}{2 a}\right)

    with a = variance for the upper and 4 variance for the lower bound. They bound I with the row's
    identity, where the second term vanishes; with labels the difference of two bounds is neither.
    Nothing keeps the result of another variance near this one: the noise is a ruler.

    Args:
        variance: of the noise, in squared units of the activations.
        bound: "upper" (Kullback-Leibler distances) or "lower" (Bhattacharyya distances).

    Raises:
        SampleError: when both variables are continuous; one must say which rows are alike.

    References: kolchinsky2017; saxe2018.
    """

    mixed: ClassVar[bool] = True
    x_is_identity: ClassVar[bool] = True
    finds: ClassVar[tuple[str, ...]] = ()
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation")

    variance: Annotated[float, Range(1e-12, 1e12, log=True)] = 1e-3
    bound: Literal["upper", "lower"] = "upper"

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        t, labels = (x, y) if x.is_floating_point() else (y, x)
        whole, within = self._means(t, [labels])
        return within[0] - whole

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        if any(y.is_floating_point() for y in ys):
            raise SampleError("kde_bounds needs discrete labels as target; bin the target or choose another estimator")
        whole, within = self._means(t, [x, *ys])
        values = [float(one - whole) for one in within]
        return Point(values[0], values[1:])

    def with_noise(self, deviation: float) -> Estimator:
        """The noise adds to the kernel's own: variances add."""
        return replace(self, variance=self.variance + deviation**2)

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        alone = any(not v.is_floating_point() and len(torch.unique(v)) == len(v) for v in (x, y) if v is not None)
        return self.bound if alone else "none"

    def _means(self, t: torch.Tensor, labels: Sequence[torch.Tensor]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        width = self.variance if self.bound == "upper" else 4 * self.variance
        return kernel_log_means(t, labels, width)
