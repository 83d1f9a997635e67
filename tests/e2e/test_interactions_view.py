"""Bounds, training curves and interactions on the Estimators page, in a real browser with the real jobs."""

import re
from collections.abc import Callable

import pytest
from accessible import violations
from playwright.sync_api import BrowserContext, Page, expect
from serving import App

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BOUNDS = "estimators?tab=Which+bound+can+I+trust%3F"
UNITS = "estimators?tab=Interactions&of=twelve_bit:8000:tanh_5&about=twelve_bit:y"
TRAINS = (
    "estimators?dist=bivariate_normal&est.continuous=infonce&bivariate_normal.n.values=2000&seeds=1&infonce.steps=20000"
)


def quiet(page: Page) -> None:
    """Wait for the script and for every job that the page shows."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=60_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=120_000)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=60_000)


def test_a_slider_redraws_the_staircase_and_the_url_brings_it_back(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{BOUNDS}&unit=nats")
    drawn = page.get_by_role("figure", name=re.compile("^Bounds against the true information, in nats"))
    expect(drawn).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Called lower bound, yet from").first).to_be_visible()
    before = drawn.get_attribute("aria-label")
    batch = page.get_by_role("slider", name="batch K")
    batch.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("bound.batch=128"), timeout=20_000)
    expect(drawn).not_to_have_attribute("aria-label", before or "", timeout=60_000)
    after = drawn.get_attribute("aria-label")
    page.reload()
    expect(drawn).to_have_attribute("aria-label", after or "", timeout=60_000)


def test_units_of_a_layer_are_read_by_a_job_and_chosen_by_the_url(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{UNITS}")
    expect(page.get_by_role("figure", name=re.compile("^Synergy prevails by"))).to_be_visible(timeout=120_000)
    expect(page.get_by_role("figure", name=re.compile("only together"))).to_have_count(2, timeout=30_000)
    page.get_by_text("Copy as Python", exact=True).click()
    expect(page.get_by_text("interplay.run").first).to_be_visible(timeout=20_000)
    page.goto(f"{app.url}/estimators?tab=Interactions&of=twelve_bit:7777")
    expect(page.get_by_text("7777").first).to_be_visible(timeout=30_000)


def test_a_training_is_seen_while_it_runs_and_ends_when_it_is_cancelled(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{TRAINS}")
    run = page.get_by_role("button", name="Run", exact=True)
    run.or_(page.get_by_role("button", name="Cancel")).first.wait_for(timeout=60_000)
    if run.count():
        run.click()
    expect(page.get_by_text(re.compile(r"infonce at n = 2000, sample 1: update \d+ of 20000")).first).to_be_visible(
        timeout=120_000
    )
    expect(page.get_by_role("figure", name=re.compile("^Training curves. infonce at update"))).to_be_visible(
        timeout=60_000
    )
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("has stopped").first).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_new_view_has_a_serious_violation(app: App, chromium: Callable[..., BrowserContext], scheme: str) -> None:
    context = chromium(color_scheme=scheme)
    page, found = context.new_page(), {}
    for view in (BOUNDS, f"{BOUNDS}&critic=trained", UNITS, "estimators?tab=Interactions", "estimators?tab=Your+data"):
        page.goto(f"{app.url}/{view}")
        page.get_by_role("tab", name="Interactions", exact=True).wait_for(timeout=60_000)
        quiet(page)
        found |= {(view, rule): elements for rule, elements in violations(page).items()}
    context.close()
    assert not found
