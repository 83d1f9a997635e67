"""What a person does, in a real browser, with the real server and the real job service."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
import pytest
from accessible import violations
from playwright.sync_api import BrowserContext, Page, WebSocket, expect
from serving import App

from explorer import launch

REPRESENTATION = "representation?run=twelve_bit&measure=participation_ratio"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def run(app: App) -> str:
    """A run that trains as a job, named for the URL; it is training while the first journeys go."""
    code = "from explorer.demo import submit_demo\nfolder, job = submit_demo(epochs=2400)\nprint(folder, job.id)"
    out = subprocess.run([sys.executable, "-c", code], env=app.environment, capture_output=True, text=True, check=True)
    folder, job = out.stdout.split()
    return f"run={quote(folder, safe='')}&job={job}"


def plane_of(page: Page) -> Any:
    ready = page.locator(".plane[data-ready]")
    ready.wait_for(timeout=90_000)
    return ready


def curves_of(page: Page, title: str = "stays? within") -> Any:
    """The curves of the estimators when every estimate is there."""
    drawn = page.get_by_role("figure", name=re.compile(title))
    drawn.wait_for(timeout=90_000)
    return drawn


def matrix_of(page: Page) -> Any:
    """The matrix of latents and factors, when no job of the page is left."""
    drawn = page.get_by_role("figure", name=re.compile("^Matrix of informations")).first
    drawn.wait_for(timeout=90_000)
    page.locator("[data-test-script-state=notRunning]").wait_for()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=90_000)
    return drawn


ANIMATED = """Promise.race([new Promise(end => setTimeout(end, 3000)), Promise.allSettled(document.getAnimations()
    .filter(one => one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity)
    .map(one => one.finished))])"""
"""Ends with the animations that end, after three seconds at most: some that end never tell it."""


def settled(page: Page, path: str) -> None:
    """Wait until the page's own content is there."""
    if path.startswith("plane"):
        plane_of(page)
    elif path == "estimators":
        curves_of(page)
    elif path.startswith("disentanglement"):
        matrix_of(page)
    elif path.startswith("representation"):
        page.locator(".points[data-ready]").wait_for(timeout=90_000)
    else:
        page.locator("[data-testid=stMainBlockContainer] :is(h1, h2)").first.wait_for(timeout=30_000)
    page.locator("[data-test-script-state=notRunning]").wait_for()
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    page.evaluate(ANIMATED)


def test_a_job_survives_a_refresh_and_a_second_tab(app: App, run: str, page: Page) -> None:
    page.goto(f"{app.url}/plane?{run}")
    expect(page.get_by_text(re.compile("Training twelve")).first).to_be_visible(timeout=60_000)
    plane_of(page)
    page.reload()
    plane_of(page)
    assert "job=" in page.url
    second = page.context.new_page()
    second.goto(f"{app.url}/plane?{run}")
    plane_of(second)
    second.close()


def test_the_plane_fills_in_while_the_network_trains(app: App, run: str, page: Page) -> None:
    page.goto(f"{app.url}/plane?{run}")
    plane_of(page)
    seen = set()
    end = time.monotonic() + 120
    while time.monotonic() < end and not (done := page.get_by_text(re.compile(r"epoch 2.400")).count()):
        seen.add(page.locator(".plane").first.get_attribute("data-ready"))
        page.wait_for_timeout(300)
    assert done, "the last epoch never came"
    assert len(seen) > 2, "the plane was drawn once, not while it grew"


def test_demo_opens_and_scrubs_without_the_server(app: App, page: Page) -> None:
    sent: list[Any] = []
    page.on("websocket", lambda socket: count(socket, sent))
    page.goto(app.url)
    page.get_by_text("Open the bundled run").click()
    plane_of(page)
    assert "run=twelve_bit" in page.url
    page.wait_for_timeout(1500)  # Streamlit's own messages after the first drawing
    before = len(sent)
    stage = page.locator(".stage")
    stage.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "End", "Space", "Space", "]", "Escape"):
        stage.press(key)
    page.locator(".stage svg").first.hover()
    page.wait_for_timeout(800)
    assert len(sent) == before, "scrubbing sent a message to the server"


def count(socket: WebSocket, sent: list[Any]) -> None:
    socket.on("framesent", lambda frame: sent.append(frame))


def test_a_heavy_plane_asks_first_and_is_cancelled_at_once(app: App, page: Page) -> None:
    page.goto(f"{app.url}/plane?run=twelve_bit&est=ksg")
    expect(page.get_by_text(re.compile("takes about .* on one core"))).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Run", exact=True).click()
    stop = page.get_by_role("button", name="Cancel", exact=True)
    expect(stop).to_be_visible(timeout=20_000)
    stop.click()
    # acknowledged: the button is off or gone within a second, of the page's clock as well
    expect(page.locator("button:not([disabled])", has_text="Cancel")).to_have_count(0, timeout=2_500)
    end = time.monotonic() + 20
    while (
        states := {job["state"] for job in json.loads(app.explorer("jobs", "list", "--json")) if "ksg" in job["title"]}
    ) & {
        "running",
        "cancelling",
    }:
        assert time.monotonic() < end, states
        time.sleep(0.5)
    assert states == {"cancelled"}


def test_downloads_open(app: App, page: Page, tmp_path: Path) -> None:
    page.goto(f"{app.url}/plane?run=twelve_bit")
    plane_of(page)
    with page.expect_download() as got:
        page.get_by_role("button", name="Notebook").click()
    got.value.save_as(tmp_path / "plane.ipynb")
    notebook = nbformat.read(tmp_path / "plane.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = notebook.cells[1].source
    assert "explorer.plane(recording, 'binning')" in code
    ran = subprocess.run(
        [sys.executable, "-c", code], env=app.environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    with page.expect_download() as got:
        page.get_by_role("button", name="Table (CSV)").click()
    got.value.save_as(tmp_path / "plane.csv")
    rows = (tmp_path / "plane.csv").read_text().splitlines()
    assert rows[0] == "step,layer,quantity,value,low,high,null,unit,warnings" and len(rows) == 1 + 55 * 6 * 2


def test_the_url_brings_the_view_back(app: App, page: Page) -> None:
    page.goto(f"{app.url}/plane?run=twelve_bit&est=adaptive_binning&unit=nats")
    plane_of(page)
    expect(page.get_by_text(re.compile(r"adaptive.binning\(bins=30"), exact=False).first).to_be_visible()
    expect(page.get_by_text("I(X;T), nats").first).to_be_visible()


GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 24, 28)"}


@pytest.mark.parametrize("scheme, ground", GROUNDS.items())
def test_every_page_in_light_and_dark(
    app: App, chromium: Callable[..., BrowserContext], scheme: str, ground: str
) -> None:
    context = chromium(color_scheme=scheme)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in (
        "",
        "data?run=twelve_bit",
        "plane?run=twelve_bit",
        REPRESENTATION,
        "disentanglement",
        "estimators",
        "jobs",
    ):
        page.goto(f"{app.url}/{path}")
        settled(page, path)
        colour = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        assert colour == ground
        assert page.get_by_test_id("stException").count() == 0
    assert errors == []
    context.close()


def test_pages_have_no_serious_violation_of_ours(app: App, page: Page) -> None:
    for path in (
        "",
        "plane?run=twelve_bit",
        REPRESENTATION,
        "disentanglement",
        "estimators",
        "estimators?tab=Your+data",
    ):
        page.goto(f"{app.url}/{path}")
        settled(page, path)
        assert not violations(page), path


VIEWS = ("Cell", "Scores", "Over bins", "Latents over factors", "Traversal", "Compare models", "Train one")


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_of_a_code_has_a_serious_violation_of_ours(
    app: App, chromium: Callable[..., BrowserContext], view: str
) -> None:
    context = chromium(color_scheme="light")
    page, found = context.new_page(), {}
    page.goto(f"{app.url}/disentanglement?look={quote(view)}")
    for scheme in GROUNDS:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(".stApp")).to_have_css("background-color", GROUNDS[scheme], timeout=20_000)
        expect(page.get_by_role("tab", name=view, exact=True, selected=True)).to_be_visible(timeout=20_000)
        settled(page, "disentanglement")
        found |= {(scheme, rule): elements for rule, elements in violations(page).items()}
    context.close()
    assert not found


HOSTILE = "![a](https://example.invalid/x.png)[clickme](https://example.invalid)"


def test_nothing_is_taken_from_other_hosts(app: App, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app.url}/plane?run=twelve_bit")
    plane_of(page)
    page.goto(f"{app.url}/plane?run={HOSTILE}")
    expect(page.get_by_text("This run cannot be opened").first).to_contain_text(HOSTILE)
    assert page.get_by_role("link", name="clickme", exact=True).count() == 0
    assert all(url.startswith((app.url, "data:", "blob:")) for url in asked), asked
    foreign = (
        "new Promise(done => { document.addEventListener('securitypolicyviolation', one => done(one.blockedURI));"
        " new Image().src = 'https://example.invalid/x.png' })"
    )
    assert page.evaluate(foreign) == "https://example.invalid/x.png", "the policy refuses what markup might ask for"


def test_headers_and_foreign_hosts(app: App) -> None:
    import urllib.request

    with urllib.request.urlopen(app.url) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "img-src 'self' data: blob:" in answer.headers["Content-Security-Policy"]


def test_a_terminated_launcher_takes_its_server_along(tmp_path: Path) -> None:
    started = App(tmp_path)
    started.process.terminate()
    try:
        started.process.wait(15)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", started.port), timeout=1)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.process.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "address, given, roots",
    [
        ("127.0.0.1", None, None),
        ("localhost", None, None),
        ("::1", None, None),
        ("0.0.0.0", None, "home"),
        ("example.org", None, "home"),
        ("0.0.0.0", "/", "/"),
    ],
)
def test_a_server_that_others_reach_shows_home_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch, address: str, given: str | None, roots: str | None
) -> None:
    monkeypatch.setenv("EXPLORER_ADDRESS", address)
    monkeypatch.delenv("EXPLORER_ROOTS", raising=False)
    if given:
        monkeypatch.setenv("EXPLORER_ROOTS", given)
    assert launch.environment().get("EXPLORER_ROOTS") == (str(home) if roots == "home" else roots)
    assert launch.shared() == (roots is not None)


def test_the_start_page_is_readable_in_the_dark(app: App, chromium: Callable[..., BrowserContext]) -> None:
    context = chromium(color_scheme="dark")
    page = context.new_page()
    page.goto(app.url)
    settled(page, "")
    found = violations(page)
    context.close()
    assert not found


def test_estimators_against_a_known_truth_and_on_a_file(app: App, page: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app.url}/estimators")
    drawn = curves_of(page)
    expect(drawn).to_contain_text("ksg")
    page.get_by_role("textbox", name="values of dim").fill("1, 3")
    page.get_by_role("textbox", name="values of dim").press("Enter")
    expect(page).to_have_url(re.compile("dim.values=1%2C"))
    curves_of(page, "the truth from .* at 1 to .* at 3")
    curves_of(page)
    page.reload()
    expect(page.get_by_role("textbox", name="values of dim")).to_have_value("1, 3")
    page.get_by_role("tab", name="Your data").click()
    expect(page.get_by_text("X and Y are not chosen")).to_be_visible()
    rows = "\n".join(f"{i},{i * i % 17},{'even' if i % 2 else 'odd'}" for i in range(80))
    (tmp_path / "mine.csv").write_text(f"height,weight,group\n{rows}\n")
    page.get_by_role("button", name="Upload").first.click()
    page.locator("[data-testid=stFileUploaderDropzone] input").set_input_files(tmp_path / "mine.csv")
    expect(page.get_by_text(re.compile("estimators do not take this pair"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=90_000)
    curves_of(page, "side by side.*(agree|reads?|evidence)")
    assert "tab=Your" in page.url and "mine.csv" in page.url
    page.reload()
    curves_of(page, "side by side.*(agree|reads?|evidence)")
    with page.expect_download() as got:
        page.get_by_role("button", name="Table (CSV)").last.click()
    got.value.save_as(tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text().startswith("estimator,quantity,value,")
    assert all(url.startswith((app.url, "data:", "blob:")) for url in asked), asked
