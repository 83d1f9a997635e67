"""The Representation page without a browser: what it computes, what it shows, what it refuses."""

import numpy as np
import pytest
import streamlit as st
import torch
from pages_fixture import opened, quiet, texts  # noqa: F401

import explorer
from explorer import jobs
from explorer.profiles import Profile
from explorer.studies import clouds, spectrum
from explorer.studies.clouds import Picture
from explorer.studies.spectrum import Look
from explorer.sweep import compute
from explorer.ui import samples
from explorer.ui.scene import place_of, unit_at
from explorer.ui.selection import Selection

pytestmark = pytest.mark.usefixtures("quiet")

PAGE = "4_representation.py"
RATIO = {"measure": "participation_ratio"}


@pytest.fixture
def run(home):
    """A small recorded run: three steps of two layers, labels of three kinds, a text factor."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = (rng.normal(size=(90, 4)) + 2 * y[:, None]).astype(np.float32)
    model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3), torch.nn.ReLU())
    folder = home / "recordings" / "small"
    factors = {"<b>kind</b>": np.array(["a<i>", "b"] * 45)}
    with explorer.Recorder(folder, model, probe=(x, y), factors=factors) as recorder:
        for step in range(3):
            recorder.step(step)
            with torch.no_grad():
                model[0].weight += 0.3
    return str(folder)


def first(run: str) -> explorer.Recording:
    return explorer.open(run)


def test_the_page_computes_in_jobs_and_says_so(run):
    test = opened(PAGE, run=run, **RATIO)
    assert not test.exception and not test.error
    assert {job.title.split(" of ")[0] for job in jobs.jobs()} == {"Participation ratio", "PCA"}
    assert "being computed" in texts(test)


def test_what_is_computed_is_drawn_and_no_job_starts(run):
    recording = first(run)
    explorer.profile(recording, "participation_ratio")
    layer = recording.layers[-2]
    clouds.cloud(recording, layer)
    test = opened(PAGE, run=run, **RATIO)
    assert not test.exception and jobs.jobs() == []
    charts = [chart.proto.alt for chart in test.get("plotly_chart")]
    assert any("Heat map of layers by steps" in alt for alt in charts) and len(charts) == 3
    assert "of the variance is outside the picture" in texts(test)


def test_a_class_is_selected_by_a_box_and_stands_in_the_url(run):
    recording = first(run)
    explorer.profile(recording, "participation_ratio")
    clouds.cloud(recording, recording.layers[-2])
    test = opened(PAGE, run=run, **RATIO)
    test.selectbox(key="class-box").set_value("2").run()
    assert test.query_params["sel"] == "class:2" and not test.exception
    shares = [chart.proto.alt for chart in test.get("plotly_chart")][1]
    assert "All 30 selected samples are of class 2" in shares
    test.button(key="undo").click().run()
    assert "sel" not in test.query_params
    test.button(key="redo").click().run()
    assert test.query_params["sel"] == "class:2"


def test_every_view_opens(run):
    recording = first(run)
    explorer.profile(recording, "participation_ratio")
    layer, last = recording.layers[-2], recording.steps[-1]
    clouds.cloud(recording, layer)
    spectrum.compute(recording, last, layer, Look(times=(1.0, 2.0, 4.0, 8.0)).checked())
    for look in ("Two steps", "Spectrum", "Units and classes", "Similarity"):
        test = opened(PAGE, run=run, look=look, **RATIO)
        assert not test.exception and not test.error, look


def test_units_and_classes_are_drawn_for_a_measure_that_tells_them(run):
    explorer.profile(first(run), "unit_information")
    test = opened(PAGE, run=run, look="Units and classes", measure="unit_information")
    assert not test.exception
    assert any("unit" in chart.proto.alt for chart in test.get("plotly_chart"))


def test_a_layer_without_a_value_says_why(home):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
    with torch.no_grad():
        model[0].bias -= 100
    with explorer.Recorder(home / "recordings" / "dead", model, probe=torch.randn(30, 3)) as recorder:
        recorder.step(0)
    recording = explorer.open(home / "recordings" / "dead")
    compute(recording, Profile("participation_ratio").checked(recording))
    test = opened(PAGE, run=recording.path, **RATIO)
    said = texts(test).replace("\\", "")
    assert not test.exception and "no value: layer 1" in said and "is constant" in said


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"sel": "circle:1"}, "names no selection"),
        ({"measure": "nonsense"}, "measure=nonsense"),
        ({"look": "x"}, "look=x"),
    ],
)
def test_what_the_url_gets_wrong_is_told(run, wrong, says):
    clouds.cloud(first(run), first(run).layers[-2])
    test = opened(PAGE, run=run, **{**RATIO, **wrong})
    assert not test.exception and says in texts(test).replace("\\", "")


def test_a_step_or_layer_that_is_not_there_falls_back(run):
    test = opened(PAGE, run=run, step="77", layer="nothing", **RATIO)
    assert not test.exception and test.selectbox(key="cell-layer").value == first(run).layers[-2]
    assert "step=77, layer=nothing" in texts(test).replace("\\", "")


def test_hostile_names_are_shown_as_they_are(run):
    clouds.cloud(first(run), first(run).layers[-2])
    test = opened(PAGE, run=run, **{"cloud.colour": "<b>kind</b>"}, **RATIO)
    assert not test.exception and "a<i>" in test.selectbox(key="class-box").options


def test_a_run_without_labels_has_its_cloud(home):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh())
    x = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
    folder = home / "recordings" / "bare"
    with explorer.Recorder(folder, model, probe=x) as recorder:
        recorder.step(0)
    recording = explorer.open(folder)
    clouds.cloud(recording, recording.layers[0])
    test = opened(PAGE, run=str(folder), **RATIO)
    assert not test.exception and "Choose a column under Colour" in texts(test)


def test_the_picture_that_a_page_asks_for_is_the_one_that_python_makes(run):
    recording = first(run)
    picture = Picture(recording.layers[-2]).checked(recording)
    assert clouds.collected(recording, picture) is None
    clouds.cloud(recording, picture.layer)
    assert clouds.collected(recording, picture).steps == recording.steps


def square_of(recording: explorer.Recording, picture: Picture, half: float) -> str:
    """A selection drawn in a picture, as it stands in the URL."""
    corners = ((-half, -half), (half, -half), (half, half), (-half, half))
    return Selection("polygon", corners, recording.steps[-1], place_of(recording, picture)).text


def test_a_polygon_counts_in_the_picture_in_which_it_was_drawn(run):
    recording = first(run)
    layer = recording.layers[-2]
    picture = Picture(layer).checked(recording)
    cloud = clouds.cloud(recording, layer)
    for other in recording.layers[:-1]:
        clouds.cloud(recording, other)
    unit = unit_at(cloud, recording.steps[-1])
    count = int((np.abs(cloud.positions[-1]) < 0.3).all(1).sum())
    text = square_of(recording, picture, 0.3 * unit)
    for shown in (layer, recording.layers[0]):
        test = opened(PAGE, run=run, layer=shown, sel=text, **RATIO)
        assert not test.exception
        shares = next(chart.proto.alt for chart in test.get("plotly_chart") if "classes" in chart.proto.alt)
        assert f"{count} selected samples" in shares, shown
    clouds.cloud(recording, layer, seed=1)
    test = opened(PAGE, run=run, layer=layer, sel=text, **{"cloud.seed": "1"}, **RATIO)
    assert "which is not shown now" in texts(test), "another seed is another picture"


def test_two_runs_of_equal_activations_keep_their_own_classes(home, monkeypatch):
    """What a session was offered for one run must not colour another."""
    monkeypatch.setattr(st, "session_state", {})
    runs = []
    for name, shift in (("a", 0), ("b", 1)):
        model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh())
        torch.nn.init.ones_(model[0].weight)
        torch.nn.init.zeros_(model[0].bias)
        x = torch.arange(60.0).reshape(20, 3) / 60
        with explorer.Recorder(home / name, model, probe=(x, (torch.arange(20) + shift) % 2)) as recorder:
            recorder.step(0)
        runs.append(explorer.open(home / name))
    offers = []
    for one in runs:
        picture = Picture(one.layers[-1]).checked(one)
        codes, _ = samples.classes(one, "y")
        offers.append(samples.offered(one, picture, clouds.cloud(one, picture.layer), codes, "common"))
    assert offers[0]["positions"] == offers[1]["positions"] and offers[0]["categories"] != offers[1]["categories"]
    (home / "geometry" / offers[0]["categories"].rpartition("/")[2]).unlink()
    picture = Picture(runs[0].layers[-1]).checked(runs[0])
    cloud = clouds.cloud(runs[0], picture.layer)
    again = samples.offered(runs[0], picture, cloud, samples.classes(runs[0], "y")[0], "common")
    assert (home / "geometry" / again["categories"].rpartition("/")[2]).is_file(), "what was pruned is offered again"


@pytest.mark.parametrize("wrong", [{"step": "²"}, {"sel": "rows:-100000"}, {"sel": "polygon:0:::"}])
def test_odd_texts_in_the_url_do_no_harm(run, wrong):
    clouds.cloud(first(run), first(run).layers[-2])
    assert not opened(PAGE, run=run, **wrong, **RATIO).exception
