"""What one half of a long sequence tells of the other, and one place of another far away, exactly."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from explorer.errors import SettingError

Kind = Literal["fading", "one number", "many numbers"]
KINDS: tuple[Kind, ...] = ("many numbers", "one number", "fading")

NEAR = 0.4
"""Correlation of neighbours, whichever the sequence."""


@dataclass(frozen=True)
class LongSequence:
    r"""A stationary normal sequence by what two of its places at a distance d tell of each other.

    - "fading": one number a place, correlated as 0.4^d: a Markov chain.
    - "one number" a place, correlated as 0.4 d^(-decay / 2).
    - "many numbers" a place, one for each distance d: the d-th follows only the d-th of the place d before, as
      Z_t + theta Z_t-d, with the same correlation 0.4 d^(-decay / 2). Two places share that one number and no other.

    The last two have the same two-point information at every distance, about 0.08 d^-decay. Between halves of length l
    the last shares about the sum over d of min(d, 2l - d) such terms, which grows as l^(2 - decay).

    Attributes:
        decay: exponent of the two-point information, in (0, 2).

    Raises:
        SettingError: for an exponent that is not.
    """

    kind: Kind = "many numbers"
    decay: float = 1.5

    def __post_init__(self) -> None:
        if not 0 < self.decay < 2:
            raise SettingError(f"decay={self.decay!r} must lie in (0, 2)")

    def correlation(self, distance: np.ndarray) -> np.ndarray:
        """Between the numbers that two places at this distance, at least 1, share."""
        distance = np.asarray(distance, float)
        return NEAR**distance if self.kind == "fading" else NEAR * distance ** (-self.decay / 2)

    def two_point(self, distance: np.ndarray) -> np.ndarray:
        """I(X_t; X_t+d) in nats."""
        return -np.log1p(-np.square(self.correlation(distance))) / 2

    def halves(self, length: int) -> float:
        """I(X_1..l; X_l+1..2l) in nats, of two halves of this length.

        References: chen2025l2m.
        """
        if self.kind == "many numbers":
            return sum(_interleaved(float(self.correlation(np.array(d))), d, length) for d in range(1, 2 * length))
        row = np.concatenate([[1.0], self.correlation(np.arange(1, 2 * length))])
        return log_det(row[:length]) - log_det(row) / 2


def log_det(row: np.ndarray) -> float:
    """ln of the determinant of the symmetric Toeplitz matrix with this first row, by Levinson and Durbin."""
    left, total, weights = row[0], math.log(row[0]), np.zeros(0)
    for i in range(1, len(row)):
        partial = (row[i] - weights @ row[i - 1 : 0 : -1]) / left
        weights = np.append(weights - partial * weights[::-1], partial)
        left *= 1 - partial**2
        total += math.log(left)
    return total


def _interleaved(rho: float, distance: int, length: int) -> float:
    """The halves of a number that follows itself `distance` places before alone: as many chains as can cross."""
    first = np.arange(min(distance, length))
    before = 1 + (length - 1 - first) // distance  # places first, first + distance, ... of the first half
    after = 1 + (2 * length - 1 - first) // distance - before
    chains, sizes = np.unique(np.stack([before, after]), axis=1, return_counts=True)
    return sum(int(size) * _crossing(rho, *map(int, one)) for one, size in zip(chains.T, sizes, strict=True))


@cache
def _crossing(rho: float, before: int, after: int) -> float:
    """I of the first `before` and the next `after` steps of a moving average with one correlation; 0 for none."""
    return (_moving(rho, before) + _moving(rho, after) - _moving(rho, before + after)) / 2


@cache
def _moving(rho: float, steps: int) -> float:
    """ln of the determinant of the tridiagonal matrix with 1 and rho."""
    left, total = 1.0, 0.0  # the variance that is left of a step given those before
    for _ in range(steps - 1):
        left = 1 - rho**2 / left
        total += math.log(left)
    return total


def exponent(lengths: ArrayLike, values: ArrayLike) -> float:
    """The power of the length with which values grow: the slope of a line through the logarithms."""
    return float(np.polynomial.Polynomial.fit(np.log(lengths), np.log(values), 1).convert().coef[1])


def doublings(most: int) -> np.ndarray:
    """1, 2, 4, ... 2^most."""
    return 2 ** np.arange(most + 1)
