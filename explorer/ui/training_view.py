"""Train an autoencoder here: the dials of its objective, what it will take, and its terms while it learns."""

from pathlib import Path
from typing import Any

import streamlit as st

from explorer import jobs
from explorer.catalogue import figures, objectives, training
from explorer.data import Recording
from explorer.demo import submit_demo
from explorer.figures.kl_terms import measured
from explorer.figures.theme import thousands
from explorer.recordings.schedule import log_steps
from explorer.settings import Setting
from explorer.ui import codes, export, pick, results, show, sliders
from explorer.ui.form import widget

RUN = "vae"
GRID = ("size", "scales", "orientations", "positions", "distinct_orientations")
FIRST = ("data", "latents", "epochs", "seed")
HIDDEN = ("objective", "device", "annealing")
"""Settings without a widget of their own; annealing takes all updates of the run."""
NOTCHES = (0.0, *(round(one * 10.0**power, 2) for power in (-1, 0, 1, 2, 3) for one in (1, 1.5, 2, 3, 4, 6, 8)), 1e4)
"""Values of a weight that has no end: even steps of its logarithm, and 0."""
DIGITS = 1797


def panel() -> None:
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
    watch(st.query_params.get("run", ""))


def _start(given: dict[str, Any]) -> None:
    """Train, and show the new run in place of the one that is open; its last epoch, whatever step was looked at."""
    path, job = submit_demo(RUN, **given)
    for name in ("step", "layer", "pair"):
        st.query_params.pop(name, None)
    st.session_state.pop(codes.PAIR, None)
    if "source" in st.session_state:
        st.session_state["source"] = "a run"
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
    """How many images it sees, and about how long that takes."""
    full = {name: setting.default for name, setting in rules.items()} | given
    count, seconds = images_of(full), cost(full)
    return (
        f"{thousands(count)} images, {full['epochs']} epochs: about {show.duration(seconds)} on one core, good to a "
        "factor of two. It can be cancelled, and resumed where it was."
    )


def images_of(full: dict[str, Any]) -> int:
    """Images of one epoch."""
    if full["data"] == "digits":
        return DIGITS
    return 3 * full["scales"] * full["orientations"] * full["positions"] ** 2


def cost(full: dict[str, Any]) -> float:
    """Seconds on one core: an update for every image, and the terms of the divergence at every recorded epoch.

    Measured in microseconds an image with 10 latents, batches of 128 and widths of 128: 12 with dense layers on 8 x 8
    pixels, 260 with 16 channels on 32 x 32, 3.2 times as long where noise is predicted; 120 more for a critic, and 18
    more for each 1000 pairs of a latent and an image of the batch, which beta-TCVAE compares.
    """
    size = 8 if full["data"] == "digits" else full["size"]
    dense, conv = 1.2e-5 * full["width"] / 128, 2.6e-4 * (size / 32) ** 2 * (0.5 + full["channels"] / 32)
    each = (conv if size in (32, 64) else dense) * (3.2 if full["objective"] == "info_diffusion" else 1.0)
    each += {"factor_vae": 1.2e-4, "beta_tcvae": 1.8e-8 * full["batch"] * full["latents"]}.get(full["objective"], 0.0)
    probe = min(full["probe"], images_of(full))
    terms = len(log_steps(full["epochs"])) * 5e-9 * full["latents"] * probe**2
    return 2.0 + full["epochs"] * images_of(full) * each + terms


def _repeat(given: dict[str, Any]) -> None:
    """The same training from Python and from the command line."""
    arguments = "".join(f", {name}={value!r}" for name, value in given.items())
    texts = " ".join(f"--set {name}={value}" for name, value in given.items())
    with st.expander("Copy as Python"):
        st.code(f"from explorer.training.vae import train\n\ntrain('runs/mine'{arguments})\n", language="python")
        st.code(f"explorer demo {RUN} {texts}".rstrip(), language="bash")


def watch(run: str) -> None:
    """The terms of a run of this kind, once a second while it trains, with its progress."""
    if not run or pick.waiting(run):
        return
    folder = _folder(run)
    found = _job(folder)
    live = found is not None and found.live

    @st.fragment(run_every=1.0 if live else None)
    def shown() -> None:
        job = _job(folder)
        if job is not None and job.state != "done":
            show.job_line(job)
        recording = pick.opened(run)
        if recording is not None and measured(recording.metrics):
            _terms(recording)
        if live and not (job and job.live):
            st.rerun()

    shown()


def _folder(run: str) -> str:
    return str(Path(run).resolve())


def _job(folder: str) -> jobs.Job | None:
    """The newest job that trains into a folder."""
    mine = (job for job in jobs.jobs() if job.spec.arguments.get("path") == folder)
    return next((job for job in mine if job.spec.function.startswith("explorer.training.")), None)


def _terms(recording: Recording) -> None:
    """Reconstruction and what the divergence is made of, over epochs."""
    drawn = figures["kl_terms"](recording.metrics, theme=st.context.theme.type or "light")
    results.figure(drawn, "kl-terms", "kl-terms")
    lines = measured(recording.metrics)
    with st.expander("Table"):
        st.dataframe(lines, hide_index=True, alt=drawn.layout.meta["alt"])
    source = export.source(recording)
    code = (
        "import explorer\nfrom explorer.catalogue import figures\n\n"
        f"recording = explorer.open({source!r})\nfigures['kl_terms'](recording.metrics)\n"
    )
    about = recording.provenance.get("objective")
    name = about.get("name", "") if isinstance(about, dict) else ""
    cited = objectives.card(name).references if name in objectives else ()
    note = f"{recording.name}: nats an image, over {len(lines)} recorded epochs."
    results.exports(code, export.bibtex([*cited, "chen2018"]), ("kl-terms", note), lambda: _frame(lines))


def _frame(lines: list[Any]) -> Any:
    import pandas

    return pandas.DataFrame(lines)
