"""What a measure reads of single units and single classes of one layer at one step."""

from dataclasses import replace

import numpy as np
import streamlit as st

from explorer.catalogue import figures, measures
from explorer.data import Recording
from explorer.figures.theme import label
from explorer.jobs.results import results as catalogue
from explorer.profiles import Profile, keys, words
from explorer.result import NATS_PER, Doubt, conversion
from explorer.score import Score
from explorer.ui import export, results, show
from explorer.ui.cell import Cell
from explorer.ui.units import score_in

KINDS = {"per_unit": "units", "per_class": "classes"}


def panel(recording: Recording, cell: Cell, plan: Profile, unit: str) -> None:
    """Bars of every part that the measure of the heat map tells; else which measures do."""
    score = in_unit(read(recording, cell, plan), unit)
    if score is None:
        st.info(f"{words(plan.measure)} has no value here yet: it fills in with the heat map above.")
        return
    parts = [kind for kind in KINDS if kind in score.details]
    st.markdown(show.plain(f"{label(cell.layer)}, {_amount(score)}. {score.verdict}"))
    if not parts:
        st.info(f"{words(plan.measure)} reads the layer as a whole. {_those_that_do()} read units or classes.")
    for place, kind in zip(st.columns(len(parts)) if parts else (), parts, strict=True):
        with place:
            names = _class_names(score, recording, plan) if kind == "per_class" else None
            drawn = figures["parts"](score, which=kind, names=names, theme=st.context.theme.type or "light")
            results.figure(drawn, f"parts-{kind}", f"{plan.measure}-{KINDS[kind]}")
    plain = {key: one for key, one in score.details.items() if isinstance(one, int | float | str | bool)}
    with st.expander("Copy as Python"):
        show.code(python(recording, cell, plan), language="python")
    if plain:
        with st.expander("Details"):
            st.dataframe([{"what": key.replace("_", " "), "value": str(one)} for key, one in plain.items()],
                         hide_index=True, alt="What belongs to the value")  # fmt: skip


def read(recording: Recording, cell: Cell, plan: Profile) -> Score | None:
    """The score of one cell of the heat map, from the results catalogue; None where it has no value."""
    key = keys(recording, plan, [cell.step], [cell.layer])[cell.step, cell.layer]
    found = catalogue().get_many([key]).get(key, {})
    if found.get("value") is None:
        return None
    return Score(
        measure=plan.measure,
        value=found["value"],
        unit=found.get("unit", measures.card(plan.measure).constants.get("unit", "nats")),
        details=found["details"],
        interval=None if found["low"] is None else (found["low"], found["high"]),
        warnings=tuple(Doubt(*one) for one in found["doubts"]),
        settings=plan.settings,
        n=len(recording),
        dim=int(np.prod(recording.shapes[cell.layer][1:], dtype=int)),
        seed=plan.seed,
    )


def python(recording: Recording, cell: Cell, plan: Profile) -> str:
    """Code that reads this cell anew."""
    arguments = "".join(f", {name}={value!r}" for name, value in plan.settings.items())
    against = measures.card(plan.measure).constants.get("against")
    opened = f"import explorer\n\nrecording = explorer.open({export.source(recording)!r})\n"
    if against == "representation":
        call = export.called(measures, plan.measure, plan.settings, {"target": plan.target})
        return f"{opened}explorer.profile(recording, {call}).plot()\n"
    target = f"recording.target({plan.target!r}), " if against else ""
    z = f"z = recording.activations({cell.step}, {cell.layer!r})\n"
    return f"{opened}{z}explorer.measure(z, {target}measure={plan.measure!r}, seed={plan.seed}{arguments})\n"


def in_unit(score: Score | None, unit: str) -> Score | None:
    """The score and its parts in bits or nats, where it is an information; else as it is."""
    if score is None or score.unit not in NATS_PER:
        return score
    times = conversion(score.unit, unit)
    parts = {key: [times * one for one in score.details[key]] for key in KINDS if key in score.details}
    return replace(score_in(score, unit), details={**score.details, **parts})


def _amount(score: Score) -> str:
    within = f" ({score.interval[0]:.4g} to {score.interval[1]:.4g})" if score.interval else ""
    return f"{words(score.measure).lower()} {score.value:.4g}{within} {score.unit}".strip()


def _class_names(score: Score, recording: Recording, plan: Profile) -> list[str]:
    """As the measure names them, where it cut real values into classes of its own; else the labels in order."""
    return list(score.details.get("classes") or map(str, np.unique(recording.target(plan.target))))


def _those_that_do() -> str:
    told = [name for name in measures if measures.card(name).family in ("units", "outputs")]
    return ", ".join(words(name) for name in told)
