"""What all distributions share; an entry holds only the mathematics."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from scipy.special import entr

from explorer.catalogue import Catalogue, distributions
from explorer.entries import Entry
from explorer.errors import SampleError, SettingError


@dataclass(frozen=True)
class Distribution(Entry, ABC):
    """A pair (X, Y) with known information: settings in the constructor, samples on demand.

    An entry gives `nats` and `draw`, and the entropies where they are known.

    Attributes:
        kind_x, kind_y: "continuous" (float64 samples) or "discrete" (int64 samples).

    Raises:
        SettingError: for a setting out of its rule; the message names the rule.
    """

    catalogue: ClassVar[Catalogue] = distributions
    kind_x: ClassVar[str] = "continuous"
    kind_y: ClassVar[str] = "continuous"

    @property
    @abstractmethod
    def nats(self) -> float:
        """The true I(X; Y) in nats."""

    @property
    def entropy_x(self) -> float | None:
        """The true H(X) in nats, differential where X is continuous; None where it is not known."""
        return None

    @property
    def entropy_y(self) -> float | None:
        """The true H(Y) in nats, differential where Y is continuous; None where it is not known."""
        return None

    @abstractmethod
    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """n independent pairs: x of shape (n, d_x) and y of shape (n, d_y)."""

    def sample(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """n independent pairs; the same seed gives the same pairs.

        Returns:
            x of shape (n, d_x) and y of shape (n, d_y), float64 or int64.

        Raises:
            SampleError: unless n is a whole number of at least 1.
            SettingError: unless seed is a whole number of at least 0.
        """
        if not isinstance(n, int | np.integer) or n < 1:
            raise SampleError(f"n={n!r} must be a whole number of at least 1")
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise SettingError(f"seed={seed!r} must be a whole number of at least 0")
        return self.draw(int(n), np.random.default_rng(seed))


@dataclass(frozen=True)
class Transformed(Distribution):
    """Another distribution seen through a one-to-one map of X and one of Y, which leave I(X; Y) as it is."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.of  # settings that clash are refused now, not at the first sample

    @property
    @abstractmethod
    def of(self) -> Distribution:
        """The distribution that is transformed."""

    @abstractmethod
    def map_x(self, x: np.ndarray) -> np.ndarray:
        """The map of X, shape (n, d) to (n, d_x)."""

    def map_y(self, y: np.ndarray) -> np.ndarray:
        """The map of Y, shape (n, d) to (n, d_y); that of X unless an entry says otherwise."""
        return self.map_x(y)

    @property
    def nats(self) -> float:
        """I of the distribution that is transformed."""
        return self.of.nats

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of the distribution that is transformed, mapped."""
        x, y = self.of.draw(n, rng)
        return self.map_x(x), self.map_y(y)


@dataclass(frozen=True)
class NoisyCurve(Distribution):
    """Y = f(X) + noise Z with X uniform on (0, 1) and Z standard normal: I(X; Y) = h(Y) - h(noise Z)."""

    noise: float

    @abstractmethod
    def curve(self, x: np.ndarray) -> np.ndarray:
        """f, with values in [-1, 1]."""

    @abstractmethod
    def quantile(self, u: np.ndarray) -> np.ndarray:
        """The quantile function of f(X)."""

    @property
    def nats(self) -> float:
        """h(Y) - h(noise Z)."""
        return self.entropy_y - math.log(2 * math.pi * math.e * self.noise**2) / 2

    @property
    def entropy_x(self) -> float:
        """0, the log of the width of X."""
        return 0.0

    @cached_property
    def entropy_y(self) -> float:
        """By quadrature: the density of Y is the mean of the noise's over the values of the curve."""
        u, weights = quadrature(even(0, 1, min(0.1, self.noise)), 8)
        y, weights_y = quadrature(even(-1 - 9 * self.noise, 1 + 9 * self.noise, 1.5 * self.noise), 8)
        z = (y[:, None] - self.quantile(u)) / self.noise
        density = np.exp(-(z**2) / 2) @ weights / (math.sqrt(2 * math.pi) * self.noise)
        return float(weights_y @ entr(density))

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """X, and the curve with noise."""
        x = rng.uniform(0, 1, (n, 1))
        return x, self.curve(x) + self.noise * rng.standard_normal((n, 1))


def quadrature(edges: np.ndarray, order: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the Gauss-Legendre rule of the given order on each piece between neighbouring edges."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()


def even(low: float, high: float, width: float) -> np.ndarray:
    """Edges from low to high with equal pieces of at most the given width."""
    return np.linspace(low, high, 1 + max(1, math.ceil((high - low) / width)))


def entropy(p: np.ndarray | list[float]) -> float:
    """The entropy of a table of probabilities in nats."""
    return float(entr(p).sum())
