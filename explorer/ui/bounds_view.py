"""The tab "Which bound can I trust?": bounds on pairs whose information is known, with the best critic or trained."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.catalogue import estimators
from explorer.figures.theme import on
from explorer.result import Doubt
from explorer.results.bounds import BoundReadings
from explorer.studies import staircase, trials
from explorer.studies.staircase import SETTINGS, Stairs
from explorer.studies.trials import Trial
from explorer.ui import computing, export, learning, results, screen, show
from explorer.ui.form import widget
from explorer.ui.sliders import N_CHOICES

BEST, TRAINED = "the best there is", "trained"
BATCHES = (8, 16, 32, 64, 128, 256, 512, 1024)
FIRST = ("infonce", "nwj", "smile", "vclub")
"""Trained bounds that are chosen when the tab is opened."""
AT_ONCE = 3.0
"""Seconds up to which the best critic is read in this process."""
FEW = 6
"""Samples per step below which marks of trained bounds may be chance."""
CITED = ("poole2019", "song2020")


def controls() -> tuple[Stairs | Trial | None]:
    """Which critic, and the numbers that shape what bounds read with it."""
    first, second = st.columns([2.2, 7.6], gap="medium")
    critic = first.segmented_control(
        "Critic", [BEST, TRAINED], default=BEST, required=True, key="critic", bind="query-params",
        help="The best critic is ln p(x, y) / p(x) p(y), known here: what is wrong then is the bound's own fault.",
    )  # fmt: skip
    with show.told("Change what the message names; nothing computed is lost."), second:
        return (_best() if critic == BEST else _trained(),)
    return (None,)


def _best() -> Stairs:
    one, two, three, four = st.columns([2, 2, 2, 1.6], vertical_alignment="bottom", gap="medium")
    known = {setting.name: setting for setting in SETTINGS}
    batch = one.select_slider(
        "batch K", BATCHES, 64, key="bound.batch", bind="query-params", help="Samples that a bound sees at once."
    )
    with two:
        dim = _sized("dim")
    tau = three.slider("tau of smile", 0.5, 20.0, 5.0, 0.5, key="bound.tau", bind="query-params",
                       help="Scores are clipped to -tau ... tau in its second term.")  # fmt: skip
    with four.popover("Settings", icon=":material/tune:", width="stretch"):
        rest = {name: widget(known[name], f"bound.{name}") for name in ("alpha", "repeats", "seed")}
    return Stairs(batch, dim, tau, **rest).checked()


def _trained() -> Trial | None:
    two, three, four = st.columns(3, vertical_alignment="bottom", gap="medium")
    with two:
        dim = _sized("dim")
    n = three.select_slider("n", N_CHOICES, 3000, key="bound.n", bind="query-params", help="Samples of each estimate.")
    seeds = four.number_input("samples per step", 1, 50, 3, key="bound.seeds", bind="query-params")
    options = learned()
    chosen = st.multiselect(
        "Bounds", options, [name for name in FIRST if name in options], key="bound.names", bind="query-params"
    )
    return staircase.trained({name: {} for name in chosen}, dim, n, seeds) if chosen else None


def _sized(name: str) -> int:
    help_ = "Coordinates of X, and of Y."
    return st.slider(f"{name} d", 4, 100, 20, key=f"bound.{name}", bind="query-params", help=help_)


def learned() -> list[str]:
    """Bounds by critics, those that train and one that does not."""
    return [name for name in estimators if estimators.card(name).family == "critic"]


def panel(asked: Stairs | Trial | None, unit: str) -> None:
    """The staircase, kept up to date once a second while it fills in."""
    if asked is None:
        st.info("No bound is chosen. Choose one or more above; their steps appear here.")
    elif isinstance(asked, Trial):
        about, spec = staircase.collected_trained(asked).about, trials.specification(asked)
        missing = 1 - about["cells"] / about["total"]
        count = about["total"] - about["cells"]
        live = computing.started(spec, missing, lambda: trials.submitted(asked), f"These {count} trainings take")
        computing.followed(lambda: _drawn(staircase.collected_trained(asked), asked, unit), live, spec)
    else:
        _shown(asked, unit)


def _shown(stairs: Stairs, unit: str) -> None:
    """The best critic: at once where that takes a moment, else as a job."""
    about = staircase.collected(stairs).about
    missing = 1 - about["cells"] / about["total"]
    if missing and staircase.seconds(stairs) <= AT_ONCE:
        with st.spinner("Reading every bound"):
            staircase.compute(stairs)
        missing = 0.0
    spec = staircase.specification(stairs)
    live = computing.started(spec, missing, lambda: staircase.submitted(stairs), "These batches take")
    computing.followed(lambda: _drawn(staircase.collected(stairs), stairs, unit), live, spec)


def _drawn(found: BoundReadings, asked: Stairs | Trial, unit: str) -> None:
    shown = found.to(unit)
    picture, side = st.columns([5, 2], gap="large")
    theme = st.context.theme.type or "light"
    with picture, on(theme, screen.narrow()):
        figure = shown.plot(unit=unit, theme=theme)
        results.figure(figure, "staircase", "bounds-staircase")
        learning.shown(_training(asked, shown.truth.tolist(), unit) if isinstance(asked, Trial) else {}, unit)
        with st.expander("Table"):
            st.dataframe(shown.to_frame(), hide_index=True, alt=figure.layout.meta["alt"])
    with side:
        show.doubts(doubts(shown), len(found) > 0)
        keys = [
            *CITED,
            *(key for name in found.names if name in estimators for key in estimators.card(name).references),
        ]
        results.exports(python(asked, unit), export.used(keys), ("bounds-staircase", note(found)), shown.to_frame)


def _training(trial: Trial, truth: Sequence[float], unit: str) -> dict[str, Mapping[str, Any]]:
    """The training curves of a trial by bound and true information in the unit, that which runs now first."""
    level = dict(zip(trial.values, truth, strict=True))
    found = trials.curves(trial)
    called = {at: f"{at[0]} at {level[at[1]]:.3g} {unit}, sample {at[2] + 1}" for at in found}
    return {called[at]: one for at, one in found.items()}


def note(found: BoundReadings) -> str:
    """What was read, in a sentence."""
    about = found.about
    if about["critic"] == "trained":
        return f"Trained critics on {about['dim']} + {about['dim']} normal columns, n = {about['n']}."
    return f"Bounds with the best critic, batches of {about['batch']}, d = {about['dim']}, seed {about['seed']}."


def doubts(found: BoundReadings) -> list[Doubt]:
    """What breaks its word, what the picture cannot tell, and why there is no value."""
    told = []
    for i, name in enumerate(found.names):
        if found.breaks[i].any():
            level = f"{found.truth[found.breaks[i].argmax()]:.3g} {found.unit}"
            side = {"lower": "above", "upper": "below"}[found.claims[i]]
            text = f"Called {found.claims[i]} bound, yet from {level} on most of its readings are {side} the truth"
            told.append(Doubt(name, f"{text}{WHY.get(name, '')}."))
    told += [Doubt(f"{name}: no value", f"{why}.") for name, why in found.errors.items()]
    if found.about["critic"] == "trained":
        told += [Doubt("Few samples", _few(found))] if len(found) and found.readings.shape[2] < FEW else []
        told.append(Doubt("Normal pairs", "Critics learn these easily; on other data they fall shorter.", note=True))
        return told
    same = "With this critic tuba and js read what nwj reads, and vclub what club reads: they differ in training alone."
    told.append(Doubt("Not shown", same, note=True))
    fault = "No critic of real data is this good: training adds its own error, which the trained critics show."
    return [*told, Doubt("The best critic", fault, note=True)]


def _few(found: BoundReadings) -> str:
    """How many samples of a step are shown, and how often chance alone puts all of them above the truth."""
    drawn, asked = found.readings.shape[2], found.about["repeats"]
    of = f" of the {asked} asked for" if drawn < asked else ""
    all_of = "its reading" if drawn == 1 else f"all {drawn} readings"
    even = f"A bound that is as often above the truth as below has {all_of} above it at one step in {2**drawn}"
    return f"Shown: {drawn} sample{'s' * (drawn > 1)} per step{of}. {even}, by chance alone."


WHY: Mapping[str, str] = {
    "nwj": ": it holds in the mean, which rare very low readings pull down",
    "mine": ": the log of a mean over a batch falls short of the log of the true mean",
    "smile": ": what is clipped makes its second term too small, whatever the batch",
}
"""What the cause is, after a sentence that a bound is on the wrong side."""


def python(asked: Stairs | Trial, unit: str) -> str:
    """Code that computes and draws the same staircase."""
    if isinstance(asked, Trial):
        given = f"{list(asked.estimators)!r}, dim={asked.settings['dim']}, n={asked.n}, seeds={asked.seeds}"
        call = f"staircase.run_trained({given})"
    else:
        given = ", ".join(f"{name}={getattr(asked, name)!r}" for name in vars(Stairs()))
        call = f"staircase.run({given})"
    return f"from explorer.studies import staircase\n\nfound = {call}\nfound.plot(unit={unit!r})\n"
