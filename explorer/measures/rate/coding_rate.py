"""Coding rate."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.rate._rate import prepared, rate
from explorer.settings import Range


@dataclass(frozen=True)
class CodingRate(Measure):
    r"""Coding rate: nats to code a sample up to a given mean squared error, were the cloud normal.

    .. math:: R = \tfrac12 \ln \det \Big( I + \frac{d}{n \varepsilon^2} Z^\top Z \Big)

    0 for a cloud at the origin; it grows with the volume of the cloud and is most for directions of equal strength:
    d/2 ln(1 + 1/epsilon^2) for rows of length 1. It sees second moments around the origin alone. d enters the formula,
    so layers of different width do not compare; `per_dimension` gives nats a column, of which only evenly used layers
    compare: repeating every column still changes it.

    Args:
        epsilon_squared: mean squared error of a coded sample, the whole row; the official code calls it eps.
        rows: "unit" scales every row to length 1 as published, with a note; "as_given" leaves them, and the rate grows
            with the scale.
        per_dimension: divide by the number of columns.

    Raises:
        SampleError: for a row of zeros, where rows are scaled.

    References: ma2007; yu2020.
    """

    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.0005, 1e-09, 0.0, 0.0, 4.4e-11)

    epsilon_squared: Annotated[float, Range(1e-4, 100.0, log=True)] = 0.5
    rows: Literal["unit", "as_given"] = "unit"
    per_dimension: bool = False

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula."""
        coded, doubts = prepared(z, self.rows, self.per_dimension)
        found = float(rate(coded, self.epsilon_squared))
        return Reading(found / z.shape[1] if self.per_dimension else found, doubts=doubts)
