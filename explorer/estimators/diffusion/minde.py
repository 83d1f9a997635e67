"""Mutual information by the distance of learned scores."""

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

import torch

from explorer.denoisers import Side
from explorer.denoisers.gaps import Comparison
from explorer.denoisers.schedule import variance_preserving
from explorer.denoisers.training import Plan
from explorer.errors import InputError
from explorer.estimators.base import Estimator, Reading
from explorer.estimators.diffusion.base import (
    BATCH,
    LEAST,
    Denoised,
    below_neighbours,
    blocks,
    by_chance,
    ceiling,
    chosen,
    denoised,
    reading,
)
from explorer.settings import Range

SCHEDULE = variance_preserving()
"""Of the paper: a rate that grows from 0.1 to 20, no less noise than after a thousandth of the time."""

WAYS = {"x": ("value", "difference"), "y": ("value of y", "difference of y")}
"""By the variable that is diffused, the comparisons of its value as a distance and as a difference."""


@dataclass(frozen=True)
class MINDE(Estimator):
    r"""MINDE: half the squared distance of two scores of noised samples, summed over all noise.

    .. math:: I = \tfrac12 \int \beta_t\, E|s(x_t) - s(x_t \mid y)|^2\, dt \quad (c), \qquad
              I = \tfrac12 \int \beta_t\, E|s(x_t, y_t) - [s(x_t \mid y), s(y_t \mid x)]|^2\, dt \quad (j)

    One network denoises under all masks. It learns from a part of the samples; its best state is chosen, and the
    integral is read, on the others. The integral is taken over even steps of the log ratio of signal and noise, which
    is the importance sampling of the source. Conditioned on Z, Z is known to every score.

    The default departs from the paper in four ways. The network is told what a normal distribution with the covariances
    of the rows it learns from would predict, drawn towards no correlation as far as these are chance, and learns the
    rest. It learns both to denoise X with Y and Y with X, and the one whose squared errors differ more is read: one of
    the two is often far easier, and had both been learnt exactly they would be equal. The value is the mean of the
    distance above and of the difference of squared errors that has the same mean for exact scores: what a network has
    learnt by heart raises the former as much as it lowers the latter. At last normal densities say how many nats the
    held-out rows happen to hold more than all rows, and as much of it is taken off as the reading varies with them
    ("normal share" in the details; "held-out mean" is without it). The paper's is kind="c", form="distance" without
    `normal`.

    Neither a lower nor an upper bound. Networks trained too short, or from few samples of curved dependence, read too
    little; a doubt says where nearest neighbours read clearly more. The distance cannot be negative, and the larger of
    two readings is a little too large by chance, so that independent variables read more than 0: of 5 and 5 normal
    columns 200 samples read 0.15 nats by default, 2000 0.01. A remark says so near 0. Noise below e^-9 of the variance
    is left out, which cuts off at about 4.5 nats a column. The standard error is that of the samples read, of those
    learnt from and of half of what both forms differ by (with `sigma`, it and the difference of squared errors); of 6
    normal samples at correlation 0.6 it was too small with the first two alone. Every column is centred and divided by
    its deviation, constant ones are left out; heavy tails are better brought to normal scores, which leave the
    information as it is (`margins`).

    Args:
        kind: "c" diffuses X alone, "j" both at once, "either" X or Y, whichever is better told: the larger of two
            readings of the difference of squared errors, and so a little too large by chance.
        form: the distance of scores, the difference of their squared errors, or the mean of both.
        sigma: the difference of two distances, each to the score of a standard normal distribution, with X diffused or,
            by kind "j", both; `form` is not asked then.
        normal: tell the network the normal part, and use it to say what the held-out rows hold more than all.
        steps: updates at most.
        hidden: units of each hidden layer.
        held_out: share of the samples that is not learnt from.
        margins: columns standardised, or their ranks as normal scores.

    Raises:
        SampleError: for fewer than 32 samples, or when no loss is finite.

    References: franzese2024; kong2024; ledoit2004; glasserman2003.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("multivariate_normal", "half_cube")
    tolerance: ClassVar[float] = 0.1
    symmetric: ClassVar[bool] = False
    random: ClassVar[bool] = True
    learned: ClassVar[bool] = True
    least: ClassVar[int] = LEAST

    kind: Literal["either", "c", "j"] = "either"
    form: Literal["mean", "difference", "distance"] = "mean"
    sigma: bool = False
    normal: bool = True
    steps: Annotated[int, Range(50, 100_000, log=True)] = 600
    hidden: Annotated[int, Range(8, 512, log=True)] = 64
    held_out: Annotated[float, Range(0.2, 0.6)] = 0.3
    margins: Literal["standard", "gauss"] = "standard"

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Reading:
        return self._read(x, y)

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Reading:
        return self._read(x, y, z)

    def _read(self, *variables: torch.Tensor) -> Reading:
        columns = blocks(variables, self.margins)
        if not (columns[0].shape[1] and columns[1].shape[1]):
            return Reading(0.0)
        if len(columns) == 3 and not columns[2].shape[1]:
            columns = columns[:2]
        pairs = comparisons(self.kind, known=len(columns) - 2)
        plan = Plan(steps=self.steps, batch=BATCH, held_out=self.held_out)
        return self._told(denoised(columns, pairs, SCHEDULE, plan, self.hidden, "value", self.normal), *columns)

    def _told(self, found: Denoised, x: torch.Tensor, y: torch.Tensor, *z: torch.Tensor) -> Reading:
        if self.sigma:
            way, gap, value = chosen(with_sigma(found), {"x": ("sigma", "difference")}, "distance")
        else:
            ways = {one: names for one, names in WAYS.items() if names[0] in found.gaps}
            way, gap, value = chosen(found, ways, self.form)
        count = x.shape[1] + y.shape[1] if self.kind == "j" else (x if way == "x" else y).shape[1]
        forms = {name: found.gaps[one].nats for name, one in zip(("distance", "difference"), WAYS[way], strict=True)}
        diffused = "x and y" if self.kind == "j" else way
        told = {"ceiling": ceiling(count, SCHEDULE), "margins": self.margins, "diffused": diffused, **forms}
        read = reading(found, gap, value, x.shape[1] + y.shape[1], **told)
        chance = () if self.sigma else by_chance(value, self.form, len(ways))
        less = () if z else below_neighbours(x, y, value.nats)
        return replace(read, doubts=(*read.doubts, *chance, *less))


def with_sigma(found: Denoised) -> Denoised:
    """With the difference of the distances to a standard normal score, "given" less "alone", as "sigma"."""
    gaps = {**found.gaps, "sigma": found.gaps["given"].less(found.gaps["alone"])}
    return replace(found, gaps=gaps, normal={**found.normal, "sigma": found.normal["value"]})


def comparisons(kind: str, known: int = 0) -> dict[str, Comparison]:
    r"""What `gaps` is asked: "value", and the distances to a standard normal score "given" the rest and "alone".

    The difference of the last two is the information as well: E|s(x|y)|^2 is E|s(x)|^2 plus that of their difference.
    Of kind "j" the former is that of the joint score, for which I = KL(joint) - KL(margins) takes margins alone.

    Args:
        known: variables after the two that every score knows.

    Raises:
        InputError: for another kind.
    """
    z = (0,) * known
    x, given_y = (1, -1, *z), (1, 0, *z)
    if kind == "c":
        return {
            "value": ({0: x}, {0: given_y}, "distance"),
            "difference": ({0: x}, {0: given_y}, "difference"),
            "given": ({0: given_y}, {0: "normal"}, "distance"),
            "alone": ({0: x}, {0: "normal"}, "distance"),
        }
    if kind == "either":
        y, given_x = (-1, 1, *z), (0, 1, *z)
        sides: tuple[Side, Side] = ({1: y}, {1: given_x})
        return comparisons("c", known) | {"value of y": (*sides, "distance"), "difference of y": (*sides, "difference")}
    if kind != "j":
        raise InputError(f"kind={kind!r} must be 'either', 'c' or 'j'")
    both = (1, 1, *z)
    return {
        "value": ({0: both, 1: both}, {0: given_y, 1: (0, 1, *z)}, "distance"),
        "difference": ({0: both, 1: both}, {0: given_y, 1: (0, 1, *z)}, "difference"),
        "given": ({0: both, 1: both}, {0: "normal", 1: "normal"}, "distance"),
        "alone": ({0: x, 1: (-1, 1, *z)}, {0: "normal", 1: "normal"}, "distance"),
    }
