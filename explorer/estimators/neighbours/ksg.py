"""Mutual information from nearest-neighbour distances."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Point
from explorer.numerics.margins import gauss, spread, standard
from explorer.numerics.neighbours import Space, neighbours
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class KSG(Estimator):
    r"""Kraskov-Stögbauer-Grassberger estimate of I(X; Y), their first or second algorithm.

    .. math:: \hat I_1 = \psi(k) + \psi(n) - \langle \psi(n_x + 1) + \psi(n_y + 1) \rangle, \qquad
              \hat I_2 = \psi(k) - 1/k + \psi(n) - \langle \psi(n_x) + \psi(n_y) \rangle

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
        margins: "standard" scales each column to unit deviation, "gauss" maps each column's ranks
            to normal quantiles; both leave I unchanged and help when scales or tails differ.

    Raises:
        SampleError: with n <= k samples, or more than k coinciding ones.

    References: kraskov2004, equations 8 and 9.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal", "half_cube", "swiss_roll", "uniform_noise", "wiggly")
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling")

    k: Annotated[int, Range(1, 100)] = 5
    variant: Literal[1, 2] = 1
    margins: Literal["none", "standard", "gauss"] = "none"

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor | float:
        return self._from_spaces(self._space(x), self._space(y))

    def prepared(self, x: torch.Tensor) -> Space:
        return self._space(x).keep()

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        space = self._space(t).keep()
        information = float(self._from_spaces(x, space))
        targets = [y.double().reshape(len(y), -1) for y in ys]
        with_targets = [float(self._from_spaces(space, self._space(y))) for y in targets]
        named = {"X": x.values, "T": t} | ({"Y": targets[0]} if targets else {})
        return information, with_targets, self._doubts(named, max(information, *with_targets[:1], -math.inf))

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        return self._doubts({name: v for name, v in (("x", x), ("y", y)) if v is not None}, value)

    def _doubts(self, samples: Mapping[str, torch.Tensor], value: float) -> tuple[Doubt, ...]:
        found = [doubt for name, values in samples.items() for doubt in _tied(values, name)]
        n = len(next(iter(samples.values())))
        top = float(torch.digamma(torch.tensor(float(n))) - torch.digamma(torch.tensor(float(self.k))))
        if value > top - 1:
            text = f"{value:.2f} nats is within 1 nat of {top:.2f}, the most that k={self.k} and {n} samples can read."
            found.append(Doubt("ceiling", text))
        scales = torch.cat([spread(values) for values in samples.values()])
        scales = scales[scales > 0]
        if self.margins == "none" and len(scales) > 1 and scales.max() > 20 * scales.min():
            ratio = float(scales.max() / scales.min())
            text = f"Column scales differ {ratio:.3g}-fold; consider margins='standard' or 'gauss'."
            found.append(Doubt("scales", text))
        return tuple(found)

    def _space(self, values: torch.Tensor) -> Space:
        return Space({"none": torch.Tensor.double, "standard": standard, "gauss": gauss}[self.margins](values))

    def _from_spaces(self, x: Space, y: Space) -> torch.Tensor | float:
        n = len(x.values)
        if n <= self.k:
            raise SampleError(f"ksg needs more than k={self.k} samples; got {n}")
        if not varying(x.values).shape[1] or not varying(y.values).shape[1]:
            return 0.0
        near = neighbours(x, y, self.k, rectangle=self.variant == 2)
        if not bool((near.radius > 0).all()):
            alike = int((near.radius == 0).sum())
            raise SampleError(f"ksg needs distinct samples: {alike} of {n} coincide with at least k={self.k} others")
        psi = torch.digamma(torch.tensor([self.k, n], dtype=torch.float64, device=near.radius.device)).sum()
        if self.variant == 1:
            return psi - sum(torch.digamma(count.double() + 1).mean() for count in (near.x, near.y))
        return psi - 1 / self.k - sum(torch.digamma(count.double()).mean() for count in (near.x, near.y))


def _tied(values: torch.Tensor, name: str) -> list[Doubt]:
    distinct = len(torch.unique(values, dim=0))
    if distinct == len(values):
        return []
    text = f"{name} has {distinct} distinct rows in {len(values)}; ksg is meant for samples without ties."
    return [Doubt("ties", text)]
