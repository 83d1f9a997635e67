"""The Compare page: runs, or groups of seeds, beside a pinned baseline; computed in jobs, shown as it fills in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import streamlit as st

from explorer import sweep
from explorer.catalogue import Card, estimators, measures
from explorer.data import Recording
from explorer.demo import submit_demo
from explorer.figures.theme import thousands
from explorer.plan import Plan
from explorer.profiles import Profile
from explorer.result import NATS_PER
from explorer.results.run_deltas import RunDeltas
from explorer.runs.groups import AnyPlan, Group, collected, grouped
from explorer.ui import computing, export, looks, results, run_choice, show
from explorer.ui.form import given, tell_ignored
from explorer.ui.pages import go

ELSEWHERE = ("baseline", "with")
"""Parameters of the URL that name runs."""


@dataclass(frozen=True)
class Asked:
    """What the page was asked: the sides, what is read of each run, how it is shown."""

    groups: tuple[Group, ...]
    plan: AnyPlan
    unit: str

    @property
    def recordings(self) -> list[Recording]:
        """Every recording once: the first of each side, then the second, so that all sides have something soon."""
        rows = zip_longest(*(group.recordings for group in self.groups))
        return list({one.path: one for row in rows for one in row if one is not None}.values())


def page() -> None:
    """Choose, compute in jobs, show."""
    first = {name: texts for name, texts in given().items() if not name.startswith(ELSEWHERE)}
    with show.told("Choose other runs, or what is read of them, above; nothing that was computed is lost."):
        baseline, others = run_choice.runs()
        if not baseline:
            return
        run_choice.offer(baseline, others)
        asked = _asked(baseline, others)
        notice = st.container()
        if asked is not None:
            _comparison(asked)
            with notice:
                tell_ignored(first, "compare")
        else:
            _nothing()


def _asked(baseline: Sequence[Recording], others: Sequence[Sequence[Recording]]) -> Asked | None:
    """The sides and what is read of them; None without anything to compare."""
    every = [*baseline, *(one for side in others for one in side)]
    plan, unit = run_choice.controls(every)
    groups = grouped(list(baseline), [list(side) for side in others])
    return Asked(tuple(groups), plan, unit) if len(groups) > 1 else None


def _comparison(asked: Asked) -> None:
    """The comparison, kept up to date while it fills in."""
    steps = [one for one in asked.groups[0].steps if any(one in group.steps for group in asked.groups[1:])]
    step = st.select_slider("Step", steps, steps[-1], key="step", bind="query-params") if len(steps) > 1 else None
    plans = [(one, asked.plan.checked(one)) for one in asked.recordings]
    live = _started(plans)

    def draw() -> None:
        _drawn(asked, collected(asked.groups, asked.plan), step, live)

    computing.followed(draw, live, [sweep.specification(*pair) for pair in plans])


def _started(plans: Sequence[tuple[Recording, AnyPlan]]) -> bool:
    """Submit what is missing of every run, or ask first when that is heavy; whether a job is live."""
    missing, seconds = [], 0.0
    for recording, plan in plans:
        about, spec = sweep.collected(recording, plan).about, sweep.specification(recording, plan)
        share = 1 - about["cells"] / max(1, about["total"])
        if share and not computing.of(spec):
            missing.append((recording, plan))
            seconds += spec.cost.get("seconds", 0.0) * share
    if missing and seconds > computing.HEAVY_SECONDS:
        line, button = st.columns([5, 1], vertical_alignment="center")
        line.info(f"What is missing of {len(missing)} run(s) takes about {show.duration(seconds)} on one core.")
        if not button.button("Run", type="primary", key="run-compare"):
            missing = []
    for pair in missing:
        sweep.submitted(*pair)
    return any(job.live for pair in plans for job in computing.of(sweep.specification(*pair)))


def _drawn(asked: Asked, found: RunDeltas, step: int | None, live: bool) -> None:
    if not len(found):
        computing.coming(live, "The runs are being read; the comparison appears once all runs have a common cell.")
        for one in found.warnings:
            if one.rule == "runs are missing":
                st.caption(show.plain(one.text))
        failed = {why: None for side in found.sides for why in side.about.get("failed", {}).values()}
        for why in failed:
            st.error(f"{show.plain(why)}.")
        return
    shown = found.to(asked.unit) if found.unit in NATS_PER else found
    if step is not None and step not in found.steps:
        at, last = show.plain(found.about["step_name"]), thousands(found.steps[-1])
        st.info(f"Not all runs are read at {at} {thousands(step)}; the differences below are at {at} {last}.")
        step = None
    picture, side = st.columns([5, 2], gap="large")
    with picture:
        drawn = shown.plot(unit=asked.unit, theme=st.context.theme.type or "light", step=step)
        results.figure(drawn, "comparison", "comparison")
        with st.expander("Table"):
            st.dataframe(shown.to_frame(), hide_index=True, alt=drawn.layout.meta["alt"])
    with side:
        show.doubts([one for one in found.warnings if not one.note])
        for one in found.warnings:
            if one.note:
                st.caption(show.plain(one.text))
        looks.panel([(one, asked.plan.checked(one)) for one in asked.recordings])
        if found.about["cells"] < found.about["total"]:
            st.caption("Tables, code and notebook are offered once every run is read to the end.")
        else:
            _exports(asked, shown, step)


def _exports(asked: Asked, shown: RunDeltas, step: int | None) -> None:
    """The comparison as Python, notebook and tables."""
    name = asked.plan.measure if isinstance(asked.plan, Profile) else asked.plan.estimator
    card = measures.card(name) if isinstance(asked.plan, Profile) else estimators.card(name)
    note = f"{', '.join(shown.runs)} against {shown.baseline}; {shown.about['call']}, n = {shown.about['n']}."
    cited = export.used((*card.references, "welch1947", "crawford1998"))
    results.exports(python(asked, step), cited, ("comparison", note), shown.to_frame)
    left, right = st.columns(2)
    left.download_button(
        "Table (LaTeX)", lambda: shown.to_latex(step), "comparison.tex", "text/x-tex", on_click="ignore"
    )
    right.download_button(
        "Table (parquet)", lambda: shown.to_frame().to_parquet(), "comparison.parquet",
        "application/vnd.apache.parquet", on_click="ignore",
    )  # fmt: skip


def python(asked: Asked, step: int | None) -> str:
    """Code that computes and draws this comparison."""
    base, *others = asked.groups
    plan, measured = asked.plan, isinstance(asked.plan, Profile)
    name = plan.measure if isinstance(plan, Profile) else plan.estimator
    card = measures.card(name) if measured else estimators.card(name)
    usual: Any = Profile() if measured else Plan()
    options = {key: getattr(plan, key) for key in ("target", "noise", "permutations", "seed")
               if getattr(plan, key, None) != getattr(usual, key, None)}  # fmt: skip
    defaults: Mapping[str, Any] = {one.name: one.default for one in card.settings}
    given = {key: value for key, value in plan.settings.items() if value != defaults[key]}
    call = export.called(measures if measured else estimators, name, given, options)
    at = "" if step is None else f"step={step}"
    sides = "".join(f"    {group.name!r}: {_code(group)},\n" for group in others)
    kind = "measure" if measured else "estimator"
    drawn = ", ".join(part for part in (f"unit={asked.unit!r}" if not measured or _informs(card) else "", at) if part)
    return (
        f"import explorer\n\nbaseline = {_code(base)}\nothers = {{\n{sides}}}\n"
        f"found = explorer.compare(baseline, others, {kind}={call})\n"
        f"print(found.to_latex({at}))\nfound.plot({drawn})\n"
    )


def _informs(card: Card) -> bool:
    return card.constants.get("unit", "nats") in NATS_PER


def _code(group: Group) -> str:
    opened = ", ".join(f"explorer.open({export.source(one)!r})" for one in group.recordings)
    return f"[{opened}]" if len(group.recordings) > 1 else opened


def _nothing() -> None:
    """Why there is nothing to see, and what to do."""
    st.info(
        "Choose at least one run to compare with the baseline: another seed, other labels or settings, or another "
        "probe of the same network. Five seeds a side tell a difference from chance: put them into the baseline "
        "together, and set the compared runs to one group."
    )
    st.markdown(
        "Nothing at hand? Train a small network on digits here, with held-out and training images both recorded."
    )
    for labels, place in zip(("true", "shuffled"), st.columns([1, 1, 3]), strict=False):
        if place.button(f"Train on {labels} labels", key=f"train-{labels}"):
            path, job = submit_demo("digits", labels=labels, probe="both")
            go("compare", baseline=str(path), job=job.id)
