"""SKA entropy."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading


@dataclass(frozen=True)
class SKAEntropy(Measure):
    r"""SKA entropy: what one step of training adds to a signed entropy of the layer's decisions.

    .. math:: -\frac{1}{\ln 2} \sum z \, (D - D_0), \qquad D = \frac{1}{1 + e^{-z}}, \quad D_0 = \frac{1}{1 + e^{-y}}

    z are the activations before the nonlinearity and y the same at an earlier step, row by row. A diagnostic of
    training and not Shannon's entropy: signed, without limits, and dependent on the path. Over a sequence of small
    steps the sum over the steps of one unit goes to h(D) - h(D_0) with h the binary entropy in bits, so steps that
    make units decided are negative; a single large step is only the far end of that sum. The paper sums over samples
    and units, which grows with both; the mean is taken here unless `total`.

    Args:
        total: sum over samples and units, as published, instead of their mean.

    Raises:
        SampleError: unless both steps have the same columns.

    References: mahi2025.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "representation"
    tracks: ClassVar[bool] = True
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "rotation", "linear", "permutation")
    side: ClassVar[str] = "both"
    effort: ClassVar[tuple[float, ...]] = (0.0005, 1e-8, 0.0, 0.0)

    total: bool = False

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The formula; details hold its part by unit, the cosine of z and D - D_0, and the norm of z."""
        if z.shape != y.shape:
            rule = "both must be the same layer, an earlier step as y"
            raise SampleError(f"z has {z.shape[1]} columns and y has {y.shape[1]}; {rule}")
        change = torch.sigmoid(z) - torch.sigmoid(y)
        parts = -(z * change).sum(0) / math.log(2) / (1 if self.total else len(z))
        cosine = torch.nn.functional.cosine_similarity(z.reshape(-1), change.reshape(-1), dim=0)
        details = {"per_unit": parts.tolist(), "cosine": float(cosine), "norm": float(z.norm())}
        return Reading(float(parts.sum() if self.total else parts.mean()), details=details)
