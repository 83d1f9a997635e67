"""Sparsity of activity."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.result import Doubt


@dataclass(frozen=True)
class Sparsity(Measure):
    r"""Sparsity: how far the activity is gathered in few samples, or in few units.

    .. math:: \frac{1 - (\sum_i |r_i| / m)^2 / (\sum_i r_i^2 / m)}{1 - 1/m} \quad \text{or} \quad
              \frac{\sqrt m - \sum_i |r_i| / \sqrt{\sum_i r_i^2}}{\sqrt m - 1}

    as defined by Treves and Rolls, in the form from 0 to 1, or by Hoyer: 0 when all m activities are equal, 1 when
    one is not zero. Over "samples" (lifetime sparsity) the activities are those of one unit and the mean is over units;
    over "units" (population sparsity) they are those of one sample. Both were defined for activity that is not
    negative; here the magnitude of a signed unit counts, and the result says so. The origin matters: a shift changes
    all. Units or samples without any activity have no sparsity: they are left out, and the result says how many.

    Args:
        formula: "treves_rolls" or "hoyer".
        over: what the activity is gathered in.

    Raises:
        SampleError: when all activity is zero, or for a single unit over units.

    References: rolls1995; vinje2000; hoyer2004.
    """

    unit: ClassVar[str] = ""
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "rotation")
    effort: ClassVar[tuple[float, ...]] = (0.0004, 8e-09, 0.0, 0.0)

    formula: Literal["treves_rolls", "hoyer"] = "treves_rolls"
    over: Literal["samples", "units"] = "samples"

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The mean; details hold every unit (over samples; null without activity) and how many were left out."""
        r = (z.T if self.over == "samples" else z).abs()
        if r.shape[1] < 2:
            raise SampleError("z has 1 unit; sparsity over units needs at least 2")
        top = r.amax(1, keepdim=True)
        active = top[:, 0] > 0
        if not bool(active.any()):
            raise SampleError("z is constant at 0: without activity there is no sparsity")
        found = self.of_rows(r[active] / top[active])
        details: dict[str, Any] = {"silent": int((~active).sum()), "median": float(found.median())}
        if self.over == "samples":
            details["per_unit"] = torch.full_like(top[:, 0], torch.nan).masked_scatter_(active, found).tolist()
        return Reading(float(found.mean()), details=details, doubts=_doubts(z, ~active, self.over))

    def of_rows(self, r: torch.Tensor) -> torch.Tensor:
        """The sparsity of every row of magnitudes."""
        m = r.shape[1]
        ratio = r.mean(1).square() / r.square().mean(1)  # 1/m .. 1
        if self.formula == "treves_rolls":
            return (1 - ratio) / (1 - 1 / m)
        return (1 - ratio.sqrt()) / (1 - m**-0.5)


def _doubts(z: torch.Tensor, silent: torch.Tensor, over: str) -> tuple[Doubt, ...]:
    doubts = []
    if bool((z < 0).any()):
        doubts.append(Doubt("signed", "z goes below 0; magnitudes were used.", note=True))
    if bool(silent.any()):
        what = "units" if over == "samples" else "samples"
        text = f"{int(silent.sum())} of {len(silent)} {what} are zero throughout and were left out."
        doubts.append(Doubt("silent", text, note=True))
    return tuple(doubts)
