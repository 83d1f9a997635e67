"""A label that is written into a few units, or over all of them."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.distributions.labelled_clusters import LabelledClusters
from explorer.errors import SettingError


@dataclass(frozen=True)
class PlantedCode:
    """Fair bits, each in a unit of its own among units of noise; turned, each is spread over all units.

    The unit of a bit is normal with variance 1 around -gap / 2 or gap / 2, and the other units are standard normal. Of
    k units chosen well they tell k I(unit; bit) while k is at most the number of bits, and more units tell no more.
    After a turn all units together tell as much as before, and single ones less.

    Attributes:
        units, bits: how many; the label is one of 2^bits.
        gap: between the two means, in standard deviations.
        spread: the units are turned at random.

    Raises:
        SettingError: for more bits than units, more than 8 bits, or a gap outside [0, 10].

    References: torroba2020; stanczak2023.
    """

    units: int = 10
    bits: int = 2
    gap: float = 3.0
    spread: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= min(8, self.units):
            raise SettingError(f"bits={self.bits} must lie in [1, {min(8, self.units)}], with {self.units} units")
        if not 0 <= self.gap <= 10:
            raise SettingError(f"gap={self.gap:g} must lie in [0, 10]")

    @property
    def label_entropy(self) -> float:
        """bits ln 2, in nats."""
        return self.bits * math.log(2)

    def nats(self, units: int | None = None) -> float:
        """I(the best units; label), of all units unless a number is given.

        Raises:
            SettingError: for some of the units of a code that is spread.
        """
        if self.spread and units not in (None, self.units):
            raise SettingError(f"units={units} of a code that is spread tell what its turn makes of it")
        one = LabelledClusters(classes=2, separation=self.gap, dim=1).nats
        return one * min(self.bits, self.units if units is None else units)

    def sample(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Units (n, units) and labels (n,); which units hold the bits is drawn too."""
        rng = np.random.default_rng(seed)
        written = rng.integers(0, 2, (n, self.bits))
        z = rng.standard_normal((n, self.units))
        z[:, rng.permutation(self.units)[: self.bits]] += self.gap * (written - 0.5)
        if self.spread:
            z = z @ np.linalg.qr(rng.standard_normal((self.units, self.units)))[0]
        return z, written @ 2 ** np.arange(self.bits)
