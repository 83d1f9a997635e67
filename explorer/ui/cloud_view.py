"""The samples of a layer as points, with everything that follows a selection: classes, plane, table."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from explorer.catalogue import embeddings, figures
from explorer.data import Recording, digest
from explorer.figures.theme import thousands
from explorer.jobs import Specification, submitted
from explorer.pointwise import pointwise_plane
from explorer.profiles import Profile, words
from explorer.studies import clouds
from explorer.studies.clouds import Picture, Scale
from explorer.ui import computing, export, results, samples, selection, show
from explorer.ui import scene as scenes
from explorer.ui.cell import Cell
from explorer.ui.form import form
from explorer.ui.selection import Selection

QUICK = 60.0
"""Seconds that a projection of all steps may take unasked: its first picture is there at once."""

TABLE = 500
"""Rows of the table of samples."""


def panel(recording: Recording, cell: Cell, plan: Profile, unit: str) -> None:
    """One cloud that is scrubbed over the steps, and beside it what is selected."""
    picture, scale, column = _controls(recording, cell, "cloud")

    def draw() -> None:
        scene = scenes.scene(recording, picture, scale, column)
        if scene is None:
            st.info("The picture is being computed; its first step appears here by itself.")
            return
        left, right = st.columns([5, 3], gap="large")
        with left:
            scenes.draw(scene, cell.step, "cloud")
            st.caption(scenes.trust(scene.cloud, cell.step))
        with right:
            _selected(scene)
            _plane(scene, cell, unit)
        _table(scene, cell.step)
        keys = export.used(embeddings.card(picture.embedding).references)
        about = (f"{cell.layer}-{picture.embedding}", f"{picture.call} of {cell.layer}, seed {picture.seed}.")
        every = np.arange(len(recording))
        table = partial(samples.table, recording, scene.cloud, every, cell.step)
        results.exports(python(recording, picture, cell), keys, about, table)

    computing.followed(draw, *_job(recording, picture))


def two_steps(recording: Recording, cell: Cell, plan: Profile, unit: str) -> None:
    """The same layer at two steps, side by side in one frame, with one selection."""
    if len(recording.steps) < 2:
        st.info("One step is recorded: there is no other to set beside it.")
        return
    other = st.select_slider(
        "Compared with", recording.steps, recording.steps[0], key="cloud.other", bind="query-params"
    )
    picture, scale, column = _controls(recording, cell, "pair")

    def draw() -> None:
        scene = scenes.scene(recording, picture, scale, column)
        if scene is None or not {other, cell.step} <= set(scene.cloud.steps):
            st.info("The picture is being computed; both steps appear here by themselves.")
            return
        places = zip(st.columns(2, gap="large"), ("pair-other", "pair-now"), (other, cell.step), strict=True)
        for place, key, step in places:
            with place:
                scenes.draw(scene, step, key)
                st.caption(scenes.trust(scene.cloud, step))
        left, right = st.columns(2, gap="large")
        with left:
            _selected(scene)
        with right:
            _moved(scene, other, cell.step)

    computing.followed(draw, *_job(recording, picture))


def _controls(recording: Recording, cell: Cell, key: str) -> tuple[Picture, Scale, str]:
    """Embedding, its settings, which steps, colours, and what to select without drawing."""
    one, two, three, four, five = st.columns([2, 1.6, 1.8, 1.8, 2.2], vertical_alignment="bottom")
    name = one.selectbox("Embedding", list(embeddings), list(embeddings).index("pca"), key="cloud.embedding",
                         bind="query-params", help="How the units of the layer become two axes.")  # fmt: skip
    card = embeddings.card(name)
    with two.popover("Settings", icon=":material/tune:", width="stretch"):
        st.markdown(show.plain(card.summary))
        settings = form(card.settings, f"cloud.{name}")
        seed = st.number_input("seed", 0, 2**31 - 1, 0, key="cloud.seed", bind="query-params")
        scale: Scale = st.segmented_control(
            "One unit at", ["common", "step"], default="step" if key == "pair" else "common", required=True,
            key=f"{key}.scale", bind="query-params",
            help="Common: all steps in one unit, so that growth is seen. Step: every step fills the frame.",
        )  # fmt: skip
    every = key == "pair" or three.segmented_control(
        "Steps", ["all", "this one"], default="all" if card.constants.get("linear") else "this one", required=True,
        key=f"cloud.steps.{name}", bind="query-params", help="All recorded steps can be scrubbed and played.",
    ) == "all"  # fmt: skip
    columns = [*(["y"] if recording.y is not None else []), *recording.factors]
    column = four.selectbox("Colour", [*columns, "none"], key="cloud.colour", bind="query-params")
    names = samples.classes(recording, column)[1]
    if names:
        five.selectbox("Select a class", [None, *names], format_func=lambda one: one or "–", key="class-box",
                       on_change=_class_chosen, args=(names,), help="As a click on its name does.")  # fmt: skip
    _history()
    steps = None if every else (cell.step,)
    if key == "pair" and not card.constants.get("linear"):
        steps = tuple({cell.step, st.session_state.get("cloud.other", recording.steps[0])})
    return Picture(cell.layer, name, settings, steps, int(seed)).checked(recording), scale, column


def _history() -> None:
    """Undo, redo and clear the selection; in a narrow window they wrap."""
    with st.container(horizontal=True):
        st.button("Undo", key="undo", on_click=selection.undo, disabled=not selection.can("selections"))
        st.button("Redo", key="redo", on_click=selection.redo, disabled=not selection.can("undone"))
        st.button("Select nothing", key="clear", on_click=lambda: selection.choose(Selection()))


def _class_chosen(names: tuple[str, ...]) -> None:
    chosen = st.session_state["class-box"]
    selection.choose(Selection("class", category=names.index(chosen)) if chosen else Selection())


def _job(recording: Recording, picture: Picture) -> tuple[bool, Specification]:
    """Submit what is missing; whether a job is live, and which."""
    spec = clouds.specification(recording, picture)
    found = clouds.collected(recording, picture)
    total = len(picture.steps or ())
    missing = 1 - (len(found.steps) if found else 0) / total
    what = f"{_said(picture.embedding)} of {picture.layer}"
    submit = partial(submitted, spec, f"{what} in {recording.name}")
    heavy = QUICK if embeddings.card(picture.embedding).constants.get("linear") else computing.HEAVY_SECONDS
    return computing.started(spec, missing, submit, f"{what} at {total} step(s) takes", heavy), spec


def _selected(scene: scenes.Scene) -> None:
    """How the classes share the selection."""
    if scene.codes is None:
        st.info("Choose a column under Colour to see how its classes share a selection.")
        return
    every = np.bincount(scene.codes, minlength=len(scene.names))
    some = np.bincount(scene.codes[scene.mask], minlength=len(scene.names)) if scene.mask.any() else None
    counts = {"names": list(scene.names), "all": every.tolist(), "selected": None if some is None else some.tolist()}
    drawn = figures["class_shares"](counts, theme=st.context.theme.type or "light")
    key = f"shares-{scene.picture.layer}"
    results.figure(drawn, key, "classes", on_select=lambda: _class_clicked(key))


def _class_clicked(key: str) -> None:
    """A click on a bar selects its class."""
    points = st.session_state[key].selection.points
    if points:
        selection.choose(Selection("class", category=int(np.ravel(points[0]["customdata"])[0])))


def _plane(scene: scenes.Scene, cell: Cell, unit: str) -> None:
    """What the selection adds to the information plane at this step."""
    recording = scene.recording
    if scene.codes is None:
        return
    key = digest(recording.step_digest(cell.step), recording.path, scene.codes, scene.mask, unit)
    found = st.session_state.get("selection-plane-of", (None, {}))
    if found[0] != key:  # binning all layers again at every rerun would be felt
        found = (key, pointwise_plane(recording, cell.step, scene.mask, target=scene.codes, unit=unit))
        st.session_state["selection-plane-of"] = found
    drawn = figures["pointwise_plane"](found[1] | {"layer": cell.layer}, theme=st.context.theme.type or "light")
    results.figure(drawn, "selection-plane", "plane")


def _table(scene: scenes.Scene, step: int) -> None:
    """The selected samples, or all; rows chosen here are selected everywhere."""
    narrowed = scene.mask.any() and scene.selected.kind != "rows"
    rows = np.flatnonzero(scene.mask) if narrowed else np.arange(len(scene.mask))
    shown = rows[:TABLE]
    what = "selected samples" if len(rows) < len(scene.mask) else "samples"
    with st.expander(f"Table: {thousands(len(shown))} of {thousands(len(rows))} {what}; choose rows to select them"):
        table = samples.table(scene.recording, scene.cloud, shown, step)
        event: Any = st.dataframe(
            table, hide_index=True, key=f"samples-{scene.picture.layer}", on_select="rerun", selection_mode="multi-row",
            alt="The samples with their labels and places",
        )  # fmt: skip
        picked = tuple(int(shown[i]) for i in event.selection.rows)
        if picked and st.button(f"Select {len(picked)} marked sample{'s' * (len(picked) > 1)}"):
            selection.choose(Selection("rows", rows=picked[: selection.MOST]))
            st.rerun()


def _moved(scene: scenes.Scene, before: int, after: int) -> None:
    """How far classes and the selection moved between two steps, in units of the frame."""
    cloud = scene.cloud
    one, two = (cloud.positions[cloud.steps.index(step)] for step in (before, after))
    moved = np.linalg.norm(two - one, axis=1)
    groups: Mapping[str, np.ndarray] = {"all samples": np.ones(len(moved), bool)}
    if scene.mask.any():
        groups = {**groups, "selected": scene.mask}
    if scene.codes is not None:
        groups = {**groups, **{name: scene.codes == i for i, name in enumerate(scene.names[:20])}}
    rows = [
        {"samples": name, "count": int(rows.sum()), "median move": float(np.median(moved[rows]))}
        for name, rows in groups.items()
        if rows.any()
    ]
    own = "each step in its own half width: of the shape alone, not of its growth"
    unit = own if scene.scale == "step" else "half widths of the frame"
    st.markdown(f"**Moves from {cloud.about['step_name']} {before} to {after}**, {unit}")
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Median move of every class between the two steps")


def _said(name: str) -> str:
    return {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE", "pacmap": "PaCMAP"}.get(name, words(name))


def python(recording: Recording, picture: Picture, cell: Cell) -> str:
    """Code that computes and draws this picture."""
    defaults = {one.name: one.default for one in embeddings.card(picture.embedding).settings}
    given = {name: value for name, value in picture.settings.items() if value != defaults[name]}
    given |= {"seed": picture.seed} if picture.seed else {}
    arguments = "".join(f", {name}={value!r}" for name, value in given.items())
    return (
        "import explorer\nfrom explorer.studies.clouds import cloud\n\n"
        f"recording = explorer.open({export.source(recording)!r})\n"
        f"found = cloud(recording, {cell.layer!r}, embedding={picture.embedding!r}, steps=[{cell.step}]{arguments})\n"
        "explorer.figures.flat_cloud.draw(found.positions[0])\n"
    )
