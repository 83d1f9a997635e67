"""Units that have stopped working."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.settings import Range


@dataclass(frozen=True)
class DeadUnits(Measure):
    r"""Share of the units that never change, are silent or saturated on these samples.

    .. math:: \frac1d \#\{ j : \max_i z_{ij} - \min_i z_{ij} \le \tau \max |z| \}

    for "constant". A unit is "zero" when |z| stays within the same tolerance of 0 (a dead ReLU), and "saturated" when
    it is constant or every sample is within the tolerance of its own largest or smallest value (tanh or sigmoid
    driven to its ends). Details give all three shares, and of the chosen kind a flag a unit. A unit that is
    dead on these samples can be alive on others.

    Args:
        kind: which units are counted.
        tolerance: tau, as a share of the largest magnitude of the layer.

    References: lu2020; rakitianskaia2015.
    """

    unit: ClassVar[str] = ""
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "permutation", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.0004, 1e-08, 0.0, 0.0)

    kind: Literal["constant", "zero", "saturated"] = "constant"
    tolerance: Annotated[float, Range(0.0, 0.25)] = 1e-3

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The share of the chosen kind; details hold all shares, and a flag a unit."""
        low, high = z.aminmax(dim=0)
        near = self.tolerance * float(z.abs().max())
        constant = high - low <= near
        found = {
            "constant": constant,
            "zero": torch.maximum(high.abs(), low.abs()) <= near,
            "saturated": constant | (torch.minimum(z - low, high - z) <= near).all(0),
        }
        shares = {kind: float(flags.double().mean()) for kind, flags in found.items()}
        return Reading(shares[self.kind], details={**shares, "per_unit": found[self.kind].long().tolist()})
