"""One reading taken on several samples: its mean, and how far the readings lie apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from explorer.errors import SettingError

Value = TypeVar("Value")
Way = TypeVar("Way")


@dataclass(frozen=True)
class Repeats:
    """Readings at several values of one quantity, each on several samples.

    Attributes:
        readings: (values, samples); NaN where there is none.
    """

    readings: np.ndarray

    @classmethod
    def of(cls, samples: Sequence[Sequence[float] | np.ndarray]) -> "Repeats":
        """From one row of readings, (values,), for every sample."""
        return cls(np.array(samples, float).T)

    @property
    def mean(self) -> np.ndarray:
        """The mean over the samples, (values,)."""
        return self.readings.mean(1)

    @property
    def low(self) -> np.ndarray:
        """The lowest reading, (values,)."""
        return self.readings.min(1)

    @property
    def high(self) -> np.ndarray:
        """The highest reading, (values,)."""
        return self.readings.max(1)


def repeated(read: Callable[[Value, int], float], values: Sequence[Value], seeds: int) -> Repeats:
    """`read(value, seed)` for every value and the seeds 0, 1, ...

    Raises:
        SettingError: without a value, or with fewer than one seed.
    """
    if not len(values) or seeds < 1:
        raise SettingError(f"{len(values)} values and seeds={seeds}: at least one of each is needed")
    return Repeats(np.array([[float(read(value, seed)) for seed in range(seeds)] for value in values]))


def compared(
    ways: Mapping[str, Way], read: Callable[[Way, Value, int], float], values: Sequence[Value], seeds: int
) -> dict[str, Repeats]:
    """`read(way, value, seed)` for every way of reading, value and seed.

    Raises:
        SettingError: without a value, or with fewer than one seed.
    """
    return {name: repeated(partial(read, way), values, seeds) for name, way in ways.items()}
