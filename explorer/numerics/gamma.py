"""Differences of gamma functions that stay exact for huge arguments."""

import torch

LARGE = 100.0
"""From here on the asymptotic series are exact to the last digit of float64."""


def log_rising(b: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
    """ln Gamma(b + n) - ln Gamma(b) for b > 0 and n >= 0, also where both terms dwarf their difference."""
    near = torch.lgamma(b + n) - torch.lgamma(b)
    far = (b - 0.5) * torch.log1p(n / b) + n * (torch.log(b + n) - 1) + _stirling(b + n) - _stirling(b)
    return torch.where(b < LARGE, near, far)


def trigamma(x: torch.Tensor) -> torch.Tensor:
    """psi'(x) as the Hurwitz zeta function of 2, to the last digits; `torch.polygamma` keeps only nine."""
    return torch.special.zeta(torch.full_like(x, 2), x)


def trigamma_step(b: torch.Tensor, times: float) -> torch.Tensor:
    """a psi'(1 + a) - b psi'(1 + b) with a = times b; it goes to (1 - 1 / times) / 2b for large b."""
    a = times * b
    near = a * trigamma(1 + a) - b * trigamma(1 + b)
    return torch.where(b < LARGE, near, _below_one(b) - _below_one(a))


def _stirling(x: torch.Tensor) -> torch.Tensor:
    """ln Gamma(x) beyond (x - 1/2) ln x - x + ln(2 pi) / 2."""
    return 1 / (12 * x) - 1 / (360 * x**3) + 1 / (1260 * x**5)


def _below_one(x: torch.Tensor) -> torch.Tensor:
    """1 - x psi'(1 + x)."""
    return 1 / (2 * x) - 1 / (6 * x**2) + 1 / (30 * x**4) - 1 / (42 * x**6)
