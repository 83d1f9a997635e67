"""Information between input and prediction."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.outputs._outputs import log_probabilities
from explorer.numerics.outputs import prediction_entropies


@dataclass(frozen=True)
class PredictionInformation(Measure):
    r"""Mutual information of input and predicted label: balanced and sure outputs have most.

    .. math:: I(X; \hat Y) = H(E_x P_x) - E_x H(P_x)

    with P_x the output on x and the label drawn from it. Between 0 and ln of the number of classes: 0 when every input
    gets one output, the top when outputs are sure and no class is preferred. It knows no truth: a classifier that is
    sure and wrong scores as well as one that is sure and right. With labels it splits into what is told of the
    class and `output_information`. The mean output is of the samples, so that n inputs never read more than ln n.

    Args:
        form: what z holds; "auto" takes rows that are nonnegative and sum to 1 within 1e-4 for probabilities, which
            are then divided by their sum.

    Raises:
        SampleError: for a single column, or for probabilities that are none.

    References: bridle1991; krause2010; li2021; duan2022.
    """

    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("permutation",)
    outputs: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0005, 2e-08, 0.0, 0.0)

    form: Literal["auto", "probabilities", "logits"] = "auto"

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The information; details hold both entropies in nats."""
        log_p, doubts = log_probabilities(z, self.form)
        balance, unsure = map(float, prediction_entropies(log_p.exp()))
        return Reading(balance - unsure, details={"entropy_of_mean": balance, "mean_entropy": unsure}, doubts=doubts)
