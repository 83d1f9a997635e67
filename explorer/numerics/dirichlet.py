"""Dirichlet distributions over class probabilities: entropy, information, and the volume of their Fisher metric."""

import torch

from explorer.numerics.gamma import trigamma

LARGE = 30.0
"""Parameter from which 1 / trigamma is taken from its series: there the first term left out is below 1e-16."""

SERIES = (1 / 2, 1 / 6, 0.0, -1 / 30, 0.0, 1 / 42, 0.0, -1 / 30, 0.0, 5 / 66)
"""a trigamma(a) - 1 in powers of 1 / a from the first on."""


def log_det_fisher(alpha: torch.Tensor) -> torch.Tensor:
    """ln |I(alpha)| of the Fisher information diag(trigamma(alpha)) - trigamma(alpha_0), of every row.

    1 - sum_k trigamma(alpha_0) / trigamma(alpha_k) loses all its digits for large alpha; as
    trigamma(alpha_0) (r(alpha_0) - sum_k r(alpha_k)) with r(a) = 1 / trigamma(a) - a it keeps them.
    """
    total = alpha.sum(1, keepdim=True)
    rest = _rest(total)[:, 0] - _rest(alpha).sum(1)
    return trigamma(alpha).log().sum(1) + trigamma(total)[:, 0].log() + rest.log()


def differential_entropy(alpha: torch.Tensor) -> torch.Tensor:
    """Differential entropy in nats of every row."""
    total = alpha.sum(1)
    log_beta = alpha.lgamma().sum(1) - total.lgamma()
    shift = (total - alpha.shape[1]) * total.digamma()
    return log_beta + shift - ((alpha - 1) * alpha.digamma()).sum(1)


def information(alpha: torch.Tensor) -> torch.Tensor:
    """I(label; probabilities) in nats of every row: entropy of the mean less the mean entropy."""
    total = alpha.sum(1, keepdim=True)
    p = alpha / total
    return (p * ((alpha + 1).digamma() - alpha.log() - (total + 1).digamma() + total.log())).sum(1)


def _rest(a: torch.Tensor) -> torch.Tensor:
    """1 / trigamma(a) - a, which goes to -1/2."""
    small, large = a.clamp_max(LARGE), a.clamp_min(LARGE)
    s = sum(c / large ** (i + 1) for i, c in enumerate(SERIES))
    return torch.where(a < LARGE, 1 / trigamma(small) - small, -large * s / (1 + s))
