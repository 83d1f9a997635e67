"""Correlation between units."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.device import rows_per_chunk
from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.numerics.margins import standard
from explorer.result import Doubt


@dataclass(frozen=True)
class UnitCorrelation(Measure):
    r"""Mean magnitude of the correlation between two units: how far units repeat each other.

    .. math:: \frac{1}{d (d - 1)} \sum_{i \ne j} |r_{ij}|

    0 for units that are linearly unrelated, 1 when each determines every other along a line. Small values among many
    units can still add up: a mean of 0.1 leaves few independent directions among 1000 units. Independent units read
    about sqrt(2 / (pi n)) from n samples; details give it as "chance". Constant units are left out, and the result
    says so. It sees linear relations of pairs only.

    Raises:
        SampleError: with fewer than two units that vary.

    References: cogswell2016.
    """

    unit: ClassVar[str] = ""
    least: ClassVar[int] = 3
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.0005, 9.7e-09, 0.0, 0.0, 3.8e-11)

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The mean over pairs; details hold every unit's mean with the others, null for a constant one."""
        varies = (z != z[:1]).any(0)
        units = int(varies.sum())
        if units < 2:
            raise SampleError(f"z has {units} unit(s) that vary, the others never change; correlations need 2")
        unit = standard(z[:, varies]) / math.sqrt(len(z) - 1)
        rows = unit.T.split(rows_per_chunk(8 * units, z.device))
        sums = torch.cat([(part @ unit).abs().clamp_max(1.0).sum(1) for part in rows]) - 1
        by_unit = torch.full((z.shape[1],), torch.nan, dtype=z.dtype, device=z.device)
        by_unit[varies] = sums / (units - 1)
        value, chance = float(by_unit[varies].mean()), math.sqrt(2 / (math.pi * len(z)))
        details = {"per_unit": by_unit.tolist(), "chance": chance, "constant": z.shape[1] - units}
        return Reading(value, details=details, doubts=_doubts(value, chance, z.shape[1] - units))


def _doubts(value: float, chance: float, constant: int) -> tuple[Doubt, ...]:
    doubts = []
    if constant:
        doubts.append(Doubt("constant", f"{constant} unit(s) that never change were left out.", note=True))
    if value < 1.5 * chance:
        text = f"Independent units would read about {chance:.3g} from so few samples, and the value is {value:.3g}."
        doubts.append(Doubt("chance", text))
    return tuple(doubts)
