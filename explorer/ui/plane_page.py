"""The Information plane page: choose, compute in a job, show; partial planes are shown as they grow."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import jobs
from explorer.catalogue import estimators
from explorer.data import Recording
from explorer.errors import InputError
from explorer.plan import Plan, cost, takes_layers
from explorer.reliability.verdict import doubts_of
from explorer.results.trajectory import Trajectory
from explorer.sources._limits import size
from explorer.sweep import collected, curves, submitted
from explorer.ui import computing, export, learning, looks, pick, screen, show
from explorer.ui.components.plane import plane
from explorer.ui.form import form, given, tell_ignored
from explorer.ui.pages import link
from explorer.ui.plane_view import view

HEAVY_SECONDS = 30.0
"""A plane that is thought to take longer starts when it is asked for, not by itself."""

FEW_STEPS = (2, 5, 10, 20)
"""Recorded steps, spread over the run, that such a plane can begin with."""


def controls() -> tuple[Recording | None, Plan, list[Plan], dict[str, Any], str]:
    """The bar above the plane: run, estimator and settings, other rulers, target, unit."""
    first = given()
    names = [name for name in estimators if takes_layers(name)]
    run, one, two, three, four, five = st.columns([3, 2.4, 3, 1.8, 1.7, 1.6], vertical_alignment="bottom")
    with run:
        chosen = pick.choice()
    recording = pick.opened(chosen)
    name = one.selectbox(
        "Estimator",
        names,
        names.index("binning"),
        key="est",
        bind="query-params",
        help="What each is: see its settings.",
    )
    others = two.multiselect(
        "Compare with", [other for other in names if other != name], key="rulers", bind="query-params",
        help="Other rulers on the same activations; the plane shows how far they spread.",
    )  # fmt: skip
    targets = [*_targets(recording)] or ["y"]
    target = three.selectbox(
        "Target", targets, key="target", bind="query-params", help="A label, a factor, or a layer."
    )
    unit = four.segmented_control(
        "Unit", ["bits", "nats"], default="bits", required=True, key="unit", bind="query-params"
    )
    card = estimators.card(name)
    with five.popover("Settings", icon=":material/tune:", width="stretch"):
        st.markdown(show.plain(card.summary))
        settings = form(card.settings, name)
        st.divider()
        noise = st.number_input("noise on T", 0.0, 1e3, 0.0, format="%g", key="noise", bind="query-params",
                                help="Deviation of Gaussian noise added to T; makes I(X;T) finite.")  # fmt: skip
        permutations = st.number_input("permutations", 0, 100, 5, key="permutations", bind="query-params",
                                       help="Of the target; their mean is drawn as the null of I(T;Y).")  # fmt: skip
        seed = st.number_input("seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
    common: dict[str, Any] = {"target": target, "noise": noise, "permutations": permutations, "seed": seed}
    tell_ignored(first, "plane")
    changed = {s.name: settings[s.name] for s in card.settings if settings[s.name] != s.default}
    return recording, Plan(name, settings, **common), [Plan(other, {}, **common) for other in others], changed, unit


def panel(recording: Recording | None, plan: Plan, others: Sequence[Plan], changed: dict[str, Any], unit: str) -> None:
    """The plane, kept up to date once a second while something is running."""
    if recording is None:
        computing.waiting(st.query_params.get("run", ""))
        return
    if recording.steps:
        plan = plan.checked(recording)
        others = [fit for other in others if (fit := _fitting(recording, other))]
        for wanted in (plan, *others):
            start(recording, wanted)
    live = not recording.complete or any(job.live for job in _jobs_of(recording))

    @st.fragment(run_every=1.0 if live else None)
    def shown() -> None:
        with screen.fitted(), show.told("Choose another run or estimator above; nothing that was computed is lost."):
            _shown(recording.path or "", plan, others, changed, unit, live)

    shown()


def start(recording: Recording, plan: Plan) -> None:
    """Submit the plane unless it is there, is under way or has stopped, or is heavy and nobody has asked."""
    trajectory = collected(recording, plan)
    if trajectory.about["cells"] == trajectory.about["total"]:
        return
    begun = [job for job in _on(recording) if _plan_of(job, recording) == plan]
    if any(job.live or not (job.state == "done" or _names_a_part(job)) for job in begun):
        return  # under way, or stopped: then its line has a button to resume it
    seconds, memory = cost(recording, plan)
    if seconds <= HEAVY_SECONDS or not recording.complete:
        st.query_params["job"] = submitted(recording, plan).id
        return
    layers, steps = _part(recording, plan.estimator, next(filter(_names_a_part, begun), None))
    share = len(layers) * len(steps) / (len(recording.layers) * len(recording.steps))
    needs = f"about {show.duration(seconds * share)} on one core and {size(int(memory))} of memory"
    line, button = st.columns([5, 1], vertical_alignment="center")
    line.info(f"{plan.estimator} on {'this run' if share == 1 else 'these layers and steps'} takes {needs}.")
    if button.button("Run", type="primary", key=f"run-{plan.estimator}"):
        job = submitted(recording, plan, layers=layers, steps=steps) if share < 1 else submitted(recording, plan)
        st.query_params["job"] = job.id
        st.rerun()


def _part(recording: Recording, estimator: str, before: jobs.Job | None) -> tuple[Sequence[str], Sequence[int]]:
    """The layers and recorded steps that a heavy plane begins with; what is computed stays when more are asked for.

    Args:
        before: the last job that was asked for a part, whose choice stands at first.
    """
    asked = before.spec.arguments if before else {}
    left, right = st.columns([3, 2])
    layers = left.multiselect(
        "Layers to begin with", recording.layers, [one for one in asked.get("layers", ()) if one in recording.layers],
        placeholder="all of them", key=f"part-layers-{estimator}",
        help="The others can follow: what is computed is kept.",
    )  # fmt: skip
    counts = [count for count in FEW_STEPS if count < len(recording.steps)] + [len(recording.steps)]
    first = counts.index(count) if (count := len(asked.get("steps", ()))) in counts else len(counts) - 1
    count = right.selectbox(
        "Recorded steps to begin with", counts, first, key=f"part-steps-{estimator}",
        format_func=lambda count: f"all {count}" if count == counts[-1] else str(count),
        help="Spread over the run from the first to the last.",
    )  # fmt: skip
    last = len(recording.steps) - 1
    steps = [recording.steps[round(last * place / max(1, count - 1))] for place in range(count)]
    return layers or recording.layers, steps


def _fitting(recording: Recording, other: Plan) -> Plan | None:
    """Another ruler, checked; None after a message when it cannot measure what the first one does."""
    with show.told("It is left out; the plane is compared with the others."):
        return other.checked(recording)
    return None


def _shown(path: str, plan: Plan, others: Sequence[Plan], changed: dict[str, Any], unit: str, live: bool) -> None:
    recording = pick.opened(path)
    if recording is None:
        return
    running = _jobs_of(recording, [plan, *others] if recording.steps else ())
    for job in running:
        show.job_line(job)
    if not recording.steps:
        st.info("Nothing is recorded yet; the first step appears here by itself.")
        return
    trajectory = collected(recording, plan)
    rulers = [collected(recording, other) for other in others]
    picture, side = st.columns([5, 2], gap="large")
    with picture:
        theme = st.context.theme.type or "light"
        name = export.source(recording).rstrip("/").rpartition("/")[2] or "plane"
        data = view(trajectory, rulers, unit=unit, theme=theme, live=live, filename=f"{name}-{plan.estimator}")
        plane(data, key="plane")
        learning.shown(_training(recording, [plan, *others], running), unit)
    with side:
        show.doubts(doubts_of(trajectory, rulers, unit), len(trajectory) > 0)
        read = zip((plan, *others), (trajectory, *rulers), strict=True)
        looks.panel([(recording, one) for one, found in read if len(found)])
        _exports(recording, plan, changed, unit, trajectory, name)
        link("compare", "Compare with another run", baseline=export.source(recording), est=plan.estimator)
    if live and recording.complete and not any(job.live for job in running):
        st.rerun()


def _training(recording: Recording, plans: Sequence[Plan], running: Sequence[jobs.Job]) -> dict[str, dict[str, Any]]:
    """The curves of what these jobs train now for some plans, by estimator and the part that was asked for."""
    found: dict[str, dict[str, Any]] = {}
    for job in running:
        plan, asked = _plan_of(job, recording), job.spec.arguments
        if job.live and plan is not None and plan in plans:
            found[_called(plan, asked)] = curves(recording, plan, asked.get("layers"), asked.get("steps"))
    return {name: one for name, one in found.items() if one}


def _called(plan: Plan, asked: Mapping[str, Any]) -> str:
    """ "infonce", or of a part "infonce of tanh_3 at steps 0, 400"."""
    layers, steps = asked.get("layers"), asked.get("steps")
    of = f" of {', '.join(layers)}" if layers else ""
    return f"{plan.estimator}{of} at steps {', '.join(map(str, steps))}" if steps else f"{plan.estimator}{of}"


def _exports(
    recording: Recording, plan: Plan, changed: dict[str, Any], unit: str, trajectory: Trajectory, name: str
) -> None:
    """The view as Python, as a notebook, as a table."""
    code = export.python(recording, plan, changed, unit)
    with st.expander("Copy as Python"):
        show.code(code, language="python")
    with st.expander("Cite"):
        show.code(export.used(estimators.card(plan.estimator).references), language="bibtex")
    note = f"{trajectory.about['call']}, n = {trajectory.about['n']}, seed {plan.seed}."
    left, right = st.columns(2)
    left.download_button(
        "Notebook",
        export.notebook(code, recording.name, note),
        f"{name}.ipynb",
        "application/x-ipynb+json",
        on_click="ignore",
    )
    right.download_button(
        "Table (CSV)",
        lambda: trajectory.to(unit).to_frame().to_csv(index=False),
        f"{name}.csv",
        "text/csv",
        on_click="ignore",
    )


def _targets(recording: Recording | None) -> Sequence[str]:
    if recording is None:
        return ()
    return [*(["y"] if recording.y is not None else []), *recording.factors, *recording.layers]


def _on(recording: Recording) -> list[jobs.Job]:
    """Jobs on this folder, the newest first."""
    folder = str(Path(recording.path or "").resolve())
    return [job for job in jobs.jobs() if job.spec.arguments.get("path") == folder]


def _jobs_of(recording: Recording, plans: Sequence[Plan] = ()) -> list[jobs.Job]:
    """Jobs on this folder that are live, or have stopped and left one of these plans or the recording unfinished."""
    return [job for job in _on(recording) if job.live or (job.state != "done" and _left(job, recording, plans))]


def _left(job: jobs.Job, recording: Recording, plans: Sequence[Plan]) -> bool:
    """Whether a job that stopped has left cells of its own uncomputed."""
    if not recording.complete:
        return True
    plan, asked = _plan_of(job, recording), job.spec.arguments
    if plan is None or plan not in plans:
        return False
    about = collected(recording, plan, asked.get("layers"), asked.get("steps")).about
    return bool(about["cells"] < about["total"])


def _names_a_part(job: jobs.Job) -> bool:
    return not {"layers", "steps"}.isdisjoint(job.spec.arguments)


def _plan_of(job: jobs.Job, recording: Recording) -> Plan | None:
    """The checked plan of a job on this recording that fills in a plane; None of others, or where it fits no more."""
    plain = job.spec.arguments.get("plan")
    if isinstance(plain, Mapping) and "estimator" in plain:
        with suppress(InputError, TypeError):
            return Plan(**plain).checked(recording)
    return None
