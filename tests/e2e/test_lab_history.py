"""Leaving a lab or a lesson for another page, and coming back: by the browser, and by the app's own menu."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect
from serving import App

from explorer.catalogue import labs, lessons

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LAB, LESSON = "two_by_two", "two_coins"
PATHS = {"Jobs": "jobs", "Information plane": "plane", "Estimators": "estimators"}


def quiet(page: Page) -> None:
    """Wait for the script, also for one that what was just done has yet to start."""
    page.wait_for_timeout(500)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.wait_for_timeout(300)


def figure(page: Page) -> Any:
    drawn = page.get_by_role("figure").first
    expect(drawn).to_be_visible(timeout=60_000)
    quiet(page)
    return drawn


def moved(page: Page) -> None:
    """Move the slider to its end; the address has it."""
    figure(page)
    page.get_by_role("slider").first.focus()
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(r"\.agreement=1(\.0)?(&|$)"), timeout=30_000)
    quiet(page)


def menu(page: Page, name: str) -> None:
    """Open another page by the menu at the top."""
    title = page.locator("[data-testid=stMainBlockContainer]").get_by_role("heading").first.inner_text()
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
    expect(page).to_have_url(re.compile(f"/{PATHS[name]}"), timeout=30_000)
    expect(page.get_by_role("heading", name=title)).to_have_count(0, timeout=30_000)
    quiet(page)


def a_moved_lab(app: App, page: Page) -> None:
    page.goto(f"{app.url}/labs?lab={LAB}")
    moved(page)


def a_link_to_a_lab(app: App, page: Page) -> None:
    page.goto(f"{app.url}/labs?lab={LAB}&{LAB}.agreement=0.9")
    figure(page)


def a_teachers_link(app: App, page: Page) -> None:
    page.goto(f"{app.url}/labs?lab={LAB}&{LAB}.agreement=0.9&lock=agreement&hide=see")
    figure(page)


def a_lesson_at_its_second_step(app: App, page: Page) -> None:
    page.goto(f"{app.url}/labs?lesson={LESSON}")
    page.get_by_role("radio").first.press("Space")
    page.get_by_role("button", name="Keep this prediction").click()
    moved(page)


def by_back(page: Page) -> None:
    page.go_back()


def by_the_menu(page: Page) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text="Labs").click()


@pytest.mark.parametrize("other", ["Jobs", "Information plane"])
@pytest.mark.parametrize("comes", [by_back, by_the_menu])
@pytest.mark.parametrize("left", [a_moved_lab, a_link_to_a_lab, a_teachers_link, a_lesson_at_its_second_step])
def test_what_was_left_is_there_again(
    app: App, page: Page, left: Callable[..., None], comes: Callable[..., None], other: str
) -> None:
    left(app, page)
    address, said = page.url, str(figure(page).get_attribute("aria-label"))
    title = page.locator("[data-testid=stMainBlockContainer] h2").first.inner_text()
    menu(page, other)
    comes(page)
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=30_000)
    expect(figure(page)).to_have_attribute("aria-label", said, timeout=30_000)
    assert parse_qs(urlparse(page.url).query) == parse_qs(urlparse(address).query)


def test_each_step_back_is_one_that_was_made(app: App, page: Page) -> None:
    page.goto(f"{app.url}/labs?view=Labs")
    page.get_by_role("link", name=labs.card(LAB).constants["TITLE"]).click()
    moved(page)
    lab = page.url
    menu(page, "Jobs")
    menu(page, "Estimators")
    for wanted in ("/jobs", urlparse(lab).path + "?", "view=Labs"):
        page.go_back()
        expect(page).to_have_url(re.compile(re.escape(wanted)), timeout=30_000)
        quiet(page)
    expect(page.get_by_role("link", name=labs.card(LAB).constants["TITLE"])).to_be_visible(timeout=30_000)
    page.go_forward()
    expect(page).to_have_url(lab)
    assert "100 %" in str(figure(page).get_attribute("aria-label"))


def test_from_the_lab_that_the_menu_brings_again_a_link_leads_to_the_lists(app: App, page: Page) -> None:
    a_moved_lab(app, page)
    menu(page, "Jobs")
    by_the_menu(page)
    figure(page)
    page.get_by_role("link", name="All labs").click()
    expect(page.get_by_role("heading", name="Labs", exact=True)).to_be_visible(timeout=30_000)
    quiet(page)
    page.get_by_text("Lessons", exact=True).click()
    expect(page.get_by_role("link", name=lessons.card(LESSON).constants["TITLE"])).to_be_visible(timeout=30_000)
