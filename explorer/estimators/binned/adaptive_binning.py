"""Cells of equal occupation: entropy-based adaptive binning (EBAB)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.estimators.binned.base import Binned, Cut
from explorer.settings import Range


@dataclass(frozen=True)
class AdaptiveBinning(Binned):
    r"""Mutual information of values cut at quantiles of the distinct values of a whole layer.

    With u the sorted distinct values of all units, `low` excluded, the edges are
    [low, u[0], u[floor(|u| / B)], ..., u[floor((B-1) |u| / B)], u[-1]]: each cell holds about
    the same number of distinct values. Values equal to `low` (the zeros of a ReLU) get a cell of
    their own. The edges follow the data, so a strictly increasing map of all activations that
    leaves `low` where it is leaves the result unchanged; fixed cells are not so.

    Args:
        bins: cells B above `low`.
        low: the saturated value; None takes 0 where it is the smallest value of the layer (ReLU),
            and no saturated value elsewhere.

    References: chelombiev2019.
    """

    invariant: ClassVar[tuple[str, ...]] = ("relabelling", "monotone")

    bins: Annotated[int, Range(2, 1000)] = 30
    low: Annotated[float | None, Range(-1e6, 1e6)] = None

    def cut(self, t: torch.Tensor) -> Cut:
        edges = self.edges(t)
        return lambda block: torch.bucketize(block.contiguous(), edges, right=True)

    def edges(self, t: torch.Tensor) -> torch.Tensor:
        """The edges of the cells, ascending."""
        distinct = torch.unique(t)
        low = self.low
        if low is None and distinct[0] == 0:
            low = 0.0
        if low is None:
            return self._quantiles(distinct)
        above = distinct[distinct != low]
        edges = self._quantiles(above) if len(above) else above
        return torch.cat([edges.new_tensor([low]), edges]).sort().values

    def _quantiles(self, distinct: torch.Tensor) -> torch.Tensor:
        places = torch.arange(self.bins, device=distinct.device) * len(distinct) // self.bins
        return torch.cat([distinct[places], distinct[-1:]])
