"""The best critic there is of pairs of normal vectors: what a bound reads with it is the bound's own fault."""

import math
from collections.abc import Callable

import torch

from explorer.engines.known.gaussians import correlation


def scores(x: torch.Tensor, y: torch.Tensor, rho: float) -> tuple[torch.Tensor, torch.Tensor]:
    """ln p(y_j | x_i) and ln p(y_j | x_i) / p(y_j) of standard normal pairs of correlation rho, (..., K, K) each.

    Args:
        x, y: (..., K, d).
    """
    left, dim = 1 - rho**2, x.shape[-1]
    of_x, of_y = (one.square().sum(-1) for one in (x, y))
    apart = of_y.unsqueeze(-2) - 2 * rho * (x @ y.mT) + rho**2 * of_x.unsqueeze(-1)
    density = -dim / 2 * math.log(2 * math.pi * left) - apart / (2 * left)
    return density, density + (dim * math.log(2 * math.pi) + of_y.unsqueeze(-2)) / 2


def batches(nats: float, dim: int, size: int, repeats: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """`scores` of batches of `size` pairs that share `nats`, (repeats, size, size) each."""
    rho = correlation(nats, dim)
    x, noise = torch.randn(2, repeats, size, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return scores(x, rho * x + math.sqrt(1 - rho**2) * noise, rho)


def read(bound: Callable[[torch.Tensor], torch.Tensor], of: torch.Tensor) -> tuple[float, float]:
    """Mean and deviation of a bound over batches of scores."""
    found = bound(of)
    return float(found.mean()), float(found.std())
