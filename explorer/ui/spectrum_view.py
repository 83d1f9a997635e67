"""The spectra of a layer, and its diffusion spectral entropy over sigma and t with the widths that tell nothing."""

from functools import partial

import streamlit as st

from explorer.catalogue import measures
from explorer.data import Recording
from explorer.profiles import Profile
from explorer.studies import spectrum
from explorer.studies.spectrum import MEASURE, TIMES, Look
from explorer.ui import computing, export, results
from explorer.ui.cell import Cell
from explorer.ui.form import widget
from explorer.ui.sliders import slider


def panel(recording: Recording, cell: Cell, plan: Profile, unit: str) -> None:
    """Curves over sigma for several t, and both spectra at the chosen ones."""
    look = _controls(recording).checked()
    spec = spectrum.specification(recording, cell.step, cell.layer, look)
    found = spectrum.collected(recording, cell.step, cell.layer, look)
    submit = partial(spectrum.submitted, recording, cell.step, cell.layer, look)
    live = computing.started(spec, 0.0 if found else 1.0, submit, f"Spectra of {cell.layer} for 17 widths take")

    def draw() -> None:
        found = spectrum.collected(recording, cell.step, cell.layer, look)
        if found is None:
            st.info("The spectra are being computed: all eigenvalues for each of 17 widths of the kernel.")
            return
        picture, side = st.columns([5, 2], gap="large")
        with picture:
            drawn = found.plot(theme=st.context.theme.type or "light")
            results.figure(drawn, "spectrum", f"{cell.layer}-spectrum")
            with st.expander("Table"):
                st.dataframe(found.to_frame(), hide_index=True, alt=drawn.layout.meta["alt"])
        with side:
            keys = export.used(measures.card(MEASURE).references)
            about = (f"{cell.layer}-spectrum", f"{found.n} samples of {cell.layer} at step {cell.step}.")
            results.exports(python(recording, cell, look), keys, about, found.to_frame)

    computing.followed(draw, live, spec)


def _controls(recording: Recording) -> Look:
    """Sigma, t and the operator; what is drawn follows them."""
    rules = {one.name: one for one in measures.card(MEASURE).settings}
    one, two, three, four = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    with one:
        sigma = slider(rules["sigma"], "spectrum.sigma")
    with two:
        t = slider(rules["t"], "spectrum.t")
    with three:
        normalization = widget(rules["normalization"], "spectrum.normalization")
    with four:
        official = normalization == "official"
        alpha = 0.5 if official else widget(rules["alpha"], "spectrum.alpha")
    return Look(sigma, t, normalization, alpha, times=tuple(sorted({*TIMES, t})))


def python(recording: Recording, cell: Cell, look: Look) -> str:
    """Code that computes and draws these spectra."""
    chosen = {name: getattr(look, name) for name in ("sigma", "t", "normalization", "alpha")}
    given = "".join(f", {name}={value!r}" for name, value in chosen.items() if value != getattr(Look(), name))
    return (
        "import explorer\nfrom explorer.studies.spectrum import spectrum\n\n"
        f"recording = explorer.open({export.source(recording)!r})\n"
        f"found = spectrum(recording.activations({cell.step}, {cell.layer!r}){given}, times={look.times!r})\n"
        "found.plot()\n"
    )
