"""Pairwise bounds whose noise follows the range of the activations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.checks import varying
from explorer.errors import SampleError, SettingError
from explorer.estimators.base import Estimator, Point, Reading
from explorer.estimators.kernel.kde_bounds import KDEBounds
from explorer.settings import Range


@dataclass(frozen=True)
class AdaptiveKDE(Estimator):
    r"""Kolchinsky-Tracey bounds on I(T + noise; C) with a noise that follows the largest activation.

    The noise has the variance

    .. math:: \sigma^2 = share \cdot \max_{iu} t_{iu}^2

    over all rows i and all units u of the layer that change, and the bounds are those of `kde_bounds`. A layer
    whose activations all grow by one factor reads the same, where a fixed noise would report more information. In
    exchange two steps of a run are measured with different rulers, and a single outlying activation widens the
    noise for all.

    In the manner of the adaptive estimator aKDE: the paper scales the noise with the largest activation and
    its constant is not published, so the default share 1e-3 is a choice of this library.

    Args:
        share: variance of the noise as a share of the largest squared activation.
        bound: "upper" (Kullback-Leibler distances) or "lower" (Bhattacharyya distances).

    Raises:
        SampleError: when both variables are continuous; one must say which rows are alike.

    References: chelombiev2019; kolchinsky2017.
    """

    mixed: ClassVar[bool] = True
    x_is_identity: ClassVar[bool] = True
    finds: ClassVar[tuple[str, ...]] = ()
    invariant: ClassVar[tuple[str, ...]] = ("scaling",)

    share: Annotated[float, Range(1e-12, 1e12, log=True)] = 1e-3
    bound: Literal["upper", "lower"] = "upper"

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Reading:
        x, y = (x, y) if x.is_floating_point() else (y, x)
        return Reading(float(self._fixed.nats(_in_range(x), y)), details={"variance": self.share * _largest(x) ** 2})

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        if any(y.is_floating_point() for y in ys):
            rule = "bin the target or choose another estimator"
            raise SampleError(f"adaptive_kde needs discrete labels as target; {rule}")
        return self._fixed.point(x, _in_range(t), ys)

    def with_noise(self, deviation: float) -> Estimator:
        """Refused: more noise on T would no longer be a share of its largest activation.

        Raises:
            SettingError: always.
        """
        rule = "its noise follows the layer; kde_bounds takes noise exactly"
        raise SettingError(f"noise={deviation:g} cannot be used with adaptive_kde: {rule}")

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        return self._fixed.bound_on(x, y)

    @property
    def _fixed(self) -> KDEBounds:
        """The bounds for activations whose largest magnitude is 1."""
        return KDEBounds(variance=self.share, bound=self.bound)


def _largest(t: torch.Tensor) -> float:
    """The largest magnitude among the units that change, 0 where none does."""
    changing = varying(t)
    return float(changing.abs().max()) if changing.numel() else 0.0


def _in_range(t: torch.Tensor) -> torch.Tensor:
    """Activations divided by the largest magnitude."""
    return t / (_largest(t) or 1.0)
