"""What a person does on the Disentanglement page, in a real browser, with the real server and the real jobs."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from serving import App

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TRAINING = "disentanglement?look=Train+one&trust=none&train.objective=beta_vae&train.data=digits"
STOPPED = "has stopped: it was cancelled"
MATRIX = re.compile("^Matrix of informations")


def matrix_of(page: Page) -> Locator:
    """The matrix, when no job of the page is left."""
    drawn = page.get_by_role("figure", name=MATRIX).first
    drawn.wait_for(timeout=90_000)
    quiet(page)
    return drawn


def quiet(page: Page) -> None:
    """Wait for the script and for every job that the page shows."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=90_000)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)


def look(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page).to_have_url(re.compile(f"look={name.replace(' ', '[+]')}"), timeout=20_000)
    quiet(page)


def submitted(app: App) -> set[str]:
    """What the jobs so far were for."""
    return {job["spec"]["function"] for job in json.loads(app.explorer("jobs", "list", "--json"))}


def reached(page: Page, focused: str, key: str = "Tab", most: int = 60) -> None:
    """Press a key until the focused element matches a selector."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement.matches(selector)", focused):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{focused} is not reached by {most} times {key}")


def saved(page: Page, button: str | re.Pattern[str], path: Path) -> Path:
    """A file that a button of the page gives."""
    with page.expect_download() as got:
        page.get_by_role("button", name=button, exact=True).click()
    got.value.save_as(path)
    return path


def test_matrix_and_scores_of_the_bundled_model_are_there_without_a_job(app: App, page: Page) -> None:
    page.goto(f"{app.url}/disentanglement")
    expect(matrix_of(page)).to_have_attribute("aria-label", re.compile("10 latents and 5 factors"))
    assert "run=sprites_beta_tcvae" in page.url
    look(page, "Scores")
    expect(page.get_by_role("figure", name=re.compile("^Scores of disentanglement. MIG is 0"))).to_be_visible()
    assert "explorer.coded.disentangle:run" not in submitted(app)


def test_a_click_on_a_cell_opens_it_and_is_in_the_url(app: App, page: Page) -> None:
    page.goto(f"{app.url}/disentanglement")
    matrix_of(page)
    plot = page.get_by_test_id("stPlotlyChart").first
    name = plot.locator(".ytick text").nth(3).text_content() or ""  # such as "latent 7, drowned"
    area: Any = plot.locator(".nsewdrag").first.bounding_box()
    page.mouse.click(area["x"] + area["width"] * 2.5 / 5, area["y"] + area["height"] * 3.5 / 10)
    latent = "".join(re.findall(r"^latent (\d+)", name))
    assert latent
    expect(page).to_have_url(re.compile(rf"pair={latent}%2C2"), timeout=20_000)
    opened = page.get_by_role(
        "figure", name=re.compile(f"^Joint histogram, points and null of Latent {latent} and shape")
    )
    expect(opened).to_be_visible(timeout=60_000)
    expect(page.get_by_role("combobox", name="Factor")).to_have_value("shape")
    expect(page.get_by_role("img", name=re.compile(f"while latent {latent} goes"))).to_be_visible(timeout=60_000)
    page.reload()
    expect(opened).to_be_visible(timeout=60_000)


def test_the_unit_reaches_scores_and_trainings(app: App, page: Page) -> None:
    page.goto(f"{app.url}/disentanglement?look=Scores")
    matrix_of(page)
    scores = page.get_by_role("figure", name=re.compile("^Scores of disentanglement.*Latent information [0-9.]+ bits"))
    expect(scores).to_be_visible(timeout=60_000)
    page.get_by_test_id("stButtonGroup").get_by_text("nats", exact=True).click()
    expect(page).to_have_url(re.compile("unit=nats"), timeout=20_000)
    told = page.get_by_role("figure", name=re.compile("^Scores of disentanglement.*Latent information [0-9.]+ nats"))
    expect(told).to_be_visible(timeout=60_000)
    look(page, "Train one")
    expect(page.get_by_role("figure", name=re.compile("^Terms of the divergence over epochs, in nats"))).to_be_visible()


def test_a_narrow_screen_shows_a_matrix_that_can_be_read(app: App, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(f"{app.url}/disentanglement")
    matrix_of(page)
    plot = page.get_by_test_id("stPlotlyChart").first
    boxes = [one.bounding_box() for one in plot.locator(".xtick text").all()[:5]]
    ends = [(one["x"], one["x"] + one["width"]) for one in boxes if one]
    assert len(ends) == 5 and all(right < left for (_, right), (left, _) in pairwise(ends))
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"), "the page itself moves sideways"


def test_the_keyboard_alone_reaches_views_and_cells(app: App, page: Page) -> None:
    page.goto(f"{app.url}/disentanglement?pair=4,3")
    matrix_of(page)
    reached(page, "[role=tab]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("look=Scores"), timeout=20_000)
    quiet(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("look="), timeout=20_000)
    quiet(page)
    reached(page, "[role=combobox][aria-label*=Factor]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"pair=4%2C[^3]"), timeout=20_000)


def test_strips_of_another_image_and_their_files(app: App, page: Page, tmp_path: Path) -> None:
    page.goto(f"{app.url}/disentanglement?look=Traversal")
    matrix_of(page)
    strips = page.get_by_role("img", name=re.compile("pictures while latent . goes from .*grey scale:"))
    folded = page.get_by_text(re.compile(r"latents? without effect on the picture: at most"))
    expect(folded).to_be_visible(timeout=60_000)
    count = int((folded.text_content() or "").split()[0])
    assert count > 0
    expect(strips).to_have_count(10 - count)
    folded.click()
    expect(strips).to_have_count(10)
    page.get_by_role("slider", name="Image of the probe").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("traverse.anchor=2001"), timeout=20_000)
    expect(page.get_by_role("img", name=re.compile("^Image 2001 and what is decoded"))).to_be_visible(timeout=60_000)
    quiet(page)
    with Image.open(saved(page, re.compile(r"^Latent \d \(GIF\)"), tmp_path / "one.gif")) as moving:
        assert moving.format == "GIF" and moving.n_frames == 20
    with Image.open(saved(page, "Sheet (PNG)", tmp_path / "sheet.png")) as sheet:
        sheet.load()
        assert sheet.format == "PNG" and sheet.height > 10 * 56


def test_a_training_is_watched_cancelled_and_resumed(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{TRAINING}&train.epochs=300")
    matrix_of(page)
    page.get_by_role("button", name="Train and watch").click()
    expect(page).to_have_url(re.compile("run=.*vae-digits-beta_vae-seed0&job="), timeout=30_000)
    terms = page.get_by_role("figure", name=re.compile("^Terms of the divergence.* At epoch (?!40 )[1-9]")).first
    expect(terms).to_be_visible(timeout=90_000)  # not those of the bundled model, of 40 epochs
    line = page.get_by_test_id("stHorizontalBlock").filter(has_text="Training vae-digits-beta_vae-seed0 ·").last
    line.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(STOPPED)).to_be_visible(timeout=30_000)
    expect(terms).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("figure", name=re.compile("^Terms.* At epoch 300 ")).first).to_be_visible(timeout=180_000)
    expect(page.get_by_text(STOPPED)).to_have_count(0)
    matrix_of(page)
    expect(page.get_by_role("tab", name="Train one", selected=True)).to_be_visible()
    kept = ("vae-digits-beta_vae-seed0", "look=Train", "train.epochs=300", "train.objective=beta_vae")
    assert all(one in page.url for one in kept) and "step=" not in page.url
    expect(page.get_by_role("slider", name="Epoch")).to_have_attribute("aria-valuetext", "300", timeout=30_000)


def uploaded(app: App, page: Page, path: Path) -> None:
    page.goto(f"{app.url}/disentanglement?source=files")
    expect(page.get_by_text("Choose codes, one row a sample")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Upload").first.click()
    page.locator("[data-testid=stFileUploaderDropzone] input").set_input_files(path)


def test_codes_and_factors_of_a_file(app: App, page: Page, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    factors = rng.integers(0, 4, (300, 2))
    np.savez(tmp_path / "mine.npz", codes=factors + 0.05 * rng.normal(size=(300, 2)), factors=factors)
    uploaded(app, page, tmp_path / "mine.npz")
    drawn = page.get_by_role("figure", name=re.compile("^Matrix of informations of 2 latents and 2 factors")).first
    expect(drawn).to_be_visible(timeout=90_000)
    assert "codes=uploads" in page.url and str(app.home) not in page.url


def test_files_that_will_not_do_are_told_in_a_sentence(app: App, page: Page, tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"no archive")
    uploaded(app, page, tmp_path / "broken.npz")
    expect(page.get_by_test_id("stAlert").filter(has_text="broken.npz")).to_be_visible(timeout=30_000)
    np.savez(tmp_path / "short.npz", codes=np.eye(30)[:, :2], factors=np.eye(20)[:, :2])
    uploaded(app, page, tmp_path / "short.npz")
    expect(page.get_by_text("codes has 30 samples and factors has 20")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("is being computed")).to_have_count(0)
    assert page.get_by_test_id("stException").count() == 0
