"""A recording of one step: a measure over depth, what a rise does not contradict, and what was not recorded."""

import math

import numpy as np
import pytest
from pages_fixture import opened, quiet, texts  # noqa: F401

import explorer
from explorer.figures import profile
from explorer.reliability import layer_findings
from explorer.reliability.depth import more_with_depth
from explorer.reliability.verdict import doubts_of
from explorer.result import in_both
from explorer.results.trajectory import Trajectory
from explorer.studies.sanity import compute as checked


def read(values, reach=0.1, null=None, unit="nats", **about) -> Trajectory:
    """One step of layers "0", "1", ... with intervals of `reach` to each side."""
    rows = [
        {"step": 0, "layer": str(i), "quantity": "m", "value": one, "low": one - reach, "high": one + reach,
         "null": null, "warnings": ["rule"] if i == 1 else []}
        for i, one in enumerate(values)
    ]  # fmt: skip
    known = {"words": "Probe information", "measure": "m", "layers": [str(i) for i in range(len(values))]}
    return Trajectory.from_rows(rows, unit=unit, about=known | about)


def title(figure) -> str:
    return figure.layout.title.text.partition("</b>")[0].removeprefix("<b>").replace("<br>", " ")


@pytest.mark.parametrize(
    "values, reach, says",
    [
        ([0.28, 1, 1.81], 0.1, "rises from 0.28 in layer 0 to 1.81 nats in layer 2"),
        ([1.81, 1, 0.28], 0.1, "falls from 1.81 in layer 0 to 0.28 nats in layer 2"),
        ([0.2, 0.3, 0.4], 0.15, "rises from 0.2 in layer 0 to 0.4 nats in layer 2, and their intervals overlap"),
        ([0.2, 2, 0.3], 0.1, "rises from 0.2 in layer 0 to 2 nats in layer 1 and ends at 0.3 in layer 2"),
        ([1, 0.1, 0.9], 0.1, "falls from 1 in layer 0 to 0.1 nats in layer 1 and ends at 0.9 in layer 2"),
        ([1, 1.001, 1.01], 0.1, "hardly moves with depth: 1 in layer 0, 1.01 nats in layer 2"),
        ([0.5], 0.1, "is 0.5 nats in layer 0"),
        ([math.nan, 0.5, 1], 0.1, "rises from 0.5 in layer 1 to 1 nats in layer 2"),
    ],
)
def test_the_title_is_the_finding_over_depth(values, reach, says):
    assert title(profile.draw(read(values, reach), unit="nats")) == f"Probe information {says}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_layers_stand_along_x_with_interval_and_null(theme):
    figure = profile.draw(read([0.3, 1.0, 1.8], null=0.1), unit="bits", theme=theme, layer="2")
    marks = next(one for one in figure.data if one.name == "value")
    null = next(one for one in figure.data if one.name == "null")
    assert list(marks.x) == [0, 1, 2] and list(marks.y) == pytest.approx(np.array([0.3, 1.0, 1.8]) / math.log(2))
    assert list(marks.error_y.array) == pytest.approx([0.1 / math.log(2)] * 3)
    assert list(marks.error_y.arrayminus) == pytest.approx([0.1 / math.log(2)] * 3)
    assert list(null.y) == pytest.approx([0.1 / math.log(2)] * 3)
    assert list(figure.layout.xaxis.ticktext) == ["layer 0", "layer 1", "layer 2"]
    assert [list(one) for one in marks.customdata] == [[0, "0"], [0, "1"], [0, "2"]]
    fired = next(one for one in figure.data if one.name == "a rule fired")
    assert list(fired.x) == [1] and not any(one.type == "heatmap" for one in figure.data)


def test_long_names_slant_and_a_great_many_are_thinned():
    few = profile.draw(read([1, 2, 3]), unit="nats")
    assert few.layout.xaxis.tickangle == 0
    many = profile.draw(read(np.arange(1.0, 201)), unit="nats")
    assert many.layout.margin.l >= 70 and many.layout.margin.b > few.layout.margin.b
    assert many.layout.xaxis.tickangle < 0 and len(many.layout.xaxis.ticktext) <= 48
    assert len(next(one for one in many.data if one.name == "value").x) == 200


def test_more_steps_to_come_keep_the_heat_map():
    assert profile.draw(read([1, 2], total=20, cells=2), unit="nats").data[0].type == "heatmap"
    assert profile.draw(read([1, 2], total=2, cells=2), unit="nats").data[0].type == "scatter"


def test_a_rise_of_usable_information_is_explained_and_nothing_else():
    note = more_with_depth(read([0.3, 0.2, 1.8], usable=True))
    assert note and note.note and "layer 2 reads more than layer 1" in note.text
    assert "data processing inequality" in note.text and "limited power" in note.text and "ceiling" in note.text
    assert more_with_depth(read([1.8, 1.0, 0.2], usable=True)) is None
    assert more_with_depth(read([1.8, 1.801, 0.2], usable=True)) is None
    assert more_with_depth(read([0.3, 1.8])) is None
    assert more_with_depth(read([math.nan, 1.8], usable=True)) is None


@pytest.mark.parametrize("measure", ["probe_information", "probe_f1", "clustered_information", "online_code"])
def test_measures_of_usable_information_say_so(home, measure):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    layers = {"0": rng.normal(size=(200, 2)), "1": rng.normal(size=(200, 2)) + 4 * y[:, None]}
    found = explorer.profile(explorer.Recording.from_arrays({0: layers}, y=y), measure, target="y")
    assert more_with_depth(found).text.startswith("layer 1 reads more than layer 0,")
    assert not explorer.profile(explorer.Recording.from_arrays({0: layers}), "effective_rank").about["usable"]


def test_doubts_hold_whichever_unit_is_shown():
    assert in_both(math.log(2)) == "0.693 nats (1 bit)"
    rng = np.random.default_rng(0)
    score = explorer.measure(rng.normal(size=(60, 10)), np.arange(60) % 3, measure="probe_information")
    (text,) = (one.text for one in score.warnings if one.rule == "below chance")
    assert f"by {in_both(-score.value)} a sample" in text


def test_numeric_names_are_layers_in_doubts(home):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 10
    layers = {"1": rng.normal(size=(60, 8)), "3": rng.normal(size=(60, 8))}
    found = doubts_of(explorer.plane(explorer.Recording.from_arrays({0: layers}, y=y), permutations=2))
    (null,) = (one.text for one in found if one.rule == "Null")
    assert null.startswith("With shuffled labels I(T;Y) still reads ") and null.endswith(" bits in layer 3.")
    assert " bits in layer 1, " in null


def test_findings_count_units_as_the_table_does():
    found = {"layer": "1", "constant": 1, "dead": 5, "units": 32}
    (still,) = layer_findings._still(found)
    assert still.text == "1: 6 of 32 units never change: 5 always 0, 1 constant, not 0."


@pytest.fixture
def run(home):
    """Maps of one step, pooled, of two of four modules; some of ten units are dead."""
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 10, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()
    )
    with torch.no_grad():
        model[0].bias[:2] = -100
    x = np.random.default_rng(0).normal(size=(90, 1, 6, 6)).astype("float32")
    folder = home / "recordings" / "maps"
    recipe = {"model": "maps.pt", "layers": ["1", "3"]}
    with explorer.Recorder(
        folder, model, (x, np.arange(90) // 45), ("1", "3"), pool={"1": "mean"}, provenance={"recipe": recipe}
    ) as recorder:
        recorder.step(0)
    return str(folder)


@pytest.mark.usefixtures("quiet")
class TestPages:
    def test_the_data_page_says_what_was_not_kept(self, run):
        shown = texts(opened("2_data.py", run=run)).replace("\\", "")
        assert "nothing was sampled" not in shown and "Every one of these rows and steps is used" in shown
        assert "those asked for (1, 3); what else the network has was not recorded" in shown
        assert "Pool mean: where a layer has positions or tokens, their mean is kept" in shown and "(layer 1)" in shown

    def test_remarks_are_not_called_nothing(self, run):
        found = checked(explorer.open(run), 0)
        shown = texts(opened("2_data.py", run=run, view="Sanity"))
        assert found is not None and "No rule fires" not in shown
        assert "2 of 10 units never change: 2 always 0" in shown.replace("\\", "")
        assert "Nothing is amiss that a rule knows of. Remarks" in shown
