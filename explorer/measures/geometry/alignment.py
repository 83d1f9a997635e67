"""Alignment on the sphere."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.numerics.directions import UNIT_ROWS, unit_rows
from explorer.numerics.groups import group_means
from explorer.result import Doubt


@dataclass(frozen=True)
class Alignment(Measure):
    r"""Alignment: mean squared distance between the directions of samples that share a label.

    .. math:: \operatorname{mean}_{y_i = y_j,\, i < j} |u_i - u_j|^2, \qquad u_i = z_i / |z_i|

    the loss of contrastive learning with the exponent 2 of the paper: 0 when every class has one direction, 2
    where directions are even over the sphere whatever the label. The paper pairs two augmentations of one image; here
    all pairs of one label are the positive ones, each with the same weight, so large classes weigh more. Read it
    beside `uniformity`: a collapsed layer is perfectly aligned. Rows are scaled to length 1, as in the paper; a note
    says so.

    Raises:
        SampleError: for a row of zeros, or labels that occur once each.

    References: wang2020.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 4.0)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "stretching", "linear")
    side: ClassVar[str] = "low"
    effort: ClassVar[tuple[float, ...]] = (0.0005, 5e-9, 0.0, 0.0)

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The formula; details hold the mean of each class, nothing for a class of one sample."""
        units = unit_rows(z)
        means, sizes = group_means(units, y)
        if int(sizes.max()) < 2:
            raise SampleError(f"y has {len(sizes)} labels that occur once each; a pair needs two samples of one label")
        around = (units - means[y]).square().sum(1)  # over the pairs of m samples, 2 m / (m - 1) times its mean
        spread = torch.zeros_like(means[:, 0]).index_add_(0, y, around) * 2 / (sizes - 1)
        pairs = sizes * (sizes - 1) / 2
        value = float((spread * pairs)[sizes > 1].sum() / pairs.sum())
        per_class = [one if many > 1 else math.nan for one, many in zip(spread.tolist(), sizes.tolist(), strict=True)]
        return Reading(value, details={"per_class": per_class}, doubts=_said(sizes))


def _said(sizes: torch.Tensor) -> tuple[Doubt, ...]:
    alone = int((sizes == 1).sum())
    text = f"{alone} labels occur once and were left out: nothing pairs with them."
    return (UNIT_ROWS, Doubt("left out", text, note=True)) if alone else (UNIT_ROWS,)
