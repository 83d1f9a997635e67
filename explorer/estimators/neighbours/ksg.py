"""Mutual information from nearest-neighbour distances."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from scipy.special import digamma

from explorer.checks import varying
from explorer.errors import SampleError, SettingError
from explorer.estimators.base import Formula, Point, Reading
from explorer.estimators.neighbours.base import NearestNeighbours, ceiling, uneven
from explorer.numerics.intrinsic import two_nearest
from explorer.numerics.margins import in_margins
from explorer.numerics.neighbours import Space, count_inside, kth_distance, neighbours
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class KSG(NearestNeighbours):
    r"""Kraskov-Stögbauer-Grassberger estimate of I(X; Y), their first or second algorithm.

    .. math:: \hat I_1 = \psi(k) + \psi(n) - \langle \psi(n_x + 1) + \psi(n_y + 1) \rangle, \qquad
              \hat I_2 = \psi(k) - 1/k + \psi(n) - \langle \psi(n_x) + \psi(n_y) \rangle

    With a condition, I(X; Y | Z) = psi(k) - <psi(n_xz + 1) + psi(n_zy + 1) - psi(n_z + 1)> with
    counts strictly inside the radius in (X, Z, Y), whichever the variant (frenzel2007).

    The radius of a sample is the max-norm distance to its k-th neighbour in (X, Y). In the first,
    n_x counts the others strictly inside it in X; in the second, those no farther in X than the
    farthest of the k neighbours is in X. Independent samples can give a small negative value; it
    is left as it is. Without ties no estimate exceeds psi(n) - psi(k), which identical variables
    reach; in many dimensions, or near that ceiling, the estimate is far too low.

    Coinciding samples have no neighbour distance: with more than k of them the estimate is
    refused, never jittered. Values that repeat in one margin only are counted as they are; of
    samples tied for the k-th place all are neighbours. A constant has no information: exactly 0.

    Args:
        k: neighbours; more lowers the variance and raises the bias.
        variant: 1 or 2, the two algorithms of the paper.
        extrapolate: take the estimates at k, 2k and 4k neighbours along a line in k^(2/d) to k = 0, d the intrinsic
            dimension of (X, Y): the bias of nearest neighbours falls so (singh2016), which is
            much in many dimensions, at the price of a deviation twice as large in ten columns and more in more.
        ties: "random" gives equal values of a column random ranks among themselves, with margins="gauss" only: the
            distributional transform, which leaves I as it is for real, discrete and mixed columns alike
            (ruschendorf2009).
        margins: "standard" scales each column to unit deviation, "gauss" maps each column's ranks
            to normal quantiles; both leave I unchanged and help when scales or tails differ.

    Raises:
        SampleError: with n <= k samples, or more than k coinciding ones.

    References: kraskov2004, equations 8 and 9; frenzel2007, equation 5.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal", "half_cube", "swiss_roll", "uniform_noise", "wiggly")
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling")

    k: Annotated[int, Range(1, 100)] = 5
    variant: Literal[1, 2] = 1
    margins: Literal["none", "standard", "gauss"] = "none"
    ties: Literal["refuse", "random"] = "refuse"
    extrapolate: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ties == "random" and self.margins != "gauss":
            raise SettingError(f"ties='random' draws ranks, so it needs margins='gauss' and not {self.margins!r}")

    @property
    def random(self) -> bool:  # type: ignore[override]
        return self.ties == "random"

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        return self._from_spaces(self._space(x), self._space(y))

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> torch.Tensor | float:
        x, y, z = (self._space(values).values for values in (x, y, z))
        self._enough(len(x))
        if not varying(x).shape[1] or not varying(y).shape[1]:
            return 0.0
        radius = kth_distance(torch.cat([x, z, y], 1), self.k)
        self._distinct(radius)
        margins = (torch.cat([x, z], 1), torch.cat([z, y], 1), z)
        x_z, z_y, only_z = (torch.digamma(count_inside(m, radius).double() + 1).mean() for m in margins)
        return math.fsum((float(digamma(self.k)), -float(x_z), -float(z_y), float(only_z)))

    def shuffled(self, x: torch.Tensor, y: torch.Tensor) -> Callable[[torch.Tensor], float]:
        first, second = self._space(x).planted(), self._space(y).planted()
        return lambda order: float(self._from_spaces(first, second.reordered(order)))

    def prepared(self, x: torch.Tensor) -> Space:
        return self._space(x).keep()

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        space = self._space(t).keep()
        information = float(self._from_spaces(x, space))
        targets = [y.double().reshape(len(y), -1) for y in ys]
        with_targets = [float(self._from_spaces(space, self._space(y))) for y in targets]
        named = {"X": x.values, "T": t} | ({"Y": targets[0]} if targets else {})
        return Point(information, with_targets, self._doubts(named, max(information, *with_targets[:1], -math.inf)))

    def rate(self, *samples: torch.Tensor) -> float:
        """As all; twice as fast, the next order, where the extrapolation takes the first off."""
        return min(1.0, 2 * super().rate(*samples)) if self.extrapolate else super().rate(*samples)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        return self._doubts({name: v for name, v in (("x", x), ("y", y)) if v is not None}, value)

    def _doubts(self, samples: Mapping[str, torch.Tensor], value: float) -> tuple[Doubt, ...]:
        tied = [doubt for name, values in samples.items() for doubt in self._tied(values, name)]
        n = len(next(iter(samples.values())))
        scales = uneven(samples.values()) if self.margins == "none" else []
        return (*tied, *ceiling(value, n, self.k), *scales)

    def _space(self, values: torch.Tensor) -> Space:
        return Space(in_margins(values.double(), self.margins, self.random))

    def _from_spaces(self, x: Space, y: Space) -> Formula:
        return self._extrapolated(x, y) if self.extrapolate else self._at_k(x, y)

    def _extrapolated(self, x: Space, y: Space) -> Formula:
        """The intercept of a least squares line through the estimates at k, 2k and 4k."""
        orders = [self.k, 2 * self.k, 4 * self.k]
        self._enough(len(x.values), orders[-1])
        if not varying(x.values).shape[1] or not varying(y.values).shape[1]:
            return 0.0
        dimension, columns = two_nearest(torch.cat([x.values, y.values], 1)), x.columns + y.columns
        dimension = dimension if dimension < columns else float(columns)  # also where few samples tell none
        read = [float(replace(self, k=k, extrapolate=False)._at_k(x, y)) for k in orders]
        places = np.array(orders) ** (2 / dimension)
        value = np.polynomial.Polynomial.fit(places, read, 1).convert().coef[0]
        return Reading(
            float(value), details={"dimension": dimension, "read": dict(zip(map(str, orders), read, strict=True))}
        )

    def _at_k(self, x: Space, y: Space) -> torch.Tensor | float:
        n = len(x.values)
        self._enough(n)
        if not varying(x.values).shape[1] or not varying(y.values).shape[1]:
            return 0.0
        near = neighbours(x, y, self.k, rectangle=self.variant == 2)
        self._distinct(near.radius)
        psi = torch.digamma(torch.tensor([self.k, n], dtype=torch.float64, device=near.radius.device)).sum()
        if self.variant == 1:
            return psi - sum(torch.digamma(count.double() + 1).mean() for count in (near.x, near.y))
        return psi - 1 / self.k - sum(torch.digamma(count.double()).mean() for count in (near.x, near.y))

    def _enough(self, n: int, k: int = 0) -> None:
        if n <= max(k, self.k):
            raise SampleError(f"ksg needs more than k={max(k, self.k)} samples; got {n}")

    def _distinct(self, radius: torch.Tensor) -> None:
        alike, n = int((radius == 0).sum()), len(radius)
        if alike:
            raise SampleError(f"ksg needs distinct samples: {alike} of {n} coincide with at least k={self.k} others")

    def _tied(self, values: torch.Tensor, name: str) -> list[Doubt]:
        distinct = len(torch.unique(values, dim=0))
        if distinct == len(values):
            return []
        rows = f"{name} has {distinct} distinct rows in {len(values)}"
        if self.ties == "random":
            return [
                Doubt("ties", f"{rows}; equal values were ranked at random, which keeps the information.", note=True)
            ]
        return [Doubt("ties", f"{rows}; ksg is meant for samples without ties.")]
