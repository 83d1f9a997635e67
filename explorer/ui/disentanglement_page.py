"""The Disentanglement page: which latent codes which factor, what every score says of it, and where each is blind."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from explorer.coded.disentangle import collected, specification, submitted
from explorer.errors import ExplorerError
from explorer.metrics import SHARED, Metrics
from explorer.results.metric_table import MetricTable
from explorer.settings import Setting
from explorer.ui import (
    codes,
    compare_view,
    computing,
    factors_view,
    pair_view,
    pick,
    scores_view,
    show,
    sweep_view,
    training_view,
    traversal_view,
)
from explorer.ui.codes import Chosen
from explorer.ui.form import given, tell_ignored, widget
from explorer.ui.pages import link

View = Callable[[Chosen, MetricTable], None]

VIEWS: dict[str, View] = {
    "Cell": pair_view.panel,
    "Scores": scores_view.panel,
    "Over bins": lambda chosen, table: sweep_view.panel(chosen),
    "Latents over factors": factors_view.panel,
    "Traversal": traversal_view.panel,
    "Compare models": compare_view.panel,
}
TRAIN = "Train one"
ELSEWHERE = ("look", "pair", "step", "layer", "traverse.", "train.", "compare.", "map.", "sweep.", *codes.FILES)
"""What begins the names of what single views and the choice of codes read from the URL."""


def page() -> None:
    """Choose, compute in jobs, show."""
    first = {name: texts for name, texts in given().items() if not name.startswith(ELSEWHERE)}
    if "look" in st.session_state:  # outlives a run without the tabs, as after a file that cannot be read
        st.session_state["look"] = st.session_state["look"]
    if training_view.LEFT in st.session_state:
        first.pop("source", None)  # the URL still has that of before
    with show.told("Change what the message names; nothing that was computed is lost."):
        chosen = controls()
        with st.container():
            tell_ignored(first, "disentanglement")
        if chosen.coded is not None:
            _views(*matrix(chosen))
        elif pick.waiting(run := st.query_params.get("run", "")) and st.session_state["source"] != "files":
            computing.waiting(run)
            _views(chosen, None)
        else:
            _nothing(chosen)
            training_view.panel(chosen.unit)


def controls() -> Chosen:
    """The bar above the matrix: where the codes come from, how they are cut, the unit."""
    where, one, two, three = st.columns([2, 4, 1.7, 1.6], vertical_alignment="bottom")
    usual = None if training_view.LEFT in st.session_state else "a run"  # one that is set by hand takes no default
    source = where.segmented_control(
        "Codes from", ["a run", "files"], default=usual, required=True, key="source", bind="query-params",
        help="A layer of a recorded run, or arrays of files: any codes and factors, on a grid or not.",
    )  # fmt: skip
    with one:
        run = pick.choice(codes.USUAL) if source == "a run" else ""
    unit = two.segmented_control(
        "Unit", ["bits", "nats"], default="bits", required=True, key="unit", bind="query-params"
    )
    with three.popover("Settings", icon=":material/tune:", width="stretch"):
        plan = Metrics(**{setting.name: widget(_said(setting), setting.name) for setting in SHARED})
    st.session_state.pop(training_view.LEFT, None)
    if source == "files":
        return Chosen(codes.from_files(), plan.checked(), str(unit))
    recording, step, layer = codes.from_run(run)
    coded = codes.of_run(recording, step, layer) if recording else None
    return Chosen(coded, plan.checked(), str(unit), recording=recording, step=step, layer=layer)


HELP = {
    "bins": "Cells of each latent and of each real factor. With fewer than a factor has levels a perfect latent reads "
    "too little.",
    "strategy": "Cells of equal width, as most libraries cut, or of equal frequency, which no outlier can stretch.",
    "assignment": "The latent meant for each factor, where DMIG, XMIG and DLIG ask: those that tell most, each once, "
    "or the first latent for the first factor and so on.",
    "trust": "Intervals and shuffled rows of all scores, of those that are quick, or of none.",
    "seed": "Of everything random.",
}


def _said(setting: Setting) -> Setting:
    return replace(setting, help=HELP[setting.name])


def _nothing(chosen: Chosen) -> None:
    """Why there is nothing to see, and what to do."""
    if chosen.recording is not None:
        st.info(
            "This run was recorded without factors or labels, so nothing can be told of what a latent codes. Record "
            "with factors={...}, choose another run above, or train one here."
        )
    elif st.session_state.get("source") == "files":
        st.info(
            "Choose codes, one row a sample and one column a latent, and the factors that made the samples: upload a "
            "file, type the path of one, or choose from the lists."
        )
    link("disentanglement", "Open a trained autoencoder", run=codes.USUAL)


def matrix(chosen: Chosen) -> tuple[Chosen, MetricTable | None]:
    """The matrix, kept up to date while the scores come in; what the views look at, None before it is there."""
    coded, plan = chosen.coded, chosen.plan
    assert coded is not None
    spec, table = specification(coded, plan), collected(coded, plan)
    missing = 1.0 if table is None else 1 - table.about["done"] / table.about["parts"]
    live = computing.started(spec, missing, lambda: submitted(coded, plan), "All scores with intervals and nulls take")

    def draw() -> None:
        now = collected(coded, plan)
        if now is None:
            queued = any(job.state == "queued" for job in computing.of(spec))
            doing = "waits for a worker" if queued else "is being computed"
            computing.coming(live, f"The matrix of informations {doing}; it appears here first.")
        elif table is None:
            st.rerun()
        else:
            scores_view.overview(_placed(chosen, now, live), now)

    computing.followed(draw, live, spec)
    if table is None:
        return chosen, None
    if chosen.recording is not None and codes.named_step() is None:
        training_view.follow(st.query_params.get("run", ""), chosen.step)
    return _placed(chosen, table, live), table


def _placed(chosen: Chosen, table: MetricTable, live: bool) -> Chosen:
    return replace(chosen, pair=codes.pair(table), live=live)


def _views(chosen: Chosen, table: MetricTable | None) -> None:
    """Only the open view computes; all but the training wait for the matrix."""
    names = [*VIEWS, TRAIN]
    tabs = st.tabs(names, key="look", bind="query-params", on_change="rerun")
    for tab, name in zip(tabs, names, strict=True):
        with tab:
            if tab.open:
                _open(name, chosen, table)


def _open(name: str, chosen: Chosen, table: MetricTable | None) -> None:
    try:
        if name == TRAIN:
            training_view.panel(chosen.unit)
        elif table is None:
            _early(chosen)
        else:
            VIEWS[name](chosen, table)
    except ExplorerError as error:
        st.error(show.sentence(error))
        st.caption("Change what the message names, or choose another layer, step or cell.")


def _early(chosen: Chosen) -> None:
    """What a view says before the matrix is there, beside the training that may keep every worker until it ends."""
    before = "" if chosen.coded else "a first step is recorded and "
    st.caption(f"This view opens once {before}the matrix is there.")
    if chosen.recording is not None:
        training_view.watch(st.query_params.get("run", ""), chosen.unit)
