"""Information of Dirichlet evidence."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.outputs._dirichlet import concentrations, scores
from explorer.numerics.dirichlet import information


@dataclass(frozen=True)
class DirichletInformation(Measure):
    r"""Mutual information of label and class probabilities under the outputs' Dirichlet distributions.

    .. math:: H(\bar p) - E \, H(p)
              = -\sum_k \bar p_k \left( \ln \bar p_k - \psi(\alpha_k + 1) + \psi(\alpha_0 + 1) \right),
              \qquad \bar p = \alpha / \alpha_0

    averaged over the samples, with evidence e made of the logits and alpha = e + 1. It is doubt that more evidence
    would lift: largest without evidence, 0 as evidence grows, also where the classes stay alike. Samples unlike
    those of the training should read high. A network that was not trained to give evidence has logits that mean
    something else. Details give the means of four scores of certainty: largest probability, precision
    alpha_0, differential entropy and this one.

    Args:
        evidence: how evidence is made of the outputs: "softplus", "relu", or "none" where z is evidence already.

    Raises:
        SampleError: for a single column, or negative evidence.

    References: malinin2018; deng2023.
    """

    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("permutation",)
    sensitive: ClassVar[tuple[str, ...]] = ("scaling",)
    outputs: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0005, 8e-08, 0.0, 0.0)

    evidence: Literal["softplus", "relu", "none"] = "softplus"

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The mean information; details hold the four scores."""
        alpha, doubts = concentrations(z, self.evidence)
        return Reading(float(information(alpha).mean()), details=scores(alpha), doubts=doubts)
