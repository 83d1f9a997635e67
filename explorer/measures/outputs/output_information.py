"""Information between input and prediction within a class."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.outputs._outputs import log_probabilities
from explorer.numerics.outputs import class_means, information_by_class


@dataclass(frozen=True)
class OutputInformation(Measure):
    r"""Conditional mutual information of input and predicted label within each class.

    .. math:: I(X; \hat Y \mid Y) = \sum_y p(y) \, E_{x \mid y} \, KL(P_x \Vert Q_y)
              = \sum_y p(y) \left( H(Q_y) - E_{x \mid y} H(P_x) \right), \qquad Q_y = E_{x \mid y} P_x

    with P_x the output on x. 0 when all inputs of a class get one output: the classes have collapsed to points; large
    when outputs of a class differ, as a teacher that still tells its inputs apart. Classes weigh as they occur; the
    mean over a batch of divergences, as in the papers' code, is the same only for equal classes. Details give the form
    divided by the cross-entropy between outputs of different classes, small when the classes are also far apart; it is
    None where outputs hold exact zeros. Each class needs enough samples for its mean: Q_y is an in-sample mean, so
    the value is too small by about a share 1 / n_y.

    Args:
        form: what z holds; "auto" takes rows that are nonnegative and sum to 1 within 1e-4 for probabilities, which
            are then divided by their sum.

    Raises:
        SampleError: for a single column, or for probabilities that are none.

    References: yang2025; ye2024.
    """

    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("permutation",)
    outputs: ClassVar[bool] = True
    side: ClassVar[str] = "low"
    effort: ClassVar[tuple[float, ...]] = (0.001, 2.5e-08, 0.0, 0.0)

    form: Literal["auto", "probabilities", "logits"] = "auto"

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The information; details hold it by class, and the normalised form."""
        log_p, doubts = log_probabilities(z, self.form)
        shares = torch.bincount(y).double() / len(y)
        by_class = information_by_class(log_p.exp(), y)
        value = float(shares @ by_class)
        apart = -torch.einsum("i,j,ik,jk->ij", shares, shares, class_means(log_p.exp(), y), class_means(log_p, y))
        between = float(apart.sum() - apart.trace())
        details: dict[str, Any] = {"per_class": by_class.tolist(), "between_classes": None, "normalised": None}
        if 0 < between < float("inf"):
            details |= {"between_classes": between, "normalised": value / between}
        return Reading(value, details=details, doubts=doubts)
