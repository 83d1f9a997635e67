"""What the network is told of a set of samples: numbers that the order of the samples does not change."""

import torch

from explorer.device import rows_per_chunk
from explorer.learned import neighbour_features as near
from explorer.learned.canonical_features import Canonical
from explorer.learned.hermite_features import pairs
from explorer.learned.kernel_features import kernels

FEWEST, MOST, WIDEST = 25, 500, 8
"""Samples of a set, and columns of x and of y, that the network is taught."""

GRID = 2.0**-20
"""Coordinates are rounded to multiples of it, so that differences are exact and ties the same in any order."""


def features(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """(sets, features) float64, with the names of `names()`; neither order of rows nor x and y exchanged matters.

    Args:
        x: normal scores of the columns, (sets, n, d_x) float64.
        y: (sets, n, d_y).
    """
    if x.shape[2] < y.shape[2]:
        x, y = y, x
    size = rows_per_chunk(4 * 6 * x.shape[1] ** 2, x.device)
    return torch.cat([_of_chunk(*pair) for pair in zip(x.split(size), y.split(size), strict=True)])


def names() -> list[str]:
    """The names of the features, in order."""
    return list(_named(*torch.randn(2, 1, 30, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))))


def _of_chunk(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.stack(list(_named(x, y).values()), 1)


def _named(x: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
    both = Canonical.of(x, y)
    found = {**_sizes(x, y), **both.summaries()}
    spaces = {"scores": (x, y), "white": (both.x, both.y), "first": both.leading(1), "two": both.leading(2)}
    for name, pair in spaces.items():
        short = name in ("first", "two")
        a, b = (_rounded(values) for values in pair)
        found |= {f"{name}_{key}": value for key, value in near.summaries(a, b, short).items()}
    for name in ("scores", "white"):
        found |= {f"{name}_{key}": value for key, value in pairs(*spaces[name]).items()}
    return found | kernels(both.x, both.y)


def _rounded(values: torch.Tensor) -> torch.Tensor:
    return ((values / GRID).round() * GRID).float()


def _sizes(x: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
    n, d_x, d_y = x.shape[1], x.shape[2], y.shape[2]
    plain = {
        "log_n": torch.tensor(float(n)).log().item(),
        "fewer_columns": float(min(d_x, d_y)),
        "more_columns": float(max(d_x, d_y)),
        "chance": d_x * d_y / n,
        "share": (d_x + d_y) / n,
    }
    return {key: x.new_full((len(x),), value) for key, value in plain.items()}
