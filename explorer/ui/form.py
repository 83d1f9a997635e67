"""Settings as widgets: the signature is the form, and every value is in the URL."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from explorer.settings import Setting
from explorer.ui.show import plain

NO_SETTINGS = ("run", "job", "sel", "looks")


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
        most = setting.length
        return st.text_input(name, setting.default, max_chars=most, key=key, help=about, bind="query-params")
    return _number(setting, key)


def text(setting: Setting, key: str) -> str:
    """A box for a setting of text that no link fills in: what names a program to run is typed by its user."""
    most = setting.length
    return st.text_input(_label(setting), setting.default, max_chars=most, key=key, help=setting.help or None)


def given() -> dict[str, list[str]]:
    """The URL's parameters; to be read before the widgets are drawn, which drop those that they refuse."""
    return {name: st.query_params.get_all(name) for name in st.query_params if name not in NO_SETTINGS}


def tell_ignored(first: Mapping[str, list[str]], page: str) -> None:
    """One warning that names what the URL asked for when `page` was first drawn and what is not in force.

    A value is no longer named once its widget has another one than the URL left it with.
    """
    key = f"ignored-{page}-{st.query_params.get('run', '')}"
    if key not in st.session_state:
        state = {name: st.session_state.get(name) for name in first}
        st.session_state[key] = {
            name: (texts, state[name]) for name, texts in first.items() if not _in_force(texts, state[name])
        }
    kept = {
        name: texts for name, (texts, value) in st.session_state[key].items() if st.session_state.get(name) == value
    }
    if kept:
        named = ", ".join(f"{name}={text}" for name, texts in kept.items() for text in texts)
        st.warning(f"Ignored, since no setting of this page takes it, or that value: {plain(named)}.")


def _in_force(texts: list[str], value: Any) -> bool:
    """Whether a widget has the value that the URL wrote."""
    if isinstance(value, list | tuple):
        return sorted(texts) == sorted(map(str, value))
    text = texts[-1]
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    if not isinstance(value, int | float):
        return text == ("" if value is None else value)
    try:
        return float(text) == value
    except ValueError:
        return False


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
