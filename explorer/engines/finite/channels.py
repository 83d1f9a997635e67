"""Channels as tables of conditional probabilities, and chains of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.divergences import (
    Divergence,
    dependence,
    kullback_leibler,
    renyi_divergence,
    total_variation,
)
from explorer.engines.finite.tables import SUM, entropy, margin, probabilities
from explorer.errors import InputError, UnknownNameError


def channel(rows: ArrayLike) -> np.ndarray:
    """The table of P(Y = j | X = i), row i and column j, checked and unchanged.

    Raises:
        InputError: unless each row is a distribution.
    """
    table = np.asarray(rows, dtype=float)
    if table.ndim != 2 or not (table >= 0).all() or (np.abs(table.sum(1) - 1) > SUM).any():
        raise InputError(f"rows of a channel must be probabilities that sum to 1; got a table of shape {table.shape}")
    return table


def joint(source: ArrayLike, rows: ArrayLike) -> np.ndarray:
    """The joint table of what is sent and what is received, shape (levels sent, levels received)."""
    source, table = probabilities(source, 1), channel(rows)
    if len(source) != len(table):
        raise InputError(f"the source has {len(source)} levels and the channel takes {len(table)}")
    return source[:, None] * table


def binary_symmetric(flip: float) -> np.ndarray:
    """A bit that is turned over with probability `flip`: a (2, 2) channel.

    References: cover2006, section 7.1.4.
    """
    return channel(np.array([[1 - flip, flip], [flip, 1 - flip]]))


def erasure(loss: float) -> np.ndarray:
    """A bit that is lost with probability `loss`, and then known to be lost: a (3, 3) channel, level 2 is "lost".

    References: cover2006, section 7.1.5.
    """
    return channel(np.array([[1 - loss, 0, loss], [0, 1 - loss, loss], [0, 0, 1]]))


def one_sided(miss: float) -> np.ndarray:
    """The Z channel: a 1 is received as 0 with probability `miss`, a 0 always as 0; a (2, 2) channel."""
    return channel(np.array([[1, 0], [miss, 1 - miss]]))


def typewriter(slip: float, keys: int = 4) -> np.ndarray:
    """Keys in a ring; with probability `slip` the next one is struck: a (keys, keys) channel.

    References: cover2006, section 7.1.3.
    """
    return channel((1 - slip) * np.eye(keys) + slip * np.roll(np.eye(keys), 1, axis=1))


def substitution(time: float) -> np.ndarray:
    """A letter of four that is replaced by the others at an even rate, `time` expected substitutions: a (4, 4) channel.

    It stays with probability 1/4 + 3/4 exp(-4 time / 3). Two times in a row add up.

    References: jukes1969.
    """
    stay = np.exp(-4 * time / 3)
    return channel(stay * np.eye(4) + (1 - stay) / 4)


CHANNELS: dict[str, tuple[Callable[[float], np.ndarray], int]] = {
    "binary symmetric": (binary_symmetric, 2),
    "erasure": (erasure, 2),
    "one-sided": (one_sided, 2),
    "typewriter": (typewriter, 4),
}
"""Channels of one number, and how many levels are sent."""


@dataclass(frozen=True)
class Chain:
    """What is left of a source after 0, 1, ... channels; index 0 is the source itself.

    Attributes:
        shannon, renyi, variation: dependence of source and stage by three divergences, shape (stages + 1,); nats,
            nats and a pure number. At index 0 they are the entropy that belongs to each.
        entropy: Shannon's entropy of the stage in nats, shape (stages + 1,).
    """

    shannon: np.ndarray
    renyi: np.ndarray
    variation: np.ndarray
    entropy: np.ndarray

    @property
    def shares(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Each of the four as a share of what it is for the source."""
        return (
            self.shannon / self.shannon[0],
            self.renyi / self.renyi[0],
            self.variation / self.variation[0],
            self.entropy / self.entropy[0],
        )

    @property
    def largest_rise(self) -> float:
        """The largest step up of any share of information; above 0 it would break data processing."""
        return float(max(np.diff(share).max() for share in self.shares[:3]))


def chain(name: str, noise: float, first: float, stages: int, order: float) -> Chain:
    """One channel passed again and again.

    Args:
        name: a key of CHANNELS.
        noise: its number.
        first: probability of the first level sent; the others share the rest evenly.
        stages: how many times.
        order: of Renyi's divergence.

    Raises:
        UnknownNameError: for another name.

    References: perrone2024; cover2006, section 2.8.
    """
    if name not in CHANNELS:
        raise UnknownNameError("channel", name, CHANNELS)
    made, sent = CHANNELS[name]
    table = made(noise)
    source = np.pad(np.r_[first, np.full(sent - 1, (1 - first) / (sent - 1))], (0, len(table) - sent))
    joints = [joint(source, np.linalg.matrix_power(table, k)) for k in range(stages + 1)]
    rulers: tuple[Divergence, ...] = (kullback_leibler, partial(renyi_divergence, order=order), total_variation)
    shannon, renyi, variation = (np.array([dependence(p, ruler) for p in joints]) for ruler in rulers)
    return Chain(shannon, renyi, variation, np.array([entropy(margin(p, 1)) for p in joints]))
