"""What transfer entropy reads of a driven pair in both directions, with what it reads of no drive at all."""

from dataclasses import dataclass

import numpy as np

from explorer.engines.sequences.channels import TokenChannel
from explorer.engines.sequences.driven import DrivenNormals
from explorer.estimators.time.base import Directed
from explorer.estimators.time.directed_information import DirectedInformation
from explorer.estimators.time.transfer_entropy import TransferEntropy
from explorer.reliability.null import permutation_null

OWN, STRENGTH = 0.5, 0.45
"""What each sequence keeps of its last step, and what it takes of the other where all drive goes one way."""


@dataclass(frozen=True)
class Direction:
    """One direction, in nats a step.

    Attributes:
        read: by the estimator.
        exact: of the pair, with the same windows.
        chance: mean and most with the source turned round in time.
        p_value: of the null.
    """

    read: float
    exact: float
    chance: tuple[float, float]
    p_value: float


def pair(direction: float) -> DrivenNormals:
    """Two normal sequences; X drives Y alone at direction 1, Y drives X alone at -1, both alike at 0."""
    return DrivenNormals(OWN, OWN, STRENGTH * (1 + direction) / 2, STRENGTH * (1 - direction) / 2)


def both_ways(direction: float, n: int, method: str = "gaussian", past: int = 2, seed: int = 0) -> list[Direction]:
    """Transfer entropy X -> Y and Y -> X of n steps of `pair`, each with its exact value and its null."""
    source = pair(direction)
    entry = TransferEntropy(method=method, past_x=past, past_y=past)  # type: ignore[arg-type]
    x, y = source.sample(n, seed)
    return [_read(entry, one, other, truth, seed) for one, other, truth in ((x, y, source), (y, x, source.turned))]


@dataclass(frozen=True)
class Dial:
    """Transfer entropy over the direction of drive, in nats a step.

    Attributes:
        directions: (m,).
        exact: X -> Y and Y -> X, (2, m).
        read: the same of several samples, (samples, 2, m).
    """

    directions: np.ndarray
    exact: np.ndarray
    read: np.ndarray


def dial(n: int, method: str = "gaussian", past: int = 2, samples: int = 4) -> Dial:
    """Turn the direction of drive from Y -> X alone to X -> Y alone."""
    entry = TransferEntropy(method=method, past_x=past, past_y=past)  # type: ignore[arg-type]
    directions = np.linspace(-1, 1, 7)
    pairs = [pair(float(one)) for one in directions]
    exact = np.array([[one.transfer(past, past), one.turned.transfer(past, past)] for one in pairs]).T
    read = np.empty((samples, 2, len(pairs)))
    for place, one in enumerate(pairs):
        for seed in range(samples):
            x, y = one.sample(n, seed)
            read[seed, :, place] = _value(entry, x, y), _value(entry, y, x)
    return Dial(directions, exact, read)


def _value(entry: Directed, x: np.ndarray, y: np.ndarray) -> float:
    return float(entry.formula(*entry.checked(x, y, device="cpu").tensors))


def _read(entry: TransferEntropy, x: np.ndarray, y: np.ndarray, truth: DrivenNormals, seed: int) -> Direction:
    samples = entry.checked(x, y, device="cpu")
    value = float(entry.formula(*samples.tensors))
    null = permutation_null(entry, samples, value, seed)
    return Direction(value, truth.transfer(entry.past_x, entry.past_y), (null.mean, null.high), null.p_value)


@dataclass(frozen=True)
class Lags:
    """Directed information over a channel, in nats a step, of several streams.

    Attributes:
        delays: asked of the estimator, (m,).
        read: what X_t-delay by itself tells of Y_t beyond the past of Y, (streams, m).
        exact: the same of the channel: all at its own delay, (m,).
        forward, backward: what goes forward at that delay, and what the past of Y tells of X, (streams,) each.
    """

    delays: np.ndarray
    read: np.ndarray
    exact: np.ndarray
    forward: np.ndarray
    backward: np.ndarray


def by_delay(channel: TokenChannel, n: int, most: int = 5, streams: int = 10) -> Lags:
    """Ask for one token of X at each delay, with one step more of the past of Y than the channel takes."""
    past, delays = channel.delay + 1, np.arange(most + 1)
    entries = [DirectedInformation("miller_madow", past_y=past, delay=int(delay)) for delay in delays]
    back = DirectedInformation("miller_madow", past_y=past, delay=1)
    drawn = [channel.sample(n, seed) for seed in range(streams)]
    read = np.array([[_value(entry, x, y) for entry in entries] for x, y in drawn])
    backward = np.array([_value(back, y, x) for x, y in drawn])
    exact = np.where(delays == channel.delay, channel.forward, 0.0)
    return Lags(delays, read, exact, read[:, channel.delay], backward)


def middle(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, 10 % and 90 % quantile over the first axis."""
    return values.mean(0), *np.quantile(values, [0.1, 0.9], axis=0)
