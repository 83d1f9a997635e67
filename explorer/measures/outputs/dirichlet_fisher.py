"""Fisher information of Dirichlet evidence."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.outputs._dirichlet import concentrations, scores
from explorer.numerics.dirichlet import log_det_fisher


@dataclass(frozen=True)
class DirichletFisher(Measure):
    r"""Mean log determinant of the Fisher information of the outputs' Dirichlet distributions.

    .. math:: \ln |I(\alpha)| = \sum_k \ln \psi_1(\alpha_k)
              + \ln\left(1 - \sum_k \psi_1(\alpha_0) / \psi_1(\alpha_k)\right)

    with evidence e made of the logits, alpha = e + 1 and alpha_0 their sum. High for little evidence: a label that
    comes with little evidence should weigh less in a loss, which is what the measure was made for. It falls without
    limit as evidence grows and depends on the number of classes, so compare networks of one task. A network that
    was not trained to give evidence has logits that mean something else. Details give the means of four scores
    of certainty: largest probability, precision alpha_0, differential entropy and Dirichlet information.

    Args:
        evidence: how evidence is made of the outputs: "softplus", "relu", or "none" where z is evidence already.

    Raises:
        SampleError: for a single column, or negative evidence.

    References: deng2023; sensoy2018.
    """

    unit: ClassVar[str] = ""
    invariant: ClassVar[tuple[str, ...]] = ("permutation",)
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "scaling")
    outputs: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0006, 1.4e-07, 0.0, 0.0)

    evidence: Literal["softplus", "relu", "none"] = "softplus"

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The mean log determinant; details hold the four scores."""
        alpha, doubts = concentrations(z, self.evidence)
        return Reading(float(log_det_fisher(alpha).mean()), details=scores(alpha), doubts=doubts)
