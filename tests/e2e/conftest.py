"""A Chromium and a Streamlit server for the tests that need a browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from serving import ROOT, App, free_port, wait_for

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str:
    """Where Chromium is; without one the test is skipped, and fails where CI=true."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        without = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        without("no Chromium on the PATH; browser tests need one")
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Callable[..., BrowserContext]]:
    """Opens fresh contexts, as in `chromium(color_scheme="dark")`, of a browser with a fresh profile.

    A browser a module: while Playwright's synchronous API is open its event loop counts as running in this thread,
    and `asyncio.run` in other tests would refuse to start.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield lambda **options: browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        browser.close()


@pytest.fixture
def chromium_page(chromium: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A blank page in a context of its own."""
    context = chromium()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """Starts a Streamlit script on a free port: `serve(path)` returns its URL. All servers stop with the session."""
    servers: list[subprocess.Popen[Any]] = []

    def start(script: Path, **environment: str) -> str:
        port = free_port()
        options = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
        flags = [part for name, value in options.items() for part in (f"--server.{name}", str(value))]
        command = [sys.executable, "-m", "streamlit", "run", str(script), *flags, "--browser.gatherUsageStats", "false"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        servers.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        return f"http://127.0.0.1:{port}"

    yield start
    for server in servers:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    started = App(tmp_path_factory.mktemp("home"))
    yield started
    started.stop()


@pytest.fixture
def page(chromium: Callable[..., BrowserContext]) -> Iterator[Page]:
    context = chromium(accept_downloads=True)
    opened = context.new_page()
    yield opened
    context.close()
