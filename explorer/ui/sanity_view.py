"""The sanity report: findings with what to do, every layer in numbers, one layer in pictures, balance of labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from explorer.catalogue import figures
from explorer.data import Recording
from explorer.errors import SettingError
from explorer.recordings.differences import entries
from explorer.reliability.sanity import SAMPLED, STATES, Finding, balance, unpacked
from explorer.studies import sanity
from explorer.studies.sanity import Sanity
from explorer.ui import computing, export, results
from explorer.ui.show import plain

COLUMNS = {
    "layer": "layer", "units": "units", "dead": "always 0", "constant": "constant, not 0",
    "not_finite": "NaN or infinite", "distinct": "distinct rows", "zeros": "zeros", "smallest": "smallest",
    "largest": "largest", "mean": "mean", "deviation": "deviation",
}  # fmt: skip
SHOWN = 6
"""Labels and factors whose balance is shown at once."""


def panel(recording: Recording) -> None:
    """Everything at one step: a job fills it in layer by layer."""
    if recording.path is None:
        raise SettingError("a recording of files is checked once it is added as a recording: see Add")
    step, layer = _chosen(recording)
    st.caption(
        "Counts, range, mean and deviation are of every value of every sample. Histograms and effective rank are of at "
        f"most {SAMPLED:,} evenly spaced rows, as the table says."
    )
    missing = sanity.missing(recording, step)

    def draw(found: Sanity) -> None:
        _findings(found)
        st.subheader(f"Layers at step {step}")
        st.dataframe(table(recording, found), hide_index=True, alt=f"Sanity of every layer at step {step}")
        _pictures(found, layer)
        if found.complete:
            _exports(found, recording, step)

    computing.shown(sanity, (recording, step), draw, "The sanity of all layers takes", "", missing)
    _balance(recording)


def _chosen(recording: Recording) -> tuple[int, str]:
    """The step and the layer that is drawn."""
    one, two = st.columns([2, 5], vertical_alignment="bottom")
    layer = one.selectbox("Draw layer", recording.layers, key="layer", bind="query-params")
    if len(recording.steps) == 1:
        two.markdown(f"One recorded step: {recording.steps[0]}.")
        return recording.steps[0], layer
    return two.select_slider("Step", recording.steps, recording.steps[-1], key="step", bind="query-params"), layer


def table(recording: Recording, found: Sanity) -> pd.DataFrame:
    """One row a layer, also of those that are still to come."""
    there = {layer["layer"]: layer for layer in found.layers}
    stored = entries(recording)
    rows = [_row(name, there.get(name), stored[name].dtype) for name in recording.layers]
    return pd.DataFrame(rows).fillna("…")


def _row(name: str, layer: Mapping[str, Any] | None, stored: str) -> dict[str, Any]:
    if layer is None:
        return {"layer": name, "stored as": stored}
    row = {title: f"{layer[key]:,}" if isinstance(layer[key], int) else layer[key] for key, title in COLUMNS.items()}
    row["zeros"] = "under 0.01 %" if 0 < layer["zeros"] < 1e-4 else f"{100 * layer['zeros']:.2f} %"
    for key in ("smallest", "largest", "mean", "deviation"):
        row[key] = "–" if layer[key] is None else f"{layer[key]:.4g}"
    rank = layer["rank"]["value"]
    row["effective rank"] = f"none: {layer['rank']['why']}" if rank is None else f"{rank:.1f}"
    every = layer["rows"] == layer["samples"]
    row["of rows"] = "all" if every else f"{layer['rows']:,} of {layer['samples']:,}"
    return row | {"stored as": layer["stored"]}


def _findings(found: Sanity) -> None:
    """What is amiss, then what is only read."""
    listed = found.findings
    grave = [one for one in listed if not one.note]
    with st.container(border=True):
        st.markdown("**What may spoil results**")
        if not found.complete:
            probe = "" if found.probe is not None else " The probe is still to come."
            st.markdown(f"{len(found.layers)} of {found.about['total']} layers have been looked at.{probe}")
        elif not listed:
            st.markdown("No rule fires: no unit or layer stands still, no NaN, no tied rows, no column tells a label.")
        elif not grave:
            st.markdown("Nothing is amiss that a rule knows of. Remarks on what was read, and what to do about it:")
        st.markdown("\n\n".join(sentences(listed)))


def sentences(found: Sequence[Finding]) -> list[str]:
    """What is amiss with an orange triangle, the rest with a ring; what one rule says of several layers is one line."""
    together: dict[tuple[str, str, bool], list[str]] = {}
    for one in found:
        together.setdefault((one.rule, one.advice, one.note), []).append(one.text)
    marks = {True: ":gray[○]", False: ":orange[▲]"}
    return [
        f"{marks[note]} **{plain(rule)}.** {plain(' '.join(texts))} *What to do:* {plain(advice)}"
        for (rule, advice, note), texts in together.items()
    ]


def _pictures(found: Sanity, layer: str) -> None:
    """The chosen layer's values and units."""
    chosen = next((one for one in found.layers if one["layer"] == layer), None)
    if chosen is None:
        return
    theme = st.context.theme.type or "light"
    states = unpacked(chosen["states"])
    left, right = st.columns(2, gap="large")
    with left:
        results.figure(figures["value_histogram"](chosen, theme=theme), "values", f"{layer}-values")
    with right:
        picture = figures["unit_states"]({"layer": layer, "states": states}, theme=theme)
        results.figure(picture, "units", f"{layer}-units")
    if states.any():
        with st.expander("Numbers of these units"):
            for code, word in enumerate(STATES):
                listed = [str(unit) for unit in (states == code).nonzero()[0]] if code else []
                if listed:
                    st.markdown(f"{word.capitalize()}: {', '.join(listed)}")


def _exports(found: Sanity, recording: Recording, step: int) -> None:
    code = (
        "import explorer\nfrom explorer.studies.sanity import sanity\n\n"
        f"recording = explorer.open({export.source(recording)!r})\n"
        f"found = sanity(recording, {step})\n"
        "for one in found.findings:\n    print(one.rule, one.text, one.advice)\nfound.to_frame()\n"
    )
    note = f"Sanity of {recording.name} at step {step}, {len(recording)} samples."
    results.exports(code, export.used(["roy2007"]), (f"{recording.name}-sanity", note), found.to_frame)


def _balance(recording: Recording) -> None:
    """How often every class occurs; many factors are chosen from."""
    columns = {name: column for name, column in {"y": recording.y, **recording.factors}.items() if column is not None}
    if not columns:
        st.info("The recording has no labels: I(T;Y) needs them. Record with probe=(x, y).")
        return
    st.subheader("Balance of labels and factors")
    names: Sequence[str] = list(columns)
    if len(names) > SHOWN:
        names = st.multiselect("Shown", names, names[:SHOWN], key="balance")
    for start in range(0, len(names), 3):
        for place, name in zip(st.columns(3, gap="medium"), names[start : start + 3], strict=False):
            with place:
                st.markdown(f"**{plain(name)}**")
                share = {"share": st.column_config.ProgressColumn(format="percent")}
                frame = pd.DataFrame(balance(columns[name]))
                st.dataframe(frame, hide_index=True, column_config=share, alt=f"How often each class of {name} occurs")
