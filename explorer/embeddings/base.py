"""What all embeddings share; an entry holds only the method."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from explorer.catalogue import Catalogue, embeddings
from explorer.device import seeded
from explorer.entries import Entry
from explorer.errors import SampleError, SettingError

Clouds = Callable[[], Iterable[torch.Tensor]]


@dataclass(frozen=True)
class Embedding(Entry):
    """Settings in the constructor, data in `of`.

    An entry gives `positions(values, before)`; it receives float64 values (n, d), and positions (n, 2) of the step
    before or None, neither of them all equal. Its random numbers come from torch's generator, which is seeded here.

    Attributes:
        linear: positions are a projection, so that a share of the variance is kept.
        starts: it starts from the positions of the step before, and keeps near them where the data do.
        fixed: positions of all steps are in one frame already and must not be turned.
        random: it draws random numbers, so that the seed changes the picture.
        effort: seconds on one core: once in a process, for each step, and for each step and sample.
    """

    catalogue: ClassVar[Catalogue] = embeddings
    linear: ClassVar[bool] = False
    starts: ClassVar[bool] = False
    fixed: ClassVar[bool] = False
    random: ClassVar[bool] = False
    effort: ClassVar[tuple[float, float, float]] = (0.0, 0.0, 0.0)

    def of(self, values: torch.Tensor, before: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
        """Positions in the plane, (n, 2) float32, about their mean; all zero where all rows are equal.

        Args:
            values: (n, d), finite.
            before: positions of the same rows at the step before, to start from.
            seed: of everything random; the caller's random state is left as it was.

        Raises:
            SampleError: for values that are no table, `before` of another shape, or a method that finds no place.
            SettingError: for a setting that asks for more samples than there are.
        """
        if values.ndim != 2 or len(values) < 2:
            raise SampleError(f"values must have shape (n, d) with n of at least 2; got {tuple(values.shape)}")
        if before is not None and before.shape != (len(values), 2):
            raise SampleError(f"before must have shape ({len(values)}, 2); got {before.shape}")
        if not (values != values[:1]).any():
            return np.zeros((len(values), 2), np.float32)
        start = before if before is not None and before.any() else None
        with seeded(seed, values.device):
            found = self.positions(values.double(), start)
        if not np.isfinite(found).all():
            raise SampleError(f"{self.name} found no place for some of the {len(found)} rows; choose 'pca'")
        return np.ascontiguousarray(found, np.float32)

    def positions(self, values: torch.Tensor, before: np.ndarray | None) -> np.ndarray:
        """Positions (n, 2) of the rows of values (n, d); the method."""
        raise NotImplementedError

    def over(self, clouds: Clouds) -> "Embedding":
        """The embedding that serves all steps; `clouds` gives their values again whenever it is called."""
        return self


def drawn_seed() -> int:
    """A seed for a library that takes one, from torch's generator."""
    return int(torch.randint(2**31, ()))


def fewer_than(name: str, value: float, n: int) -> None:
    """Refuse a neighbourhood that is no smaller than the sample.

    Raises:
        SettingError: unless value < n.
    """
    if value >= n:
        raise SettingError(f"{name}={value:g} must be smaller than the number of samples, which is {n}")
