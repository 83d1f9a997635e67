"""What a person does on the Data page, in a real browser, with the real server and the real jobs."""

import re
from collections.abc import Callable

import pytest
from accessible import violations
from playwright.sync_api import BrowserContext, Page, expect
from serving import App

import explorer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

VIEWS = ("What was recorded", "Sanity", "Rows and layers", "Two recordings", "Add")


def quiet(page: Page) -> None:
    """Wait for the script and for every job that the page shows."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=90_000)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)


def press(page: Page, role: str, name: str, key: str) -> None:
    """Reach something by its focus alone and press a key."""
    target = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    target.focus()
    page.keyboard.press(key)


def test_a_report_a_copy_without_a_layer_and_its_end_by_the_keyboard(app: App, page: Page) -> None:
    page.goto(f"{app.url}/data?run=twelve_bit&view=Sanity&layer=tanh_3")
    expect(page.get_by_text("tanh 3 has 3,941 distinct rows for 4,096 samples")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("figure", name=re.compile("^Histogram. Values of tanh 3"))).to_be_visible(timeout=30_000)
    expect(page.get_by_role("figure", name=re.compile("^Grid of units. All 3 units of tanh 3"))).to_be_visible()
    page.goto(f"{app.url}/data?run=twelve_bit&view=Rows+and+layers&drop=tanh_10&steps=The+last+step&name=small")
    expect(page.get_by_text("Drops 1 of 6 layers: tanh_10.")).to_be_visible(timeout=20_000)
    press(page, "button", "Write the copy", "Enter")
    expect(page.get_by_text("small has been written.")).to_be_visible(timeout=60_000)
    made = explorer.open(app.home / "recordings" / "small")
    assert made.steps == (8000,) and "tanh_10" not in made.layers and len(made) == 4096
    press(page, "link", "Open the copy", "Enter")
    expect(page).to_have_url(re.compile("run=.*small"), timeout=20_000)
    page.get_by_role("tab", name="What was recorded").click()
    expect(page.get_by_text("A copy of 12-bit tanh network.")).to_be_visible(timeout=20_000)
    page.get_by_text("Delete this recording", exact=True).click()
    box = page.get_by_role("textbox", name="Type small to delete it")
    box.fill("small")
    box.press("Enter")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_enabled(timeout=20_000)
    press(page, "button", "Delete", "Enter")
    expect(page.get_by_text("Deleted: small.")).to_be_visible(timeout=20_000)
    assert not (app.home / "recordings" / "small").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_a_serious_violation(app: App, chromium: Callable[..., BrowserContext], scheme: str) -> None:
    context = chromium(color_scheme=scheme)
    page, found = context.new_page(), {}
    page.goto(f"{app.url}/data?run=twelve_bit&with=twelve_bit")
    for view in VIEWS:
        page.get_by_role("tab", name=view, exact=True).click()
        expect(page.get_by_role("tab", name=view, exact=True, selected=True)).to_be_visible(timeout=20_000)
        quiet(page)
        found |= {(view, rule): elements for rule, elements in violations(page).items()}
    context.close()
    assert not found
