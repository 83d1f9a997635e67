"""Principal components, of each step by itself or of all steps together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, Literal

import numpy as np
import torch

from explorer.embeddings.base import Clouds, Embedding

EXACT = 2000
"""Columns up to which the matrix of their covariances is formed; with more, the axes are iterated."""

BLOCK, TOLERANCE, MOST = 12, 1e-9, 200
"""Directions that are iterated together, the relative gain in variance at which they rest, iterations at most."""


@dataclass(frozen=True)
class PCA(Embedding):
    r"""Principal components: the plane through the samples that keeps the most variance.

    .. math:: p_i = V^\top (z_i - \bar z), \qquad V = \text{the two leading eigenvectors of } \sum_i
        (z_i - \bar z)(z_i - \bar z)^\top

    A linear map: distances in the picture are never larger than the true ones, and what is outside the plane is told
    as the share of variance left out. Clusters that differ in further directions lie on top of each other. Columns
    are not scaled. The sign of an axis is such that its largest coefficient is positive. Above 2000 columns the axes
    are iterated until their variance gains less than 1e-9 of itself.

    The common frame adds up the covariances of all steps, each about its own mean. A point then moves only where its
    activations move: the picture cannot jump. It shows less of steps that are small or lie in other directions, as
    those before training do. The plane of each step keeps the most of that step, but leaps whenever two variances
    change places, even after it is turned onto the step before. Stacking the steps about one mean would spend an axis
    on the drift of that mean.

    Args:
        frame: "common" takes the axes of all steps together, "step" those of each step, turned onto the step before.

    References: pearson1901; hotelling1933.
    """

    frame: Literal["common", "step"] = "common"

    linear: ClassVar[bool] = True
    effort: ClassVar[tuple[float, float, float]] = (0.0, 0.005, 2e-6)

    def over(self, clouds: Clouds) -> Embedding:
        """The projection onto the axes of all steps, or this, which finds each step's own."""
        return self if self.frame == "step" else Projection(principal_axes(clouds))

    def positions(self, values: torch.Tensor, before: np.ndarray | None) -> np.ndarray:
        """Scores on the axes of these values alone."""
        return plane_of(values)


@dataclass(frozen=True, eq=False)
class Projection(Embedding):
    """A plane that was found before, by its axes (d, 2)."""

    axes: torch.Tensor

    linear: ClassVar[bool] = True
    fixed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """There is nothing to check: this is no entry of the catalogue."""

    def positions(self, values: torch.Tensor, before: np.ndarray | None) -> np.ndarray:
        """The place of the values in the plane, about their mean."""
        return projected(values, self.axes)


def plane_of(values: torch.Tensor) -> np.ndarray:
    """Scores (n, 2) on the two principal axes of the values."""
    return projected(values, principal_axes(lambda: [values]))


def projected(values: torch.Tensor, axes: torch.Tensor) -> np.ndarray:
    """Coordinates (n, 2) about the mean; the second is 0 for values of one column."""
    return ((values - values.mean(0)) @ axes).cpu().numpy()


def principal_axes(clouds: Clouds) -> torch.Tensor:
    """The two leading axes (d, 2) of the covariances of all clouds together, signs fixed."""

    def centred() -> Iterator[torch.Tensor]:
        return (cloud - cloud.mean(0) for cloud in clouds())

    first = next(iter(clouds()))
    d = first.shape[1]
    if d <= EXACT:
        scatter = _added(cloud.T @ cloud for cloud in centred())
        axes = torch.linalg.eigh(scatter)[1].flip(1)[:, :2]
    else:
        axes = _iterated(centred, torch.randn(d, BLOCK, dtype=first.dtype).to(first.device))
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True))
    axes = axes * torch.where(largest < 0, -1.0, 1.0)
    return torch.nn.functional.pad(axes, (0, 2 - axes.shape[1]))


def _iterated(clouds: Clouds, start: torch.Tensor) -> torch.Tensor:
    """The two leading directions by orthogonal iteration of a block, and a rotation within it at the end."""
    block, before = torch.linalg.qr(start)[0], 0.0
    for _ in range(MOST):
        image = _added(cloud.T @ (cloud @ block) for cloud in clouds())
        variances, turn = torch.linalg.eigh(block.T @ image)
        axes, kept = (block @ turn).flip(1)[:, :2], float(variances[-2:].sum())
        if kept - before <= TOLERANCE * kept:
            break
        block, before = torch.linalg.qr(image)[0], kept
    return axes


def _added(parts: Iterable[torch.Tensor]) -> torch.Tensor:
    return reduce(torch.add, parts)
