"""Wasserstein distance of the joint distribution of a layer and a target from the product of their margins."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.transport._lipschitz import widest_gap
from explorer.result import Doubt
from explorer.settings import Range

BLOCK, HELD_OUT, LEAST = 1000, 0.4, 40
"""Samples matched at once; share of the samples that a critic is read on, and how many it needs."""

LOWER = Doubt(
    "lower bound",
    "A critic with slope 1 at most, chosen on one half of the held-out samples and read on the other, and the reverse: "
    "at most the distance, up to the error of a mean.",
    note=True,
)


@dataclass(frozen=True)
class WassersteinDependency(Measure):
    r"""Wasserstein dependency measure: how far pairs must be moved on average to make z and y independent.

    .. math:: W_1\big(p(z, y), p(z) p(y)\big) = \sup_{|f(a) - f(b)| \le |a - b|} E_{p(z,y)} f - E_{p(z) p(y)} f

    0 where z and y are independent. In the unit of the distance between two pairs, sqrt(|z - z'|^2 + |y - y'|^2), never
    in nats: two labels are 1 apart, values as far as they are, nothing is standardised, and columns of z ten times as
    large read more. At most the mean distance of two samples of z, or of y, whichever is less: details name it as
    "ceiling". A dependence that moves nothing far reads near 0, however many nats it has.

    "critic" is the supremum over a network whose slope is 1 at most: orthonormal weights and units sorted in pairs.
    What it reads on held-out samples is a lower bound, up to the error of a mean, which the interval tells; more steps
    and units come nearer in many columns. "assignment" is the exact distance between n pairs and the same n with y
    moved to other rows: on average above the true one at any n, and in more than a few columns nearly all chance:
    details name as "floor" what independent pairs of the same margins read. More than 1000 samples are matched in
    blocks.

    Departs from the source, which trains the contrastive objective with a penalty on gradients (WPC): that critic is
    1-Lipschitz only about, and its value is no distance.

    Args:
        method: "critic", from below, or "assignment", from above.
        steps: updates of the critic.
        hidden: units of each of its two layers.

    Raises:
        SampleError: for fewer than 40 samples with a critic, or columns whose squares are no float64.

    References: ozair2019; anil2019; peyre2019, section 6.1.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels or values"
    least: ClassVar[int] = 4
    random: ClassVar[bool] = True
    splits: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift",)
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching")
    effort: ClassVar[tuple[float, ...]] = (0.2, 1e-7, 0.0, 0.0)

    method: Literal["critic", "assignment"] = "critic"
    steps: Annotated[int, Range(20, 5000)] = 120
    hidden: Annotated[int, Range(4, 256, 2)] = 32

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The distance; details hold its ceiling, and the curves of the critic or the floor of the assignment."""
        y = y if y.is_floating_point() else torch.nn.functional.one_hot(y).double() / 2**0.5
        if not (varying(z).shape[1] and varying(y).shape[1]):
            return Reading(0.0, doubts=(Doubt("constant", "z or y is constant: nothing depends on it.", note=True),))
        scale = float(torch.cat([z, y], 1).var(0).mean().sqrt())
        if not scale:
            raise SampleError("z and y vary by less than 1e-150, and the square of that is 0 in float64; rescale them")
        z, y = ((one - one.mean(0)) / scale for one in (z, y))
        details = {"ceiling": scale * min(_mean_distance(z), _mean_distance(y))}
        return (self._critic if self.method == "critic" else self._assignment)(z, y, scale, details)

    def _critic(self, z: torch.Tensor, y: torch.Tensor, scale: float, details: dict) -> Reading:
        if len(z) < LEAST:
            raise SampleError(f"{len(z)} samples are too few for a critic; it needs at least {LEAST}")
        found = widest_gap(z, y, self.hidden, self.steps, HELD_OUT)
        value, error = scale * found.value, scale * found.error
        steps = found.curves.pop("step")
        curves = {name: [scale * one for one in curve] for name, curve in found.curves.items()}
        details |= {"standard_error": error, "curves": {"step": steps, **curves}}
        return Reading(value, (value - 1.96 * error, value + 1.96 * error), details, (LOWER,))

    def _assignment(self, z: torch.Tensor, y: torch.Tensor, scale: float, details: dict) -> Reading:
        found = [(distance, floor, len(rows)) for rows in _blocks(len(z)) for distance, floor in [_matched(z, y, rows)]]
        distance, floor = scale * np.average(np.array(found)[:, :2], axis=0, weights=np.array(found)[:, 2])
        size = found[0][2]
        text = f"On average above the distance; {size} independent pairs of these margins read {floor:.3g}."
        doubts = [Doubt("upper", text, note=True)]
        if distance < 1.5 * floor:
            doubts.append(Doubt("floor", f"{floor / distance:.0%} of the value is what independent pairs read, too."))
        return Reading(float(distance), details=details | {"floor": float(floor), "block": size}, doubts=tuple(doubts))


def _mean_distance(values: torch.Tensor) -> float:
    """Between samples at even steps of the order, as many as 64 for each."""
    n = len(values)
    steps = torch.linspace(1, n - 1, min(n - 1, 64)).long().tolist()
    return sum(float((values - values.roll(step, 0)).norm(dim=1).mean()) for step in steps) / len(steps)


def _blocks(n: int) -> Iterator[torch.Tensor]:
    """All rows in a random order, in parts of about equal size."""
    return iter(torch.randperm(n).tensor_split(-(-n // BLOCK)))


def _matched(z: torch.Tensor, y: torch.Tensor, rows: torch.Tensor) -> tuple[float, float]:
    """W1 between the pairs and pairs with y of the next row, and between these and pairs with y of the row after.

    No row meets itself, so that the second cloud is of the product in expectation, and W1 is convex: the mean of the
    first number is never below the true distance.
    """
    first, second = z[rows].cpu().numpy(), y[rows].cpu().numpy()
    joint, next_one, after = (np.hstack([first, np.roll(second, -step, 0)]) for step in range(3))
    return _assigned(joint, next_one), _assigned(after, next_one)


def _assigned(first: np.ndarray, second: np.ndarray) -> float:
    costs = cdist(first, second)
    return float(costs[linear_sum_assignment(costs)].mean())
