"""The Labs page on a narrow screen, and after the theme was changed in the app's menu, in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from serving import App

from explorer.catalogue import labs, lessons
from explorer.figures.theme import DARK, LIGHT, Theme

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LAB, LESSON = "two_by_two", "two_coins"
ANSWERED = f"lesson={LESSON}&predicted.{LESSON}=a"
WIDER = """() => {
  const wide = document.documentElement.clientWidth;
  const main = document.querySelector('[data-testid=stMainBlockContainer]');
  const hidden = 'svg, pre, style, .katex-mathml, [data-testid=stHeaderActionElements]', found = [];
  const words = document.createTreeWalker(main, NodeFilter.SHOW_TEXT), range = document.createRange();
  const cuts = (one) => one && one !== main &&
    (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'hidden' || cuts(one.parentElement));
  while (words.nextNode()) {
    const text = words.currentNode, owner = text.parentElement;
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || owner.closest(hidden) || getComputedStyle(owner).visibility === 'hidden') continue;
    if (box.right > wide + 1 || box.left < -1) found.push('wider: ' + text.textContent);
    if (owner.closest('h1, h2, h3, [data-testid=stPageLink]') && cuts(owner)) found.push('cut: ' + text.textContent);
  }
  for (const one of main.querySelectorAll('input, button, .main-svg')) {
    const box = one.getBoundingClientRect();
    if (box.width > 2 && (box.right > wide + 1 || box.left < -1)) found.push('wider: ' + one.outerHTML.slice(0, 80));
  }
  return document.documentElement.scrollWidth > wide ? ['the page scrolls sideways', ...found] : found;
}"""
DRAWN_WIDER = """() => [...document.querySelectorAll('.js-plotly-plot .main-svg')].flatMap((svg) => {
  const room = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')];
  const out = (box) => box.right > room.right + 1 || box.left < room.left - 1;
  return texts.filter((one) => out(one.getBoundingClientRect())).map((one) => one.textContent);
})"""


@pytest.fixture
def narrow(chromium: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A page of a telephone."""
    context = chromium(viewport={"width": 400, "height": 800})
    yield context.new_page()
    context.close()


def quiet(page: Page) -> None:
    """Wait for the script, also for one that the screen has yet to start, and for every job that the page shows."""
    for _ in range(2):
        page.wait_for_timeout(500)
        page.locator("[data-test-script-state=notRunning]").wait_for(timeout=60_000)
        expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=60_000)


def figure(page: Page) -> Any:
    drawn = page.get_by_role("figure").first
    expect(drawn).to_be_visible(timeout=60_000)
    quiet(page)
    return drawn


@pytest.mark.parametrize(
    "address, heading",
    [
        ("view=Lessons", "Labs"),
        ("view=Labs", "Labs"),
        ("view=Papers", "Labs"),
        (f"lab={LAB}", labs.card(LAB).constants["TITLE"]),
        (f"lesson={LESSON}", lessons.card(LESSON).constants["TITLE"]),
        (ANSWERED, lessons.card(LESSON).constants["TITLE"]),
    ],
)
def test_nothing_is_wider_than_a_narrow_screen(app: App, narrow: Page, address: str, heading: str) -> None:
    narrow.goto(f"{app.url}/labs?{address}")
    expect(narrow.get_by_role("heading", name=heading, exact=True)).to_be_visible(timeout=60_000)
    quiet(narrow)
    assert narrow.evaluate(WIDER) == []
    if address in (f"lab={LAB}", ANSWERED):
        figure(narrow)
        assert narrow.evaluate(WIDER) == [] and narrow.evaluate(DRAWN_WIDER) == []


def rgb(colour: str) -> str:
    """A colour as a browser writes it."""
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


def drawn_in(page: Page, theme: Theme) -> None:
    """The ground, the title and the words on the axes are those of the theme."""
    plot = page.locator(".js-plotly-plot").first
    expect(plot.locator(".main-svg").first).to_have_css("background-color", rgb(theme.background), timeout=60_000)
    for part in (".gtitle", ".xtick text"):
        expect(plot.locator(part).first).to_have_css("fill", rgb(theme.text), timeout=10_000)
    expect(page.locator("[data-testid=stApp]")).to_have_css("background-color", rgb(theme.background))


def choose(page: Page, name: str) -> None:
    """Choose a theme in the menu at the upper right."""
    page.get_by_test_id("stMainMenu").get_by_role("button").first.click()
    page.get_by_role("menuitemradio", name=name).click()
    page.keyboard.press("Escape")


@pytest.mark.parametrize("address", [f"lab={LAB}", ANSWERED])
def test_figures_follow_the_theme_of_the_menu(app: App, page: Page, address: str) -> None:
    page.goto(f"{app.url}/labs?{address}")
    figure(page)
    drawn_in(page, LIGHT)
    said = str(page.get_by_role("figure").first.get_attribute("aria-label"))
    for name, theme in (("Dark", DARK), ("Light", LIGHT)):
        choose(page, name)
        drawn_in(page, theme)
        quiet(page)
        drawn_in(page, theme)
        expect(page.get_by_role("figure").first).to_have_attribute("aria-label", said)
