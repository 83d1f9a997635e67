"""Projection weighted canonical correlation."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.measures.similarity.base import CanonicalAverage
from explorer.numerics.canonical import Canonical
from explorer.settings import Range


@dataclass(frozen=True)
class PWCCA(CanonicalAverage):
    r"""Canonical correlations weighted by how much each direction accounts for the columns of z.

    .. math:: \sum_i \alpha_i \rho_i \Big/ \sum_i \alpha_i, \qquad \alpha_i = \sum_j |\langle h_i, z_j \rangle|

    with h_i the canonical directions of z over the samples and z_j its columns. Directions that z hardly uses count
    little, which `cca` weighs like any other. It is 1 for y = z A with invertible A. The weights are those of z, also
    where y is the narrower one, so that the order matters: published code takes the weights of whichever side has
    fewer columns, and where both have many its inner products reach the first columns only. A rotation of z changes
    the weights, since the sum goes over its columns.

    In sample it is biased up as `cca` is.

    Args:
        held_out: share of the rows on which the correlations are read; 0 reads them on the rows of the fit.
        folds: random splits to average over when rows are held out.

    Raises:
        SampleError: for a constant z or y, or parts of fewer than 3 rows.

    References: morcos2018b; pasad2021.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "representation"
    limits: ClassVar[tuple[float | None, float | None]] = (-1.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    random: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0006, 0.0, 0.0, 0.0, 1.9e-10)

    held_out: Annotated[float, Range(0.0, 0.5)] = 0.0
    folds: Annotated[int, Range(1, 20)] = 5

    def weights(self, fit: Canonical) -> torch.Tensor:
        """The shares alpha of the columns of z."""
        return fit.shares
