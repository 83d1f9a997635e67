"""Which codes the Disentanglement page looks at: a layer of a run at a step, or arrays of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from explorer import arrays
from explorer.data import Recording
from explorer.examples.base import bundled
from explorer.metrics import Coded, Metrics
from explorer.results.metric_table import MetricTable
from explorer.sources._select import load
from explorer.ui import export, files, pick

STEP, LAYER, PAIR = "code-step", "code-layer", "code-pair"
"""Keys of widgets that the page writes into the URL by hand: a value that is a widget's default leaves a bound one.

The step is written once it is chosen; without it the newest is shown. Its key goes on with the run and the newest step,
since a browser may still tell the slider that was there before otherwise in the meantime.
"""
FILES = ("codes", "factors", "variances")
USUAL = "sprites_beta_tcvae"


@dataclass(frozen=True)
class Chosen:
    """What is looked at, and how.

    Attributes:
        coded: codes, noise and factors; None as long as something is missing.
        recording, step, layer: where the codes come from; None and "" for files.
        plan: which scores, and how latents are cut.
        pair: the latent and factor whose cell is open.
        unit: "bits" or "nats".
        live: whether scores are still being computed.
    """

    coded: Coded | None
    plan: Metrics
    unit: str
    pair: tuple[int, int] = (0, 0)
    recording: Recording | None = None
    step: int = 0
    layer: str = ""
    live: bool = False

    @property
    def python(self) -> str:
        """Code that makes the codes and factors, and the call's other arguments."""
        if self.recording is not None:
            source = export.source(self.recording)
            codes = f"recording.activations({self.step}, {self.layer!r})"
            given = ", factors" if self.coded and self.coded.variances is None else ", factors, variances=variances"
            lines = ["import explorer", "", f"recording = explorer.open({source!r})", f"codes = {codes}"]
            lines += [f"factors = {factors_of(self.recording)[1]}"]
            if "variances" in given:
                lines += [f"variances = recording.activations({self.step}, 'variance')"]
        else:
            texts = self.coded.texts if self.coded else {}
            lines = ["import explorer", "from explorer import arrays", ""]
            lines += [f"codes = arrays.array({texts['codes']!r})", f"factors = arrays.columns({texts['factors']!r})"]
            given = ", factors"
            if texts.get("variances"):
                lines += [f"variances = arrays.array({texts['variances']!r})"]
                given += ", variances=variances"
        return "\n".join([*lines, f"table = explorer.disentanglement(codes{given}{arguments(self.plan)})"])


def arguments(plan: Metrics) -> str:
    """The settings of a plan that are not the usual ones, as a call has them."""
    usual = Metrics()
    names = ("bins", "strategy", "assignment", "trust", "seed")
    return "".join(f", {n}={getattr(plan, n)!r}" for n in names if getattr(plan, n) != getattr(usual, n))


def factors_of(recording: Recording) -> tuple[str, str]:
    """The columns that a run is scored against: as a text after RUN, and as Python."""
    return ("factors", "recording.factors") if recording.factors else ("y", "{'y': recording.y}")


def of_run(recording: Recording, step: int, layer: str) -> Coded | None:
    """Codes of a layer, with the noise of a layer called variance beside one called mean; None without factors."""
    if not recording.factors and recording.y is None:
        return None
    run = export.source(recording)
    noise = f"{run}:{step}:variance" if layer == "mean" and "variance" in recording.layers else ""
    return Coded.named(f"{run}:{step}:{layer}", f"{run}:{factors_of(recording)[0]}", noise)


def place(recording: Recording) -> tuple[int, str]:
    """The step that the URL names, and the layer that the widget or the URL does; else the newest, and the means."""
    usual = "mean" if "mean" in recording.layers else recording.layers[max(0, len(recording.layers) - 2)]
    step = named_step()
    layer: Any = st.session_state.get(LAYER)
    layer = layer if layer in recording.layers else st.query_params.get("layer")
    return (step if step in recording.steps else recording.steps[-1]), layer if layer in recording.layers else usual


def named_step() -> int | None:
    """The step that was chosen, by the slider or in the URL."""
    named = st.query_params.get("step", "")
    return int(named) if named.isdecimal() else None


def _choose_step(key: str, newest: int) -> None:
    """Keep the step that the slider was moved to; at its end the newest is followed again."""
    chosen = st.session_state[key]
    if chosen == newest:
        st.query_params.pop("step", None)
    else:
        st.query_params["step"] = str(chosen)


def from_run(run: str) -> tuple[Recording | None, int, str]:
    """A box for the layer and a slider for the step of a run."""
    recording = pick.opened(run)
    if recording is None or not recording.steps:
        return None, 0, ""
    step, layer = place(recording)
    st.session_state[LAYER] = layer
    one, two = st.columns([2, 5], vertical_alignment="bottom")
    layer = one.selectbox("Codes are layer", recording.layers, key=LAYER)
    if len(recording.steps) > 1:
        key, newest = f"{STEP}-{run}-{recording.steps[-1]}", recording.steps[-1]
        step = two.select_slider(
            recording.provenance.get("step", "step").capitalize(), recording.steps, step, key=key,
            on_change=_choose_step, args=(key, newest), help="At its end it follows a training to the newest step.",
        )  # fmt: skip
    st.query_params["layer"] = layer
    return recording, step, layer


def from_files() -> Coded | None:
    """Boxes for codes, factors and, where it is known, the noise of the codes."""
    places = st.columns([3, 3, 3, 1.5], vertical_alignment="bottom")
    with places[3].popover("Upload", icon=":material/upload:", width="stretch"):
        files.uploader("One file with codes and factors, or a file for each", FILES)
    words = ("Codes", "Factors", "Variances of the codes, if known")
    texts = [files.box(one, text, key, FILES) for one, text, key in zip(places, words, FILES, strict=False)]
    for text in filter(None, texts):
        pick.allowed(arrays.path(text))
    if not (texts[0] and texts[1]):
        _readable(texts)
        return None
    return Coded.named(*texts)


def _readable(texts: Sequence[str]) -> None:
    """Raise where the file of a text that is chosen already cannot be read; which of its arrays is asked later."""
    for file in (arrays.path(text) for text in texts if text):
        if not file.is_dir() and file.name not in bundled():
            load(file)


def pair(table: MetricTable) -> tuple[int, int]:
    """The latent and factor that a click or the URL names, within what there is; else the cell that tells most."""
    latents, factors = table.shares.shape
    text = st.session_state.get(PAIR) or st.query_params.get("pair", "")
    parts = [int(one) for one in text.split(",") if one.strip().isdecimal()]
    if len(parts) == 2 and parts[0] < latents and parts[1] < factors:
        return parts[0], parts[1]
    latent, factor = divmod(int(table.shares.argmax()), factors)
    return latent, factor


def choose_pair(latent: int, factor: int) -> None:
    """Look at another cell from the next run on."""
    st.session_state[PAIR] = st.query_params["pair"] = f"{latent},{factor}"
