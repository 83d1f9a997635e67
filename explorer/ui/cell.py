"""Which layer at which step is looked at: in the URL, in two widgets, and by a click on a heat map."""

from dataclasses import dataclass

import streamlit as st

from explorer.data import Recording
from explorer.ui.show import plain

STEP, LAYER = "cell-step", "cell-layer"
"""Keys of the widgets. The URL's `step` and `layer` are written here and not bound: a bound value that is the first
option leaves the URL, and the first is not what is looked at without them."""


@dataclass(frozen=True)
class Cell:
    """A layer at a recorded step."""

    step: int
    layer: str

    @classmethod
    def chosen(cls, recording: Recording) -> "Cell":
        """As the widgets or the URL say; the last step and the last but one layer without them."""
        usual = recording.layers[max(0, len(recording.layers) - 2)]
        step, layer = st.session_state.get(STEP), st.session_state.get(LAYER)
        named = st.query_params.get("step", "")
        step = int(named) if step not in recording.steps and named.isdecimal() else step
        layer = layer if layer in recording.layers else st.query_params.get("layer")
        known = step in recording.steps, layer in recording.layers
        return cls(step if step is not None and known[0] else recording.steps[-1], str(layer) if known[1] else usual)

    @classmethod
    def controls(cls, recording: Recording) -> "Cell":
        """A box for the layer and a slider for the step."""
        now = cls.chosen(recording)
        _tell(recording)
        st.session_state[STEP], st.session_state[LAYER] = now.step, now.layer
        one, two = st.columns([2, 7], vertical_alignment="bottom")
        layer = one.selectbox("Look inside layer", recording.layers, key=LAYER)
        named = recording.provenance.get("step", "step").capitalize()
        step = two.select_slider(named, recording.steps, key=STEP)
        st.query_params["step"], st.query_params["layer"] = str(step), layer
        return cls(step, layer)

    @staticmethod
    def choose(step: int, layer: str) -> None:
        """Look at another cell from the next run on; to be called before the widgets are drawn."""
        st.session_state[STEP], st.session_state[LAYER] = step, layer


def _tell(recording: Recording) -> None:
    """One warning for what the URL asks for and the recording lacks."""
    asked = {name: st.query_params[name] for name in ("step", "layer") if name in st.query_params}
    known = {"step": [str(step) for step in recording.steps], "layer": recording.layers}
    wrong = [f"{name}={text}" for name, text in asked.items() if text not in known[name]]
    if wrong:
        st.warning(f"Ignored, since the recording has none: {plain(', '.join(wrong))}.")
