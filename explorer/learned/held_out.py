"""Families of known information that are never taught: intervals are widened on two and judged on one."""

import math

import torch
from torch import Tensor

from explorer.learned.families import Family, Sets, Shape

TURNS = 6
"""How often a wrapped normal variable goes round on each side before the rest is left out."""


def gamma_sum(shape: Shape, rng: torch.Generator) -> Sets:
    """Gamma variables and the same plus others, in some pairs: I = h(Gamma(a + b)) - h(Gamma(b)) for one."""
    sets, n, d_x, d_y = shape
    a, b = (torch.randint(1, most, (sets,), generator=rng, device=rng.device) for most in (16, 4))

    def drawn(count: Tensor, d: int) -> Tensor:
        steps = -torch.rand(sets, n, d, 16, generator=rng, dtype=torch.float64, device=rng.device).log()
        return (steps * (torch.arange(16, device=rng.device) < count[:, None, None, None])).sum(3)

    x, y, m = drawn(a, d_x), drawn(b, d_y), _few(min(d_x, d_y), rng)
    y[..., :m] += x[..., :m]
    return Sets(x, y, m * (_gamma_entropy(a + b) - _gamma_entropy(b)))


def wrapped(shape: Shape, rng: torch.Generator) -> Sets:
    """Angles and the same with normal noise, cut open at 0, in some pairs: I = ln 2 pi - h(wrapped noise) for one."""
    sets, n, d_x, d_y = shape
    noise = (0.15 + 2 * torch.rand(sets, generator=rng, dtype=torch.float64, device=rng.device)).square()
    x = 2 * math.pi * torch.rand(sets, n, d_x, generator=rng, dtype=torch.float64, device=rng.device)
    y = torch.randn(sets, n, d_y, generator=rng, dtype=torch.float64, device=rng.device)
    m = _few(min(d_x, d_y), rng)
    y[..., :m] = (x[..., :m] + noise[:, None, None] * y[..., :m]) % (2 * math.pi)
    return Sets(x, y, m * (math.log(2 * math.pi) - _wrapped_entropy(noise)))


def clayton(shape: Shape, rng: torch.Generator) -> Sets:
    """Pairs with a Clayton copula, dependent most where both are low: I = ln(1 + t) - t / (1 + t) for one.

    References: nelsen2006, equation 4.2.1.
    """
    sets, n, d_x, d_y = shape
    theta = 12 * torch.rand(sets, generator=rng, dtype=torch.float64, device=rng.device).square() + 0.05
    x = torch.rand(sets, n, d_x, generator=rng, dtype=torch.float64, device=rng.device)
    y, m, t = torch.rand(sets, n, d_y, generator=rng, dtype=x.dtype, device=rng.device), min(d_x, d_y), theta
    power = t[:, None, None]
    y[..., :m] = ((y[..., :m] ** (-power / (1 + power)) - 1) * x[..., :m] ** -power + 1) ** (-1 / power)
    return Sets(x, y, m * (torch.log1p(t) - t / (1 + t)))


WIDENING: dict[Family, float] = {gamma_sum: 1.0, wrapped: 1.0}
"""The families on which intervals are widened."""


def _few(m: int, rng: torch.Generator) -> int:
    return 1 + int(m * float(torch.rand((), generator=rng, device=rng.device)) ** 3)


def _gamma_entropy(shape: Tensor) -> Tensor:
    k = shape.double()
    return k + torch.lgamma(k) + (1 - k) * torch.digamma(k)


def _wrapped_entropy(noise: Tensor) -> Tensor:
    angle = 2 * math.pi * torch.arange(512, dtype=torch.float64, device=noise.device) / 512
    turns = 2 * math.pi * torch.arange(-TURNS, TURNS + 1, dtype=torch.float64, device=noise.device)
    away = (angle[:, None] + turns) / noise[:, None, None]
    density = (-away.square() / 2).exp().sum(2) / (noise[:, None] * math.sqrt(2 * math.pi))
    return -torch.xlogy(density, density).mean(1) * 2 * math.pi
