"""Every page as the server runs it: empty, with the bundled run, with bad input, with jobs in every state."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import explorer
from explorer import jobs
from explorer.jobs import board
from explorer.packaged import root

APP = str(Path(explorer.__file__).parent / "app.py")
PAGES = sorted((root() / "pages").glob("[0-9]*_*.py"))


@pytest.fixture(autouse=True)
def quiet(home, monkeypatch):
    """No page starts a service here: what it submits stays on the board."""
    monkeypatch.setattr("explorer.jobs.startup.ensure_service", lambda: False)
    monkeypatch.setattr("explorer.jobs.board.ensure_service", lambda: False)


def opened(page: str = "1_start.py", **parameters: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=30)
    for name, value in parameters.items():
        test.query_params[name] = value
    if page != PAGES[0].name:
        test.run()
        for name, value in parameters.items():
            test.query_params[name] = value
        test.switch_page(str(root() / "pages" / page))
    return test.run()


def texts(test: AppTest) -> str:
    shown = [*test.markdown, *test.info, *test.error, *test.warning, *test.caption, *test.title, *test.subheader]
    return "\n".join(str(one.value) for one in shown)


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
    assert "200 probe samples, 1 layers, 3 recorded steps" in texts(test)
    assert "nothing was sampled or left out" in texts(test)


def test_data_names_a_damaged_file(recorded):
    (recorded / "steps" / "00000002.safetensors").write_bytes(b"not a safetensors file")
    test = opened("2_data.py", run=str(recorded))
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


@pytest.mark.parametrize("state, says", [("failed", "has stopped: it broke"), ("lost", "its worker is gone")])
def test_jobs_tells_how_a_job_ended(recorded, state, says):
    opened("3_plane.py", run=str(recorded))
    (job,) = jobs.jobs()
    board.Board()._change(job.id, ("queued",), state=state, error="it broke" if state == "failed" else "")
    test = opened("4_jobs.py")
    assert not test.exception
    assert says in texts(test).replace("\\", "")
    next(button for button in test.button if button.label == "Resume").click().run()
    assert jobs.job(job.id).state == "queued"


def test_cancel_on_the_jobs_page(recorded):
    opened("3_plane.py", run=str(recorded))
    test = opened("4_jobs.py")
    next(button for button in test.button if button.label == "Cancel").click().run()
    assert jobs.jobs()[0].state == "cancelled"


def test_jobs_without_any_says_what_to_do():
    assert "No job has run yet" in texts(opened("4_jobs.py"))


def test_a_bad_setting_in_the_url_is_ignored_or_told():
    test = opened("3_plane.py", **{"run": "twelve_bit", "est": "nonsense", "binning.bins": "-3"})
    assert not test.exception


def test_first_page_does_not_import_torch():
    import subprocess
    import sys

    code = (
        "import sys\nfrom streamlit.testing.v1 import AppTest\n"
        f"test = AppTest.from_file({APP!r}, default_timeout=30).run()\n"
        "assert not test.exception, test.exception\n"
        "assert 'torch' not in sys.modules\nassert 'distributed' not in sys.modules\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]
