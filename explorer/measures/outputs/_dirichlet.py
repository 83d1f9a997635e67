"""Dirichlet distributions whose parameters are evidences of a classifier."""

import torch

from explorer.errors import SampleError
from explorer.measures.outputs._outputs import are_probabilities
from explorer.numerics.dirichlet import differential_entropy, information
from explorer.result import Doubt


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


def scores(alpha: torch.Tensor) -> dict[str, float]:
    """The means over the rows of four measures of how unsure they are."""
    total = alpha.sum(1)
    return {
        "largest_probability": float((alpha.amax(1) / total).mean()),
        "precision": float(total.mean()),
        "differential_entropy": float(differential_entropy(alpha).mean()),
        "dirichlet_information": float(information(alpha).mean()),
    }
