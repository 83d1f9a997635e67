"""Several bits that repeat each other, or tell something only together, mixed in any proportion."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import entropy, margin, probabilities, settled, total_correlation
from explorer.errors import InputError


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

    References: rosas2019, equations 2 and 3; scagliarini2023.
    """
    p = probabilities(p)
    whole = o_information(p)
    others = [tuple(axis for axis in range(p.ndim) if axis != i) for i in range(p.ndim)]
    return Shared(
        total_correlation(p),
        settled(sum(entropy(margin(p, *kept)) for kept in others) - (p.ndim - 1) * entropy(p)),
        tuple(settled(whole - o_information(margin(p, *kept))) for kept in others),
    )


def o_information(p: np.ndarray) -> float:
    """(N - 2) H(X) + sum of H(X_i) - H(X_-i) in nats, TC - DTC.

    References: rosas2019, equation 3.
    """
    each = (
        entropy(margin(p, i)) - entropy(margin(p, *(axis for axis in range(p.ndim) if axis != i)))
        for i in range(p.ndim)
    )
    return settled((p.ndim - 2) * entropy(p) + sum(each))


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
