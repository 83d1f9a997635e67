"""Dirichlet distributions whose parameters are evidences of a classifier."""

import torch

from explorer.errors import SampleError
from explorer.measures.outputs._outputs import are_probabilities
from explorer.result import Doubt

LARGE = 30.0
"""Parameter from which 1 / trigamma is taken from its series: there the first term left out is below 1e-16."""

SERIES = (1 / 2, 1 / 6, 0.0, -1 / 30, 0.0, 1 / 42, 0.0, -1 / 30, 0.0, 5 / 66)
"""a trigamma(a) - 1 in powers of 1 / a from the first on."""


def concentrations(z: torch.Tensor, evidence: str) -> tuple[torch.Tensor, tuple[Doubt, ...]]:
    """Parameters alpha (n, classes) from outputs, and what is doubtful about them.

    Raises:
        SampleError: for a single column, or outputs that are no evidence.
    """
    if z.shape[1] < 2:
        raise SampleError("z has 1 column; outputs of a classifier have one column a class, at least 2")
    if evidence == "none":
        if bool((z < 0).any()):
            raise SampleError(f"evidence='none' takes z as evidence, which holds {float(z.min()):.4g}; it must be >= 0")
        return z + 1, ()
    alpha = (torch.nn.functional.softplus(z, threshold=40) if evidence == "softplus" else z.relu()) + 1
    if not are_probabilities(z):
        return alpha, ()
    return alpha, (
        Doubt("probabilities", "z looks like probabilities; evidence is made of logits, before the softmax."),
    )


def log_det_fisher(alpha: torch.Tensor) -> torch.Tensor:
    """ln |I(alpha)| of the Fisher information diag(trigamma(alpha)) - trigamma(alpha_0), of every row.

    1 - sum_k trigamma(alpha_0) / trigamma(alpha_k) loses all its digits for large alpha; as
    trigamma(alpha_0) (r(alpha_0) - sum_k r(alpha_k)) with r(a) = 1 / trigamma(a) - a it keeps them.
    """
    total = alpha.sum(1, keepdim=True)
    rest = _rest(total)[:, 0] - _rest(alpha).sum(1)
    return _trigamma(alpha).log().sum(1) + _trigamma(total)[:, 0].log() + rest.log()


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


def scores(alpha: torch.Tensor) -> dict[str, float]:
    """The means over the rows of four measures of how unsure they are."""
    total = alpha.sum(1)
    return {
        "largest_probability": float((alpha.amax(1) / total).mean()),
        "precision": float(total.mean()),
        "differential_entropy": float(differential_entropy(alpha).mean()),
        "dirichlet_information": float(information(alpha).mean()),
    }


def _trigamma(a: torch.Tensor) -> torch.Tensor:
    """zeta(2, a), which is exact to rounding; torch's polygamma is to 5e-10."""
    return torch.special.zeta(2.0, a)


def _rest(a: torch.Tensor) -> torch.Tensor:
    """1 / trigamma(a) - a, which goes to -1/2."""
    small, large = a.clamp_max(LARGE), a.clamp_min(LARGE)
    s = sum(c / large ** (i + 1) for i, c in enumerate(SERIES))
    return torch.where(a < LARGE, 1 / _trigamma(small) - small, -large * s / (1 + s))
