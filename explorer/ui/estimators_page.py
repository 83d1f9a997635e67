"""The Estimators page: against a known truth, side by side on your data, and bound by bound; all fill in as jobs."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from explorer.catalogue import distributions, estimators
from explorer.result import Doubt
from explorer.results.comparison import Trials
from explorer.settings import Setting
from explorer.studies.trials import N, Trial, collected, curves, specification, submitted, sweepable
from explorer.ui import (
    bounds_view,
    computing,
    export,
    interactions_view,
    learning,
    results,
    show,
    your_data,
)
from explorer.ui.form import form, given, tell_ignored
from explorer.ui.sliders import N_CHOICES, N_VALUES, parsed, slider, suggested, values_box

FIRST = {
    "continuous": ("auto", "ksg", "gaussian_copula"),
    "discrete": ("auto", "plug_in", "miller_madow"),
    "mixed": ("auto", "mixed_ksg", "ross"),
}
"""Estimators that are chosen when the page is opened, by the kind of the pair."""

Part = tuple[Callable[[], tuple[Any, ...]], Callable[..., None]]
"""Of a tab: its controls, and what it shows for them."""


def page() -> None:
    """All tabs; only the one that is open computes."""
    first = given()
    title, switch = st.columns([6, 1], vertical_alignment="bottom")
    title.header("Estimators")
    unit = switch.segmented_control(
        "Unit", ["bits", "nats"], default="bits", required=True, key="unit", bind="query-params"
    )
    notice = st.container()
    names = ["Known truth", "Your data", "Which bound can I trust?", "Interactions"]
    tabs = st.tabs(names, key="tab", bind="query-params")
    parts: tuple[Part, ...] = (
        (controls, panel),
        (your_data.controls, your_data.panel),
        (bounds_view.controls, bounds_view.panel),
        (interactions_view.controls, interactions_view.panel),
    )
    for tab, (bar, result) in zip(tabs, parts, strict=True):
        with tab, show.told("Change what the message names; nothing computed is lost."):
            chosen = bar()
            if tab.open:
                result(*chosen, unit)
    with notice:
        tell_ignored(first, "estimators")


def controls() -> tuple[Trial]:
    """The bar above the curves: distribution, estimators, what is swept, and a slider for every number.

    Raises:
        SettingError: for values that are not in the range of what is swept.
    """
    one, two, three, four = st.columns([2.2, 4, 1.6, 1.6], vertical_alignment="bottom")
    names = list(distributions)
    name = one.selectbox("Distribution", names, names.index("multivariate_normal"), key="dist", bind="query-params")
    kind = _kind(name)
    options = [e for e in estimators if estimators.card(e).constants.get("quantity", "I(X;Y)") == "I(X;Y)"]
    chosen = two.multiselect(
        "Estimators", options, _first(kind, options), key=f"est.{kind}", bind="query-params",
        help="All that estimate I(X;Y) itself.",
    )  # fmt: skip
    numbers = {setting.name: setting for setting in sweepable(name)}
    swept = three.selectbox(
        "Along the axis", ["n", *numbers], int("dim" in numbers) and 1 + list(numbers).index("dim"),
        key=f"{name}.sweep", bind="query-params", help="The number of samples n, or a setting of the distribution.",
    )  # fmt: skip
    with four.popover("Settings", icon=":material/tune:", width="stretch"):
        seeds = st.number_input("samples per point", 1, 200, 5, key="seeds", bind="query-params",
                                help="Drawn with seeds 0, 1, ...; their spread is the band.")  # fmt: skip
        settings = {one: _settings(one) for one in chosen}
    st.caption(show.plain(distributions.card(name).summary))
    found, along, n = _sliders(name, swept, {"n": N, **numbers}[swept])
    return (Trial(name, found, swept, tuple(along), n, settings, seeds),)


def _sliders(name: str, swept: str, setting: Setting) -> tuple[dict[str, Any], list[Any], int]:
    """The settings of the distribution that stay, the values of the one that does not, and n."""
    rest = [one for one in distributions.card(name).settings if one.name != swept]
    columns = iter(st.columns(1 + len(rest) + (swept != "n"), gap="medium"))
    with next(columns):
        proposed = list(N_VALUES) if swept == "n" else suggested(setting)
        text = values_box(setting, proposed, f"{name}.{swept}.values")
    n = N.default
    if swept != "n":
        n = next(columns).select_slider("n", N_CHOICES, N.default, key="n", help="Samples in each estimate.",
                                        bind="query-params")  # fmt: skip
    found = {}
    for one, column in zip(rest, columns, strict=True):
        with column:
            found[one.name] = slider(one, f"{name}.{one.name}")
    return found, parsed(text, setting, proposed), n


def _settings(name: str) -> dict[str, Any]:
    card = estimators.card(name)
    if card.settings:
        st.markdown(f"**{show.plain(name)}**", help=card.summary)
    return form(card.settings, name)


def _kind(name: str) -> str:
    entry = distributions[name]
    return entry.kind_x if entry.kind_x == entry.kind_y else "mixed"


def _first(kind: str, options: list[str]) -> list[str]:
    known = [name for name in FIRST[kind] if name in options]
    return known if len(known) > 1 else [*known, *(name for name in ("ksg", "gaussian") if name in options)]


def panel(trial: Trial, unit: str) -> None:
    """The curves, kept up to date once a second while they fill in."""
    if not trial.estimators:
        st.info("No estimator is chosen. Choose one or more above; their curves appear here.")
        return
    trial = trial.checked()
    about, spec = collected(trial).about, specification(trial)
    missing = about["total"] - about["cells"]
    live = computing.started(
        spec, missing / about["total"], lambda: submitted(trial), f"These {missing} estimates take"
    )
    computing.followed(lambda: _shown(trial, unit), live, spec)


def _shown(trial: Trial, unit: str) -> None:
    trials = collected(trial).to(unit)
    picture, side = st.columns([5, 2], gap="large")
    with picture:
        figure = trials.plot(unit=unit, theme=st.context.theme.type or "light")
        results.figure(figure, "trials", f"{trial.distribution}-{trial.sweep}")
        learning.shown(trained(trial), unit)
        with st.expander("Table"):
            st.dataframe(trials.to_frame(), hide_index=True, alt=figure.layout.meta["alt"])
    with side:
        show.doubts(doubts(trials), len(trials) > 0)
        code = python(trial, unit)
        keys = [key for name in trial.estimators for key in estimators.card(name).references]
        keys += distributions.card(trial.distribution).references
        note = f"{trials.about['call']}, {'one sample' if trial.seeds == 1 else f'{trial.seeds} samples'} a point."
        results.exports(code, export.used(keys), (trial.distribution, note), trials.to_frame)


def trained(trial: Trial) -> dict[str, Mapping[str, Any]]:
    """The training curves of a checked trial by cell, that which runs now first."""
    found = curves(trial)
    return {
        f"{name} at {trial.sweep} = {value:g}, sample {seed + 1}": one for (name, value, seed), one in found.items()
    }


def doubts(trials: Trials) -> list[Doubt]:
    """Rules that fired, refusals, and how little a few samples tell."""
    found = []
    for i, name in enumerate(trials.estimators):
        for rule, text in trials.rules.get(name, {}).items():
            found.append(Doubt(f"{name}: {rule}", text))
        reasons = {trials.errors[name, value]: value for value in trials.values if (name, value) in trials.errors}
        for why, value in reasons.items():
            where = "" if trials.count[i].sum() == 0 else f" at {trials.about['sweep']} = {value:g}"
            found.append(Doubt(f"{name}: no value{where}", f"{why}."))
    seeds = trials.about["seeds"]
    if len(trials) and seeds < 10:
        what = "One sample a point: how far estimates scatter is not known."
        if seeds > 1:
            share = f"{1 / (2 * (seeds - 1)) ** 0.5:.0%}"
            what = f"{seeds} samples a point: the deviation is known to within about {share}."
        found.append(Doubt("Few samples", f"{what} Settings has more samples."))
    return found


def python(trial: Trial, unit: str) -> str:
    """Code that computes and draws these curves."""
    changed = {name: _changed(name, settings) for name, settings in trial.estimators.items()}
    named = repr(changed if any(changed.values()) else list(changed))
    defaults = {one.name: one.default for one in distributions.card(trial.distribution).settings}
    options: dict[str, Any] = {"sweep": trial.sweep, "values": list(trial.values)}
    options |= {} if trial.sweep == "n" else {"n": trial.n}
    options |= {"seeds": trial.seeds}
    options |= {name: value for name, value in trial.settings.items() if value != defaults[name]}
    lines = "".join(f"    {name}={value!r},\n" for name, value in options.items())
    return (
        "from explorer.studies import trials\n\n"
        f"found = trials.run(\n    {trial.distribution!r},\n    {named},\n{lines})\n"
        f"found.plot(unit={unit!r})\n"
    )


def _changed(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {one.name: one.default for one in estimators.card(name).settings}
    return {key: value for key, value in settings.items() if value != defaults[key]}
