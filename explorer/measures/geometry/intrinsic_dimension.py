"""Intrinsic dimension."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.geometry._distinct import distinct
from explorer.numerics.intrinsic import LEAST, likeliest_dimension, two_nearest
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class IntrinsicDimension(Measure):
    r"""Intrinsic dimension: how many coordinates it takes to move within the cloud, read from nearest neighbours.

    .. math:: -\ln(1 - F(\mu)) = m \ln \mu, \quad \mu = T_2 / T_1; \qquad
              \frac1m = \frac{1}{n (k - 1)} \sum_i \sum_{j < k} \ln \frac{T_k(z_i)}{T_j(z_i)}

    T_j is the Euclidean distance to the j-th neighbour. "two_nn" fits the slope of the first line through the
    origin, without the largest tenth of the ratios; it needs an even density over two neighbours only. "mle" is the
    second formula, the likeliest m for k neighbours, with the mean taken before it is inverted (mackay2005); a
    larger k has less noise, and more bias where the cloud is curved or its density changes. Noise fills all columns:
    at distances below it, both see d. High dimensions read too low: with n = 1000, a cube of 10 reads 8.1 by
    "two_nn" and 9.7 by "mle", one of 20 reads 15 and 17. Above 2 log10 n, where n samples cannot tell
    (eckmann1992), a doubt says so.

    Samples that coincide count once, with a note.

    Args:
        method: "two_nn" or "mle".
        k: neighbours that "mle" uses; "two_nn" always takes two.

    Raises:
        SampleError: with fewer than 10 samples that differ, no more than k of them, or all at equal distances.

    References: facco2017; levina2004; mackay2005; eckmann1992.
    """

    unit: ClassVar[str] = "dimensions"
    least: ClassVar[int] = 10
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.001, 0.0, 0.0, 0.0, 0.0, 3.4e-10)

    method: Literal["two_nn", "mle"] = "two_nn"
    k: Annotated[int, Range(2, 100)] = 10

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula."""
        rows, doubts = distinct(z)
        needed = LEAST if self.method == "two_nn" else max(LEAST, self.k + 1)
        if len(rows) < needed:
            rule = f"{self.method} needs at least {needed}" + (f" with k={self.k}" if self.method == "mle" else "")
            raise SampleError(f"z has {len(rows)} samples that differ, the others coincide with them; {rule}")
        found = two_nearest(rows, len(rows)) if self.method == "two_nn" else likeliest_dimension(rows, self.k)
        if not math.isfinite(found):
            raise SampleError("z lies on a lattice: neighbours are all at the same distance, which tells no dimension")
        return Reading(found, doubts=(*doubts, *_too_few(found, len(rows))))


def _too_few(dimension: float, n: int) -> tuple[Doubt, ...]:
    most = 2 * math.log10(n)
    if dimension <= most:
        return ()
    text = f"{dimension:.1f} is above 2 log10 n = {most:.1f}: {n} samples are too few, and it reads too low."
    return (Doubt("samples", text),)
