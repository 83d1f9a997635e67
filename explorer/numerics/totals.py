"""Total correlation, dual total correlation and O-information from the entropies of sets of variables."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Entropy = Callable[[tuple[int, ...]], float]
"""From the numbers of some variables to their joint entropy, in nats; what cancels in informations may be left out."""

Informations = Callable[[Sequence[int], Sequence[int]], float]
"""From the numbers of two sets of variables to what one tells of the other, in nats."""


@dataclass(frozen=True)
class Totals:
    """What N variables share, in nats.

    Attributes:
        total: TC, the sum of their entropies less the joint one.
        dual: DTC, the joint entropy less what each keeps to itself, H(X_i | all others).
    """

    total: float
    dual: float

    @property
    def o_information(self) -> float:
        """TC - DTC: positive where redundancy prevails, negative where synergy does."""
        return self.total - self.dual

    @property
    def s_information(self) -> float:
        """TC + DTC, the sum of I(X_i; all others)."""
        return self.total + self.dual


def totals(h: Entropy, count: int) -> Totals:
    """TC and DTC of `count` variables.

    References: watanabe1960; han1978; rosas2019.
    """
    whole = h(tuple(range(count)))
    single = math.fsum(h((i,)) for i in range(count))
    others = math.fsum(h(without(count, i)) for i in range(count))
    return Totals(single - whole, others - (count - 1) * whole)


def information(h: Entropy, some: Sequence[int], others: Sequence[int]) -> float:
    """I(some; others) in nats; 0 where one of them is empty."""
    if not some or not others:
        return 0.0
    return h(tuple(sorted(some))) + h(tuple(sorted(others))) - h(tuple(sorted((*some, *others))))


def gradients(of: Informations, count: int) -> list[float]:
    """What each variable adds to the O-information, O(X) - O(X without it), in nats.

    (2 - N) I(X_i; X_-i) + sum over j of I(X_i; X_-ij), with `of` the information of two sets of variables. Zero for
    two variables, which have no third to be redundant or synergistic with.

    References: scagliarini2023.
    """
    found = []
    for i in range(count):
        rest = [of((i,), without(count, i, j)) for j in range(count) if j != i]
        found.append((2 - count) * of((i,), without(count, i)) + math.fsum(rest))
    return found


def without(count: int, *out: int) -> tuple[int, ...]:
    """All places but some of the first `count`."""
    return tuple(i for i in range(count) if i not in out)
