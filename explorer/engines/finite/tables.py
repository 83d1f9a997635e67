"""Entropies and information of finite joint tables, in nats.

Information is a difference of entropies, and is 0 where they differ by rounding alone, less than 1e-12.
"""

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from explorer.errors import InputError

SUM = 1e-9
"""How far the sum of probabilities may lie from 1."""
ROUNDING = 1e-12
"""Entropies in nats that differ by less differ by rounding."""


def probabilities(p: ArrayLike, axes: int | None = None) -> np.ndarray:
    """The table p as float64, checked and unchanged.

    Args:
        p: probabilities, one axis a variable.
        axes: how many variables the table must have; any number when None.

    Raises:
        InputError: for numbers that are negative or NaN, that do not sum to 1, or another number of axes.
    """
    try:
        table = np.asarray(p, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError("p must be a table of numbers with rows of one length") from error
    if table.size == 0 or table.ndim == 0 or axes not in (None, table.ndim):
        raise InputError(f"p has shape {table.shape}; it must be a table with {axes or 'one or more'} axes")
    if not (table >= 0).all():
        raise InputError("p holds a negative number or NaN; probabilities are 0 or more")
    if abs(table.sum() - 1) > SUM:
        raise InputError(f"p sums to {table.sum():.9g}; probabilities sum to 1")
    return table


def settled(nats: float) -> float:
    """A difference of entropies, 0 where it is so by less than ROUNDING."""
    return float(_settled(np.asarray(nats)))


def _settled(nats: np.ndarray) -> np.ndarray:
    return np.where(np.abs(nats) < ROUNDING, 0.0, nats)


def x_log_x(p: np.ndarray) -> np.ndarray:
    """p ln p elementwise, 0 where p = 0; same shape."""
    return p * np.log(np.where(p > 0, p, 1.0))


def bits(nats: ArrayLike) -> np.ndarray:
    """Nats as bits, elementwise."""
    return np.asarray(nats, float) / np.log(2)


def margin(p: np.ndarray, *kept: int) -> np.ndarray:
    """The table of the variables that are kept, in the order of their axes."""
    return p.sum(axis=tuple(axis for axis in range(p.ndim) if axis not in kept))


def entropy(p: ArrayLike) -> float:
    """Shannon's H of all variables of the table together, in nats.

    References: cover2006, section 2.1.
    """
    return float(-x_log_x(probabilities(p)).sum()) + 0.0


def binary_entropy(p: ArrayLike) -> np.ndarray:
    """Shannon's H of p and 1 - p in nats, elementwise, 0 at both ends; shape of p.

    Raises:
        InputError: for a number outside [0, 1].

    References: cover2006, section 2.1.
    """
    p = np.asarray(p, float)
    if not ((p >= 0) & (p <= 1)).all():
        raise InputError("p holds a number outside [0, 1]; it must be probabilities of one of two values")
    return -x_log_x(p) - x_log_x(1 - p) + 0.0


def mutual_information(p: ArrayLike) -> float:
    """I(X; Y) = H(X) + H(Y) - H(X, Y) in nats of a table with two axes.

    References: cover2006, section 2.3.
    """
    return float(mutual_informations(probabilities(p, 2)))


def mutual_informations(p: np.ndarray) -> np.ndarray:
    """I(X; Y) in nats of tables with X and Y as their last two axes, shape (..., X, Y): shape (...); unchecked."""
    of_each = [x_log_x(one).sum(-1) for one in (p.sum(-1), p.sum(-2))]
    return _settled(x_log_x(p).sum((-1, -2)) - of_each[0] - of_each[1])


def conditional_information(p: ArrayLike) -> float:
    """I(X; Y | Z) = H(X, Z) + H(Y, Z) - H(X, Y, Z) - H(Z) in nats of a table with axes X, Y, Z.

    References: cover2006, section 2.5.
    """
    p = probabilities(p, 3)
    return settled(entropy(margin(p, 0, 2)) + entropy(margin(p, 1, 2)) - entropy(p) - entropy(margin(p, 2)))


def co_information(p: ArrayLike) -> float:
    """What all variables have in common less what only all of them tell, in nats.

    The alternating sum of the entropies of all groups of variables, I(X; Y) for two and I(X; Y) - I(X; Y | Z) for
    three. Negative where synergy outweighs redundancy: -ln 2 for the exclusive or of two fair coins.

    References: bell2003.
    """
    p = probabilities(p)
    groups = (group for size in range(1, p.ndim + 1) for group in combinations(range(p.ndim), size))
    return settled(sum((-1) ** (len(group) + 1) * entropy(margin(p, *group)) for group in groups))


def total_correlation(p: ArrayLike) -> float:
    """The sum of the variables' entropies less their joint entropy, in nats; 0 for independent variables only.

    Also called multi-information.

    References: watanabe1960.
    """
    p = probabilities(p)
    return settled(sum(entropy(margin(p, axis)) for axis in range(p.ndim)) - entropy(p))
