"""How many coordinates a cloud of points needs, and its entropy in as many."""

import math

import torch

from explorer.numerics.nearest import nearest

KEPT = 0.9
"""Share of the ratios that are used; the largest are the least regular."""

MOST = 4000
"""Samples of which the ratios are taken at most, evenly spaced; their neighbours are sought among all."""

LEAST = 10
"""Ratios below which no slope is fitted."""


def two_nearest(values: torch.Tensor, most: int = MOST) -> float:
    """The intrinsic dimension of (n, d) values from the ratios of each sample's two nearest distances.

    Coinciding samples are left out. Ranks of one coordinate are evenly spaced, with ratios of 1:
    take values, not ranks.

    Args:
        most: samples of which the ratios are taken, evenly spaced; their neighbours are sought among all.
    """
    rows = values[:: -(-len(values) // most)]
    return ratio_dimension(nearest(rows, values, min(3, len(values)), p=2.0)[0])


def ratio_dimension(distance: torch.Tensor) -> float:
    """The intrinsic dimension from the distances (n, 3 or more) of samples to themselves and their nearest ones.

    The ratio mu of the second to the first has the distribution 1 - mu^(-dimension) wherever the density is
    even across the two; the slope of -ln(1 - F) against ln mu through the origin is the dimension
    (facco2017). NaN where fewer than `LEAST` samples have a nearest one that does not coincide with them.
    """
    distance = distance[distance[:, 1] > 0]
    if distance.shape[1] < 3 or len(distance) < LEAST:
        return math.nan
    logs = (distance[:, 2] / distance[:, 1]).log().sort().values
    rank = torch.arange(1, len(logs) + 1, dtype=logs.dtype, device=logs.device) / (len(logs) + 1)
    used = slice(0, int(KEPT * len(logs)))
    return float(-(logs[used] * torch.log1p(-rank[used])).sum() / logs[used].square().sum())


def likeliest_dimension(values: torch.Tensor, k: int) -> float:
    """The intrinsic dimension of distinct (n, d) values under which their k nearest distances are likeliest.

    Among points of even density the logarithms ln(T_k / T_j) of the distances below the k-th have the mean
    1 / dimension; the mean is taken over all samples before it is inverted (mackay2005; levina2004).
    """
    distance = nearest(values, values, k + 1, p=2.0)[0][:, 1:]
    return float(1 / (distance[:, -1:] / distance[:, :-1]).log().mean())


def neighbour_entropy(radius: torch.Tensor, k: int, dimension: float) -> float:
    """Kozachenko-Leonenko entropy from each sample's Euclidean distance to its k-th nearest, (n,), none of them 0."""
    psi_n, psi_k = torch.digamma(torch.tensor([len(radius), k], dtype=torch.float64)).tolist()
    log_ball = dimension / 2 * math.log(math.pi) - math.lgamma(dimension / 2 + 1)
    return psi_n - psi_k + log_ball + dimension * float(radius.log().mean())
