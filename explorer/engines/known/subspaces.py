"""Classes that each fill a subspace, at an angle from one another: the reduction of the coding rate in closed form."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import SettingError


@dataclass(frozen=True)
class Subspaces:
    r"""K equally frequent classes, each uniform on the unit sphere of a subspace of s dimensions in R^d.

    Axis i of class k is cos(angle) c_i + sin(angle) e_ki with all c and e orthonormal: all classes fill one subspace at
    0 degrees, and orthogonal ones at 90. In between two axes of one i have the cosine t = cos(angle)^2, and of the
    covariance of all classes together s eigenvalues are (1 + (K - 1) t) / (K s) and (K - 1) s are (1 - t) / (K s):

    .. math:: R = \frac s2 \Big[ \ln \Big( 1 + \tfrac{d (1 + (K - 1) t)}{K s \varepsilon^2} \Big)
              + (K - 1) \ln \Big( 1 + \tfrac{d (1 - t)}{K s \varepsilon^2} \Big) \Big], \qquad
              R_k = \frac s2 \ln \Big( 1 + \tfrac{d}{s \varepsilon^2} \Big)

    for samples without end; finite ones read a reduction R - mean R_k that is too large.

    Attributes:
        classes, dimensions, ambient: K, s and d.
        angle: in degrees; None draws a subspace for each class at random, for which there is no closed form.

    Raises:
        SettingError: for numbers below 1, an angle outside [0, 90], or more axes than R^d has.

    References: yu2020; ma2007.
    """

    classes: int = 4
    dimensions: int = 3
    ambient: int = 36
    angle: float | None = 90.0

    def __post_init__(self) -> None:
        if min(self.classes, self.dimensions) < 1:
            raise SettingError(f"classes={self.classes} and dimensions={self.dimensions} must be at least 1")
        if (self.classes + 1) * self.dimensions > self.ambient:
            axes = f"{self.classes + 1} subspaces of {self.dimensions} dimensions"
            raise SettingError(f"ambient={self.ambient} must hold {axes}, the classes' own and what they share")
        if self.angle is not None and not 0 <= self.angle <= 90:
            raise SettingError(f"angle={self.angle:g} must lie in [0, 90]")

    def rate(self, epsilon_squared: float) -> float:
        """R of all classes together, in nats.

        Raises:
            SettingError: for subspaces at random.
        """
        if self.angle is None:
            raise SettingError("angle=None draws subspaces at random; their rate has no closed form")
        k, s = self.classes, self.dimensions
        scale, t = self.ambient / (k * s * epsilon_squared), math.cos(math.radians(self.angle)) ** 2
        return s / 2 * (math.log1p(scale * (1 + (k - 1) * t)) + (k - 1) * math.log1p(scale * (1 - t)))

    def rate_of_classes(self, epsilon_squared: float) -> float:
        """The mean R_k, in nats."""
        return self.dimensions / 2 * math.log1p(self.ambient / (self.dimensions * epsilon_squared))

    def reduction(self, epsilon_squared: float) -> float:
        """The coding rate reduction in nats: 0 at 0 degrees, most at 90."""
        return self.rate(epsilon_squared) - self.rate_of_classes(epsilon_squared)

    def sample(self, each: int, seed: int = 0, shuffled: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Rows of length 1, (classes x each, ambient), and their classes, or those in random order."""
        rng = np.random.default_rng(seed)
        axes = self._axes(rng)  # (classes, dimensions, ambient)
        places = rng.standard_normal((self.classes, each, self.dimensions))
        places /= np.linalg.norm(places, axis=2, keepdims=True)
        classes = np.repeat(np.arange(self.classes), each)
        return (places @ axes).reshape(-1, self.ambient), rng.permutation(classes) if shuffled else classes

    def _axes(self, rng: np.random.Generator) -> np.ndarray:
        """Orthonormal axes of every class."""
        if self.angle is None:
            drawn = rng.standard_normal((self.classes, self.ambient, self.dimensions))
            return np.linalg.qr(drawn)[0].transpose(0, 2, 1)
        turn = np.linalg.qr(rng.standard_normal((self.ambient, self.ambient)))[0]
        parts = turn[: (self.classes + 1) * self.dimensions].reshape(-1, self.dimensions, self.ambient)
        angle = math.radians(self.angle)
        return math.cos(angle) * parts[:1] + math.sin(angle) * parts[1:]
