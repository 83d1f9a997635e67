"""What all distributions share; an entry holds only the mathematics."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from scipy.special import entr

from explorer.catalogue import distributions as catalogue
from explorer.errors import SampleError, SettingError
from explorer.settings import checked_settings


@dataclass(frozen=True)
class Distribution(ABC):
    """A pair (X, Y) with known information: settings in the constructor, samples on demand.

    An entry gives `nats` and `draw`, and the entropies where they are known.

    Attributes:
        kind_x, kind_y: "continuous" (float64 samples) or "discrete" (int64 samples).

    Raises:
        SettingError: for a setting out of its rule; the message names the rule.
    """

    kind_x: ClassVar[str] = "continuous"
    kind_y: ClassVar[str] = "continuous"

    def __post_init__(self) -> None:
        settings = catalogue.card(self.name).settings
        for name, value in checked_settings(settings, self.settings, self.name).items():
            object.__setattr__(self, name, value)

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

    @property
    def name(self) -> str:
        """The catalogue key."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting and its value."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


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


def entropy(p: np.ndarray | list[float]) -> float:
    """The entropy of a table of probabilities in nats."""
    return float(entr(p).sum())
