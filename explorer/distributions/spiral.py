"""Normal vectors stirred: turned the further the longer they are."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from explorer.distributions.base import Transformed
from explorer.distributions.multivariate_normal import MultivariateNormal
from explorer.settings import Range


@dataclass(frozen=True)
class Spiral(Transformed):
    r"""Normal vectors that are turned by an angle which grows with their squared length.

    .. math:: x \mapsto \exp(\mathrm{speed} \, |x|^2 A) \, x

    with a skew-symmetric A that turns X in the plane of its first and second coordinate and Y in that of
    its second and third (second and first where dim = 2). A turn keeps the length, so the map has an
    inverse, and it keeps volumes: I(X; Y), h(X) and h(Y) are those of the normal vectors. At speed 1/3,
    dim 3 and two correlated pairs of 0.8 this is a task of the benchmark, with 1.022 nats.
    Samples have shapes (n, dim) and (n, dim).

    Args:
        dim: coordinates of X, and of Y.
        rho: correlation of the normal coordinates that correlate.
        structure: which correlate: "paired" X_i with Y_i, "sparse" the first two pairs, "dense" all.
        speed: angle in radians of a vector of length 1.

    References: czyz2023, section 3.
    """

    dim: Annotated[int, Range(2, 200)] = 3
    rho: Annotated[float, Range(-0.999, 0.999)] = 0.8
    structure: Literal["paired", "sparse", "dense"] = "sparse"
    speed: Annotated[float, Range(0.0, 10.0)] = 0.333

    @property
    def of(self) -> MultivariateNormal:
        """The normal vectors."""
        return MultivariateNormal(self.dim, self.rho, self.structure)

    @property
    def entropy_x(self) -> float:
        """That of the normal vector."""
        return self.of.entropy_x

    @property
    def entropy_y(self) -> float:
        """That of X."""
        return self.entropy_x

    def map_x(self, x: np.ndarray) -> np.ndarray:
        """The turn in the plane of the first and second coordinate."""
        return self._turned(x, 0, 1)

    def map_y(self, y: np.ndarray) -> np.ndarray:
        """The turn in the plane of the second and third coordinate."""
        return self._turned(y, 1, 2 % self.dim)

    def _turned(self, v: np.ndarray, first: int, second: int) -> np.ndarray:
        angle = self.speed * (v**2).sum(1)
        turned = v.copy()
        turned[:, first] = np.cos(angle) * v[:, first] - np.sin(angle) * v[:, second]
        turned[:, second] = np.sin(angle) * v[:, first] + np.cos(angle) * v[:, second]
        return turned
