"""Class separation."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.numerics.directions import UNIT_ROWS, unit_rows
from explorer.numerics.groups import group_means


@dataclass(frozen=True)
class ClassSeparation(Measure):
    r"""Class separation: the share of cosine distance between samples that lies between classes.

    .. math:: R^2 = 1 - \frac{\operatorname{mean}_c (1 - |m_c|^2)}{1 - |\operatorname{mean}_c m_c|^2}

    m_c is the mean of the class over rows scaled to length 1, and 1 - |m_c|^2 the mean cosine distance within it. 1
    when every class has one direction of its own, near 0 for labels that the layer does not know; shuffled labels
    read about (classes - 1) / n. All classes weigh alike, and pairs of a sample with itself count, as in the paper.
    It sees directions from the origin alone.

    Raises:
        SampleError: for a row of zeros, one class, or directions that all coincide.

    References: kornblith2021.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.0005, 3e-9, 0.0, 0.0)

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The formula; details hold the mean cosine distance within each class."""
        means, sizes = group_means(unit_rows(z), y)
        within = 1 - means.square().sum(1)
        overall = 1 - means.mean(0).square().sum()
        if len(sizes) < 2:
            raise SampleError(f"all {len(z)} samples have the same label; separation needs at least two classes")
        if overall < 1e-12:
            raise SampleError("the rows of z all have the same direction; nothing separates the classes")
        return Reading(float(1 - within.mean() / overall), details={"per_class": within.tolist()}, doubts=(UNIT_ROWS,))
