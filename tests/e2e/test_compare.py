"""What a person does on the Compare page, in a real browser, with the real server and the real jobs."""

import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import torch
from accessible import violations
from playwright.sync_api import Page, expect
from serving import App

import explorer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FIGURE = re.compile("^Differences of layers from")


def recorded(app: App) -> None:
    """Two networks of one layer, each recorded by held-out and by training samples."""
    for seed in range(2):
        for probe, noise in (("held out", 1.0), ("training", 0.1)):
            rng = np.random.default_rng(seed)
            y = rng.integers(0, 3, 150)
            x = np.c_[y + noise * rng.normal(size=150)].astype(np.float32)
            folder = app.home / "recordings" / f"{probe.replace(' ', '-')}-{seed}"
            about = {"network": f"n{seed}", "probe": probe, "seed": seed}
            model = torch.nn.Sequential(torch.nn.Identity())
            with explorer.Recorder(folder, model, (x, y), layers=["0"], provenance=about) as recorder:
                for step in range(3):
                    recorder.step(step)


def quiet(page: Page) -> None:
    """Wait for the script and for every job that the page shows."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=60_000)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)


def test_training_against_held_out_by_links_and_back_by_its_url(app: App, page: Page, tmp_path: Path) -> None:
    recorded(app)
    held_out = [str(app.home / "recordings" / f"held-out-{seed}") for seed in range(2)]
    page.goto(f"{app.url}/compare?" + "&".join(f"baseline={quote(one, safe='')}" for one in held_out))
    expect(page.get_by_text("Choose at least one run to compare")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Training against held-out probe of the same network").click()
    expect(page).to_have_url(re.compile("with=.*training-0.*with=.*training-1"), timeout=20_000)
    drawn = page.get_by_role("figure", name=FIGURE).first
    expect(drawn).to_be_visible(timeout=60_000)
    quiet(page)
    expect(drawn).to_have_attribute("aria-label", re.compile(r"training \(2 runs\) reads|No layer"), timeout=20_000)
    expect(page.get_by_text("two runs tell their spread badly")).to_be_visible()
    assert not violations(page)
    slider = page.get_by_role("slider", name="Step")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("step=1"), timeout=20_000)
    expect(drawn).to_have_attribute("aria-label", re.compile("step 1"), timeout=20_000)
    quiet(page)
    with page.expect_download() as got:
        page.get_by_role("button", name="Table (LaTeX)").click()
    got.value.save_as(tmp_path / "table.tex")
    assert "step 1" in (tmp_path / "table.tex").read_text()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 420, "height": 900})
    page.reload()
    expect(drawn).to_be_visible(timeout=60_000)
    quiet(page)
    expect(page.get_by_role("slider", name="Step")).to_have_attribute("aria-valuetext", "1")
    assert not violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page scrolls sideways on a narrow screen"
