"""Joint tables of known structure, by name."""

from collections.abc import Callable

import numpy as np

from explorer.engines.finite.channels import binary_symmetric, one_sided
from explorer.errors import UnknownNameError


def coins(noise: float) -> np.ndarray:
    """A fair bit and its copy that is turned over with probability noise / 2."""
    return binary_symmetric(noise / 2) / 2


def tree(noise: float, depth: int = 3) -> np.ndarray:
    """Leaves of a binary tree: X is any leaf, and Y is X unless the way up to a common branch is forgotten.

    From the root on, each of `depth` choices of Y is that of X with probability 1 - noise; after the first that is
    not, all choices are drawn afresh. The squared maximal correlations are (1 - noise)^2k, k = 1 ... depth, the
    k-th 2^(k-1) times.
    """
    levels, keep = 2**depth, 1 - noise
    leaf = np.arange(levels)
    table = np.zeros((levels, levels))
    for k in range(depth + 1):
        size = levels >> k
        weight = keep**k * (noise if k < depth else 1.0)
        table += weight * (leaf[:, None] // size == leaf // size) / size
    return table / levels


def ring(noise: float, levels: int = 8) -> np.ndarray:
    """Places on a ring: Y is X with probability 1 - noise, else one of X's two neighbours."""
    stay = np.eye(levels)
    aside = (np.roll(stay, 1, 1) + np.roll(stay, -1, 1)) / 2
    return ((1 - noise) * stay + noise * aside) / levels


def alarm(noise: float) -> np.ndarray:
    """A rare event X (probability 0.1) whose alarm Y never rings without it and is silent with probability noise."""
    return np.array([[0.9], [0.1]]) * one_sided(noise)


def two_views(noise_first: float, noise_second: float, depth: int = 3) -> np.ndarray:
    """A leaf X0 and two views X1 and X2 of it, each made as in `tree`, apart from each other: shape (8, 8, 8)."""
    first, second = (tree(noise, depth) for noise in (noise_first, noise_second))
    return first[:, :, None] * second[:, None] / first.sum(1)[:, None, None]


FAMILIES: dict[str, Callable[[float], np.ndarray]] = {"coins": coins, "tree": tree, "ring": ring, "alarm": alarm}
"""Tables of one number, noise in [0, 1]."""


def family(name: str, noise: float) -> np.ndarray:
    """The joint table of that name, shape (levels of X, levels of Y).

    Raises:
        UnknownNameError: for a name that is not in FAMILIES.
    """
    if name not in FAMILIES:
        raise UnknownNameError("family of tables", name, FAMILIES)
    return FAMILIES[name](noise)
