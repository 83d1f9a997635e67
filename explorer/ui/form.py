"""Settings as widgets: the signature is the form, and every value is in the URL."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from explorer.settings import Setting


def form(settings: Iterable[Setting], prefix: str) -> dict[str, Any]:
    """One widget a setting; the values by name. Keys in the URL are `prefix.name`."""
    return {setting.name: widget(setting, f"{prefix}.{setting.name}") for setting in settings}


def widget(setting: Setting, key: str) -> Any:
    """The widget of one setting, bound to the URL's parameter `key`."""
    if setting.optional:
        return _number(setting, key)
    name, about = _label(setting), setting.help or None
    if setting.choices:
        place = setting.choices.index(setting.default)
        return st.selectbox(name, setting.choices, place, key=key, help=about, bind="query-params")
    if setting.type is bool:
        return st.toggle(name, setting.default, key=key, help=about, bind="query-params")
    if setting.type is str:
        return st.text_input(name, setting.default, key=key, help=about, bind="query-params")
    return _number(setting, key)


def _number(setting: Setting, key: str) -> Any:
    """A number within its range; one that is optional may be left empty."""
    kind, limits, value = setting.type, setting.range, setting.default
    return st.number_input(
        _label(setting),
        min_value=kind(limits.low) if limits else None,
        max_value=kind(limits.high) if limits else None,
        value=None if value is None else kind(value),
        step=kind(limits.step) if limits and limits.step else None,
        format=None if kind is int else "%g",
        key=key,
        help=setting.help or None,
        placeholder="none" if setting.optional else None,
        bind="query-params",
    )


def _label(setting: Setting) -> str:
    return setting.name.replace("_", " ")
