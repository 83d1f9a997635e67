"""Sliders for the numbers of an entry, and the values that are swept."""

import math
from typing import Any

import streamlit as st

from explorer.errors import SettingError
from explorer.settings import Setting
from explorer.ui.form import widget

NOTCHES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0)
N_VALUES = (100, 200, 500, 1000, 2000)
N_CHOICES = (50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000)


def slider(setting: Setting, key: str) -> Any:
    """A slider for a number with a range, its notches a power of ten apart where the range is wide; else its widget."""
    limits = setting.range
    if setting.type not in (int, float) or setting.choices or setting.optional or limits is None:
        return widget(setting, key)
    name, about = setting.name.replace("_", " "), setting.help or None
    if limits.log or (limits.low > 0 and limits.high / limits.low > 1000):
        return st.select_slider(
            name, notches(setting), setting.default, key=key, help=about, format_func=lambda one: f"{one:g}",
            bind="query-params",
        )  # fmt: skip
    step = int(limits.step or 1) if setting.type is int else limits.step or nice((limits.high - limits.low) / 400)
    low, high = (setting.type(edge) for edge in (limits.low, limits.high))
    if setting.type is float:
        low, high = math.ceil(low / step - 1e-9) * step, math.floor(high / step + 1e-9) * step
    shape = "%d" if setting.type is int else f"%.{max(map(_digits, (step, setting.default)))}f"
    return st.slider(
        name, low, high, setting.default, step, format=shape, key=key, help=about, bind="query-params"
    )  # fmt: skip


def _digits(value: float) -> int:
    """Digits after the point that a number is written with."""
    return len(f"{value:.9f}".rstrip("0").partition(".")[2])


def notches(setting: Setting) -> list[Any]:
    """Values of a wide range that stand evenly on a logarithmic scale, the default among them."""
    limits = setting.range
    if limits is None:
        return [setting.default]
    powers = range(math.floor(math.log10(limits.low)), math.ceil(math.log10(limits.high)) + 1)
    found = {round(notch * 10.0**power, 9) for power in powers for notch in NOTCHES}
    inside = {setting.type(one) for one in found if limits.low <= one <= limits.high}
    return sorted(inside | {setting.default, setting.type(limits.low), setting.type(limits.high)})


def nice(step: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return max(one * power for one in (1, 2, 5) if one * power <= step * (1 + 1e-9))


def suggested(setting: Setting) -> list[Any]:
    """A handful of values to sweep a setting over: around its default, from the independent end up."""
    limits, default = setting.range, setting.default
    low, high = (limits.low, limits.high) if limits else (default / 4, default * 4)
    if setting.type is int:
        top = min(high, max(20, 4 * default))
        return [one for one in (1, 2, 5, 10, 20, 50, 100, 200) if low <= one <= top]
    if limits and (limits.log or (low > 0 and high / low > 1000)):
        ends = max(low, default / 10), min(high, default * 10)
        places = [ends[0] * (ends[1] / ends[0]) ** (i / 4) for i in range(5)]
        return sorted({_nearest(notches(setting), place) for place in places})
    else:
        start = 0.0 if low < 0 < high else low
        places = [start + 0.95 * (high - start) * i / 4 for i in range(5)]
    return sorted({float(f"{one:.2g}") for one in places})


def _nearest(choices: list[Any], place: float) -> Any:
    """The choice nearest to a place on a logarithmic scale."""
    return min(choices, key=lambda one: abs(math.log(one / place)))


def values_box(setting: Setting, proposed: list[Any], key: str) -> str:
    """A box for the values to sweep over, typed by hand."""
    text = st.text_input(
        f"values of {setting.name.replace('_', ' ')}", ", ".join(f"{one:g}" for one in proposed), key=key,
        help="Separated by commas.", bind="query-params",
    )  # fmt: skip
    return text or ""


def parsed(text: str, setting: Setting, proposed: list[Any]) -> list[Any]:
    """The values that a text lists, separated by commas.

    Raises:
        SettingError: for a text that is no list of numbers in the setting's range.
    """
    parts = [part for part in text.replace(",", " ").split() if part]
    if not parts:
        raise SettingError(f"values of {setting.name} are missing; give some, as in {proposed[0]:g}, {proposed[-1]:g}")
    return [setting.checked(part) for part in parts]
