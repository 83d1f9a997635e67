"""Factors of levels, each in a latent with noise: what a latent tells is known, whatever the bins say."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.distributions.labelled_clusters import LabelledClusters
from explorer.engines.known.codes import Code
from explorer.errors import SettingError


@dataclass(frozen=True)
class NoisyLevels:
    """Independent factors of equally likely levels 0, 1, ...; latent k is the level of factor k and normal noise.

    A latent tells its own factor I(level + noise; level), by quadrature, and no other: the mutual information gap is
    that over ln levels.

    Attributes:
        levels, factors: how many.
        noise: standard deviation; levels are 1 apart. None makes latents of noise alone, which tell nothing.

    Raises:
        SettingError: for fewer than 2 levels or factors, more than 20 levels, or noise below 0.1.

    References: chen2018; kolchinsky2017.
    """

    levels: int = 5
    factors: int = 3
    noise: float | None = 0.3

    def __post_init__(self) -> None:
        if not 2 <= self.levels <= 20 or self.factors < 2:
            raise SettingError(f"levels={self.levels} must lie in [2, 20] and factors={self.factors} be at least 2")
        if self.noise is not None and self.noise < 0.1:
            raise SettingError(f"noise={self.noise:g} must be at least 0.1, a tenth of the step between levels")

    @property
    def nats(self) -> float:
        """Of a latent on its own factor."""
        if self.noise is None:
            return 0.0
        return LabelledClusters(classes=self.levels, separation=1 / self.noise, dim=1).nats

    @property
    def mig(self) -> float:
        """The mutual information gap."""
        return self.nats / math.log(self.levels)

    def sample(self, n: int, seed: int = 0) -> Code:
        """n rows."""
        rng = np.random.default_rng(seed)
        v, drawn = rng.integers(0, self.levels, (n, self.factors)), rng.standard_normal((n, self.factors))
        names = "abcdefghijklmnopqrst"[: self.factors]
        return Code(drawn if self.noise is None else v + self.noise * drawn, dict(zip(names, v.T, strict=True)))
