"""Every page as the server runs it: empty, with the bundled run, with bad input, with jobs in every state."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from pages_fixture import APP, PAGES, opened, quiet, texts  # noqa: F401

import explorer
from explorer import jobs, sweep, watching
from explorer.demo import submit_demo
from explorer.errors import SettingError
from explorer.jobs import board, training_curves
from explorer.jobs.progress import nothing
from explorer.plan import Plan, cost
from explorer.ui import show
from explorer.ui.units import told_in

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def recorded(layers, tmp_path):
    """A recording on disk, its inputs and labels with names that would be markup."""
    import torch

    _, x, _ = layers
    model = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.Tanh())
    labels = np.where(x[:, 0] > 0, "<img src=x onerror=alert(1)>", "**no**")
    with explorer.Recorder(tmp_path / "run", model, probe=(x.astype("float32"), labels)) as recorder:
        for step in range(3):
            recorder.step(step, loss=1.0 / (step + 1))
    return tmp_path / "run"


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_every_page_opens_with_the_bundled_run(page):
    test = opened(page)
    assert not test.exception
    assert not test.error


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_every_page_survives_a_run_that_is_not_there(page):
    test = opened(page, run="/nowhere/at/all")
    assert not test.exception
    if page in ("2_data.py", "3_plane.py"):
        assert "does not exist" in texts(test) and "Choose another run" in texts(test)


def test_start_has_three_doors():
    test = opened()
    assert [one.value for one in test.subheader][:3] == ["Learn", "Open my network", "Watch a demo train"]


def test_start_opens_a_folder_or_says_why_not(recorded, tmp_path):
    test = opened()
    test.text_input(key="folder").set_value(str(tmp_path)).run()
    assert "is no recording" in texts(test)
    test.text_input(key="folder").set_value(str(recorded)).run()
    assert not test.error and not test.exception


def test_the_demo_door_submits_two_jobs():
    test = opened()
    test.button[0].click().run()
    assert not test.exception
    assert {job.title.split()[0] for job in jobs.jobs()} == {"Training", "Plane"}


def test_data_tells_what_was_loaded(recorded):
    test = opened("2_data.py", run=str(recorded))
    assert not test.exception
    assert "200 probe samples, 1 layer, 3 recorded steps" in texts(test)
    assert "Every one of these rows and steps is used" in texts(test)


def test_data_names_a_damaged_file(recorded):
    (recorded / "steps" / "00000002.safetensors").write_bytes(b"not a safetensors file")
    test = opened("2_data.py", run=str(recorded), view="Sanity")
    assert not test.exception
    assert "cannot be read" in texts(test)


def test_plane_names_a_damaged_file(recorded):
    (recorded / "steps" / "00000002.safetensors").write_bytes(b"not a safetensors file")
    test = opened("3_plane.py", run=str(recorded))
    assert not test.exception
    assert "cannot be read" in texts(test)


def test_plane_shows_doubts_and_units():
    test = opened("3_plane.py", run="twelve_bit")
    assert "Why might this be wrong?" in texts(test)
    assert "Deterministic network" in texts(test)
    before = texts(test)
    test.segmented_control(key="unit").set_value("nats").run()
    assert not test.exception
    assert texts(test) != before


def test_plane_submits_what_is_missing_and_puts_the_job_into_the_url(recorded):
    test = opened("3_plane.py", run=str(recorded))
    assert not test.exception
    (job,) = jobs.jobs()
    assert job.state == "queued" and test.query_params["job"] == job.id
    assert "Cancel" in [button.label for button in test.button]
    opened("3_plane.py", run=str(recorded))
    assert len(jobs.jobs()) == 1, "a second tab re-attaches"


def test_plane_asks_before_a_heavy_one():
    test = opened("3_plane.py", run="twelve_bit", est="ksg")
    assert not test.exception
    assert jobs.jobs() == []
    assert "on one core" in texts(test)
    next(button for button in test.button if button.label == "Run").click().run()
    assert len(jobs.jobs()) == 1


def test_a_heavy_plane_begins_with_the_layers_and_steps_that_are_chosen():
    test = opened("3_plane.py", run="twelve_bit", est="infonce")
    run = explorer.open("twelve_bit")
    seconds = cost(run, Plan("infonce").checked(run))[0]
    assert any(f"on this run takes about {show.duration(seconds)} on" in text.value for text in test.info)
    test.multiselect(key="part-layers-infonce").set_value(["tanh_3"]).run()
    assert test.selectbox(key="part-steps-infonce").options[-1] == f"all {len(run.steps)}"
    test.selectbox(key="part-steps-infonce").set_value(2).run()
    part = show.duration(seconds * 2 / (len(run.steps) * len(run.layers)))
    assert any(f"on these layers and steps takes about {part} on" in text.value for text in test.info)
    next(button for button in test.button if button.label == "Run").click().run()
    (job,) = jobs.jobs()
    assert job.spec.arguments["layers"] == ["tanh_3"]
    assert job.spec.arguments["steps"] == [run.steps[0], run.steps[-1]]
    jobs.cancel(job.id)
    again = opened("3_plane.py", run="twelve_bit", est="infonce")
    assert "Resume" in [button.label for button in again.button], "a part that was stopped goes on"
    assert again.multiselect(key="part-layers-infonce").value == ["tanh_3"]
    assert again.selectbox(key="part-steps-infonce").value == 2


def test_settings_called_as_arguments_of_a_plane_are_copied_with_their_entry():
    test = opened("3_plane.py", run="twelve_bit", est="infonce", **{"infonce.steps": "50"})
    code = next(one.value for one in test.code if "explorer.plane" in one.value)
    assert "explorer.plane(recording, explorer.estimators.InfoNCE(steps=50))" in code


def test_a_plane_shows_how_what_trains_now_learns(recorded):
    recording = explorer.open(recorded)
    plan = Plan("infonce").checked(recording)
    sweep.submitted(recording, plan)
    test = opened("3_plane.py", run=str(recorded), est="infonce", unit="nats")
    assert not test.exception and not test.get("plotly_chart")
    with training_curves.followed("cells", "infonce", nothing, 0, 9, " of tanh_3", sweep._curves(recording, plan)):
        with watching.named("I(T;Y)", 6):
            watching.look(25, 0.5, 0.4)
        (chart,) = test.run().get("plotly_chart")
    assert "infonce at update 25: 0.400 nats" in chart.proto.spec and "I(T;Y) of tanh_3" in chart.proto.spec
    assert "How it trains" in texts(test) and not test.run().get("plotly_chart")


def test_parts_of_a_plane_that_train_at_once_are_shown_apart(recorded):
    recording = explorer.open(recorded)
    plan, (layer,) = Plan("infonce").checked(recording), recording.layers
    parts = [{"layers": [layer], "steps": [step]} for step in recording.steps[:2]]
    for part in parts:
        sweep.submitted(recording, plan, **part)
    one, other = (sweep._curves(recording, plan, *part.values()) for part in parts)
    with training_curves.followed("a", "infonce", nothing, 0, 9, f" of {layer} at step 0", one):
        watching.look(25, 0.5, 0.4)
        with training_curves.followed("b", "infonce", nothing, 0, 9, f" of {layer} at step 1", other):
            watching.look(50, 0.9, 0.8)
            test = opened("3_plane.py", run=str(recorded), est="infonce", unit="nats")
            called = [f"infonce of {layer} at steps {step}" for step in (0, 1)]
            assert sorted(test.selectbox(key="training").options) == sorted(["the latest", *called])
            for name, says in zip(called, ("update 25: 0.400 nats", "update 50: 0.800 nats"), strict=True):
                (chart,) = test.selectbox(key="training").set_value(name).run().get("plotly_chart")
                assert says in chart.proto.spec and "How it trains" in texts(test)


def test_a_progress_note_of_a_page_is_in_its_unit(recorded):
    note = "infonce: update 25 of 600, held out 0.693 nats (1 bit)"
    sweep.submitted(explorer.open(recorded), Plan("infonce").checked(explorer.open(recorded)))
    (job,) = jobs.jobs()
    board.Board()._change(job.id, ("queued",), state="running", note=note)
    said = {
        unit: opened("3_plane.py", run=str(recorded), est="infonce", unit=unit).get("progress")[0].proto.text
        for unit in ("bits", "nats")
    }
    assert said["bits"].endswith("held out 1 bit") and said["nats"].endswith("held out 0.693 nats")
    everywhere = opened("9_jobs.py").get("progress")[0].proto.text
    assert everywhere.endswith(show.plain("held out 0.693 nats (1 bit)"))
    assert told_in("epoch 3, loss 69.3 nats", "bits") == "epoch 3, loss 100.0 bits"
    assert told_in("update 9, held out 2e-05 nats", "bits") == "update 9, held out 2.89e-05 bits"


@pytest.mark.parametrize("state, says", [("failed", "has stopped: it broke"), ("lost", "its worker is gone")])
def test_jobs_tells_how_a_job_ended(recorded, state, says):
    opened("3_plane.py", run=str(recorded))
    (job,) = jobs.jobs()
    board.Board()._change(job.id, ("queued",), state=state, error="it broke" if state == "failed" else "")
    test = opened("9_jobs.py")
    assert not test.exception
    assert says in texts(test).replace("\\", "")
    next(button for button in test.button if button.label == "Resume").click().run()
    assert jobs.job(job.id).state == "queued"


def test_cancel_on_the_jobs_page(recorded):
    opened("3_plane.py", run=str(recorded))
    test = opened("9_jobs.py")
    next(button for button in test.button if button.label == "Cancel").click().run()
    assert jobs.jobs()[0].state == "cancelled"


def test_jobs_without_any_says_what_to_do():
    assert "No job has run yet" in texts(opened("9_jobs.py"))


@pytest.mark.parametrize("page", ["2_data.py", "3_plane.py"])
def test_a_run_whose_name_is_too_long_is_told(page):
    test = opened(page, run="a" * 400)
    assert not test.exception
    assert "This run cannot be opened" in texts(test)


HOSTILE = "![a](https://example.invalid/x.png)[clickme](https://example.invalid)"


@pytest.mark.parametrize("page", ["2_data.py", "3_plane.py"])
def test_a_run_of_markup_is_shown_as_it_is_written(page):
    test = opened(page, run=HOSTILE)
    (error,) = test.error
    assert show.plain(HOSTILE) in error.value and "](" not in error.value.replace("\\](", "")


def test_a_recording_named_like_markup_is_linked_as_it_is_written(recorded, home):
    shutil.move(recorded, home / "recordings" / "[a](b)")
    assert not opened().exception
    assert "\\[a\\](b)" in [link.proto.label for link in opened().get("page_link")]


@pytest.mark.parametrize("page", ["2_data.py", "3_plane.py"])
def test_a_recording_deleted_while_it_is_open(page, home):
    path, job = submit_demo()
    test = opened(page, run=str(path), job=job.id)
    assert not test.error and not test.exception
    said = {"2_data.py": "Wait for its first step", "3_plane.py": "The network is about to train"}[page]
    assert said in texts(test)
    shutil.rmtree(path)
    test.run()
    assert "does not exist" in texts(test) and said not in texts(test) and not test.exception
    assert all(column.error == [] for column in test.columns), "the message has the whole width"


def test_a_training_that_failed_before_its_first_step_says_so():
    path, job = submit_demo()
    board.Board()._change(job.id, ("queued",), state="failed", error="it broke")
    test = opened("3_plane.py", run=str(path), job=job.id)
    assert "it broke" in texts(test) and "about to train" not in texts(test)


def test_what_is_waited_for_is_said():
    path, job = submit_demo()
    other = jobs.submit(jobs.Specification("jobs_fixture:add", {"a": 1, "b": 2}, ""), "Sums [of] two")
    board.Board().begin(other.id, "")
    test = opened("3_plane.py", run=str(path), job=job.id)
    assert "about to train" in texts(test)
    said = f"Waiting for a worker; before it: {other.title}"
    assert show.plain(said) in [one.proto.text.split(" · ")[1] for one in test.get("progress")]
    board.Board().begin(job.id, "")
    assert "The network is training; its first recorded step" in texts(opened("3_plane.py", run=str(path), job=job.id))


IGNORED = {"est": "nope", "target": "zz", "unit": "furlongs", "noise": "-4", "binning.bins": "99999", "rulers": "kgs"}


def test_settings_of_the_url_that_are_not_in_force_are_named():
    test = opened("3_plane.py", run="twelve_bit", x="1", **IGNORED)
    assert not test.exception
    (warning,) = test.warning
    for name, value in (IGNORED | {"x": "1"}).items():
        assert show.plain(f"{name}={value}") in warning.value
    test.segmented_control(key="unit").set_value("nats").run()
    assert "furlongs" not in texts(test) and "zz" in texts(test), "what the person has set since is not named"


def test_settings_of_the_url_that_are_in_force_are_not_named():
    asked = {"est": "binning", "unit": "nats", "noise": "0", "binning.bins": "40", "rulers": "kde_bounds", "seed": "0"}
    test = opened("3_plane.py", run="twelve_bit", target="y", **asked)
    assert not test.exception and not test.warning
    assert not opened("2_data.py", run="twelve_bit").warning
    assert "step=zz" in texts(opened("2_data.py", run="twelve_bit", view="Sanity", step="zz"))


def test_settings_that_contradict_each_other_start_no_job(recorded):
    test = opened("3_plane.py", **{"run": str(recorded), "binning.low": "2", "binning.high": "1"})
    assert not test.exception and jobs.jobs() == []
    assert "low=2 must be below high=1" in texts(test)


def test_a_ruler_that_does_not_fit_leaves_the_plane(recorded, monkeypatch):
    def checked(plan, recording, real=Plan.checked):
        if plan.estimator == "kde_bounds":
            raise SettingError("kde_bounds does not fit")
        return real(plan, recording)

    monkeypatch.setattr(Plan, "checked", checked)
    test = opened("3_plane.py", run=str(recorded), rulers="kde_bounds")
    assert "does not fit" in texts(test) and len(jobs.jobs()) == 1


def test_doubts_before_anything_is_computed(recorded):
    shown = texts(opened("3_plane.py", run=str(recorded)))
    assert "Nothing has been computed yet." in shown and "No rule fires" not in shown


def test_first_page_does_not_import_torch():
    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"test = AppTest.from_file({APP!r}, default_timeout=30).run()\n"
        "assert not test.exception, test.exception\n"
        "assert 'torch' not in sys.modules\nassert 'distributed' not in sys.modules\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]


def test_the_plane_offers_what_takes_activations():
    from explorer.catalogue import estimators
    from explorer.plan import takes_layers

    offered = {name for name in estimators if takes_layers(name)}
    assert {"auto", "binning", "kde_bounds", "ksg", "mixed_ksg", "gaussian_copula"} <= offered
    assert not offered & {"nsb", "plug_in", "fft_kde", "sketched_join", "sliced", "cauchy_schwarz"}
