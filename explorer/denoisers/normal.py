"""What is known of noise by covariances alone: the exact denoiser of the normal distribution that has them."""

import math

import torch
from torch import nn

from explorer.denoisers import CONDITIONED, DIFFUSED, Mask, Side


class NormalPart:
    r"""E[e | values] of a normal distribution with mean 0, for any mask.

    With C the covariance of the diffused columns given the conditioned ones, and m their mean then,

    .. math:: \hat e = r\,(s^2 C + r^2)^{-1} (x_t - s\,m)

    C is taken apart once for every mask, in float64; the noise is told in the precision of the values. Rows under one
    mask are multiplied together, and all masks at once.

    Args:
        covariance: (D, D), positive definite.
        columns: the variable of each column, (D,).
    """

    def __init__(self, covariance: torch.Tensor, columns: torch.Tensor):
        self.covariance, self.columns = covariance.double().cpu(), columns.cpu()
        self._solved: dict[Mask, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
        self._ready: dict[tuple[Mask, torch.device, torch.dtype], tuple[torch.Tensor, torch.Tensor]] = {}

    def __call__(self, values: torch.Tensor, s: torch.Tensor, r: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, D), scales (n, 1) and masks (n, N), or (1, N) of all rows, to (n, D), 0 in columns not diffused."""
        kinds, which = _kinds(mask)
        ready = [self._padded(tuple(one), values) for one in kinds.tolist()]
        turns, variances = (torch.stack(one) for one in zip(*ready, strict=True))
        which = which.expand(len(values))
        places = _places(which, len(kinds))
        mine, means = _each(values, turns, places).chunk(2, 1)
        scaled = (mine - s * means) * r / (s**2 * variances[which] + r**2)
        return _each(scaled, turns[:, :, : values.shape[1]].mT, places)

    def log_density(self, x: torch.Tensor, mask: Mask) -> torch.Tensor:
        """ln of the density of the diffused columns given the conditioned ones, (n, D) to (n,)."""
        slopes, variances, axes = (one.to(x) for one in self.solved(mask))
        away = (x @ (axes - slopes)).square() / variances
        return -(away + variances.log() + math.log(2 * math.pi)).sum(1) / 2

    def log_densities(self, x: torch.Tensor, side: Side) -> torch.Tensor:
        """The sum of `log_density` over the masks of a side, columns by "normal" standard normal; (n, D) to (n,)."""
        found = x.new_zeros(len(x))
        for one in sorted({mask for mask in side.values() if not isinstance(mask, str)}):
            found += self.log_density(x, one)
        for variable in (one for one, source in side.items() if source == "normal"):
            own = x[:, (self.columns == variable).to(x.device)]
            found -= (own.square() + math.log(2 * math.pi)).sum(1) / 2
        return found

    def solved(self, mask: Mask) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The mean in its axes as slopes (D, k), variances (k,) and axes (D, k) of the k diffused columns."""
        if mask not in self._solved:
            self._solved[mask] = self._apart(torch.tensor(mask)[self.columns])
        return self._solved[mask]

    def _padded(self, mask: Mask, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Axes and slopes (D, 2 D) and variances (D,) as values have them; past the k-th 0, and variances 1."""
        key = (mask, like.device, like.dtype)
        if key not in self._ready:
            slopes, variances, axes = self.solved(mask)
            more = (0, len(axes) - len(variances))
            turns = torch.cat([nn.functional.pad(one, more) for one in (axes, slopes)], 1)
            self._ready[key] = turns.to(like), nn.functional.pad(variances, more, value=1.0).to(like)
        return self._ready[key]

    def _apart(self, spread: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        noisy, known, whole = spread == DIFFUSED, spread == CONDITIONED, self.covariance
        mean = torch.linalg.solve(whole[known][:, known], whole[known][:, noisy])
        left = whole[noisy][:, noisy] - whole[noisy][:, known] @ mean
        variances, turned = torch.linalg.eigh((left + left.T) / 2)
        axes, slopes = (whole.new_zeros(len(whole), len(variances)) for _ in range(2))
        axes[noisy], slopes[known] = turned, mean @ turned
        return slopes, variances, axes


def _kinds(mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The different rows (k, N) of masks (n, N), and which of them each row is, (n,)."""
    which = mask.new_zeros(len(mask))
    for some in (mask + 1).split(16, 1):
        digits = 3 ** torch.arange(some.shape[1], device=mask.device)
        which = torch.unique((some * digits).sum(1) * len(mask) + which, return_inverse=True)[1]
    found = mask.new_empty(int(which.max()) + 1, mask.shape[1])
    found[which] = mask
    return found, which


def _places(which: torch.Tensor, count: int) -> tuple[torch.Tensor, int]:
    """Where rows go in a table of `count` groups of equal size, (n,), and that size: rows of a group in a block."""
    order, sizes = torch.argsort(which, stable=True), torch.bincount(which, minlength=count)
    most, starts = int(sizes.max()), sizes.cumsum(0) - sizes
    ranks = torch.arange(len(which), device=which.device) - starts[which[order]]
    return torch.empty_like(order).index_copy_(0, order, which[order] * most + ranks), most


def _each(values: torch.Tensor, matrices: torch.Tensor, places: tuple[torch.Tensor, int]) -> torch.Tensor:
    """Rows (n, D) through the matrix of their group, of (groups, D, k); (n, k)."""
    place, most = places
    table = values.new_zeros(len(matrices) * most, values.shape[1]).index_copy_(0, place, values)
    return (table.view(len(matrices), most, -1) @ matrices).flatten(0, 1)[place]


def shrunk(x: torch.Tensor) -> torch.Tensor:
    r"""The covariance of rows of mean 0 and deviation 1, (n, D), drawn towards no correlation as far as chance made it.

    .. math:: (1 - \lambda) S + \lambda, \qquad
              \lambda = \sum_k |x_k x_k^T - S|^2 / n^2 |S - 1|^2, \text{ at most } 1

    References: ledoit2004.
    """
    n, columns = x.shape
    x = x.double()
    found, one = x.T @ x / n, torch.eye(columns, dtype=torch.float64, device=x.device)
    chance = (x.square().sum(1).square().mean() - found.square().sum()) / n
    share = float((chance / (found - one).square().sum().clamp_min(1e-300)).clamp(1e-6, 1))
    return (1 - share) * found + share * one
