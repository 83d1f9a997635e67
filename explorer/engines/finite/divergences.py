"""How far two finite distributions are apart, and what that says of dependence."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import margin, probabilities
from explorer.errors import InputError

Divergence = Callable[[np.ndarray, np.ndarray], float]
"""A number for two tables of one shape; it falls, or stays, when both pass the same channel."""


def kullback_leibler(p: ArrayLike, q: ArrayLike) -> float:
    """The sum of p ln(p / q) in nats; infinite where p has mass and q has none.

    References: cover2006, section 2.3.
    """
    return renyi_divergence(p, q, 1.0)


def renyi_divergence(p: ArrayLike, q: ArrayLike, order: float) -> float:
    """Renyi's divergence ln(sum p^order q^(1 - order)) / (order - 1) in nats; Kullback and Leibler's at order 1.

    Infinite where p has mass that q lacks (order 1 and above), or where they share none (below 1).

    Raises:
        InputError: for an order that is not positive, or tables of two shapes.

    References: vanerven2014, equation 1.
    """
    p, q = _pair(p, q)
    if not order > 0:
        raise InputError(f"order={order!r} must be above 0")
    if order >= 1 and (p[q == 0] > 0).any():
        return float("inf")
    both = (p > 0) & (q > 0)
    if not both.any():
        return float("inf")
    ratio = np.log(p[both] / q[both])
    if order == 1:
        return float((p[both] * ratio).sum())
    return float(np.log((p[both] * np.exp((order - 1) * ratio)).sum()) / (order - 1))


def total_variation(p: ArrayLike, q: ArrayLike) -> float:
    """Half the sum of |p - q|: the largest difference that the two give to an event; a pure number in [0, 1].

    References: cover2006, section 11.6.
    """
    p, q = _pair(p, q)
    return float(np.abs(p - q).sum() / 2)


def dependence(p: ArrayLike, divergence: Divergence = kullback_leibler) -> float:
    """How far a table with two axes is from that of independent variables with its margins.

    Mutual information for Kullback and Leibler's divergence. It cannot rise when one variable passes a channel.

    References: perrone2024.
    """
    p = probabilities(p, 2)
    return divergence(p, np.outer(margin(p, 0), margin(p, 1)))


def _pair(p: ArrayLike, q: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    p, q = probabilities(p), probabilities(q)
    if p.shape != q.shape:
        raise InputError(f"p has shape {p.shape} and q {q.shape}; a divergence compares tables of one shape")
    return p, q
