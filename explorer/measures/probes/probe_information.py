"""Information that a probe can use."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from scipy.special import stdtrit

from explorer.measures.base import Measure, Reading
from explorer.measures.probes._probe import HeldOut, Probe, class_means, held_out
from explorer.numerics.cells import entropy
from explorer.result import Doubt, in_both
from explorer.settings import Range


@dataclass(frozen=True)
class ProbeInformation(Measure):
    r"""Information on the labels that a probe finds in held-out samples.

    .. math:: \hat H(Y) - \hat H_q(Y \mid Z), \qquad \hat H_q(Y \mid Z) = -\frac1n \sum_i \ln q_{-f(i)}(y_i \mid z_i)

    where q is a softmax probe fitted without the fold f(i) of sample i. In expectation it is a lower bound of I(Z; Y),
    up to the error of the plug-in H(Y), which is too small by about (classes - 1) / 2n: what a stronger probe or more
    samples would find is missing. A probe worse than the shares of the labels gives a negative value, left so. Its
    ceiling is H(Y). Columns are standardised inside the probe by the samples it is fitted on. The interval is Student's
    at 95 % over the folds, which share samples: it is a guide, not exact. With d near n the value says as much
    about the penalty as about z.

    Args:
        classifier: "linear", or "mlp" with one hidden layer of tanh units, started at random.
        folds: parts that are held out in turn, with equal shares of every class.
        regularization: half the factor of the squared weights in the summed loss: 1 / C of scikit-learn.
        hidden: units of the hidden layer of "mlp".

    Raises:
        SampleError: for a class of one sample.

    References: pimentel2020; xu2020; alain2017.
    """

    against: ClassVar[str | None] = "labels"
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation")
    random: ClassVar[bool] = True
    usable: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.02, 2.5e-06, 0.0, 0.0)

    classifier: Literal["linear", "mlp"] = "linear"
    folds: Annotated[int, Range(2, 20)] = 5
    regularization: Annotated[float, Range(1e-3, 1e4, log=True)] = 1.0
    hidden: Annotated[int, Range(1, 256)] = 32

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The mean gain; details hold it by class and fold, on the fitted samples, and the share of H(Y)."""
        probe = Probe(self.regularization, self.hidden if self.classifier == "mlp" else 0)
        found = held_out(z, y, self.folds, probe)
        value, ceiling = float(found.gains.mean()), float(entropy(y))
        by_fold = class_means(found.gains, found.part)
        details = {
            "per_class": class_means(found.gains, y),
            "per_fold": by_fold,
            "label_entropy": ceiling,
            "fitted": found.trained_gain,
            "accuracy": float((found.log_p.argmax(1) == y).double().mean()),
        }
        return Reading(value, _interval(value, by_fold), details, (*found.doubts, *_doubts(value, ceiling, found)))


def _interval(value: float, by_fold: list[float]) -> tuple[float, float]:
    """Student's interval around the value from the spread of the folds."""
    m = len(by_fold)
    reach = float(torch.tensor(by_fold).std()) / math.sqrt(m) * float(stdtrit(m - 1, 0.975))
    return value - reach, value + reach


def _doubts(value: float, ceiling: float, found: HeldOut) -> tuple[Doubt, ...]:
    doubts = []
    if value < 0:
        text = (
            f"The probe does worse than the shares of the labels by {in_both(-value)} a sample; a fair probe would "
            "find 0 or more."
        )
        doubts.append(Doubt("below chance", text))
    if found.trained_gain - value > max(0.1, 0.25 * ceiling):
        text = (
            f"The probe finds {in_both(found.trained_gain, '.2f')} in the samples it was fitted on and "
            f"{in_both(value, '.2f')} in others."
        )
        doubts.append(Doubt("overfitted", f"{text} More samples or a larger regularization would tell more."))
    return tuple(doubts)
