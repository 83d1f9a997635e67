"""Coding rate reduction."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.rate._rate import prepared, rate
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class CodingRateReduction(Measure):
    r"""Coding rate reduction: what is saved when every class is coded by itself.

    .. math:: \Delta R = R(Z) - \sum_j \frac{n_j}{n} R(Z_j), \qquad
              R(Z) = \tfrac12 \ln \det \Big( I + \frac{d}{n \varepsilon^2} Z^\top Z \Big)

    the quantity that maximal coding rate reduction (MCR2) makes large: classes that each fill a small subspace, all
    subspaces orthogonal. Never negative, 0 for one class or classes with the same second moments. Few samples a class
    raise it, because a class cannot fill more directions than it has samples: shuffled labels do not read 0. d enters
    the formula, so layers of different width do not compare; `per_dimension` gives nats a column, of which only
    evenly used layers compare.

    Args:
        epsilon_squared: mean squared error of a coded sample, the whole row; the official code calls it eps, takes
            0.5 in training and 0.01 in its class.
        rows: "unit" scales every row to length 1 as published, with a note; "as_given" leaves them, and the rates grow
            with the scale.
        per_dimension: divide all rates by the number of columns.

    Raises:
        SampleError: for a row of zeros, where rows are scaled.

    References: yu2020.
    """

    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("shift", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.001, 4.5e-09, 0.0, 0.0, 6.3e-11)

    epsilon_squared: Annotated[float, Range(1e-4, 100.0, log=True)] = 0.5
    rows: Literal["unit", "as_given"] = "unit"
    per_dimension: bool = False

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The formula; details hold R, the weighted sum of the classes' rates, and each of these rates."""
        coded, doubts = prepared(z, self.rows, self.per_dimension)
        sizes = torch.bincount(y)
        parts = torch.stack([rate(coded[y == one], self.epsilon_squared) for one in range(len(sizes))])
        whole, classes = rate(coded, self.epsilon_squared), (parts * sizes).sum() / len(z)
        unit = z.shape[1] if self.per_dimension else 1
        details = {
            "rate": float(whole) / unit,
            "rate_of_classes": float(classes) / unit,
            "per_class": (parts / unit).tolist(),
        }
        return Reading(float(whole - classes) / unit, details=details, doubts=(*doubts, *_few(sizes, z.shape[1])))


def _few(sizes: torch.Tensor, d: int) -> tuple[Doubt, ...]:
    short = int((sizes < d).sum())
    text = f"{short} of {len(sizes)} classes have fewer samples than the {d} columns, which raises the reduction."
    return (Doubt("samples", text),) if short else ()
