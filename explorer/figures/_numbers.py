"""Plain numbers on a logarithmic axis, all of one notation: 0.001, never a prefix and never a digit alone."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from explorer.figures._room import LETTER

UP = 18
"""Pixels between two numbers above each other."""


def plain(value: float) -> str:
    """A number as one writes it: with a point from a millionth to a million, else with a power of ten."""
    if 1e-6 <= abs(value) < 1e6:
        return str(np.format_float_positional(float(f"{value:.6g}"), trim="-"))
    return _power(value)


def written(values: Iterable[float]) -> list[str]:
    """The numbers of one axis: all with a power of ten where one of them needs it, else as each is written."""
    values = list(values)
    texts = [plain(one) for one in values]
    return [_power(one) for one in values] if any("e" in one for one in texts) else texts


def _power(value: float) -> str:
    """A number with a power of ten, as 1e-7."""
    mantissa, _, power = f"{value:.6e}".partition("e")
    return f"{float(mantissa):g}e{int(power)}"


def logarithmic(low: float, high: float, pixels: int, across: bool) -> dict[str, Any]:
    """Ticks of an axis from `low` to `high`, as close as its pixels allow: at 1, 2 and 5, or at powers of ten."""
    span = max(np.log10(high / low), 1e-9)
    tried = [_digits(low, high, digits) for digits in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5))]
    tried += [_powers(low, high, step) for step in range(1, 12)]
    fit = [one for one in tried if len(one) and _fit(one, pixels / span, across)]
    places = next((one for one in fit if len(one) > 1), fit[0] if fit else np.array([low, high]))
    return {"type": "log", "tickvals": places, "ticktext": written(places)}


def _digits(low: float, high: float, digits: tuple[int, ...]) -> np.ndarray:
    """Digits times powers of ten inside the axis; each number is the one nearest to what is written."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    places = np.array([float(f"{digit}e{power}") for power in powers for digit in digits])
    return places[(places >= low * (1 - 1e-9)) & (places <= high * (1 + 1e-9))]


def _powers(low: float, high: float, step: int) -> np.ndarray:
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    places = np.array([float(f"1e{power}") for power in powers if power % step == 0])
    return places[(places >= low * (1 - 1e-9)) & (places <= high * (1 + 1e-9))]


def _fit(places: np.ndarray, decade: float, across: bool) -> bool:
    """Whether no two numbers of a row or column touch, with so many pixels a power of ten."""
    sizes = np.array([LETTER * len(one) + 8 if across else UP for one in written(places)])
    return bool((decade * np.diff(np.log10(places)) >= (sizes[1:] + sizes[:-1]) / 2).all())
