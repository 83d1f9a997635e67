"""Expected calibration error."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.outputs._outputs import log_probabilities
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class ExpectedCalibrationError(Measure):
    r"""Expected calibration error: how far confidence is from accuracy.

    .. math:: \sum_b \frac{n_b}{n} \left| \mathrm{acc}(b) - \mathrm{conf}(b) \right|

    over equal intervals b of the largest probability. 0 for outputs that are right as often as they say. It is biased
    up: a calibrated classifier reads about the sum over b of sqrt(2 n_b acc (1 - acc) / pi) / n, which details
    give as "noise", and more bins read more. It is blind to errors that cancel within a bin.
    Labels in sorted order belong to the columns in order, so every class must occur.

    Args:
        bins: intervals of the confidence from 0 to 1.
        form: what z holds; "auto" takes rows that are nonnegative and sum to 1 within 1e-4 for probabilities, which
            are then divided by their sum.

    Raises:
        SampleError: for a single column, probabilities that are none, or not as many labels as columns.

    References: naeini2015; guo2017, equation 3.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    outputs: ClassVar[bool] = True
    side: ClassVar[str] = "low"
    effort: ClassVar[tuple[float, ...]] = (0.0006, 3e-08, 0.0, 0.0)

    bins: Annotated[int, Range(1, 100)] = 15
    form: Literal["auto", "probabilities", "logits"] = "auto"

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The error; details hold the confidence, accuracy and size of every occupied bin."""
        if int(y.max()) + 1 != z.shape[1]:
            rule = "every column needs its label among the samples"
            raise SampleError(f"y has {int(y.max()) + 1} different labels and z {z.shape[1]} columns; {rule}")
        log_p, doubts = log_probabilities(z, self.form)
        top, guess = log_p.max(1)
        table = self._table(top.exp(), (guess == y).double())
        sizes, confidence, accuracy = table
        value = float((sizes * (accuracy - confidence).abs()).sum() / len(y))
        noise = float((2 * sizes * accuracy * (1 - accuracy) / torch.pi).sqrt().sum() / len(y))
        details: dict[str, Any] = dict(zip(("sizes", "confidence", "accuracy"), table.tolist(), strict=True))
        details |= {"noise": noise, "mean_confidence": float(top.exp().mean())}
        return Reading(value, details=details, doubts=(*doubts, *_doubts(value, noise)))

    def _table(self, confidence: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """Size, mean confidence and accuracy of the bins that occur, (3, bins)."""
        which = (confidence * self.bins).ceil().long().clamp(1, self.bins) - 1
        sums = confidence.new_zeros(self.bins, 3)
        sums.index_add_(0, which, torch.stack([torch.ones_like(right), confidence, right], 1))
        sums = sums[sums[:, 0] > 0].T
        return torch.cat([sums[:1], sums[1:] / sums[:1]])


def _doubts(value: float, noise: float) -> tuple[Doubt, ...]:
    if value > 2 * noise or noise == 0:
        return ()
    text = f"A calibrated classifier with these bins would read about {noise:.3g}; {value:.3g} is not clearly more."
    return (Doubt("noise", text),)
