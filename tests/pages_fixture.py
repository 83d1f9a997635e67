"""A page as the server runs it, without a job service."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

import explorer
from explorer import jobs
from explorer.jobs import board, startup
from explorer.packaged import root

APP = str(Path(explorer.__file__).parent / "app.py")
PAGES = sorted((root() / "pages").glob("[0-9]*_*.py"))


@pytest.fixture
def quiet(home, monkeypatch):
    """No page starts a service here: what it submits stays on the board."""
    for module in (jobs, startup, board):
        monkeypatch.setattr(module, "ensure_service", lambda: False)
    started = []
    stand_in = SimpleNamespace(Popen=lambda *a, **k: started.append(a), DEVNULL=subprocess.DEVNULL)
    monkeypatch.setattr(startup, "subprocess", stand_in)
    yield
    assert started == [], "a test started a job service"
    assert not (home / "jobs.json").exists()


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
