"""Two coins, the second of which copies the first now and then."""

from dataclasses import dataclass

import numpy as np

from explorer.engines.finite.channels import binary_symmetric, joint
from explorer.engines.finite.tables import bits, entropy, margin, mutual_information

PLACES = np.linspace(0, 1, 51)
"""Agreements at which the curve is drawn."""


@dataclass(frozen=True)
class Coins:
    """What two coins have in common, in bits.

    Attributes:
        table: P(coin 1, coin 2), heads first, shape (2, 2).
        first, second: entropy of each coin.
        shared: I(coin 1; coin 2).
        curve: what they would share at every agreement of PLACES, shape (51,).
    """

    table: np.ndarray
    first: float
    second: float
    shared: float
    curve: np.ndarray


def copied_coin(heads: float, agreement: float) -> Coins:
    """A coin that shows heads with probability `heads`, and one that shows the same with probability `agreement`.

    Fair coins share 1 - h(agreement) bits, h the entropy of a coin in bits.

    References: cover2006, section 7.1.4.
    """
    table = _pair(heads, agreement)
    curve = [mutual_information(_pair(heads, place)) for place in PLACES]
    first, second = (float(bits(entropy(margin(table, axis)))) for axis in (0, 1))
    return Coins(table, first, second, float(bits(mutual_information(table))), bits(curve))


def _pair(heads: float, agreement: float) -> np.ndarray:
    return joint([heads, 1 - heads], binary_symmetric(1 - agreement))
