"""F1 of a probe."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.probes._probe import Probe, held_out
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class ProbeF1(Measure):
    r"""F1 of a linear probe on held-out samples.

    .. math:: \sum_k w_k \frac{2 \, TP_k}{2 \, TP_k + FP_k + FN_k}

    over the classes k, from the counts of all folds together, with w_k the share of class k ("weighted", as published
    for probes of Atari states) or 1 / classes ("macro", which a rare class moves as much as a common one). It sees
    decisions only; `probe_information` sees how sure they are. Always guessing the largest class of share p reads
    2 p^2 / (1 + p) when weighted: details give it. Columns are standardised inside the probe. The paper fits
    by Adam with early stopping on a validation set; here a penalised fit runs to its optimum.

    Args:
        average: how classes are averaged.
        folds: parts that are held out in turn, with equal shares of every class.
        regularization: half the factor of the squared weights in the summed loss: 1 / C of scikit-learn.

    Raises:
        SampleError: for a class of one sample.

    References: anand2019.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation")
    random: ClassVar[bool] = True
    usable: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.02, 2.5e-06, 0.0, 0.0)

    average: Literal["weighted", "macro"] = "weighted"
    folds: Annotated[int, Range(2, 20)] = 5
    regularization: Annotated[float, Range(1e-3, 1e4, log=True)] = 1.0

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The averaged F1; details hold it by class, the accuracy and what the largest class alone would give."""
        found = held_out(z, y, self.folds, Probe(self.regularization))
        guess = found.log_p.argmax(1)
        value, by_class = self.averaged(guess, y)
        chance, _ = self.averaged(torch.full_like(y, int(torch.bincount(y).argmax())), y)
        accuracy = float((guess == y).double().mean())
        details = {"per_class": by_class, "accuracy": accuracy, "largest_class_alone": chance}
        return Reading(value, details=details, doubts=(*found.doubts, *_below(value, chance)))

    def averaged(self, guess: torch.Tensor, y: torch.Tensor) -> tuple[float, list[float]]:
        """The average and the F1 of every class of y."""
        sizes = torch.bincount(y).double()
        hits = torch.bincount(y[guess == y], minlength=len(sizes)).double()
        by_class = 2 * hits / (sizes + torch.bincount(guess, minlength=len(sizes)))
        weights = sizes / sizes.sum() if self.average == "weighted" else torch.full_like(sizes, 1 / len(sizes))
        return float(weights @ by_class), by_class.tolist()


def _below(value: float, chance: float) -> tuple[Doubt, ...]:
    if value >= chance:
        return ()
    return (
        Doubt("below chance", f"Always guessing the largest class would reach {chance:.3g}, the probe {value:.3g}."),
    )
