"""Two discrete variables given by their joint table."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from explorer.distributions.base import Distribution, entropy
from explorer.errors import InputError
from explorer.settings import Range


@dataclass(frozen=True)
class Tabulated(Distribution):
    """X and Y with a joint table p, p[i, j] = P(X = i, Y = j): I(X; Y) = H(X) + H(Y) - H(X, Y)."""

    kind_x: ClassVar[str] = "discrete"
    kind_y: ClassVar[str] = "discrete"

    @property
    @abstractmethod
    def table(self) -> np.ndarray:
        """The joint table p, shape (levels of X, levels of Y)."""

    @property
    def nats(self) -> float:
        """H(X) + H(Y) - H(X, Y)."""
        return self.entropy_x + self.entropy_y - entropy(self.table)

    @property
    def entropy_x(self) -> float:
        """H of the row sums."""
        return entropy(self.table.sum(1))

    @property
    def entropy_y(self) -> float:
        """H of the column sums."""
        return entropy(self.table.sum(0))

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Cells drawn with their probabilities: row number X and column number Y, shapes (n, 1)."""
        cells = rng.choice(self.table.size, size=(n, 1), p=self.table.ravel())
        x, y = np.divmod(cells, self.table.shape[1])
        return x, y


@dataclass(frozen=True)
class DiscreteTable(Tabulated):
    """Two variables with equally likely levels; Y copies X or is drawn afresh.

    With probability `strength` Y = X, otherwise Y is any level:
    p[i, j] = strength [i = j] / levels + (1 - strength) / levels^2, and
    I(X; Y) = sum p ln(p levels^2). Samples have shapes (n, 1) and (n, 1).
    `DiscreteTable.from_table(p)` takes any other joint table.

    Args:
        levels: values that X, and Y, can take.
        strength: 0 for independent variables, 1 for Y = X.

    References: cover2006, section 2.3.
    """

    levels: Annotated[int, Range(2, 100)] = 4
    strength: Annotated[float, Range(0.0, 1.0)] = 0.5

    @property
    def table(self) -> np.ndarray:
        """The joint table, shape (levels, levels)."""
        return self.strength * np.eye(self.levels) / self.levels + (1 - self.strength) / self.levels**2

    @classmethod
    def from_table(cls, p: Any) -> "GivenTable":
        """The pair whose joint table is p, shape (levels of X, levels of Y).

        Raises:
            InputError: unless p is a table of probabilities that sum to 1.
        """
        try:
            table = np.asarray(p, dtype=float)
        except (TypeError, ValueError) as error:
            raise InputError("p must be a table of numbers with rows of one length") from error
        if table.ndim != 2 or table.size == 0:
            raise InputError(f"p has shape {table.shape}; a joint table has rows and columns")
        return GivenTable(tuple(map(tuple, table.tolist())))


@dataclass(frozen=True)
class GivenTable(Tabulated):
    """Two variables with the joint table that was given; `DiscreteTable.from_table` makes one."""

    rows: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if not (self.table >= 0).all():
            raise InputError("p holds a negative number or NaN; probabilities are 0 or more")
        if abs(self.table.sum() - 1) > 1e-9:
            raise InputError(f"p sums to {self.table.sum():.9g}; a joint table sums to 1")

    @property
    def table(self) -> np.ndarray:
        """The joint table as an array."""
        return np.array(self.rows)
