"""Online code length."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.probes._probe import STANDARD, Scale
from explorer.numerics.softmax import fitted
from explorer.result import Doubt
from explorer.settings import Range

SHARES = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1.0)
"""Shares of the samples after which the probe is fitted anew, as published."""


@dataclass(frozen=True)
class OnlineCode(Measure):
    r"""Compression of the labels by an online code: how fast a linear probe learns them.

    .. math:: \frac{n \ln K}{L}, \qquad L = t_1 \ln K - \sum_i \sum_{j = t_i + 1}^{t_{i+1}} \ln q_{t_i}(y_j \mid z_j)

    The first t_1 of n labels of K classes are sent as they are, every later block by the probe that was fitted on all
    before it, t_i = 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.25, 12.5, 25, 50, 100 % of the samples, at random. 1 means no
    compression, below 1 that the probe misleads; random labels read about 1 or a little less. Unequal classes compress
    by their shares alone: details give that. It rewards labels that are learned from few samples, which accuracy
    does not see; it varies with the order, so compare layers under one seed and one n. Columns are standardised by all
    samples, which the receiver of the code has. The offsets are penalised as the weights are: a class that has not
    come up yet must have a probability.

    Args:
        regularization: half the factor of the squared weights and offsets in the summed loss.

    Raises:
        SampleError: for labels that are all the same.

    References: voita2020; stanczak2023.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation")
    random: ClassVar[bool] = True
    usable: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.02, 5e-07, 0.0, 0.0)

    regularization: Annotated[float, Range(1e-3, 1e4, log=True)] = 1.0

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The compression; details hold the code lengths in nats, by block and of the shares of the labels alone."""
        order = torch.randperm(len(y)).to(y.device)
        z, y = Scale.of(z)(z)[order], y[order]
        ends = sorted({max(1, round(share * len(y))) for share in SHARES})
        blocks, arrived = self._blocks(z, y, ends)
        uniform, length = len(y) * _per_label(y), sum(blocks)
        details = {
            "code_length": length,
            "uniform_length": uniform,
            "compression_by_shares": uniform / _shares_alone(y, ends),
            "ends": ends,
            "per_block": blocks,
        }
        text = "A fit of the probe ended before it arrived; raise regularization."
        doubts = () if arrived else (Doubt("unconverged", text),)
        return Reading(uniform / length, details=details, doubts=(STANDARD, *doubts))

    def _blocks(self, z: torch.Tensor, y: torch.Tensor, ends: list[int]) -> tuple[list[float], bool]:
        """Nats of every block, and whether all fits arrived."""
        classes = int(y.max()) + 1
        lengths, arrived = [ends[0] * _per_label(y)], True
        for start, end in pairwise(ends):
            probe = fitted(z[:start], y[:start], classes, self.regularization, free=False)
            log_p = probe.log_probabilities(z[start:end])
            lengths.append(-float(log_p.gather(1, y[start:end, None]).sum()))
            arrived &= probe.converged
        return lengths, arrived


def _per_label(y: torch.Tensor) -> float:
    """ln K."""
    classes = int(y.max()) + 1
    if classes < 2:
        raise SampleError("y is constant: labels that are all the same need no code")
    return math.log(classes)


def _shares_alone(y: torch.Tensor, ends: list[int]) -> float:
    """The code length when every block is sent by the shares of the labels before it, each counted once more."""
    classes = int(y.max()) + 1
    length = ends[0] * math.log(classes)
    for start, end in pairwise(ends):
        seen, new = (torch.bincount(part, minlength=classes).double() + 1 for part in (y[:start], y[start:end]))
        length -= float(((new - 1) * (seen / seen.sum()).log()).sum())
    return length
