"""Traversal, training and comparison on the Disentanglement page, without a browser."""

import io
import re
import shutil
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from pages_fixture import opened, quiet, texts  # noqa: F401
from PIL import Image
from streamlit.testing.v1 import AppTest

import explorer
from explorer import demo, jobs
from explorer.catalogue import objectives, training
from explorer.coded import disentangle, traversal
from explorer.metrics import Metrics
from explorer.result import NATS_PER, Null
from explorer.results.metric_deltas import Delta, deltas
from explorer.results.metric_table import MetricTable
from explorer.score import Score
from explorer.studies import likeness
from explorer.studies.likeness import Pairs
from explorer.training.vae import train
from explorer.ui import codes, compared, images, strips, training_view, traversal_view, units

FEW = ("mig", "mig_sup", "modularity")


pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two small runs on the digits, all of which are their probe."""
    folder = tmp_path_factory.mktemp("runs")
    for seed in (0, 1):
        settings = {"data": "digits", "objective": "beta_vae", "beta": 0.5, "latents": 3, "width": 16}
        train(str(folder / f"run{seed}"), **settings, epochs=1, probe=1797, seed=seed)
    return folder


def shown(script: str, **parameters: str) -> AppTest:
    """A panel in a script of its own; the URL's parameters are there from the start."""
    test = AppTest.from_string(script, default_timeout=30)
    for name, value in parameters.items():
        test.query_params[name] = value
    return test.run()


def panel(name: str, run: object, layer: str = "mean", call: str = "panel(chosen, table)") -> str:
    return f"""
import explorer
from explorer.coded import disentangle
from explorer.results.metric_deltas import Delta, deltas
from explorer.metrics import Metrics
from explorer.ui import codes, compare_view, traversal_view
recording = explorer.open({str(run)!r})
plan = Metrics({FEW!r}, trust="none").checked()
coded = codes.of_run(recording, recording.steps[-1], {layer!r})
chosen = codes.Chosen(coded, plan, "bits", recording=recording, step=recording.steps[-1], layer={layer!r})
table = disentangle.compute(coded, plan)
{name}.{call}
"""


def alts(test: AppTest) -> list[str]:
    return [image.alt for one in test.get("image") for image in one.proto.imgs]


def table_of(recording: explorer.Recording) -> MetricTable:
    plan = Metrics(FEW, trust="none").checked()
    return disentangle.compute(codes.of_run(recording, recording.steps[-1], "mean"), plan)


def drawn(run: object, **route: object) -> explorer.Recording:
    recording = explorer.open(str(run))
    traversal.traversal(recording, recording.steps[-1], **route)
    return recording


@pytest.mark.parametrize(
    ("look", "says"),
    [
        ("Traversal", "Image and reconstruction"),
        ("Compare models", "at least one other run"),
        ("Train one", "nothing else to do"),
    ],
)
def test_the_page_opens_each_view(trained, look, says):
    recording = drawn(trained / "run0", anchor=898)
    table_of(recording)
    test = opened("5_disentanglement.py", run=str(trained / "run0"), look=look)
    assert not test.exception and not test.error and says in texts(test)


def test_the_strips_are_drawn_by_a_job_and_not_by_the_page(trained):
    test = shown(panel("traversal_view", trained / "run0"))
    assert not test.exception and not test.error
    assert [job.spec.function for job in jobs.jobs()] == ["explorer.coded.traversal:run"]
    assert "The decoder is drawing" in texts(test)


def test_strips_stand_in_the_order_of_the_matrix_with_their_factors(trained):
    recording = drawn(trained / "run0", anchor=1797 // 2)
    test = shown(panel("traversal_view", trained / "run0"))
    assert not test.exception and not test.error and jobs.jobs() == []
    table = table_of(recording)
    labels = [button.label for button in test.button if button.label.startswith("Latent ")]
    assert labels == [f"Latent {j}" for j in table.order] and not folded(test)
    said = texts(test).replace("\\", "")
    assert all(strips.tells(table, j) in said for j in range(3))
    assert sum("while latent" in alt for alt in alts(test)) == 4  # three strips, and the one looked at closer
    names = {button.proto.label for button in test.get("download_button")}
    assert {"Sheet (PNG)", "All latents (GIF)", f"Latent {table.order[0]} (GIF)", "Table (CSV)"} <= names


def folded(test: AppTest) -> list[str]:
    return [one.label for one in test.expander if "without effect" in one.label]


def test_strips_that_look_alike_are_folded_away_with_their_number(trained, monkeypatch):
    recording = drawn(trained / "run0", anchor=898)
    found = traversal.collected(recording, recording.steps[-1], traversal.Route(anchor=898).checked(recording))
    most = found.change.max(1)
    monkeypatch.setattr(traversal_view, "FAINT", float(np.sort(most)[1:].mean()))  # two are below, one is above
    test = shown(panel("traversal_view", trained / "run0"))
    assert not test.exception
    assert folded(test) == [
        f"2 latents without effect on the picture: at most {np.sort(most)[1]:.1%} of the grey scale"
    ]
    labels = [button.label for button in test.button if button.label.startswith("Latent ")]
    assert labels[0] == f"Latent {found.latents[most.argmax()]}" and len(labels) == 3
    still = set(np.argsort(most)[:2].tolist()) & set(table_of(recording).about["drowned"])
    assert f"{len(still)} of 2 drown in their noise" in texts(test)


def test_the_url_brings_image_span_and_latent_back(trained):
    drawn(trained / "run0", anchor=11, span="posterior")
    given = {"traverse.anchor": "11", "traverse.span": "posterior", "traverse.latent": "2", "traverse.play": "false"}
    test = shown(panel("traversal_view", trained / "run0"), **given)
    assert not test.exception and jobs.jobs() == []
    assert test.selectbox(key="traverse.latent").value == 2 and not test.get("html")
    assert any(alt.startswith("Image 11 of the probe: digit") for alt in alts(test))


def test_a_button_looks_closer_and_a_second_latent_makes_a_grid(trained):
    recording = drawn(trained / "run0", anchor=898)
    test = shown(panel("traversal_view", trained / "run0"))
    test.button(key="traverse-1").click().run()
    assert test.selectbox(key="traverse.latent").value == 1
    test.selectbox(key="traverse.other").set_value(0).run()
    assert [job.spec.function for job in jobs.jobs()] == ["explorer.coded.traversal:run_grid"]
    traversal.traversal(recording, recording.steps[-1], anchor=898, latents=[1, 0], grid=True)
    jobs.cancel(jobs.jobs()[0].id)
    test.run()
    assert not test.exception and any("11 x 11 pictures. Latent 1 from" in alt for alt in alts(test))


def test_one_strip_shares_the_pictures_of_all(trained):
    drawn(trained / "run0", anchor=898)
    test = shown(panel("traversal_view", trained / "run0", call="strip(chosen, 2)"))
    assert not test.exception and jobs.jobs() == []
    assert [alt for alt in alts(test) if "latent 2 goes from -1.96 to 1.96" in alt]


def test_the_copied_code_draws_the_same(trained, monkeypatch):
    recording = drawn(trained / "run0", anchor=5, span="posterior", values=7)
    test = shown(panel("traversal_view", trained / "run0"),
                 **{"traverse.anchor": "5", "traverse.span": "posterior", "traverse.values": "7"})  # fmt: skip
    code = next(one.value for one in test.code if "traversal(" in one.value)
    space: dict = {}
    exec(code, space)
    known = traversal.traversal(recording, recording.steps[-1], anchor=5, span="posterior", values=7)
    assert np.array_equal(space["found"].images, known.images)


@pytest.mark.parametrize("call", ["panel(chosen, table)", "strip(chosen, 0)"])
def test_a_run_without_models_says_what_to_do(trained, home, call):
    folder = home / "recordings" / "bare"
    rng = np.random.default_rng(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3))
    with explorer.Recorder(folder, model, rng.normal(size=(60, 4)), factors={"a": np.arange(60) % 2}) as recorder:
        recorder.step(0)
    layer = explorer.open(folder).layers[0]
    test = shown(panel("traversal_view", folder, layer, call))
    assert not test.exception and "explorer demo vae" in texts(test) and jobs.jobs() == []


def test_the_layer_of_variances_has_no_traversal(trained):
    test = shown(panel("traversal_view", trained / "run0", "variance"))
    assert not test.exception and "The decoder takes the layer called mean" in texts(test)


def test_a_damaged_model_is_told(trained, home):
    folder = home / "recordings" / "broken"
    shutil.copytree(trained / "run0", folder)
    recording = explorer.open(folder)
    traversal.model_path(recording, recording.steps[-1]).write_bytes(b"nothing")
    test = shown(panel("traversal_view", folder))
    assert not test.exception
    route = traversal.Route(anchor=898).checked(recording)
    with pytest.raises(explorer.errors.FileError, match="cannot be read as a model"):
        traversal.compute(recording, recording.steps[-1], route)


def test_dials_are_those_of_the_objective_and_start_its_training(home, monkeypatch):
    monkeypatch.setattr(demo.jobs, "ensure_service", lambda: False)
    script = "from explorer.ui import training_view\ntraining_view.panel()"
    test = shown(script, **{"train.objective": "beta_vae", "train.data": "digits", "train.epochs": "2"})
    assert not test.exception
    dials = {one.key for one in test.select_slider if one.key}
    assert "train.beta_vae.beta" in dials and not any("gamma" in key for key in dials)
    test.select_slider(key="train.beta_vae.beta").set_value(1.0).run()
    test.button(key="train-start").click().run()
    job = next(job for job in jobs.jobs() if job.spec.function == "explorer.training.vae:train")
    given = {name: value for name, value in job.spec.arguments.items() if name != "path"}
    assert given == {"objective": "beta_vae", "data": "digits", "epochs": 2, "beta": 1.0}
    assert test.query_params["run"] == job.spec.arguments["path"] and test.query_params["job"] == job.id


@pytest.mark.parametrize("name", list(training.card("vae").settings[1].choices))
def test_every_objective_has_its_dials(name, home):
    test = shown("from explorer.ui import training_view\ntraining_view.panel()", **{"train.objective": name})
    assert not test.exception and not test.error
    assert re.search(r"epochs: \d+ (s|min|h).* to \d+ (s|min|h).* on one core", texts(test))
    known = {one.name for one in training.card("vae").settings}
    keys = {one.key for kind in (test.select_slider, test.slider, test.selectbox, test.number_input) for one in kind}
    for setting in objectives.card(name).settings:
        dial = setting.name in known and setting.name not in training_view.HIDDEN
        assert (f"train.{name}.{setting.name}" in keys) == dial


def test_the_cost_is_within_its_factor(home):
    full = {one.name: one.default for one in training.card("vae").settings}
    full |= {"objective": "vae", "epochs": 1, "orientations": 10, "positions": 8}
    begun = time.process_time()
    train(str(home / "timed"), **{name: full[name] for name in ("objective", "epochs", "orientations", "positions")})
    spent = time.process_time() - begun
    thought, factor = training_view.cost(full), training_view.FACTOR
    assert thought / factor < training_view.START + spent < thought * factor


def test_a_run_that_trained_shows_its_terms(trained):
    test = shown("from explorer.ui import training_view\ntraining_view.panel()", run=str(trained / "run0"))
    assert not test.exception and not test.error
    assert any("epoch" in chart.proto.alt.lower() for chart in test.get("plotly_chart"))


def test_a_training_that_runs_can_be_cancelled_and_resumed_beside_its_terms(trained, home):
    folder = home / "recordings" / "live"
    shutil.copytree(trained / "run0", folder)
    spec = jobs.Specification("explorer.training.vae:train", {"path": str(folder)}, "generated")
    job = jobs.submit(spec, "Training live")
    test = shown("from explorer.ui import training_view\ntraining_view.panel()", run=str(folder))
    assert not test.exception and test.get("plotly_chart")
    test.button(key=f"cancel-{job.id}").click().run()
    assert jobs.job(job.id).state == "cancelled" and "has stopped" in texts(test)
    test.button(key=f"resume-{job.id}").click().run()
    assert jobs.job(job.id).state == "queued" and not test.exception


def compare(trained, home, *others: str) -> AppTest:
    """The comparison of run0 with recordings of the home, whose names are listed."""
    for name in others:
        if not (home / "recordings" / name).exists():
            shutil.copytree(trained / name, home / "recordings" / name)
    test = shown(panel("compare_view", trained / "run0"))
    paths = [str(home / "recordings" / name) for name in others]
    return test.multiselect(key="compare.runs").set_value(paths).run()


def test_without_another_run_the_comparison_says_what_to_do(trained, home):
    test = compare(trained, home)
    assert not test.exception and "at least one other run" in texts(test) and jobs.jobs() == []


def test_the_other_run_is_scored_by_jobs_and_then_drawn(trained, home):
    test = compare(trained, home, "run1")
    assert not test.exception
    functions = {job.spec.function for job in jobs.jobs()}
    assert functions == {"explorer.coded.disentangle:run", "explorer.studies.likeness:run"}
    for job in jobs.jobs():
        jobs.cancel(job.id)
    both = [explorer.open(trained / "run0"), explorer.open(home / "recordings" / "run1")]
    for one in both:
        table_of(one)
    likeness.compute(both, Pairs("udr", layers=("mean",), null=False).checked())
    test.run()
    assert not test.exception and not test.error
    values = next(one.value for one in test.dataframe if "score" in one.value.columns)
    assert list(values["score"]) == ["MIG", "MIG-sup", "Modularity"]
    assert list(values.columns) == ["score", both[0].name, "run1", "difference"]  # a title, and a folder of the home
    assert "run1 is above in none and below in none of 0 scores" in texts(test).replace("\\", "")
    assert "cannot say which of the two is the better" in texts(test)
    assert {button.proto.label for button in test.get("download_button")} >= {"Table (LaTeX)", "Table (CSV)"}
    assert not any("udr" in one.value.columns for one in test.dataframe)  # of two models both medians are one number


def test_a_run_of_other_factors_is_left_out_by_name(trained, home):
    folder = home / "recordings" / "other"
    with explorer.Recorder(folder, torch.nn.Sequential(torch.nn.Linear(4, 3)), np.eye(4), factors={"a": [0, 1, 0, 1]}
                           ) as recorder:  # fmt: skip
        recorder.step(0)
    test = shown(panel("compare_view", trained / "run0"))
    test.multiselect(key="compare.runs").set_value([str(folder)]).run()
    assert not test.exception and "other is left out" in texts(test)


def delta(metric: str, value: float, difference: float, reach: float = 0.06, unit: str = "") -> Delta:
    ends = (value - 0.05, value + 0.05, difference, difference - reach, difference + reach)
    return Delta(metric, "b", value, *ends, unit)


def test_values_and_differences_stand_apart_with_their_intervals():
    one = delta("jemmig", 0.5, 0.1, unit="nats")
    assert compared.value(one) == "0.500 nats (0.450 to 0.550)"
    assert compared.difference(one) == "+0.100 (+0.040 to +0.160) ●"
    assert compared.difference(delta("mig", 0.5, -0.02)) == "−0.020 (−0.080 to +0.040)"
    none = Delta("mig", "b", *[np.nan] * 6, unit="", why="it needs two factors.")
    assert compared.value(none) == "– it needs two factors." and compared.difference(none) == "–"


def test_the_sentence_names_the_scores_that_are_the_exception():
    own = Delta("mig", "a", 0.5, 0.4, 0.6, 0.0, np.nan, np.nan, "")
    names = ("mig", "mig_sup", "modularity", "dmig", "gaussian_total_correlation")
    found = [own, *(delta(name, 0.5, -0.2) for name in names), delta("wasserstein_correlation", 0.1, 0.01),
             delta("irs", 0.5, 0.2), Delta("dci", "b", 0.5, np.nan, np.nan, 0.1, np.nan, np.nan, "")]  # fmt: skip
    assert compared.told(found, "a") == [
        "b is above in 1 (IRS) and below in 5 of 7 scores with intervals, against a; not told apart: 1 (Wasserstein "
        "correlation); low is good in 1 (Gaussian total correlation). Without an interval: 1 more."
    ]


def test_scores_are_told_in_the_unit_of_the_page(trained):
    table = table_of(explorer.open(trained / "run0"))
    known = Score("jemmig", 3.0, "nats", interval=(2.0, 4.0), null=Null(1.0, 1.5, 0.05, 19))
    bits = units.in_unit(replace(table, scores={**table.scores, "jemmig": known}), "bits").scores
    assert bits["mig"] == table.scores["mig"]
    one = bits["jemmig"]
    assert np.allclose(
        [one.value, *one.interval, one.null.mean, one.null.high], np.array([3, 2, 4, 1, 1.5]) / np.log(2)
    )
    assert one.unit == "bits" and one.nats == pytest.approx(3.0) and one.null.p_value == 0.05
    assert units.score_in(one, "nats").value == pytest.approx(3.0)


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_the_terms_of_a_training_are_in_the_unit_of_the_page(trained, unit):
    run = str(trained / "run0")
    test = shown(f"from explorer.ui import training_view\ntraining_view.panel({unit!r})", run=run)
    told = [chart.proto.alt for chart in test.get("plotly_chart")]
    assert f"the divergence over epochs, in {unit}" in told[0]
    kl = [line["kl"] for line in explorer.open(run).metrics if "kl" in line]
    assert np.allclose(test.dataframe[0].value["kl"], np.array(kl) / NATS_PER[unit])


def test_the_latex_table_escapes_what_latex_reads(trained):
    hostile = r"50% of $x_1$ & \input{/etc/passwd} # ~^"
    tables = {hostile: table_of(explorer.open(trained / "run0")), "b": table_of(explorer.open(trained / "run1"))}
    text = compared.latex(deltas(tables, "b"), "b")
    assert r"50\% of \$x\_1\$ \& \textbackslash{}input\{/etc/passwd\} \# \textasciitilde{}\textasciicircum{}" in text
    body = text.split("\\midrule")[1].split("\\bottomrule")[0].strip().splitlines()
    assert len(body) == 3 and all(line.count("&") == 3 and line.endswith(r"\\") for line in body)
    assert r"\begin{tabular}{lrrr}" in text and "& difference & b (baseline)" in text
    one = compared.latex([delta("jemmig", 0.5, 0.1, unit="nats")], "a")
    line = r"JEMMIG, nats & $0.500$ {\footnotesize $[0.450, 0.550]$} & $+0.100$ {\footnotesize $[+0.040, +0.160]$} \\"
    assert line in one


def test_the_median_over_peers():
    values = np.array([[1.0, 0.2, 0.4, 0.9], [0.2, 1, 0.6, np.nan], [0.4, 0.6, 1, 0.8], [0.9, np.nan, 0.8, 1]])
    found = compared.medians(["a", "b", "c", "d"], values).set_index("model")["udr"]
    assert np.allclose(found[["a", "b", "c", "d"]], [0.4, 0.4, 0.6, 0.85]) and list(found.index)[:2] == ["d", "c"]


def test_pictures_become_files():
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (5, 8, 8)).astype(np.uint8)
    big = images.enlarged(pictures, 24)
    assert big.shape == (5, 24, 24) and np.array_equal(big[:, ::3, ::3], pictures)
    row = images.beside(pictures)
    assert row.shape == (8, 5 * 8 + 4 * images.GAP) and np.array_equal(row[:, 10:18], pictures[1])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(images.png(row)))), row)
    moving = Image.open(io.BytesIO(images.gif(list(pictures))))
    assert moving.n_frames == 8 and moving.info["loop"] == 0 and moving.info["duration"] == images.MILLISECONDS
    square = images.grid(np.stack([pictures, pictures]))
    assert square.shape == (18, 48) and np.array_equal(square[10:18, 10:18], pictures[1])


def test_an_animation_stands_still_for_those_who_ask_for_it():
    pictures = np.zeros((3, 8, 8), np.uint8)
    html = images.moving(list(pictures), images.beside(pictures), 'latent "1" <b>')
    assert "prefers-reduced-motion: reduce" in html and html.count("<img") == 2
    assert html.count("latent &quot;1&quot; &lt;b&gt;") == 2 and "<b>" not in html


def test_a_sheet_holds_every_strip_and_shortens_long_words():
    strip = np.full((20, 100), 7, np.uint8)
    page = images.sheet("title", [("x" * 400 + "\nsecond", strip), ("latent 1", strip)])
    assert page.shape[1] == 2 * images.EDGE + images.WORDS + 100
    assert (page == 7).sum() >= 2 * strip.size and (page[:, : images.WORDS] < 128).any()
    wide = images.sheet("title " * 80, [("latent 1", strip)])
    assert wide.shape[1] > page.shape[1] and (wide[:, -images.EDGE :] == images.PAPER).all(), "the title was cut"
    assert (page[:, images.WORDS : images.WORDS + images.EDGE] == images.PAPER).all(), "words ran into the pictures"
