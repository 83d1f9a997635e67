"""Start: three doors."""

import streamlit as st

from explorer.catalogue import lessons, training
from explorer.demo import submit_demo
from explorer.device import describe
from explorer.examples.base import bundled
from explorer.lessons.base import ordered
from explorer.ui import gallery
from explorer.ui.codes import USUAL
from explorer.ui.pages import go, link
from explorer.ui.pick import opened, runs

DSE = "diffusion_spectral_entropy"
TWELVE = "Trains 12-10-7-5-4-3-2 units here, about two minutes on two cores. The plane fills in while it trains."
DIGITS = "Trains 64-128-64-32-10 units on one half of 1797 digits, some seconds, and looks inside with the other half."
VAE = "Trains an autoencoder on handwritten digits, some seconds, with the parts of its divergence drawn as it learns."
DEMOS: dict[str, tuple[str, dict[str, str], str]] = {
    "12-bit rule, tanh": ("twelve_bit", {"activation": "tanh"}, TWELVE),
    "12-bit rule, ReLU": ("twelve_bit", {"activation": "relu"}, TWELVE),
    "Digits": ("digits", {"labels": "true"}, DIGITS),
    "Autoencoder of digits": ("vae", {"data": "digits", "objective": "beta_tcvae"}, VAE),
    "Digits, labels shuffled": ("digits", {"labels": "shuffled"}, f"{DIGITS} What is learnt by heart tells nothing."),
}
CODE = """import explorer

with explorer.Recorder("runs/a", model, probe=(x_val, y_val), every="log") as recorder:
    recorder.step(0)                       # before training
    for epoch in range(1, epochs + 1):
        train_one_epoch(model)
        recorder.step(epoch, loss=loss, accuracy=accuracy)"""

st.title("See what a network keeps and forgets")
st.markdown(
    "The information plane shows, layer by layer and step by step, how much a network's activations tell about "
    "its input and about the label, and how far each number can be trusted."
)
learn, mine, demo = st.columns(3, gap="medium", border=True)

with learn:
    st.subheader("Learn")
    for name in ordered()[:1]:
        st.markdown("Guess, turn one control, see: from two coins to the information plane of a network.")
        link("labs", f"Start lesson 1, {lessons.card(name).constants['MINUTES']} minutes", lesson=name)
        link("labs", "All lessons, labs and papers", view="Lessons")
    st.markdown(
        "A finished run is at hand: the 12-bit network of the first information planes, 8 000 epochs. "
        "Scrub through its training and read why the picture might be wrong."
    )
    link("plane", "Open the bundled run", run="twelve_bit")
    link("representation", "Look inside its layers", run="twelve_bit", **{f"{DSE}.bandwidth": "median"})
    st.markdown("Trained autoencoders too: which latent codes which factor of what they see?")
    link("disentanglement", "Open a trained autoencoder", run=USUAL)

with mine:
    st.subheader("Open my network")
    st.markdown("Put a recorder into the training loop, then open its folder, also while it trains.")
    folder = st.text_input("Folder of a recording", placeholder="runs/a", key="folder")
    if folder and opened(folder):
        link("plane", "Its information plane", run=folder)
        link("representation", "Its layers from inside", run=folder)
        link("disentanglement", "Which unit codes which factor", run=folder)
        link("data", "What was recorded", run=folder)
    with st.expander("The lines to add"):
        st.code(CODE, language="python")

with demo:
    st.subheader("Watch a demo train")
    chosen = st.selectbox("Network", list(DEMOS), key="demo")
    name, settings, words = DEMOS[chosen]
    st.markdown(words)
    if st.button("Train and watch", type="primary", icon=":material/model_training:"):
        path, job = submit_demo(name, **settings)
        go(training.card(name).constants["PAGE"], run=str(path), job=job.id)

gallery.panel()

recorded = [run for run in runs() if run not in bundled()]
if recorded:
    st.subheader("Recorded here")
    for run in recorded[:6]:
        link("plane", runs()[run], run=run)
st.caption(f"Computing on: {describe()}. Nothing leaves this machine.")
