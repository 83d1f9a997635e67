"""What a teacher sets by a link: controls hidden or locked, words held back, letters for the last row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from explorer.errors import SettingError
from explorer.figures import kept
from explorer.settings import Setting, typed
from explorer.ui.show import code, plain, sentence
from explorer.ui.sliders import slider

HELD_BACK = {"finding": "the title of the figure", "see": "what will be seen", "explanation": "the explanation"}
"""What a link can hold back beside controls."""
LARGER = 1.4
STYLE = """
[data-testid=stHeader], [data-testid=stToolbar] {display: none}
.stMainBlockContainer {padding: 0.5rem 2rem !important}
.stMainBlockContainer :is(p, li, label, button) {font-size: 1.35rem !important; line-height: 1.35}
.stMainBlockContainer h2 {font-size: 2.2rem !important; padding: 0}
"""


@dataclass(frozen=True)
class Prepared:
    """How a link wants a lab or a lesson to be shown.

    Attributes:
        hide: settings whose controls are not shown, and parts of `HELD_BACK` that are held back.
        lock: settings that are shown and cannot be changed.
        projector: large letters, one figure, controls in one slim row.
    """

    hide: frozenset[str] = frozenset()
    lock: frozenset[str] = frozenset()
    projector: bool = False

    @classmethod
    def asked(cls) -> "Prepared":
        """As the URL says."""
        hide, lock = (frozenset(filter(None, st.query_params.get(name, "").split(","))) for name in ("hide", "lock"))
        return cls(hide, lock, st.query_params.get("projector") in ("1", "true"))

    @property
    def parameters(self) -> dict[str, str]:
        """The same as parameters of a URL."""
        said = {"hide": ",".join(sorted(self.hide)), "lock": ",".join(sorted(self.lock))}
        return {name: text for name, text in said.items() if text} | ({"projector": "1"} if self.projector else {})

    def unknown(self, settings: Iterable[Setting], parts: Iterable[str] = tuple(HELD_BACK)) -> list[str]:
        """Names in `hide` and `lock` that name no setting and no part."""
        names = {one.name for one in settings}
        return sorted((self.hide - names - set(parts)) | (self.lock - names))

    def withheld(self, played: Iterable[str]) -> str:
        """What to know where controls that are to be played with are hidden or locked; empty where none is."""
        gone = [name for name in played if name in self.hide | self.lock]
        if not gone:
            return ""
        named = " and ".join(f"`{name}`" for name in gone)
        return f"{named} is hidden or locked: what this lesson asks to do cannot be done, and what follows not be seen."

    def changed(self, figure: dict[str, Any]) -> dict[str, Any]:
        """A figure, as plain data, without its finding and enlarged where the link wants it."""
        if "finding" in self.hide:
            figure = kept.unsaid(figure)
        return kept.enlarged(figure, LARGER) if self.projector else figure


def controls(settings: Iterable[Setting], prefix: str, prepared: Prepared) -> dict[str, Any]:
    """The values of all settings; those neither hidden nor locked have a control of their own, in one row."""
    settings = list(settings)
    fixed = {one.name: _linked(one, prefix) for one in settings if one.name in prepared.hide | prepared.lock}
    free = [one for one in settings if one.name not in fixed]
    values = {}
    for setting, place in zip(free, st.columns(max(1, len(free)), gap="medium") if free else (), strict=True):
        with place:
            values[setting.name] = slider(setting, f"{prefix}.{setting.name}")
    shown = [f"{name.replace('_', ' ')} = {fixed[name]}" for name in fixed if name not in prepared.hide]
    if shown:
        st.caption(f":material/lock: Set by the link: {plain(', '.join(shown))}.")
    return fixed | values


def _linked(setting: Setting, prefix: str) -> Any:
    """The value that the URL gives to a setting without a control; its default where it gives none that can be."""
    text = st.query_params.get(f"{prefix}.{setting.name}")
    try:
        return setting.default if text is None else setting.parsed(text)
    except SettingError as error:
        st.warning(f"Ignored: {sentence(error)}")
        return setting.default


def head(title: str, prepared: Prepared) -> None:
    """The title; for a projector in large letters, with a way back beside it."""
    if not prepared.projector:
        st.header(title)
        return
    st.html(f"<style>{STYLE}</style>")
    left, right = st.columns([9, 3], vertical_alignment="center")
    left.header(title)
    if right.button("Leave the projector view", icon=":material/close_fullscreen:", type="tertiary"):
        st.query_params.pop("projector", None)
        st.rerun()


def halves(prepared: Prepared) -> tuple[Any, Any]:
    """Where the figure and where the words beside it go; below each other for a projector."""
    if prepared.projector:
        return st.container(), st.container()
    picture, words = st.columns([5, 3], gap="large")
    return picture, words


def bar(prepared: Prepared) -> tuple[Any, Any]:
    """Where what is to be done and where the controls go; beside each other for a projector."""
    if not prepared.projector:
        return st.container(), st.container()
    text, place = st.columns([2, 3], gap="large", vertical_alignment="center")
    return text, place


def tell_unknown(prepared: Prepared, settings: Iterable[Setting], parts: Iterable[str] = tuple(HELD_BACK)) -> None:
    """A warning for each name of the link that is neither a control nor a part of this view."""
    for wrong in prepared.unknown(settings, parts):
        st.warning(f"Ignored: there is no control or part called {plain(wrong)}.")


def tell_withheld(prepared: Prepared, played: Iterable[str]) -> None:
    """A warning where the link hides or locks what a lesson is played with."""
    if said := prepared.withheld(played):
        st.warning(said)


def maker(
    what: Mapping[str, str],
    prefix: str,
    values: Mapping[str, Any],
    parts: Iterable[str] = tuple(HELD_BACK),
    played: Iterable[str] = (),
) -> None:
    """A form that makes a link to this view: which controls are hidden or locked, and for a projector or not.

    Args:
        what: {"lab": name} or {"lesson": name}.
        prefix: of the settings in the URL.
        values: of the settings, as they are now.
        parts: of `HELD_BACK` that can be held back here.
        played: settings without which what is asked here cannot be done.
    """
    names = list(values)
    with st.popover("Link for a class", icon=":material/school:"):
        hide = st.multiselect("Hide", [*names, *parts], key="link-hide", format_func=_part)
        lock = st.multiselect("Show, and lock", [one for one in names if one not in hide], key="link-lock")
        projector = st.toggle("For a projector: large letters, one figure", key="link-projector")
        state = {f"{prefix}.{name}": typed(value) for name, value in values.items()}
        wanted = Prepared(frozenset(hide), frozenset(lock), projector)
        tell_withheld(wanted, played)
        code(address(dict(what) | state | wanted.parameters), language=None)
        st.caption(
            "The link opens this view with these settings for everyone who reaches this address. Someone with the "
            "app on a computer of their own puts what follows the last / behind the address of theirs."
        )


def address(parameters: Mapping[str, str]) -> str:
    """The URL of the Labs page with these parameters."""
    base = (st.context.url or "").partition("?")[0].rstrip("/")
    return f"{base}?{urlencode(parameters, safe=',:')}"


def _part(name: str) -> str:
    return HELD_BACK.get(name, name.replace("_", " "))
