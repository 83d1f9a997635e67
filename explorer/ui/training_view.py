"""Train an autoencoder here: the dials of its objective, what it will take, and its terms while it learns."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.catalogue import figures, objectives, training
from explorer.data import Recording
from explorer.demo import submit_demo
from explorer.figures.kl_terms import BELOW, TERMS, WHOLE, measured
from explorer.figures.theme import thousands
from explorer.following import training_job
from explorer.recordings.schedule import log_steps
from explorer.result import NATS_PER
from explorer.settings import Setting
from explorer.ui import codes, export, pick, results, screen, show, sliders
from explorer.ui.form import widget

RUN = "vae"
GRID = ("size", "scales", "orientations", "positions", "distinct_orientations")
FIRST = ("data", "latents", "epochs", "seed")
HIDDEN = ("objective", "device", "annealing")
"""Settings without a widget of their own; annealing takes all updates of the run."""
NOTCHES = (0.0, *(round(one * 10.0**power, 2) for power in (-1, 0, 1, 2, 3) for one in (1, 1.5, 2, 3, 4, 6, 8)), 1e4)
"""Values of a weight that has no end: even steps of its logarithm, and 0."""
LEFT = "files-left"
"""Says for one run of the page that a training has set where the codes come from."""
SHOWN_SECONDS = 5.0
"""How long the matrix of one step is shown at least, before that of a newer one is computed."""
DIGITS = 1797
START, FACTOR = 2.0, 2.0
"""Seconds until a worker can compute, and by how much a training may take less and more than it is thought to."""
NATS = (*TERMS, WHOLE, BELOW, "loss")
"""Numbers of an epoch that are recorded in nats an image."""


def panel(unit: str = "nats") -> None:
    """Dials and a button; below them the run that the page has chosen, where it is one of these."""
    rules = {setting.name: setting for setting in training.card(RUN).settings}
    given = _dials(rules)
    words, button = st.columns([5, 1.4], vertical_alignment="center")
    with words:
        st.caption(announced(given, rules))
    button.button(
        "Train and watch", type="primary", icon=":material/model_training:", key="train-start", on_click=_start,
        args=(given,),
    )  # fmt: skip
    _repeat(given)
    watch(st.query_params.get("run", ""), unit)


def _start(given: dict[str, Any]) -> None:
    """Train, and show the new run in place of the one that is open; its last epoch, whatever step was looked at."""
    path, job = submit_demo(RUN, **given)
    for name in ("step", "layer", "pair"):
        st.query_params.pop(name, None)
    st.session_state.pop(codes.PAIR, None)
    st.session_state["look"] = "Train one"
    if st.session_state.get("source") == "files":
        st.session_state["source"], st.session_state[LEFT] = "a run", True
    st.query_params["run"], st.query_params["job"] = str(path), job.id


def _dials(rules: dict[str, Setting]) -> dict[str, Any]:
    """What to train, as the widgets say; values that are the run's own are left out."""
    given: dict[str, Any] = {}
    aim, data, one, two, three, four = st.columns([2.4, 1.6, 1.4, 1.4, 1.6, 1.6], vertical_alignment="bottom")
    with aim:
        given["objective"] = widget(rules["objective"], "train.objective")
    for place, name in zip((data, one, two, three), FIRST, strict=True):
        with place:
            given[name] = widget(rules[name], f"train.{name}")
    card = objectives.card(given["objective"])
    own = [setting for setting in card.settings if setting.name in rules and setting.name not in HIDDEN]
    with four.popover("Settings", icon=":material/tune:", width="stretch"):
        others = {name for one in objectives for name in (s.name for s in objectives.card(one).settings)}
        for name, setting in rules.items():
            grid = name in GRID and given["data"] == "digits"
            if name not in (*FIRST, *HIDDEN, *others) and not grid:
                given[name] = widget(setting, f"train.{name}")
    st.markdown(show.plain(card.summary))
    for place, setting in zip(st.columns(max(1, len(own))), own, strict=False):
        with place:
            given[setting.name] = _dial(setting, f"train.{card.name}.{setting.name}")
    defaults = {name: setting.default for name, setting in rules.items()} | {one.name: one.default for one in own}
    return {name: value for name, value in given.items() if value != defaults[name]}


def _dial(setting: Setting, key: str) -> Any:
    """A slider; a weight from 0 upward has notches that are dense where it is small."""
    limits = setting.range
    if setting.type is not float or limits is None or limits.low or limits.high <= 1:
        return sliders.slider(setting, key)
    notches = sorted({setting.default, *(one for one in NOTCHES if one <= limits.high)})
    name, about = setting.name.replace("_", " "), setting.help or None
    return st.select_slider(
        name, notches, setting.default, key=key, help=about, format_func=lambda one: f"{one:g}", bind="query-params"
    )


def announced(given: dict[str, Any], rules: dict[str, Setting]) -> str:
    """How many images it sees, and between what and what that takes."""
    full = {name: setting.default for name, setting in rules.items()} | given
    least, most = (_rounded(cost(full) * times) for times in (1 / FACTOR, FACTOR))
    return (
        f"{thousands(images_of(full))} images, {full['epochs']} epochs: {least} to {most} on one core that has nothing "
        "else to do. It can be cancelled, and resumed where it was."
    )


def _rounded(seconds: float) -> str:
    """75 as "75 s", 130 as "2 min": an end of a range that is no more exact."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.0f} h"


def images_of(full: dict[str, Any]) -> int:
    """Images of one epoch."""
    if full["data"] == "digits":
        return DIGITS
    return 3 * full["scales"] * full["orientations"] * full["positions"] ** 2


def cost(full: dict[str, Any]) -> float:
    """Seconds on one core: the start of a worker, the updates, and the terms of the divergence at recorded epochs.

    Measured on one core of a server. An image takes time in the products of dense layers and, at sizes 32 and 64, in
    convolutions; an update some more for the step itself. Noise that is predicted takes 3.2 times as long, and drawing
    the probe from noise 18 times an image. A critic adds 110 microseconds an image, and beta-TCVAE 18 for each 1000
    pairs of a latent and an image of the batch, which it compares.
    """
    size, images, noise = _size(full), images_of(full), full["objective"] == "info_diffusion"
    conv = (1.35e-4 + 2e-7 * full["channels"] ** 2) * (size / 32) ** 2
    folded = size in (32, 64)
    each = 1.9e-10 * full["width"] ** 2 + (conv if folded else 1.9e-10 * size**2 * full["width"])
    more = {"factor_vae": 1.1e-4, "beta_tcvae": 1.8e-8 * full["batch"] * full["latents"]}.get(full["objective"], 0.0)
    step = (3e-3 if folded else 8e-4) * -(-images // full["batch"])
    epoch = (3.2 if noise else 1.0) * (images * each + step) + images * more
    probe = min(full["probe"], images)
    terms = 4.5e-9 * full["latents"] * probe**2 + (18 if noise else 1) * each * probe
    return START + full["epochs"] * epoch + len(log_steps(full["epochs"])) * terms


def _size(full: dict[str, Any]) -> int:
    """Pixels on a side."""
    return 8 if full["data"] == "digits" else full["size"]


def _repeat(given: dict[str, Any]) -> None:
    """The same training from Python and from the command line."""
    arguments = "".join(f", {name}={value!r}" for name, value in given.items())
    texts = " ".join(f"--set {name}={value}" for name, value in given.items())
    with st.expander("Copy as Python"):
        show.code(f"from explorer.training.vae import train\n\ntrain('runs/mine'{arguments})\n", language="python")
        show.code(f"explorer demo {RUN} {texts}".rstrip(), language="bash")


def watch(run: str, unit: str = "nats") -> None:
    """The terms of a run of this kind, once a second while it trains, with its progress."""
    if not run or pick.waiting(run):
        return
    folder = Path(run)
    found = training_job(folder)
    live = found is not None and found.live

    @st.fragment(run_every=1.0 if live else None)
    def shown() -> None:
        job = training_job(folder)
        if job is not None and job.state != "done":
            show.job_line(job)
        recording = pick.opened(run)
        if recording is not None and measured(recording.metrics):
            with screen.fitted():
                _terms(recording, unit)
        if live and not (job and job.live):
            st.rerun()

    shown()


def follow(run: str, step: int) -> None:
    """Draw the page anew once a run that trains has a newer step than this, after a while of showing this one."""
    folder = Path(run)

    @st.fragment(run_every=SHOWN_SECONDS)
    def newer() -> None:
        job, recording = training_job(folder), pick.opened(run)
        newest = recording.steps[-1] if recording is not None and recording.steps else step
        if newest != step or not (job and job.live):
            st.rerun()

    if (job := training_job(folder)) is not None and job.live:
        newer()


def _terms(recording: Recording, unit: str) -> None:
    """Reconstruction and what the divergence is made of, over epochs."""
    drawn = figures["kl_terms"](recording.metrics, unit=unit, theme=st.context.theme.type or "light")
    results.figure(drawn, "kl-terms", "kl-terms")
    lines = [_in(line, unit) for line in measured(recording.metrics)]
    with st.expander("Table"):
        st.dataframe(lines, hide_index=True, alt=drawn.layout.meta["alt"])
    source = export.source(recording)
    code = (
        "import explorer\nfrom explorer.catalogue import figures\n\n"
        f"recording = explorer.open({source!r})\nfigures['kl_terms'](recording.metrics, unit={unit!r})\n"
    )
    about = recording.provenance.get("objective")
    name = about.get("name", "") if isinstance(about, dict) else ""
    cited = objectives.card(name).references if name in objectives else ()
    note = f"{recording.name}: {unit} an image, over {len(lines)} recorded epochs."
    results.exports(code, export.used([*cited, "chen2018"]), ("kl-terms", note), lambda: _frame(lines))


def _in(line: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """The numbers of one epoch, with what was measured in nats in this unit."""
    return {name: one / NATS_PER[unit] if name in NATS and one is not None else one for name, one in line.items()}


def _frame(lines: list[Any]) -> Any:
    import pandas

    return pandas.DataFrame(lines)
