"""Codes of factors on a full grid: no chance, so that what a score reads is what it means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.errors import SettingError


@dataclass(frozen=True)
class Code:
    """Latents of n samples, and the factors that made these.

    Attributes:
        z: (n, d) float64.
        factors: {name: (n,) whole numbers from 0}.
    """

    z: np.ndarray
    factors: Mapping[str, np.ndarray]


def grid(factors: int = 2, levels: int = 5, places: int = 8) -> Code:
    """Every factor alone in a latent: a latent takes levels x places values at equal steps, each as often.

    The level of a factor is which of `levels` equal parts its latent lies in, so that a latent tells its own factor
    completely, ln levels nats, and no other. With a multiple of `levels` as number of bins nothing is lost by cutting.

    Raises:
        SettingError: for numbers below 1, or a grid of more than a million rows.
    """
    if min(factors, levels, places) < 1 or (levels * places) ** factors > 10**6:
        raise SettingError(
            f"factors={factors}, levels={levels} and places={places} make no grid of 1 to a million rows"
        )
    steps = np.indices((levels * places,) * factors).reshape(factors, -1).T
    names = "abcdefghijklmnopqrst"[:factors]
    z = (steps + 0.5) / places - levels / 2
    return Code(z, {name: column // places for name, column in zip(names, steps.T, strict=True)})


def turned(code: Code, degrees: float) -> Code:
    """The first two latents turned into one another; every distance between samples stays.

    By the symmetry of a grid both tell as much of either factor at 45 degrees, so that every gap between them is 0.
    """
    angle = np.radians(degrees)
    z = code.z.copy()
    z[:, :2] = z[:, :2] @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return Code(z, code.factors)


def copied(code: Code) -> Code:
    """Every latent twice, so that any gap between the two latents that tell most of a factor is 0."""
    return Code(np.tile(code.z, 2), code.factors)


def merged(code: Code) -> Code:
    """The levels of the first two factors in the first latent, each pair a value of its own; the second is gone."""
    first, second = (code.factors[name] for name in list(code.factors)[:2])
    return Code(np.column_stack([first * (second.max() + 1.0) + second, code.z[:, 2:]]), code.factors)


def missing(code: Code) -> Code:
    """The last latent is gone, and with it the last factor."""
    return Code(code.z[:, :-1], code.factors)


def noisier(code: Code, latents: int = 2, seed: int = 0) -> Code:
    """Latents of standard normal noise behind the others; what they read of a factor is chance."""
    noise = np.random.default_rng(seed).standard_normal((len(code.z), latents))
    return Code(np.column_stack([code.z, noise]), code.factors)


def far(code: Code, times: float = 1e3) -> Code:
    """One sample far away in every latent, which stretches cells of equal width over all others."""
    z = code.z.copy()
    z[-1] *= times
    return Code(z, code.factors)


CHANGES: Mapping[str, Callable[[Code], Code]] = {
    "each alone": lambda code: code,
    "two turned by 20°": lambda code: turned(code, 20),
    "two turned by 45°": lambda code: turned(code, 45),
    "each twice": copied,
    "two in one latent": merged,
    "one left out": missing,
    "two of noise": noisier,
    "one value far away": far,
}
"""What is done to a code of three factors or more, in words."""
