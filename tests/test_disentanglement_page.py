"""The Disentanglement page without a browser: what it computes, what it shows, what it refuses."""

import json
import shutil

import numpy as np
import pytest
import torch
from pages_fixture import opened, quiet, texts  # noqa: F401

import explorer
from explorer import jobs
from explorer.coded import disentangle
from explorer.jobs import board as jobs_board
from explorer.metrics import Coded, Metrics
from explorer.result import NATS_PER
from explorer.results.metric_table import MetricTable
from explorer.ui import codes

pytestmark = pytest.mark.usefixtures("quiet")

PAGE = "5_disentanglement.py"
FAST = {"trust": "none"}


class Coder(torch.nn.Module):
    """Gives the means and variances that it is told."""

    def __init__(self):
        super().__init__()
        self.mean, self.variance, self.given = torch.nn.Identity(), torch.nn.Identity(), torch.zeros(300, 3)

    def forward(self, x):
        given = self.given[: len(x)]
        return self.mean(given), self.variance(0.01 + 0.001 * given**2)


def recorded(folder, factors: bool = True, last: int = 7) -> str:
    """Two steps of a code: at first nothing, then one latent a factor."""
    rng, coder = np.random.default_rng(0), Coder()
    v = rng.integers(0, 4, (300, 2))
    x = rng.random((300, 16)).astype(np.float32)
    columns = {"size": v[:, 0], "<b>place</b>": v[:, 1]} if factors else {}
    with explorer.Recorder(folder, coder, probe=(x, None), factors=columns) as recorder:
        for step, noise in ((0, 5.0), (last, 0.05)):
            code = np.c_[v + noise * rng.normal(size=v.shape), rng.normal(size=300)]
            coder.given = torch.tensor(code, dtype=torch.float32)
            recorder.step(step)
    return str(folder)


@pytest.fixture
def run(home):
    return recorded(home / "recordings" / "coded")


def stepper(test):
    return next(one for one in test.select_slider if one.key.startswith(codes.STEP))


def computed(run: str, **options) -> MetricTable:
    coded = codes.of_run(explorer.open(run), 7, "mean")
    return disentangle.compute(coded, Metrics(**{"trust": "none", **options}).checked())


def test_the_page_computes_in_a_job_and_says_so(run):
    test = opened(PAGE, run=run)
    assert not test.exception and not test.error
    assert [job.title.split(" of ")[0] for job in jobs.jobs()] == ["Disentanglement"]
    assert "The matrix of informations waits for a worker" in texts(test)
    (job,) = jobs.jobs()
    assert jobs_board.Board().begin(job.id, "") == 1
    assert "The matrix of informations is being computed" in texts(test.run())


def test_what_is_computed_is_drawn_and_no_job_starts(run):
    computed(run)
    test = opened(PAGE, run=run, look="Scores", **FAST)
    assert not test.exception and not test.error and jobs.jobs() == []
    charts = [chart.proto.alt for chart in test.get("plotly_chart")]
    assert len(charts) == 2 and all(charts)
    shown = {metric.label: metric.value for metric in test.metric}
    assert float(shown["MIG"]) > 0.9 and len(shown) == 2
    assert "<b>" not in texts(test) and "over factors" in texts(test) and "over latents" in texts(test)


def test_the_cell_that_the_url_names_is_open(run):
    computed(run)
    test = opened(PAGE, run=run, pair="1,1", **FAST)
    assert not test.exception
    assert test.selectbox(key="pair-latent").value == "latent 1" and test.selectbox(key="pair-factor").value == "size"
    test.selectbox(key="pair-factor").set_value("<b>place</b>").run()
    assert test.query_params["pair"] == "1,0"


def test_another_step_is_another_code(run):
    test = opened(PAGE, run=run, step="0", **FAST)
    assert stepper(test).value == 0 and "step=" not in texts(test)
    assert len(jobs.jobs()) == 1
    stepper(test).set_value(7).run()
    assert "step" not in test.query_params and len({job.id for job in jobs.jobs()}) == 2  # the newest is followed
    stepper(test).set_value(0).run()
    assert test.query_params["step"] == "0" and "Ignored" not in texts(test)


def test_the_newest_step_of_a_run_that_grows_is_shown_unless_another_was_chosen(home):
    folder = home / "recordings" / "growing"
    run = recorded(folder, last=7)
    followed, chosen = opened(PAGE, run=run, **FAST), opened(PAGE, run=run, step="0", **FAST)
    shutil.rmtree(folder)
    recorded(folder, last=9)
    assert [stepper(test.run()).value for test in (followed, chosen)] == [9, 0]
    assert not followed.exception and not chosen.exception


def test_the_view_and_the_dials_stay_while_a_run_has_recorded_nothing(home):
    folder = home / "recordings" / "coming"
    folder.mkdir(parents=True)
    test = opened(PAGE, run=str(folder), look="Train one", **{"train.epochs": "7"})
    assert not test.exception and test.number_input(key="train.epochs").value == 7
    assert test.session_state["look"] == "Train one"
    other = opened(PAGE, run=str(folder), look="Traversal")
    assert "opens once a first step is recorded and the matrix is there" in texts(other)
    recorded(folder)
    test.run()
    assert not test.exception and test.number_input(key="train.epochs").value == 7 and len(jobs.jobs()) == 1
    assert "waits for a worker" in texts(test) and "opens once" not in texts(test)


def test_other_views_wait_for_the_matrix(run):
    test = opened(PAGE, run=run, look="Traversal", **FAST)
    assert not test.exception and "opens once the matrix is there" in texts(test)
    assert test.session_state["look"] == "Traversal"


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_scores_that_are_informations_are_in_the_unit_of_the_page(run, unit):
    table = computed(run)
    test = opened(PAGE, run=run, look="Scores", unit=unit, **FAST)
    rows = test.dataframe[-1].value.set_index("score")["value"]
    nats = table.scores["latent_information"].value
    assert rows["Latent information"] == f"{nats / NATS_PER[unit]:.3f} {unit}"
    assert rows["MIG"] == f"{table.scores['mig'].value:.3f}"
    charts = [json.loads(chart.proto.spec) for chart in test.get("plotly_chart")]
    assert charts[-1]["layout"]["xaxis2"]["title"]["text"] == unit


def test_a_run_without_factors_says_what_to_do(home):
    test = opened(PAGE, run=recorded(home / "recordings" / "bare", factors=False))
    assert not test.exception and "without factors" in texts(test)


def test_files_are_scored_too(home, tmp_path):
    v = np.random.default_rng(0).integers(0, 3, (200, 2))
    np.savez(tmp_path / "codes.npz", z=v + 0.1, v=v)
    named = {"codes": f"{tmp_path}/codes.npz:z", "factors": f"{tmp_path}/codes.npz:v"}
    coded = Coded.named(**named)
    disentangle.compute(coded, Metrics(trust="none").checked())
    test = opened(PAGE, source="files", look="Scores", **named, **FAST)
    assert not test.exception and not test.error and len(test.get("plotly_chart")) == 2


def test_files_that_are_not_chosen_or_not_there_are_told(home, tmp_path):
    assert "Choose codes" in texts(opened(PAGE, source="files"))
    test = opened(PAGE, source="files", codes=f"{tmp_path}/none.npz:z", factors=f"{tmp_path}/none.npz:v")
    assert not test.exception and "does not exist" in texts(test)


def test_lengths_that_differ_are_told(home, tmp_path):
    np.savez(tmp_path / "a.npz", z=np.zeros((5, 2)), v=np.arange(4))
    test = opened(PAGE, source="files", codes=f"{tmp_path}/a.npz:z", factors=f"{tmp_path}/a.npz:v")
    assert not test.exception and "codes has 5 samples and factors has 4" in texts(test) and jobs.jobs() == []


def test_what_the_url_asks_in_vain_is_told(run):
    assert "nonsense=3" in texts(opened(PAGE, run=run, nonsense="3")).replace("\\", "")


def test_the_code_that_is_offered_runs(run):
    computed(run)
    recording = explorer.open(run)
    for layer in ("mean", "variance"):
        coded = codes.of_run(recording, 7, layer)
        chosen = codes.Chosen(coded, Metrics(bins=10, trust="none"), "bits", recording=recording, step=7, layer=layer)
        space: dict = {}
        exec(chosen.python, space)
        assert space["table"].about["bins"] == 10 and space["table"].latents == ("0", "1", "2")
        assert space["table"].about["posterior"] == (layer == "mean")


def test_a_view_that_is_come_back_to_goes_on(run):
    test = opened(PAGE, run=run, **FAST)
    first = jobs.jobs()[0].id
    stepper(test).set_value(0).run()
    assert jobs.job(first).state == "cancelled"
    stepper(test).set_value(7).run()
    assert not test.exception and jobs.job(first).state == "queued" and "has stopped" not in texts(test)
