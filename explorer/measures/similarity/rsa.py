"""Representational similarity analysis."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch

from explorer.device import memory_free
from explorer.errors import SampleError
from explorer.measures.base import Measure
from explorer.measures.similarity._centred import varied

BYTES = 80
"""Memory of each pair of samples, at most."""


@dataclass(frozen=True)
class RSA(Measure):
    r"""Representational similarity analysis: correlation of the distances between samples.

    .. math:: \mathrm{corr}\bigl(\mathrm{rank}\, d_z(i, j),\; \mathrm{rank}\, d_y(i, j)\bigr) \quad \text{over } i < j

    Ranks see the order of the distances alone, so that a representation whose distances all grow by one rising
    function reads 1. It is 0 on average for shuffled rows. "euclidean" distances keep shifts and rotations of the
    columns unseen; "correlation" is 1 less the correlation of two rows over the columns, as in fMRI, which ignores
    the mean and length of every row and needs 3 columns or more. All n (n - 1) / 2 distances are held at once.

    Args:
        dissimilarity: between two samples.
        ranks: compare ranks (Spearman), not the dissimilarities themselves (Pearson).

    Raises:
        SampleError: for a constant z or y, dissimilarities that are all the same, rows without a correlation, or more
            pairs of samples than memory holds.

    References: kriegeskorte2008.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "representation"
    least: ClassVar[int] = 3
    limits: ClassVar[tuple[float | None, float | None]] = (-1.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    symmetric: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.001, 0.0, 4e-7, 0.0)

    dissimilarity: Literal["euclidean", "correlation"] = "euclidean"
    ranks: bool = True

    def value(self, z: torch.Tensor, y: Any = None) -> float:
        """The formula."""
        need, free = BYTES * len(z) ** 2 // 2, memory_free(z.device)
        if need > free:
            raise SampleError(
                f"{len(z)} samples make {need / 2**30:.3g} GiB of distances, {free / 2**30:.3g} GiB are free"
            )
        first, second = (self._distances(varied(*pair), pair[1]) for pair in ((z, "z"), (y, "y")))
        return float(first @ second)

    def _distances(self, values: torch.Tensor, name: str) -> torch.Tensor:
        """The dissimilarities of all pairs, or their ranks, centred and of length 1."""
        if self.dissimilarity == "correlation":
            values = _rows_of_length_one(values, name)
        found = torch.pdist(values / values.abs().max())  # of rows of length 1 the square is twice 1 - correlation
        found = _ranks(found) if self.ranks else found.square() if self.dissimilarity == "correlation" else found
        if bool((found == found[0]).all()):
            raise SampleError(f"all samples of {name} are equally far apart; there is no order of distances to compare")
        found = found - found.mean()
        return found / found.norm()


def _rows_of_length_one(values: torch.Tensor, name: str) -> torch.Tensor:
    centred = values - values.mean(1, keepdim=True)
    flat = ~(values != values[:, :1]).any(1)
    if values.shape[1] < 3 or bool(flat.any()):
        raise SampleError(f"{name} has rows that are constant over {values.shape[1]} column(s); choose 'euclidean'")
    return centred / centred.norm(dim=1, keepdim=True)


def _ranks(values: torch.Tensor) -> torch.Tensor:
    """Ranks of (m,) values; equal ones share their mean rank."""
    _, place, counts = torch.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum(0) - (counts - 1) / 2.0).to(values.dtype)[place]
