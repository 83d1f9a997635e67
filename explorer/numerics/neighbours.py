"""k-th neighbour distances and exact neighbour counts in the maximum norm.

On the CPU the work goes where it was measured to be cheapest: sorted values in one dimension, trees in
few, blocks of all pairs in many. On CUDA it is blocks of all pairs. All routes count the
same neighbours: distances are differences of float64 as the subtraction rounds them, and every
comparison with a radius is made on those. The tests hold the integers equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from scipy.spatial import cKDTree
from sklearn.neighbors import KDTree

from explorer.device import memory_free, rows_per_chunk

TREE_COLUMNS, FEW_COLUMNS, FEW = 14, 8, 2000
"""Joint columns up to which trees are faster than all pairs; the second, up to `FEW` samples."""

SCIPY_COLUMNS = 4
"""Joint columns up to which SciPy's tree is faster than scikit-learn's."""


@dataclass(frozen=True)
class Neighbours:
    """How many others lie near every sample in each margin.

    Attributes:
        radius: joint distance to the k-th nearest other sample, (n,).
        x, y: how many others are near in x and in y, (n,) integers each: strictly nearer than `radius`,
            or, for the rectangle, no farther than the farthest of the nearest neighbours in that margin.
            Nearest neighbours are all others no farther than `radius`, which are k unless several tie.
    """

    radius: torch.Tensor
    x: torch.Tensor
    y: torch.Tensor


@dataclass(frozen=True)
class Space:
    """Samples (n, d) whose tree, or pairwise distances, can be kept for a whole run."""

    values: torch.Tensor
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def columns(self) -> int:
        """d."""
        return self.values.shape[1]

    def keep(self) -> "Space":
        """Compute all distances now, if an (n, n) array takes at most an eighth of the free memory."""
        n = len(self.values)
        if 8 * n * n <= memory_free(self.values.device) / 8:
            self.kept["distances"] = torch.cdist(self.values, self.values, p=torch.inf)
        return self

    def planted(self) -> "Space":
        """The same with its tree built, where it will be asked for by several at once."""
        if self.columns > 1 and not self.values.is_cuda:
            _ = self.tree
        return self

    def reordered(self, order: torch.Tensor) -> "Space":
        """The samples in another order; the tree is shared."""
        return Space(self.values[order], {"tree": self.tree} if self.columns > 1 and not self.values.is_cuda else {})

    @property
    def tree(self) -> KDTree:
        """A tree of the samples, built when first asked for."""
        if "tree" not in self.kept:
            self.kept["tree"] = KDTree(self.values.numpy(), metric="chebyshev")
        return self.kept["tree"]

    def count_near(self, radius: np.ndarray) -> np.ndarray:
        """How many samples, the own one included, are no farther than `radius` in the maximum norm, (n,)."""
        if self.columns == 1:
            return _count_sorted(self.values.numpy()[:, 0], radius)
        return self.tree.query_radius(self.values.numpy(), radius, count_only=True)

    def distances(self, rows: torch.Tensor) -> torch.Tensor:
        """Distances of some rows to all samples, (rows, n)."""
        if "distances" in self.kept:
            return self.kept["distances"][rows]
        return torch.cdist(self.values[rows], self.values, p=torch.inf)


def neighbours(x: Space, y: Space, k: int, *, rectangle: bool = False) -> Neighbours:
    """Neighbours of every sample of the pair (x, y) in the norm max(|dx|, |dy|); k is less than n."""
    if _many(x.values, x.columns + y.columns):
        return by_all_pairs(x, y, k, rectangle=rectangle)
    return by_trees(x, y, k, rectangle=rectangle)


def kth_distance(values: torch.Tensor, k: int) -> torch.Tensor:
    """Distance of every sample to its k-th nearest other one, (n,); k is less than n."""
    if not _many(values, values.shape[1]):
        return torch.from_numpy(_nearest(values.numpy(), k)[0][:, k].copy())
    space, found = Space(values), torch.empty(len(values), dtype=values.dtype, device=values.device)
    for rows in _blocks(torch.arange(len(values), device=values.device), len(values)):
        found[rows] = space.distances(rows).topk(k + 1, dim=1, largest=False).values[:, k]
    return found


def count_inside(values: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    """How many others are strictly nearer than `radius`, (n,); 0 where the radius is 0."""
    space = Space(values)
    if not values.is_cuda and values.shape[1] <= TREE_COLUMNS:
        inside = np.nextafter(radius.numpy(), 0)
        return torch.from_numpy(np.where(radius.numpy() > 0, space.count_near(inside) - 1, 0))
    counts = torch.empty(len(values), dtype=torch.int64, device=values.device)
    for rows in _blocks(torch.arange(len(values), device=values.device), len(values)):
        counts[rows] = (space.distances(rows) < radius[rows, None]).sum(1)
    return counts - (radius > 0).long()


def _many(values: torch.Tensor, columns: int) -> bool:
    """Whether all pairs are cheaper than a tree."""
    return values.is_cuda or columns > (FEW_COLUMNS if len(values) <= FEW else TREE_COLUMNS)


def by_all_pairs(x: Space, y: Space, k: int, *, rectangle: bool = False) -> Neighbours:
    """Blocks of rows against all samples; memory is one block, not n x n.

    What is kept is written into arrays that are there before the first block: small results kept between large
    ones that are freed would leave the heap in pieces that no block fits again.
    """
    n, device = len(x.values), x.values.device
    found = torch.empty(n, dtype=torch.float64, device=device)
    near_x, near_y = torch.empty(2, n, dtype=torch.int64, device=device)
    for rows in _blocks(torch.arange(n, device=device), n):
        d_x, d_y = x.distances(rows), y.distances(rows)  # (rows, n)
        joint = torch.maximum(d_x, d_y)
        radius = joint.topk(k + 1, dim=1, largest=False).values[:, k:]  # the sample itself is among them, at 0
        for d, counted in ((d_x, near_x), (d_y, near_y)):
            if rectangle:
                counted[rows] = (d <= _reach(d, joint <= radius)).sum(1) - 1
            else:
                counted[rows] = (d < radius).sum(1) - (radius[:, 0] > 0).long()
        found[rows] = radius[:, 0]
    return Neighbours(found, near_x, near_y)


def by_trees(x: Space, y: Space, k: int, *, rectangle: bool = False) -> Neighbours:
    """A k-d tree for the joint neighbours, trees or sorted values for the counts."""
    margins = [space.values.numpy() for space in (x, y)]
    joint = np.hstack(margins)
    distance, who = _nearest(joint, k + 1 if rectangle else k)
    radius = distance[:, k]
    if rectangle:
        reach = [_farthest(values, who[:, : k + 1]) for values in margins]
        tied = np.flatnonzero(distance[:, k + 1] == radius)  # of samples at one distance the query names a few
        for rows in _blocks(torch.from_numpy(tied), len(joint)):
            d_x, d_y = x.distances(rows), y.distances(rows)
            near = torch.maximum(d_x, d_y) <= torch.from_numpy(radius)[rows, None]
            for farthest, d in zip(reach, (d_x, d_y), strict=True):
                farthest[rows.numpy()] = _reach(d, near)[:, 0].numpy()
        counts = [space.count_near(r) - 1 for space, r in zip((x, y), reach, strict=True)]
    else:
        inside = np.nextafter(radius, 0)
        counts = [np.where(radius > 0, space.count_near(inside) - 1, 0) for space in (x, y)]
    return Neighbours(*(torch.from_numpy(np.ascontiguousarray(column)) for column in (radius, *counts)))


def count_near(values: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """How many samples, the own one included, are no farther than `radius` in the maximum norm, (n,)."""
    return Space(torch.from_numpy(np.ascontiguousarray(values))).count_near(radius)


def _nearest(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances and numbers of each sample's nearest ones, itself first, (n, k + 1); infinity where there is none."""
    there = min(k + 1, len(values))
    if values.shape[1] <= SCIPY_COLUMNS:
        distance, who = cKDTree(values).query(values, k=[*range(1, there + 1)], p=np.inf)
    else:
        distance, who = KDTree(values, metric="chebyshev").query(values, k=there)
    missing = ((0, 0), (0, k + 1 - there))
    return np.pad(distance, missing, constant_values=np.inf), np.pad(who, missing)


def _blocks(rows: torch.Tensor, n: int) -> Iterator[torch.Tensor]:
    """Row numbers in blocks for which eight arrays of (rows, n) float64 fit."""
    yield from rows.split(rows_per_chunk(64 * n, rows.device)) if len(rows) else ()


def _reach(distances: torch.Tensor, near: torch.Tensor) -> torch.Tensor:
    """The largest distance among the near samples, (rows, 1)."""
    return distances.masked_fill(~near, 0).amax(1, keepdim=True)


def _farthest(values: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Maximum-norm distance to the farthest of the samples named in `who`, (n, k) to (n,)."""
    return np.max([np.abs(column[who] - column[:, None]).max(1) for column in values.T], axis=0)


def _count_sorted(values: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Exact counts in one dimension: |v_i - v_j| <= r_i as the subtraction rounds it.

    A search for v_i - r_i rounds once more and can miss a neighbour on the edge, so the ends
    are moved until they agree with the differences themselves.
    """
    distinct, sizes = np.unique(values, return_counts=True)
    below = np.concatenate([[0], np.cumsum(sizes)])
    last = len(distinct) - 1
    low = np.searchsorted(distinct, values - radius).clip(0, last)
    high = (np.searchsorted(distinct, values + radius, side="right") - 1).clip(0, last)
    while (out := values - distinct[low] > radius).any():
        low += out
    while (more := (low > 0) & (values - distinct[low - 1] <= radius)).any():
        low -= more
    while (out := distinct[high] - values > radius).any():
        high -= out
    while (more := (high < last) & (distinct[(high + 1).clip(max=last)] - values <= radius)).any():
        high += more
    return below[high + 1] - below[low]
