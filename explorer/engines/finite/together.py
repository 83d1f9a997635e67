"""Several bits that repeat each other, or tell something only together, mixed in any proportion."""

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import entropy, margin, probabilities, settled
from explorer.errors import InputError
from explorer.numerics.totals import gradients, information, totals


@dataclass(frozen=True)
class Shared:
    """What the N variables of a table share, in nats.

    Attributes:
        total: TC, the sum of their entropies less the joint one.
        dual: DTC, the joint entropy less what each keeps to itself.
        gradients: (N,) what each adds to TC - DTC.
    """

    total: float
    dual: float
    gradients: tuple[float, ...]

    @property
    def o_information(self) -> float:
        """TC - DTC."""
        return settled(self.total - self.dual)

    @property
    def s_information(self) -> float:
        """TC + DTC."""
        return self.total + self.dual


def shared(p: ArrayLike) -> Shared:
    """TC, DTC and the gradients of the O-information of a table with an axis a variable, three at least.

    References: rosas2019; scagliarini2023.
    """
    p = probabilities(p)

    @cache
    def h(variables: tuple[int, ...]) -> float:
        return entropy(margin(p, *variables))

    both = totals(h, p.ndim)
    each = gradients(partial(information, h), p.ndim)
    return Shared(settled(both.total), settled(both.dual), tuple(map(settled, each)))


def copies_and_parities(copies: float, flip: float = 0.0, bits: int = 3) -> np.ndarray:
    """The joint table of fair bits that are all copies of one with probability `copies`, and else have an even sum.

    Args:
        copies: between 0, a parity, and 1, copies; a bit that nobody sees says which it is.
        flip: probability that a bit is turned over, each by itself.
        bits: three or more.

    Returns:
        Probabilities, one axis a bit.

    Raises:
        InputError: for a probability out of [0, 1] or fewer than three bits.
    """
    if not (0 <= copies <= 1 and 0 <= flip <= 1) or bits < 3:
        raise InputError(f"copies={copies!r} and flip={flip!r} must lie in [0, 1] and bits={bits!r} be 3 or more")
    sums = np.indices((2,) * bits).sum(0)
    p = copies * np.isin(sums, (0, bits)) / 2 + (1 - copies) * (sums % 2 == 0) / 2 ** (bits - 1)
    channel = np.array([[1 - flip, flip], [flip, 1 - flip]])
    for axis in range(bits):
        p = np.moveaxis(np.tensordot(channel, p, (0, axis)), 0, axis)
    return p
