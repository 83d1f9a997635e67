"""Two bits and what a gate makes of them: what each tells alone, and what only both tell."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import (
    co_information,
    conditional_information,
    entropy,
    margin,
    mutual_information,
    probabilities,
)
from explorer.errors import UnknownNameError

GATES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "xor": np.bitwise_xor,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "first": lambda first, second: first + 0 * second,
}
"""What Y is of the bits X1 and X2, by name."""


@dataclass(frozen=True)
class Told:
    """What two variables tell of a third, all in nats.

    Attributes:
        first, second: I(X1; Y) and I(X2; Y).
        both: I(X1, X2; Y).
        first_knowing_second: I(X1; Y | X2).
        co_information: I(X1; Y) - I(X1; Y | X2), negative where synergy outweighs redundancy.
        entropy: H(Y).
    """

    first: float
    second: float
    both: float
    first_knowing_second: float
    co_information: float
    entropy: float


def gate(name: str, flip: float, alike: float) -> np.ndarray:
    """The joint table of X1, X2 and Y, shape (2, 2, 2).

    Args:
        name: a key of GATES.
        flip: probability that Y is turned over.
        alike: probability that X1 = X2; each of them is fair.

    Raises:
        UnknownNameError: for a name that is not in GATES.

    References: williams2010.
    """
    if name not in GATES:
        raise UnknownNameError("gate", name, GATES)
    first, second = np.indices((2, 2))
    inputs = np.where(first == second, alike, 1 - alike) / 2
    right = np.eye(2)[GATES[name](first, second)]  # (2, 2, 2)
    return inputs[..., None] * ((1 - flip) * right + flip * (1 - right))


def told(p: ArrayLike) -> Told:
    """What X1 and X2 tell of Y, alone and together, of a table with axes X1, X2, Y."""
    p = probabilities(p, 3)
    first, second = (mutual_information(margin(p, axis, 2)) for axis in (0, 1))
    knowing = conditional_information(p.transpose(0, 2, 1))
    both = mutual_information(p.reshape(-1, p.shape[2]))
    return Told(first, second, both, knowing, co_information(p), entropy(margin(p, 2)))
