"""How many coordinates a cloud of points needs."""

import math

import torch

from explorer.numerics.nearest import nearest

KEPT = 0.9
"""Share of the ratios that are used; the largest are the least regular."""

MOST = 4000
"""Samples of which the ratios are taken at most, evenly spaced; their neighbours are sought among all."""


def two_nearest(values: torch.Tensor) -> float:
    """The intrinsic dimension of (n, d) values from the ratios of each sample's two nearest distances.

    The ratio mu of the second to the first has the distribution 1 - mu^(-dimension) wherever the density is
    even across the two; the slope of -ln(1 - F) against ln mu through the origin is the dimension
    (facco2017). Coinciding samples are left out. Ranks of one coordinate are evenly spaced, with ratios of 1:
    take values, not ranks.
    """
    rows = values[:: -(-len(values) // MOST)]
    distance = nearest(rows, values, min(3, len(values)), p=2.0)[0]
    distance = distance[distance[:, 1] > 0]
    if distance.shape[1] < 3 or len(distance) < 10:
        return math.nan
    logs = (distance[:, 2] / distance[:, 1]).log().sort().values
    rank = torch.arange(1, len(logs) + 1, dtype=logs.dtype, device=logs.device) / (len(logs) + 1)
    used = slice(0, int(KEPT * len(logs)))
    return float(-(logs[used] * torch.log1p(-rank[used])).sum() / logs[used].square().sum())
