"""Labels, and the clusters that they belong to."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal

import numpy as np
from scipy.special import logsumexp

from explorer.distributions.base import Distribution, even, quadrature
from explorer.errors import SettingError
from explorer.settings import Range


@dataclass(frozen=True)
class LabelledClusters(Distribution):
    r"""A label Y and a round normal cluster X for each of its equally likely values.

    X = c_Y + Z with Z standard normal and centres c_k that lie evenly on a line or on a ring:

    .. math:: I(X; Y) = \ln K - \frac1K \sum_k E \ln \sum_j \exp\left( Z \cdot (c_j - c_k) - |c_j - c_k|^2 / 2 \right)

    The mean over Z has one coordinate on a line and two on a ring, and is found by Gauss-Legendre quadrature,
    accurate to 1e-9. The other coordinates of X are noise. H(Y) = ln K, h(X) = I(X; Y) + dim ln(2 pi e) / 2.
    Samples have shapes (n, dim) and (n, 1).

    Args:
        classes: number K of labels.
        separation: distance of neighbouring centres, in standard deviations of a cluster.
        dim: coordinates of X.
        layout: where the centres lie: "line" along the first coordinate, "ring" in the plane of the first two.

    Raises:
        SettingError: for a ring in one dimension.

    References: kolchinsky2017; cover2006, section 8.6.
    """

    classes: Annotated[int, Range(2, 20)] = 3
    separation: Annotated[float, Range(0.0, 10.0)] = 2.0
    dim: Annotated[int, Range(1, 200)] = 2
    layout: Literal["line", "ring"] = "line"
    kind_y: ClassVar[str] = "discrete"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.layout == "ring" and self.dim < 2:
            raise SettingError(f"dim={self.dim} must be at least 2 when layout='ring'")

    @cached_property
    def nats(self) -> float:
        """ln K minus the mean log of how many labels fit."""
        centres = self.centres
        if self.layout == "ring":  # every centre has the same view
            return math.log(self.classes) - _log_fitting(centres - centres[0])
        views = [_log_fitting((centres - centre)[:, :1]) for centre in centres]
        return math.log(self.classes) - float(np.mean(views))

    @property
    def entropy_x(self) -> float:
        """I(X; Y) and the entropy of one cluster."""
        return self.nats + self.dim * math.log(2 * math.pi * math.e) / 2

    @property
    def entropy_y(self) -> float:
        """ln K."""
        return math.log(self.classes)

    @property
    def centres(self) -> np.ndarray:
        """The centres in their plane, shape (classes, 2)."""
        k = np.arange(self.classes)
        if self.layout == "line":
            return np.column_stack([self.separation * k, 0 * k])
        angle = 2 * np.pi * k / self.classes
        radius = self.separation / (2 * math.sin(math.pi / self.classes))
        return radius * np.column_stack([np.cos(angle), np.sin(angle)])

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Labels, and normal numbers around their centres."""
        y = rng.integers(0, self.classes, (n, 1))
        x = rng.standard_normal((n, self.dim))
        x[:, :2] += self.centres[y[:, 0], : self.dim]
        return x, y


def _log_fitting(steps: np.ndarray) -> float:
    """E ln sum_j exp(Z . steps_j - |steps_j|^2 / 2) for steps of shape (K, 1) or (K, 2)."""
    z, weights = quadrature(even(-9, 9, 0.5), 6)
    weights = weights * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    exponents = z * steps[:, :1] - (steps**2).sum(1, keepdims=True) / 2  # (K, nodes)
    if steps.shape[1] == 1:
        return float(logsumexp(exponents, axis=0) @ weights)
    exponents = exponents[:, :, None] + (z * steps[:, 1:])[:, None, :]
    return float(weights @ logsumexp(exponents, axis=0) @ weights)
