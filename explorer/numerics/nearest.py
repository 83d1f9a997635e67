"""Nearest samples and counts within a radius, also where some variables are labels.

A label has no order, so samples of different labels are infinitely far apart. Distances of columns
are in the maximum norm; all are differences of float64 as the subtraction rounds them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from scipy.spatial import cKDTree
from sklearn.neighbors import KDTree

from explorer.device import rows_per_chunk
from explorer.numerics.cells import joint, renumbered
from explorer.numerics.neighbours import SCIPY_COLUMNS, TREE_COLUMNS, count_near


@dataclass(frozen=True)
class Points:
    """Samples that are near when their columns are, and infinitely far unless their codes agree.

    Attributes:
        columns: (n, d) float64; d can be 0.
        codes: (n,) integers, all alike where there are no labels.
    """

    columns: torch.Tensor
    codes: torch.Tensor

    @classmethod
    def of(cls, values: torch.Tensor) -> "Points":
        """Real samples (n, d) or labels (n,)."""
        if values.is_floating_point():
            return cls(values, torch.zeros(len(values), dtype=torch.int64, device=values.device))
        return cls(torch.zeros(len(values), 0, dtype=torch.float64, device=values.device), renumbered(values))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: torch.Tensor) -> "Points":
        return Points(self.columns[rows], self.codes[rows])

    def beside(self, other: "Points") -> "Points":
        """The pairs."""
        return Points(torch.cat([self.columns, other.columns], 1), renumbered(joint(self.codes, other.codes)))

    @property
    def alike(self) -> torch.Tensor:
        """How many samples, the own one included, have the code of each, (n,)."""
        return torch.bincount(self.codes)[self.codes]

    def balls(self, k: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Around every sample what lies strictly nearer than its k-th other one of the same code.

        Where that one coincides with the sample, so does the ball: it is the samples that coincide.

        Args:
            k: (n,), less than `alike`.

        Returns:
            The largest distance inside, below the k-th, and how many samples are inside, the own one included.
        """
        spans = self.columns.amax(0) - self.columns.amin(0)
        values = self._apart(float(spans.max()) if len(spans) else 0.0)
        distance, _ = nearest(values, values, int(k.max()) + 1)
        radius = distance.gather(1, k[:, None])
        inside = torch.nextafter(radius, torch.zeros_like(radius))  # 0 stays 0
        _, same, sizes = torch.unique(values, dim=0, return_inverse=True, return_counts=True)
        return inside[:, 0], torch.where(radius[:, 0] > 0, (distance <= inside).sum(1), sizes[same])

    def within(self, radius: torch.Tensor) -> torch.Tensor:
        """How many samples of the same code, the own one included, are no farther than `radius`, (n,)."""
        values = self._apart(float(radius.max()))
        if not values.is_cuda and values.shape[1] <= TREE_COLUMNS:
            return torch.from_numpy(count_near(values.numpy(), radius.numpy()))
        found = torch.empty(len(self), dtype=torch.int64, device=values.device)
        for rows in _blocks(len(self), len(self), values.device):
            found[rows] = (distances(values[rows], values) <= radius[rows, None]).sum(1)
        return found

    def _apart(self, reach: float) -> torch.Tensor:
        """The columns, and one more in which unlike codes are farther than `reach` apart."""
        if len(self.columns.T) and not self.codes.any():
            return self.columns
        return torch.cat([self.columns, self.codes[:, None].double() * (2 * reach + 1)], 1)


def distances(values: torch.Tensor, others: torch.Tensor, p: float = torch.inf) -> torch.Tensor:
    """All distances between (m, d) and (n, d), from differences and not from products."""
    return torch.cdist(values, others, p=p, compute_mode="donot_use_mm_for_euclid_dist")


def nearest(
    values: torch.Tensor, others: torch.Tensor, k: int, p: float = torch.inf
) -> tuple[torch.Tensor, torch.Tensor]:
    """Distances to the k nearest of `others` (n, d), ascending, and their row numbers, (m, k) each."""
    if not values.is_cuda and values.shape[1] <= TREE_COLUMNS:
        if values.shape[1] <= SCIPY_COLUMNS:
            found = cKDTree(others.numpy()).query(values.numpy(), k=range(1, k + 1), p=p)
        else:
            found = KDTree(others.numpy(), metric="minkowski", p=p).query(values.numpy(), k=k)
        return torch.from_numpy(found[0]), torch.from_numpy(found[1])
    distance = torch.empty(len(values), k, dtype=torch.float64, device=values.device)
    who = torch.empty(len(values), k, dtype=torch.int64, device=values.device)
    for rows in _blocks(len(values), len(others), values.device):
        torch.topk(distances(values[rows], others, p), k, largest=False, out=(distance[rows], who[rows]))
    return distance, who


def shares(reference: torch.Tensor, of: torch.Tensor, ks: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How many of the k nearest of all samples to each of `reference` (n, d), itself left out, belong to `of` (m, d).

    Args:
        ks: ascending numbers of neighbours, the last less than n + m; distances are Euclidean.

    Returns:
        The numbers, (len(ks), n), and the distances to the first of the ks-th neighbours, (n,).
    """
    m, top = len(of), int(ks[-1])
    everyone = torch.cat([of, reference])
    numbers = torch.empty(len(ks), len(reference), dtype=torch.int64, device=of.device)
    radius = torch.empty(len(reference), dtype=torch.float64, device=of.device)
    for rows in _blocks(len(reference), 4 * top, of.device):
        distance, who = nearest(reference[rows], everyone, top + 1, p=2)
        own = torch.arange(len(reference), device=of.device)[rows, None] + m
        others = (who == own).int().argsort(dim=1, stable=True)[:, :top]  # the sample itself goes last
        inside = (who.gather(1, others) < m).cumsum(1)
        numbers[:, rows] = inside[:, ks.to(of.device) - 1].T
        radius[rows] = distance.gather(1, others)[:, ks[0] - 1]
    return numbers, radius


def _blocks(rows: int, columns: int, device: torch.device) -> Iterator[slice]:
    """Consecutive rows for which three arrays of (rows, columns) float64 fit.

    Results are written into arrays made beforehand: small ones kept between large temporary
    ones would leave the heap in pieces that no later block fits into.
    """
    step = rows_per_chunk(24 * columns, device)
    yield from (slice(start, start + step) for start in range(0, rows, step))
