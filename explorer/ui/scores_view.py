"""The matrix of informations with its doubts, and every score side by side with what it would miss."""

from typing import Any

import streamlit as st

from explorer.catalogue import measures
from explorer.coded.disentangle import collected
from explorer.metrics import MATRIX
from explorer.profiles import words
from explorer.result import NATS_PER
from explorer.results.metric_table import MetricTable
from explorer.ui import codes, export, results, screen, show, units
from explorer.ui.codes import Chosen

NARROW = """<style>
@media (max-width: 640px) {.st-key-matrix > div {min-width: 720px}}
</style>"""
"""On a narrow screen the matrix is moved sideways; it would be written over itself."""

SIDES = {
    "factors": "over factors",
    "latents": "over latents",
    "both": "both ways",
    "code": "of the code alone",
}


def overview(chosen: Chosen, table: MetricTable) -> None:
    """The matrix; a click on one of its cells opens it below."""
    picture, side = st.columns([5, 2], gap="large")
    with picture:
        drawn = table.plot(unit=chosen.unit, theme=st.context.theme.type or "light", cell=chosen.pair)
        results.figure(drawn, "matrix", "informations", on_select=_clicked)
        st.html(NARROW)
        if st.session_state.pop("pair-clicked", False):
            st.rerun()
        with st.expander("Table"):
            st.dataframe(table.matrix_frame(), hide_index=True, alt=drawn.layout.meta["alt"])
    with side:
        _columns_and_rows(table)
        show.doubts([one for one in table.warnings if not one.note])
        for one in table.warnings:
            if one.note:
                st.caption(show.plain(one.text))
        code = f"{chosen.python}\ntable.plot(unit={chosen.unit!r})\n"
        cited = export.used(key for name in table.scores for key in measures.card(name).references)
        results.exports(code, cited, ("disentanglement", described(chosen, table)), table.matrix_frame)


def panel(chosen: Chosen, table: MetricTable) -> None:
    """Every score with its interval and null, over factors and over latents together, as far as they are there."""

    @st.fragment(run_every=1.0 if chosen.live else None)
    def shown() -> None:
        now = collected(chosen.coded, chosen.plan) if chosen.coded else None
        with screen.fitted():
            _shown(chosen, now or table)

    shown()


def _shown(chosen: Chosen, table: MetricTable) -> None:
    table = units.in_unit(table, chosen.unit)
    drawn = table.plot("metrics", theme=st.context.theme.type or "light")
    results.figure(units.labelled(drawn, chosen.unit), "scores", "scores")
    waiting = [name for name in table.about["waiting"] if name != MATRIX]
    if table.about["missing"] or waiting:
        st.caption(f"{len(table.about['missing'])} scores and {len(waiting)} intervals are still to come.")
    st.dataframe(
        [_row(name, table) for name in (*table.scores, *table.undefined)], hide_index=True,
        alt="Every score with its interval, what shuffled rows read, and what it would miss",
        column_config={"what it would miss": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    _notes(table)
    code = f"{chosen.python}\ntable.plot('metrics')\n"
    cited = export.used(key for name in table.scores for key in measures.card(name).references)
    results.exports(code, cited, ("scores", described(chosen, table)), table.to_frame)


def described(chosen: Chosen, table: MetricTable) -> str:
    """Codes, factors and how they were cut, in one sentence."""
    where = f"{chosen.layer} at {chosen.step} of {chosen.recording.name}" if chosen.recording else "codes of files"
    cut = f"{table.about['bins']} {table.about['strategy'].replace('_', ' ')} bins"
    return f"{where}, factors {', '.join(table.factors)}, n = {table.about['n']}, {cut}, seed {table.about['seed']}."


def _columns_and_rows(table: MetricTable) -> None:
    """One score over factors and one over latents, since each is blind to what the other sees."""
    for side, name in zip(st.columns(2), ("mig", "mig_sup"), strict=True):
        score = table.scores.get(name)
        text = "–" if score is None else f"{score.value:.3f}"
        within = "{:.3f} to {:.3f}".format(*score.interval) if score and score.interval else None
        if within is None:
            coming = name in table.about["missing"] or name in table.about["waiting"]
            within = "interval to come" if coming else "undefined here" if score is None else "no interval"
        why = table.about["misses"].get(name) or table.undefined.get(name, "It is being computed.")
        side.metric(words(name), text, within, delta_color="off", delta_arrow="off", help=show.plain(why))
        side.caption(SIDES[table.about["views"].get(name) or "factors"])


def _row(name: str, table: MetricTable) -> dict[str, Any]:
    """A score as one reads it."""
    view = SIDES.get(table.about["views"].get(name, ""), "")
    shared = {"score": words(name), "looks": view}
    misses = table.about["misses"].get(name, "")
    if name not in table.scores:
        return shared | {"value": "–", "verdict": table.undefined[name], "what it would miss": misses}
    score = table.scores[name]
    unit = f" {score.unit}" if score.unit in NATS_PER else ""
    return shared | {
        "value": f"{score.value:.3f}{unit}",
        "interval": "{:.3f} to {:.3f}".format(*score.interval) if score.interval else "–",
        "shuffled": f"{score.null.mean:.3f}, p = {score.null.p_value:.2g}" if score.null else "–",
        "verdict": score.verdict,
        "what it would miss": misses,
        "seconds": f"{score.seconds:.2g}",
    }


def _notes(table: MetricTable) -> None:
    """Every doubt and note of single scores, once."""
    said: dict[str, list[str]] = {}
    for name, score in table.scores.items():
        for one in score.warnings:
            said.setdefault(one.text, []).append(words(name))
    known = {one.text for one in table.warnings}
    with st.expander("Doubts and notes of single scores"):
        for text, names in said.items():
            if text not in known:
                st.markdown(f"- **{show.plain(', '.join(names))}**: {show.plain(text)}")


def _clicked() -> None:
    """The clicked cell becomes the open one."""
    points = [one for one in st.session_state["matrix"].selection.points if one.get("customdata")]
    if points:
        latent, factor = points[0]["customdata"][:2]
        codes.choose_pair(int(latent), int(factor))
        st.session_state["pair-clicked"] = True
