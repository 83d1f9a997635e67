"""The Compare page without a browser: what it computes, what it shows, what it refuses."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pages_fixture import opened, quiet, texts  # noqa: F401

import explorer
from explorer import jobs, sweep
from explorer.plan import Plan
from explorer.profiles import Profile
from explorer.ui import compare_page, pick
from explorer.ui.compare_page import Asked

pytestmark = pytest.mark.usefixtures("quiet")

PAGE = "7_compare.py"
RATIO = {"what": "measure", "measure": "participation_ratio"}


def recorded(folder, seed: int, noise: float = 0.3, grows: float = 0.0, **about) -> str:
    """Two steps of a label seen through noise, in two layers, which grow by a share a step."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, 200)
    x = np.c_[y + noise * rng.normal(size=200), rng.normal(size=200)].astype(np.float32)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False), torch.nn.Identity())
    with explorer.Recorder(folder, model, (x, y), layers=["0", "1"], provenance={"seed": seed, **about}) as recorder:
        for step in (0, 4):
            model[0].weight.data = (1 + grows * step) * torch.eye(2)
            recorder.step(step)
    return str(folder)


@pytest.fixture
def runs(home):
    folder = home / "recordings"
    clear = [recorded(folder / f"clear-{s}", s, network=f"n{s}", probe="held out") for s in range(2)]
    taught = [recorded(folder / f"taught-{s}", 9 + s, network=f"n{s}", probe="training") for s in range(2)]
    return {"clear": clear, "taught": taught, "dim": [recorded(folder / f"[dim](x)-{s}", s, 2.0) for s in range(2)]}


def computed(paths, plan) -> None:
    for path in paths:
        recording = explorer.open(path)
        sweep.compute(recording, plan.checked(recording))


def page(baseline=(), others=(), **parameters):
    """The page at a URL with lists of runs."""
    test = opened(PAGE, **({"baseline": list(baseline)} if baseline else {}), **{"with": list(others)}, **parameters)
    assert not test.exception
    return test


def test_without_a_second_run_it_says_what_to_do(runs):
    test = page(runs["dim"][:1])
    assert "Choose at least one run" in texts(test) and jobs.jobs() == []
    assert {"Train on true labels", "Train on shuffled labels"} <= {button.label for button in test.button}
    test = page()
    assert test.query_params["baseline"] == "twelve_bit" and not test.error


def test_a_demo_starts_with_both_probes(runs):
    test = page(runs["dim"][:1])
    next(button for button in test.button if button.label == "Train on shuffled labels").click().run()
    training = next(job for job in jobs.jobs() if job.title.startswith("Training"))
    assert training.spec.arguments["probe"] == "both" and training.spec.arguments["labels"] == "shuffled"


def test_a_run_that_is_not_there_is_told(runs):
    test = page(runs["dim"][:1], ["/nowhere/at/all"])
    assert "does not exist" in texts(test) and "Choose at least one run" in texts(test)


def test_every_run_that_is_missing_is_one_job_and_all_sides_begin(runs):
    test = page(runs["clear"], runs["dim"], **{"as": "one group"})
    assert not test.error and "are being read" in texts(test)
    found = jobs.jobs()
    assert len(found) == 4 and {job.state for job in found} == {"queued"}
    order = [job.spec.arguments["path"].rpartition("/")[2] for job in reversed(found)]
    assert order == ["clear-0", "[dim](x)-0", "clear-1", "[dim](x)-1"]
    page(runs["clear"], runs["dim"], **{"as": "one group"})
    assert len(jobs.jobs()) == 4, "a second tab re-attaches"


def test_groups_are_compared_and_no_job_starts(runs):
    computed([*runs["clear"], *runs["dim"]], Plan("binning"))
    test = page(runs["clear"], runs["dim"], **{"as": "one group"})
    assert not test.error and jobs.jobs() == []
    (chart,) = test.get("plotly_chart")
    assert "from clear (2 runs) at step 4, in bits" in chart.proto.alt
    assert "two runs tell their spread badly" in texts(test)
    (frame,) = test.dataframe
    assert set(frame.value.run) == {"[dim](x) (2 runs)"} and set(frame.value.step) == {0, 4}
    assert {"paired t over 2 seeds that both sides share"} == set(frame.value.basis)
    assert {button.label for button in test.get("download_button")} >= {
        "Notebook", "Table (CSV)", "Table (LaTeX)", "Table (parquet)",
    }  # fmt: skip


def test_a_group_waits_for_all_its_runs(runs):
    computed([runs["clear"][0], runs["dim"][0]], Plan("binning"))
    test = page(runs["clear"], runs["dim"], **{"as": "one group"})
    assert not test.get("plotly_chart") and not test.dataframe and not test.get("download_button")
    assert "clear (2 runs): 1 of 2 runs are read to the end" in texts(test).replace("\\", "") and len(jobs.jobs()) == 2


def test_what_is_there_of_all_runs_is_shown_at_its_own_step_and_not_exported(home):
    near, far = ([recorded(home / "recordings" / f"{noise}-{s}", s, noise, 0.3) for s in (1, 2)] for noise in (0.3, 2))
    computed([near[0], far[0]], Plan("binning"))
    for path in (near[1], far[1]):
        recording = explorer.open(path)
        sweep.compute(recording, Plan("binning").checked(recording), steps=[0])
    test = page(near, far, **{"as": "one group"})
    (chart,) = test.get("plotly_chart")
    assert "12 of 16 cells so far" in chart.proto.alt
    assert test.select_slider(key="step").value == 4 and "Not all runs are read at step 4;" in texts(test)
    assert set(test.dataframe[0].value.step) == {0} and not test.get("download_button")


def test_a_folder_elsewhere_is_typed_and_stays_in_the_list(runs, tmp_path, monkeypatch):
    mine = recorded(tmp_path / "mine" / "a", 5)
    computed([runs["clear"][0], mine], Plan("binning"))
    test = page(runs["clear"][:1])
    test.multiselect(key="with-runs").set_value([f" {mine}/ "]).run()
    assert test.query_params["with"] in (mine, [mine]) and set(test.dataframe[0].value.run) == {"a"}
    assert not test.exception and not test.error
    test.multiselect(key="with-runs").set_value([]).run()
    assert "a" in test.multiselect(key="with-runs").options
    monkeypatch.setenv("EXPLORER_ROOTS", str(tmp_path / "shown"))
    test = page(runs["clear"][:1])
    test.multiselect(key="with-runs").set_value([mine]).run()
    assert "is outside the folders that this server shows" in texts(test) and not test.exception
    assert pick.typed("~/runs") == str(Path.home() / "runs") and pick.typed(None) == ""


def test_unit_step_and_measure_come_from_the_url(runs):
    computed([runs["clear"][0], runs["dim"][0]], Profile("participation_ratio"))
    test = page(runs["clear"][:1], runs["dim"][:1], **RATIO, step="0")
    (chart,) = test.get("plotly_chart")
    assert "from clear-0 at step 0, in " in chart.proto.alt and "participation ratio" in chart.proto.alt
    assert test.select_slider(key="step").value == 0 and "Ignored" not in texts(test)
    shown = texts(test).replace("\\", "")
    assert "one run a side cannot tell" in shown and "](x)" in shown and "[dim](x)-0:" not in texts(test)


def offers(test):
    return [button for button in test.button if "held-out" in button.label]


def test_training_against_held_out_is_offered_both_ways(runs):
    for baseline in (runs["clear"], runs["taught"]):
        test = page(baseline)
        (offered,) = offers(test)
        offered.click().run()
        assert test.query_params["baseline"] == runs["clear"] and test.query_params["with"] == runs["taught"]
        assert test.query_params["as"] == "one group" and not offers(test) and not test.exception
    assert not offers(page(runs["dim"])) and not offers(page([runs["clear"][0], runs["dim"][0]]))


def test_the_digits_that_were_taught_are_offered_beside_the_others(home):
    explorer.open("digits_mlp")
    for baseline in (["digits_mlp"], ["digits_mlp_taught"]):
        test = page(baseline)
        (offered,) = offers(test)
        offered.click().run()
        assert (test.query_params["baseline"], test.query_params["with"]) == ("digits_mlp", "digits_mlp_taught")
        explorer.open("digits_mlp_taught")


def test_a_choice_is_written_into_the_url(runs):
    computed([runs["clear"][0], *runs["dim"]], Plan("binning"))
    test = page(runs["clear"][:1], runs["dim"][:1])
    test.multiselect(key="with-runs").set_value(runs["dim"]).run()
    assert test.query_params["with"] == runs["dim"]
    assert set(test.dataframe[0].value.run) == {"[dim](x)-0", "[dim](x)-1"}


def test_a_heavy_comparison_waits(runs):
    test = page(["twelve_bit"], runs["dim"][:1], est="ksg")
    assert jobs.jobs() == [] and "on one core" in texts(test)
    next(button for button in test.button if button.label == "Run").click().run()
    assert len(jobs.jobs()) == 2


def test_what_the_url_asks_in_vain_is_told(runs):
    computed([runs["clear"][0], runs["dim"][0]], Plan("binning"))
    assert "nonsense=3" in texts(page(runs["clear"][:1], runs["dim"][:1], nonsense="3")).replace("\\", "")


@pytest.mark.parametrize("plan", [Plan("binning", {"bins": 9}, noise=0.0), Profile("participation_ratio")])
def test_the_code_that_is_offered_runs(runs, plan, capsys):
    from explorer.runs.groups import grouped

    def open_all(paths):
        return [explorer.open(path) for path in paths]

    groups = tuple(grouped(open_all(runs["clear"]), [open_all(runs["dim"]), *open_all(runs["taught"])]))
    asked = Asked(groups, plan.checked(groups[0].recordings[0]), "bits")
    space: dict = {}
    exec(compare_page.python(asked, 4), space)
    assert space["found"].runs == tuple(group.name for group in groups[1:]) and space["found"].steps == (0, 4)
    assert "\\begin{tabular}" in capsys.readouterr().out


def test_settings_called_as_arguments_are_copied_with_their_entry() -> None:
    from explorer.catalogue import estimators
    from explorer.ui.export import called

    assert called(estimators, "ksg", {"k": 3}, {"seed": 1}) == "'ksg', seed=1, k=3"
    clash = called(estimators, "compressed", {"noise": 0.1}, {"noise": 0.5, "target": "f"})
    assert clash == "explorer.estimators.Compressed(noise=0.1), noise=0.5, target='f'"
