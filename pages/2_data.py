"""Data: what was loaded, and whether it is sane."""

import pandas as pd
import streamlit as st

from explorer.reliability.sanity import balance, concerns, layers_report
from explorer.ui import pick
from explorer.ui.form import given, tell_ignored
from explorer.ui.show import plain

first = given()
run = pick.choice()
recording = pick.opened(run)
if recording is None or not recording.steps:
    if recording is not None or pick.waiting(run):
        st.info("Nothing is recorded in this run yet. Wait for its first step, or choose another run above.")
    st.stop()

st.title(plain(recording.name))
writing = "" if recording.complete else " It is still being written."
st.markdown(
    f"{len(recording):,} probe samples, {len(recording.layers)} layers, {len(recording.steps)} recorded steps, "
    f"from {recording.steps[0]} to {recording.steps[-1]}.{writing} "
    "Every sample and every recorded step is used: nothing was sampled or left out."
)
step = st.select_slider("Step", recording.steps, recording.steps[-1], key="step", bind="query-params")
tell_ignored(first, "data")
report = layers_report(recording, step)

left, right = st.columns([3, 2], gap="large")
with left:
    st.subheader(f"Layers at step {step}")
    st.dataframe(pd.DataFrame(report), hide_index=True, alt=f"Sanity of every layer at step {step}")
    for sentence in concerns(report, len(recording)) or ["No dead unit, no NaN, no tied rows in any layer."]:
        st.markdown(f"- {plain(sentence)}")
with right:
    columns = {"y": recording.y, **recording.factors}
    for name, column in columns.items():
        if column is not None:
            st.subheader(f"Balance of {plain(name)}")
            table = pd.DataFrame(balance(column))
            st.dataframe(
                table, hide_index=True, column_config={"share": st.column_config.ProgressColumn(format="percent")}
            )
    if recording.y is None and not recording.factors:
        st.info("The recording has no labels: I(T;Y) needs them. Record with probe=(x, y).")

with st.expander("Where it comes from"):
    st.json({"folder": recording.path, **recording.provenance})
