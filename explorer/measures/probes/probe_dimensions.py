"""Information in the fewest units."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.probes._masked import MaskedProbe
from explorer.measures.probes._probe import STANDARD, Scale, folds_of
from explorer.measures.probes._subsets import NormalProbe
from explorer.result import Doubt, in_both
from explorer.settings import Range

PARTS = 5
"""Equal parts of the samples: three to fit, one to choose on, one to read on."""


@dataclass(frozen=True)
class ProbeDimensions(Measure):
    r"""Information on the labels in few units, chosen one by one.

    .. math:: \hat H(Y) + \frac1n \sum_i \ln q(y_i \mid z_{i, C}), \qquad
              q(y \mid z_C) \propto \hat p(y) \, N(z_C; \mu_{y, C}, \Sigma_{y, C})

    The probe is fitted to all units on three fifths of the samples and answers for every subset C without another fit.
    Units join C greedily by the information on a fifth; the value is that of C on the last fifth. Details give the
    order of the units and the information after each: a layer that codes the labels in few units climbs at once, a
    distributed code slowly. Greedy choice can miss units that tell only together. In expectation a lower bound of
    I(Z_C; Y); it can fall as units join, and below 0. The formula is of the "normal" probe, one normal distribution a
    class, from which units drop out exactly (torroba2020). The "poisson" probe is a linear softmax, trained over
    subsets drawn unit by unit with probabilities that are learned with it (stanczak2023), here for 300 steps without
    early stopping: its weights serve subsets of about half the units, so it reads too low for few. Columns are
    standardised.

    Args:
        probe: "normal", quick and good where classes are about normal; or "poisson".
        units: how many units to choose; all varying ones where there are fewer.
        prior: samples that the overall variances weigh in every class's covariance of the normal probe.

    Raises:
        SampleError: for a class of fewer than 5 samples, or a constant z.

    References: torroba2020; stanczak2023.
    """

    against: ClassVar[str | None] = "labels"
    least: ClassVar[int] = 10
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation")
    random: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.005, 5e-07, 0.0, 0.0)

    probe: Literal["normal", "poisson"] = "normal"
    units: Annotated[int, Range(1, 50)] = 10
    prior: Annotated[float, Range(0.1, 1000.0, log=True)] = 10.0

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The information at the last unit; details hold the order and the information at every step, and of every
        unit what it tells alone ("normal") or how likely a subset takes it ("poisson")."""
        fit, choose, read = _parts(y)
        scale = Scale.of(z[fit])
        z, varying = scale(z), torch.nonzero(scale.inverse)[:, 0].tolist()
        if not varying:
            raise SampleError("z is constant: its units never change, and none can be chosen")
        probe = self._fitted(z[fit], y[fit], int(y.max()) + 1)
        order = self._chosen(probe, z[choose], y[choose], varying)
        information = [float(probe.gains(z[read], y[read], order[:i], [unit])) for i, unit in enumerate(order)]
        most, alone = max(information), probe.gains(z[choose], y[choose], [], varying)
        of_units = probe.inclusion[varying] if isinstance(probe, MaskedProbe) else alone
        details = {
            "order": order,
            "information": information,
            "units_for_90_percent": next(i for i, nats in enumerate(information, 1) if nats >= most - 0.1 * abs(most)),
            "per_unit": torch.zeros_like(z[0])
            .index_copy_(0, torch.tensor(varying, device=z.device), of_units)
            .tolist(),
        }
        return Reading(information[-1], details=details, doubts=(STANDARD, *_doubts(information)))

    def _chosen(self, probe: NormalProbe | MaskedProbe, z: torch.Tensor, y: torch.Tensor, left: list[int]) -> list[int]:
        """Units in the order in which each adds most."""
        left = [*left]
        order: list[int] = []
        while left and len(order) < self.units:
            order.append(left.pop(int(probe.gains(z, y, order, left).argmax())))
        return order

    def _fitted(self, z: torch.Tensor, y: torch.Tensor, classes: int) -> NormalProbe | MaskedProbe:
        if self.probe == "poisson":
            return MaskedProbe.of(z, y, classes)
        return NormalProbe.of(z, y, classes, self.prior)


def _parts(y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Which samples to fit, to choose and to read on."""
    if int(torch.bincount(y).min()) < PARTS:
        raise SampleError(f"y has a class of {int(torch.bincount(y).min())} sample(s); each class needs {PARTS}")
    part = folds_of(y, PARTS)
    return part < 3, part == 3, part == 4


def _doubts(information: list[float]) -> tuple[Doubt, ...]:
    most = max(information)
    if information[-1] >= most - max(0.05, 0.1 * abs(most)):
        return ()
    at = information.index(most) + 1
    text = f"The information falls from {in_both(most, '.2f')} at {at} unit(s)"
    text += f" to {in_both(information[-1], '.2f')}"
    return (Doubt("falling", f"{text}: the probe does not fit the classes, or the samples are few for so many units."),)
