"""Compare models: scores of several runs beside a pinned baseline, and how alike their codes are without labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from explorer.catalogue import figures, measures
from explorer.coded import disentangle
from explorer.data import Recording
from explorer.metrics import Coded
from explorer.profiles import words
from explorer.results.metric_deltas import deltas, deltas_frame
from explorer.results.metric_table import MetricTable
from explorer.results.representation import Similarity
from explorer.studies import likeness
from explorer.studies.likeness import Pairs
from explorer.ui import codes, compared, computing, export, pick, results, show, units
from explorer.ui.codes import Chosen

UDR = "udr"
ALIKE = (
    "Models that all fail alike agree too. On the diagonal stands a model with itself: less than 1, since the Lasso "
    "shrinks what it finds; no other pair is to be read against 1."
)
FEW = (
    "Two models give one number: how nearly each latent of one is one of the other, up to order and sign. It says "
    "whether they found the same latents, and cannot say which of the two is the better: both would have it as their "
    "median. Their places on the map say no more than that number, since two points always fit. The ranking begins "
    f"with a third model, best another seed of the same objective. {ALIKE}"
)
MANY = (
    "The median over all others ranks the models, no factor being used. It is high for a code that others find again, "
    f"up to order and sign of its latents. {ALIKE}"
)


@dataclass(frozen=True)
class Model:
    """A run at its last recorded step, under the name by which it is chosen."""

    name: str
    recording: Recording
    layer: str
    coded: Coded

    @property
    def step(self) -> int:
        """The last that was recorded."""
        return self.recording.steps[-1]


def _usual(recording: Recording, known: Mapping[str, str]) -> list[str]:
    """The other bundled run on the same pictures, of a bundled one."""
    pair = ("sprites_vae", "sprites_beta_tcvae")
    return [name for name in pair if name in known] if export.source(recording) in pair else []


def panel(chosen: Chosen, table: MetricTable) -> None:
    """Scores of the chosen run and of others, and the label-free ranking of all."""
    if chosen.recording is None:
        st.info("Runs are compared with each other, and these codes are of files. Choose a run under *Codes from*.")
        return
    models = _models(chosen, table)
    if len(models) < 2:
        st.info(
            "Choose at least one other run that was recorded on the same factors; each is read at its last step. "
            "There is none yet? Train one under *Train one* with another objective or seed."
        )
        return
    names = [one.name for one in models]
    baseline = st.session_state.get("compare.baseline")
    baseline = baseline if baseline in names else names[0]
    _scores(chosen, models, baseline)
    st.divider()
    _ranking(chosen, models)


def _models(chosen: Chosen, table: MetricTable) -> list[Model]:
    """This run and the others that were chosen, those with other factors left out by a message."""
    recording = chosen.recording
    assert recording is not None
    known = {path: title for path, title in pick.runs().items() if path != export.source(recording)}
    one, two = st.columns([5, 2], vertical_alignment="bottom")
    wanted = one.multiselect(
        "Compare with", list(known), _usual(recording, known), format_func=known.__getitem__, key="compare.runs",
        bind="query-params", help="Runs that were recorded on the same factors, each at its last step.",
    )  # fmt: skip
    found = [recording, *(run for path in wanted if (run := pick.opened(path)))]
    models: list[Model] = []
    for run in found:
        with show.told("It is left out of the comparison."):
            if model := _model(run, chosen, table, [one.name for one in models]):
                models.append(model)
    if len(models) > 1:
        two.selectbox(
            "Baseline", [one.name for one in models], key="compare.baseline", bind="query-params",
            help="What the others are compared with.",
        )  # fmt: skip
    return models


def _model(run: Recording, chosen: Chosen, table: MetricTable, taken: Sequence[str]) -> Model | None:
    layer = chosen.layer if chosen.layer in run.layers else "mean"
    coded = codes.of_run(run, run.steps[-1], layer) if run.steps and layer in run.layers else None
    theirs = set(coded.factors) if coded else set()
    if coded is None or not set(table.factors) <= theirs:
        st.warning(show.plain(
            f"{run.name} is left out: it has no layer {chosen.layer} or mean with the factors "
            f"{', '.join(table.factors)}."
        ))  # fmt: skip
        return None
    title = pick.runs().get(export.source(run), run.name)
    return Model(title if title not in taken else f"{title} ({1 + len(taken)})", run, layer, coded)


def _scores(chosen: Chosen, models: Sequence[Model], baseline: str) -> None:
    """The table of all scores, filling in as the jobs of the runs do."""
    plan = chosen.plan
    specs = [disentangle.specification(one.coded, plan) for one in models]
    live = _started(chosen, models)

    def draw() -> None:
        tables = {one.name: disentangle.collected(one.coded, plan) for one in models}
        there = {name: found for name, found in tables.items() if found is not None}
        if baseline not in there or len(there) < 2:
            computing.coming(
                live, "The scores are being computed; the table appears once the baseline and another run have some."
            )
            return
        if len(there) < len(models):
            st.caption(show.plain(f"Still to come: {', '.join(name for name in tables if name not in there)}."))
        _drawn(chosen, models, there, baseline)

    computing.followed(draw, live, specs)


def _started(chosen: Chosen, models: Sequence[Model]) -> bool:
    """Submit what is missing of every run, or ask first when that is heavy; whether a job is live."""
    missing, seconds = [], 0.0
    for one in models:
        share = len(disentangle.missing(one.coded, chosen.plan)) / len(disentangle.parts(one.coded, chosen.plan))
        spec = disentangle.specification(one.coded, chosen.plan)
        if share and not computing.of(spec):
            missing.append(one)
            seconds += spec.cost.get("seconds", 0.0) * share
    if missing and seconds > computing.HEAVY_SECONDS:
        line, button = st.columns([5, 1], vertical_alignment="center")
        line.info(f"The scores of {len(missing)} run(s) take about {show.duration(seconds)} on one core.")
        if not button.button("Run", type="primary", key="run-compare"):
            missing = []
    for one in missing:
        disentangle.submitted(one.coded, chosen.plan)
    return any(job.live for one in models for job in computing.of(disentangle.specification(one.coded, chosen.plan)))


def _drawn(chosen: Chosen, models: Sequence[Model], tables: Mapping[str, MetricTable], baseline: str) -> None:
    theme = st.context.theme.type or "light"
    tables = {name: units.in_unit(table, chosen.unit) for name, table in tables.items()}
    drawn = figures["metric_comparison"](tables, baseline=baseline, theme=theme)
    results.figure(units.labelled(drawn, chosen.unit), "comparison", "comparison")
    found = deltas(tables, baseline)
    st.markdown("\n\n".join(map(show.plain, compared.told(found, baseline))))
    st.dataframe(compared.shown(found, baseline), hide_index=True, alt=drawn.layout.meta["alt"])
    st.caption(
        "Every run at its last step. Intervals are over the images of each probe; the interval of a difference takes "
        "two runs as independent. One training of each says nothing of how much seeds differ. ● marks a difference "
        "whose interval leaves 0 out."
    )
    st.download_button(
        "Table (LaTeX)", lambda: compared.latex(found, baseline), "comparison.tex", "text/x-tex", on_click="ignore"
    )
    scored = {name for table in tables.values() for name in table.scores}
    cited = export.used(key for name in scored for key in measures.card(name).references)
    note = f"{', '.join(tables)}; baseline {baseline}; factors {', '.join(next(iter(tables.values())).factors)}."
    results.exports(python(chosen, models), cited, ("comparison", note), lambda: deltas_frame(found))


def _ranking(chosen: Chosen, models: Sequence[Model]) -> None:
    """UDR of every pair of models and the median of each: which model others agree with, no factor being used."""
    st.subheader("Agreement without factors (UDR)")
    layers = tuple(dict.fromkeys(one.layer for one in models))
    if len(layers) > 1:
        st.info(f"The runs call their codes {' and '.join(layers)}; only layers of one name can be compared here.")
        return
    pairs = Pairs(UDR, layers=layers, null=False, seed=chosen.plan.seed).checked()
    soon, asked = "The agreement of the models is being computed.", ([one.recording for one in models], pairs)
    computing.shown(likeness, asked, partial(_agreement, models), "UDR of all pairs takes", soon)


def _agreement(models: Sequence[Model], found: Similarity) -> None:
    """The matrix of all pairs beside the median of each model."""
    left, right = st.columns([5, 2], gap="large")
    found = replace(found, names=tuple(one.name for one in models))
    with left:
        results.figure(found.plot(theme=st.context.theme.type or "light"), "udr", "udr")
    with right:
        if len(models) > 2:
            medians = compared.medians([one.name for one in models], found.values)
            st.dataframe(medians, hide_index=True, alt="The UDR of every model: the median over the others")
        st.caption(FEW if len(models) == 2 else MANY)
        opened = ", ".join(f"explorer.open({export.source(one.recording)!r})" for one in models)
        call = f"explorer.similarity([{opened}], {UDR!r}, layers=[{models[0].layer!r}], null=False)"
        about = (UDR, f"{words(UDR)} of {', '.join(one.name for one in models)}.")
        code = f"import explorer\n\nfound = {call}\nfound.plot()\n"
        results.exports(code, export.used(measures.card(UDR).references), about, found.to_frame)


def python(chosen: Chosen, models: Sequence[Model]) -> str:
    """Code that computes the table of every run."""
    runs = ", ".join(f"({export.source(one.recording)!r}, {one.layer!r})" for one in models)
    noise = any(one.coded.variances is not None for one in models)
    variances = ", variances=recording.activations(step, 'variance')" if noise else ""
    factors = codes.factors_of(models[0].recording)[1]
    return (
        "import explorer\n\ntables = {}\n"
        f"for source, layer in [{runs}]:\n"
        "    recording = explorer.open(source)\n    step = recording.steps[-1]\n"
        "    codes = recording.activations(step, layer)\n"
        f"    tables[recording.name] = explorer.disentanglement(\n        codes, {factors}{variances}"
        f"{codes.arguments(chosen.plan)}\n    )\n"
        "    print(recording.name, tables[recording.name], sep='\\n')\n"
    )
