"""Class selectivity of single units."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.result import Doubt


@dataclass(frozen=True)
class Selectivity(Measure):
    r"""Class selectivity: how far single units prefer one class.

    .. math:: \frac{\mu_{max} - \mu_{rest}}{\mu_{max} + \mu_{rest}}

    averaged over units, with \mu_max the largest class mean of a unit and \mu_rest the mean of its other class means: 0
    for a unit that treats all classes alike, 1 for one that is active for a single class. It says nothing of
    importance: networks without selective units can do as well. It was defined for units that are not
    negative (after a ReLU). A unit that goes below 0 is measured from its smallest value, which is said in the
    result; one outlier then moves it. A unit that is never active counts as 0. With few samples a class the largest
    of many noisy means is too large: the value of units that tell nothing is above 0, and a unit that is active in one
    sample reads 1.

    Args:
        baseline: what counts as silence: "auto" takes 0, and the smallest value of a unit that goes below 0; "minimum"
            takes the smallest value of every unit.

    Raises:
        SampleError: for labels that are all the same.

    References: morcos2018.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation",)
    effort: ClassVar[tuple[float, ...]] = (0.0006, 4e-09, 0.0, 0.0)

    baseline: Literal["auto", "minimum"] = "auto"

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The mean over units; details hold every unit and the class that it prefers."""
        sizes = torch.bincount(y)
        if len(sizes) < 2:
            raise SampleError("y is constant: selectivity compares classes, and all labels are the same")
        low = z.amin(0)
        floor = low.clamp_max(0) if self.baseline == "auto" else low
        means = z.new_zeros(len(sizes), z.shape[1]).index_add_(0, y, z - floor) / sizes[:, None]
        most, which = means.max(0)
        rest = (means.sum(0) - most) / (len(sizes) - 1)
        total = most + rest
        found = torch.where(total > 0, (most - rest).clamp_min(0) / torch.where(total > 0, total, 1.0), 0.0)
        preferring = torch.bincount(which[found > 0], minlength=len(sizes))
        details = {"per_unit": found.tolist(), "largest_unit": int(found.argmax()), "preferring": preferring.tolist()}
        return Reading(float(found.mean()), details=details, doubts=_notes(int((floor < 0).sum()), z.shape[1]))


def _notes(below: int, units: int) -> tuple[Doubt, ...]:
    if not below:
        return ()
    text = f"{below} of {units} units go below 0 and were measured from their smallest value."
    return (Doubt("signed", text, note=True),)
