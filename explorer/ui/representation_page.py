"""The Representation page: a measure over layers and steps, and what one layer looks like inside."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.catalogue import measures
from explorer.data import Recording
from explorer.profiles import Profile, words
from explorer.reliability.depth import more_with_depth
from explorer.result import NATS_PER, Doubt
from explorer.results.trajectory import Trajectory, label
from explorer.sweep import collected, specification, submitted
from explorer.ui import (
    cloud_view,
    computing,
    export,
    looks,
    parts_view,
    pick,
    results,
    show,
    similarity_view,
    spectrum_view,
)
from explorer.ui.cell import Cell
from explorer.ui.form import form, given, tell_ignored
from explorer.ui.pages import link

FIRST = "diffusion_spectral_entropy"
ELSEWHERE = ("cloud.", "pair.", "spectrum.", "similarity.", "step", "layer")
"""What begins the names of what single views and the choice of a cell read from the URL."""

View = Callable[[Recording, Cell, Profile, str], None]

VIEWS: dict[str, View] = {
    "Point cloud": cloud_view.panel,
    "Two steps": cloud_view.two_steps,
    "Spectrum": spectrum_view.panel,
    "Units and classes": parts_view.panel,
    "Similarity": similarity_view.panel,
}


def page() -> None:
    """Choose, compute in jobs, show."""
    first = {name: texts for name, texts in given().items() if not name.startswith(ELSEWHERE)}
    recording, plan, unit = controls()
    if recording is None or plan is None:
        computing.waiting(st.query_params.get("run", ""))
        return
    if not recording.steps:
        st.info("Nothing is recorded in this run yet. Wait for its first step, or choose another run above.")
        return
    notice = st.container()
    with show.told("Choose another measure or target above; nothing that was computed is lost."):
        heat_map(recording, plan.checked(recording), unit)
    inside(recording, plan, unit)
    with notice:
        tell_ignored(first, "representation")


def controls() -> tuple[Recording | None, Profile | None, str]:
    """The bar above the heat map: run, measure and settings, what it is compared with, unit."""
    run, one, two, three, four = st.columns([3, 3.6, 2, 1.7, 1.6], vertical_alignment="bottom")
    with run:
        recording = pick.recording()
    if recording is None:
        return None, None, "bits"
    names = [name for name in measures if measures.card(name).constants["posterior"] != "needed"]
    name = one.selectbox(
        "Measure", names, names.index(FIRST), key="measure", bind="query-params",
        help="What is read of every layer at every recorded step.",
    )  # fmt: skip
    card = measures.card(name)
    with two:
        target = _target(recording, card.constants.get("against"))
    unit = three.segmented_control(
        "Unit", ["bits", "nats"], default="bits", required=True, key="unit", bind="query-params"
    )
    with four.popover("Settings", icon=":material/tune:", width="stretch"):
        st.markdown(show.plain(card.summary))
        settings = form(card.settings, name)
        st.divider()
        permutations = st.number_input(
            "permutations", 0, 100, 0, key="permutations", bind="query-params",
            help="Shuffles whose mean is drawn as the null: of the rows of what a layer is compared with, or of every "
            "unit by itself.",
        )  # fmt: skip
        seed = st.number_input("seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
    return recording, Profile(name, settings, target, permutations, seed), unit


def _target(recording: Recording, against: str | None) -> str:
    """What a layer is compared with; nothing for a measure of a layer alone."""
    if against is None:
        st.caption("Reads a layer alone: it is compared with nothing.")
        return ""
    steps = ["previous", "first", "last"]
    inputs = ["x"] if recording.x is not None else []
    columns = [*(["y"] if recording.y is not None else []), *recording.factors]
    if against == "factors":
        columns = [*(["factors"] if recording.factors else []), *columns]
    options = [*steps, *inputs, *recording.layers] if against == "representation" else columns
    if not options:
        st.warning("This measure needs labels and the recording holds none.")
        return ""
    kind = "pair" if against == "representation" else "column"
    pairs = "The same layer at the previous, first or last step, the inputs x, or another layer."
    help = pairs if kind == "pair" else "A label or factor; factors are all of them."
    return st.selectbox(
        "Compared with", options, key=f"against.{kind}", bind="query-params", help=help,
    )  # fmt: skip


def heat_map(recording: Recording, plan: Profile, unit: str) -> None:
    """The measure over layers and steps, kept up to date while it fills in."""
    about = collected(recording, plan).about
    missing = 1 - about["cells"] / max(1, about["total"])
    spec = specification(recording, plan)
    what = f"{words(plan.measure)} of {about['total'] - about['cells']} layers and steps takes"
    live = computing.started(spec, missing, lambda: submitted(recording, plan), what)

    def draw() -> None:
        now = pick.opened(recording.path or "") or recording
        picture, side = st.columns([5, 2], gap="large")
        profile = collected(now, plan)
        with picture:
            _clickable(profile, now, unit)
        with side:
            show.doubts(_doubts(profile), len(profile) > 0)
            looks.panel([(now, plan)] if len(profile) else [])
            name = f"{now.name}-{plan.measure}"
            keys = export.used(measures.card(plan.measure).references)
            results.exports(python(now, plan, unit), keys, (name, f"{plan.call}, n = {len(now)}."), profile.to_frame)
            asked = {"baseline": export.source(now), "what": "measure", "measure": plan.measure}
            link("compare", "Compare with another run", **asked)

    computing.followed(draw, live, spec)


def _clickable(profile: Trajectory, recording: Recording, unit: str) -> None:
    """The figure; a click on one of its cells opens that layer at that step below."""
    cell = Cell.chosen(recording)
    drawn = profile.plot(unit=unit, theme=st.context.theme.type or "light", step=cell.step, layer=cell.layer)
    results.figure(drawn, "profile", profile.about["measure"], on_select=lambda: _open_cell("profile"))
    if st.session_state.pop("cell-clicked", False):
        st.rerun()
    with st.expander("Table"):
        st.dataframe(profile.to_frame(), hide_index=True, alt=drawn.layout.meta["alt"])


def _open_cell(key: str) -> None:
    """The clicked cell becomes the chosen one, for the widgets below as for the URL."""
    points = [one for one in st.session_state[key].selection.points if one.get("customdata")]
    if points:
        step, layer = points[0]["customdata"]
        Cell.choose(int(step), str(layer))
        st.session_state["cell-clicked"] = True


def _doubts(profile: Trajectory) -> list[Doubt]:
    """The newest sentence of every rule, with its layers, why layers have no value, and what depth tells."""
    found = []
    for rule, texts in profile.about["doubts"].items():
        layers = ", ".join(map(label, texts))
        found.append(Doubt(f"{rule} ({layers})", next(iter(texts.values()))))
    reasons: dict[str, list[str]] = {}
    for layer, why in profile.about["failed"].items():
        reasons.setdefault(why.replace(layer, "the layer"), []).append(layer)
    found += [Doubt(f"no value: {', '.join(map(label, layers))}", f"{why}.") for why, layers in reasons.items()]
    note = more_with_depth(profile)
    return [*found, note] if note else found


def inside(recording: Recording, plan: Profile, unit: str) -> None:
    """One layer at one step: only the open view computes."""
    cell = Cell.controls(recording)
    tabs = st.tabs(list(VIEWS), key="look", bind="query-params", on_change="rerun")
    for tab, view in zip(tabs, VIEWS.values(), strict=True):
        with tab:
            if tab.open:
                with show.told("Change what the message names, or choose another layer or step."):
                    view(recording, cell, plan.checked(recording), unit)


def python(recording: Recording, plan: Profile, unit: str) -> str:
    """Code that computes and draws this profile."""
    defaults: dict[str, Any] = {one.name: one.default for one in measures.card(plan.measure).settings}
    given = {name: value for name, value in plan.settings.items() if value != defaults[name]}
    options = {name: getattr(plan, name) for name in ("permutations", "seed") if getattr(plan, name)}
    options |= {"target": plan.target} if plan.target else {}
    drawn = f"unit={unit!r}" if measures.card(plan.measure).constants.get("unit", "nats") in NATS_PER else ""
    return (
        "import explorer\n\n"
        f"recording = explorer.open({export.source(recording)!r})\n"
        f"profile = explorer.profile(recording, {export.called(measures, plan.measure, given, options)})\n"
        f"profile.plot({drawn})\n"
    )
