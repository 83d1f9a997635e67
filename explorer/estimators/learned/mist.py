"""Mutual information as read by a network that was taught on samples of known information."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Formula, Reading
from explorer.learned.families import MOST_NATS
from explorer.learned.features import FEWEST, MOST, WIDEST, features
from explorer.learned.network import QUANTILES, Network, bundled
from explorer.numerics.margins import gauss, mean_ranks
from explorer.result import Doubt, in_both

SINGULAR = 1e-6
"""Smallest singular value over the largest, below which columns of normal scores determine each other."""

MANY = 1_000_003
"""Modulus of the numbers that order rows before they are split."""


@dataclass(frozen=True)
class MIST(Estimator):
    r"""A network's reading of I(X; Y), with quantiles: mutual information by supervised training.

    .. math:: \hat I = f_\theta(\{(x_i, y_i)\}_{i=1}^n), \qquad
              \hat I_\tau = \arg\min_f E \max(\tau (I - f), (\tau - 1)(I - f))

    The columns become normal scores, and the set of samples is told in 57 numbers that do not change with the order
    of the rows: Gaussian information, nearest-neighbour estimates, correlations of bent columns, kernel dependence. A
    small network, taught on normal, Student, noisy and mixed families whose information is known, weighs them and
    adds a correction. The paper's network reads the rows themselves by attention; this one reads summaries of them,
    and takes x and y of different widths. The value is the mean of the information given the summaries: it is drawn
    toward what is common among the families taught, as any such mean, and is no bound. The interval of 5 % to 95 %
    was widened to hold 90 % of families that were not taught, and is the interval of the estimate; `details` has the
    quantiles.

    It takes 25 to 500 samples of up to 8 columns on each side. More samples are split into even parts of at most 500,
    in an order that the ranks alone decide, and the readings and quantiles of the parts are averaged, which `details`
    tells; the interval does not narrow with their number. Constant columns are left out.

    Raises:
        SampleError: with fewer samples, more columns, or columns of x or of y that determine each other.
        FileError: where the weights are missing.

    References: gritsai2025; romano2019.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal",)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "monotone")
    least: ClassVar[int] = FEWEST

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        x, y = varying(x), varying(y)
        if not x.shape[1] or not y.shape[1]:
            return 0.0
        told, network = self._told(x, y), bundled(x.device)
        means, quantiles = network(told)
        found = quantiles.mean(0).tolist()
        details = {
            "quantiles": {f"{level:g}": one for level, one in zip(QUANTILES, found, strict=True)},
            "interval": [found[0], found[-1]],
            "parts": len(told),
        }
        value = float(means.mean())
        doubts = (*_tied(x, y), *_split(len(x)), *_strange(network, told, value), *_apart(found, value))
        low, high = min(found[0], value), max(found[-1], value)
        return Reading(value, (high - low) / (2 * 1.6449), details, doubts, (low, high))

    def _told(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Features of every part, (parts, features)."""
        widest = max(x.shape[1], y.shape[1])
        if widest > WIDEST:
            raise SampleError(f"{self.name} was taught on at most {WIDEST} columns of x and of y; got {widest}")
        pairs = [tuple(_scores(values[rows], name) for values, name in ((x, "x"), (y, "y"))) for rows in _parts(x, y)]
        return torch.cat([features(a[None], b[None]) for a, b in pairs])


def _scores(values: torch.Tensor, name: str) -> torch.Tensor:
    found = gauss(values)
    if not varying(found).shape[1] == found.shape[1]:
        raise SampleError(f"a column of {name} never changes over some of the rows that are read together")
    singular = torch.linalg.svdvals(found - found.mean(0))
    if bool(singular[-1] < SINGULAR * singular[0]):
        raise SampleError(f"some columns of {name} determine others exactly: leave them out")
    return found


def _parts(x: torch.Tensor, y: torch.Tensor) -> list[torch.Tensor]:
    """Rows of each part, in an order that depends on the ranks of their values alone."""
    n = len(x)
    if n <= MOST:
        return [torch.arange(n, device=x.device)]
    ranks = torch.stack([2 * mean_ranks(column) for column in torch.cat([x, y], 1).T], 1).long()
    mixed = (ranks * ranks % MANY * 7919 + ranks * 104_729) % MANY
    key = (mixed.sum(1) * 48_271) % MANY
    return list(torch.tensor_split(key.argsort(stable=True), math.ceil(n / MOST)))


def _tied(x: torch.Tensor, y: torch.Tensor) -> list[Doubt]:
    n = len(x)
    tied = sum(len(column.unique()) < n for column in torch.cat([x, y], 1).T)
    text = f"{tied} columns have equal values; mist was taught on samples without ties."
    return [Doubt("ties", text)] if tied else []


def _split(n: int) -> list[Doubt]:
    parts = math.ceil(n / MOST)
    text = f"{n} samples were read in {parts} parts of at most {MOST}, and the readings averaged."
    return [Doubt("parts", text, note=True)] if parts > 1 else []


def _apart(quantiles: list[float], value: float) -> list[Doubt]:
    low, high = quantiles[0], quantiles[-1]
    text = f"The mean, {in_both(value)}, lies outside the quantiles {in_both(low)} to {in_both(high)}, stretched to it."
    return [] if low <= value <= high else [Doubt("unlike", text)]


def _strange(network: Network, told: torch.Tensor, value: float) -> list[Doubt]:
    outside = network.strange(told)
    text = (
        f"{len(outside)} of {told.shape[1]} summaries lie outside what was taught, {', '.join(outside[:3])} among them."
    )
    found = [Doubt("unlike", text)] if outside else []
    beyond = f"{in_both(value)} is more than the {in_both(MOST_NATS)} up to which most families were taught."
    return found + ([Doubt("beyond", beyond)] if value > MOST_NATS else [])
