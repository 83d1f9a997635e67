"""Maps that can be undone and yet mix: all information is kept, and less of it lies where a linear probe looks."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Couplings:
    """Additive couplings: in turn each half of the columns is shifted by a wave of the other half (dinh2015).

    Attributes:
        depth: couplings.
        strength: how far a column is shifted.
        seed: of the waves' directions.
    """

    depth: int
    strength: float = 3.0
    seed: int = 0

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(n, d) with d even to (n, d)."""
        for wave in self._waves(x.shape[1]):
            x = self._coupled(x, wave, 1.0)
        return x

    def undone(self, x: np.ndarray) -> np.ndarray:
        """The inverse."""
        for wave in reversed(self._waves(x.shape[1])):
            x = self._coupled(x[:, ::-1], wave, -1.0, turned=True)
        return x

    def _waves(self, columns: int) -> list[np.ndarray]:
        rng, half = np.random.default_rng(self.seed), columns // 2
        return [rng.normal(size=(half, half)) for _ in range(self.depth)]

    def _coupled(self, x: np.ndarray, wave: np.ndarray, sign: float, turned: bool = False) -> np.ndarray:
        """The second half shifted by a wave of the first, and the order of the columns turned round."""
        half = x.shape[1] // 2
        first, second = x[:, :half], x[:, half:]
        moved = np.concatenate([first, second + sign * self.strength * np.sin(first @ wave)], 1)
        return moved if turned else moved[:, ::-1]
