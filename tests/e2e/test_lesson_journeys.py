"""Every lesson as a person goes through it, in a real browser, with the real server and the real jobs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from accessible import violations
from playwright.sync_api import BrowserContext, Page, expect
from serving import App

from explorer.catalogue import labs, lessons
from explorer.lessons.base import Lesson, Number, Question, after, ordered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NAMES = ordered()
FOCUSED = """() => { const one = document.activeElement;
  return [one.tagName, one.type || one.getAttribute("role") || "",
          one.ariaLabel || one.innerText || one.closest("label")?.innerText || ""].join(" ") }"""


def quiet(page: Page) -> None:
    """Wait for the script and for every job that the page shows."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=60_000)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=30_000)


def figure(page: Page) -> Any:
    drawn = page.get_by_role("figure").first
    expect(drawn).to_be_visible(timeout=60_000)
    return drawn


def choose(page: Page, question: Question | Number, right: bool = True) -> None:
    """Give an answer and press the button below the question."""
    if isinstance(question, Number):
        number = page.get_by_role("spinbutton", name="Your number")
        number.fill(f"{question.value if right else question.value + 10 * question.tolerance:g}")
        number.press("Tab")
    else:
        place = next(place for place, one in enumerate(question.answers) if one.right == right)
        chosen = page.get_by_role("radio").nth(place)
        chosen.press("Space")  # a click would miss it while a figure above is still growing
        expect(chosen).to_be_checked(timeout=20_000)
    quiet(page)


def play(page: Page) -> None:
    """Move the one control to its other end; the figure changes."""
    drawn = figure(page)
    before = drawn.get_attribute("aria-label")
    slider, box = page.get_by_role("slider"), page.get_by_role("combobox")
    if slider.count():
        slider.focus()
        page.keyboard.press("Home" if slider.input_value() == slider.get_attribute("max") else "End")
    elif box.count():
        box.click()
        options = page.get_by_role("option")
        options.nth(0 if options.nth(1).get_attribute("aria-selected") == "true" else 1).click()
    else:
        page.get_by_role("switch").press("Space")
    expect(page.get_by_role("figure").first).not_to_have_attribute("aria-label", str(before), timeout=60_000)
    quiet(page)


def told(text: str) -> re.Pattern[str]:
    """The first plain words of a text, as the page shows them."""
    words = re.split(r"[$*`_\[]", " ".join(text.split()))
    return re.compile(re.escape(next(part.strip() for part in words if len(part.strip()) > 12)[:40]))


def gone_through(page: Page, lesson: Lesson) -> None:
    """Predict, play, answer; then all is explained."""
    choose(page, lesson.predict)
    page.get_by_role("button", name="Keep this prediction").click()
    figure(page)
    quiet(page)
    play(page)
    choose(page, lesson.ask)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("heading", name="Why")).to_be_visible(timeout=30_000)
    quiet(page)


@pytest.mark.parametrize("name", NAMES)
def test_predict_play_answer_explain_and_next(app: App, page: Page, name: str) -> None:
    lesson = lessons[name]()
    page.goto(f"{app.url}/labs?lesson={name}")
    expect(page.get_by_role("heading", name=lessons.card(name).constants["TITLE"])).to_be_visible(timeout=30_000)
    quiet(page)
    assert page.get_by_role("figure").count() == 0, "the figure is there before anything was predicted"
    gone_through(page, lesson)
    expect(page.get_by_text("What would change your mind?")).to_be_visible()
    following = after(name)
    if following is not None:
        page.get_by_role("link", name="Next lesson").click()
        title = lessons.card(following).constants["TITLE"]
        expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=30_000)
        assert f"lesson={following}" in page.url and f"answered.{name}=" in page.url


def test_from_start_to_the_first_figure_and_back_by_the_url(app: App, page: Page) -> None:
    lesson = lessons[NAMES[0]]()
    page.goto(app.url)
    page.get_by_role("link", name=re.compile("^Start lesson 1")).click()
    gone_through(page, lesson)
    address = page.url
    page.reload()
    expect(page.get_by_role("heading", name="Why")).to_be_visible(timeout=30_000)
    quiet(page)
    assert page.url == address
    for _ in range(3):
        page.go_back()
        quiet(page)
        if f"answered.{NAMES[0]}" not in page.url:
            break
    expect(page.get_by_role("heading", name="Why")).to_have_count(0)
    page.get_by_role("link", name="All lessons").click()
    expect(page.get_by_text("done")).to_be_visible(timeout=30_000)


def test_a_wrong_answer_is_told_why_and_given_again(app: App, page: Page) -> None:
    lesson = lessons[NAMES[0]]()
    page.goto(f"{app.url}/labs?lesson={NAMES[0]}&predicted.{NAMES[0]}=a")
    figure(page)
    quiet(page)
    choose(page, lesson.ask, right=False)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("button", name="Explain it")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name="Why")).to_have_count(0)
    choose(page, lesson.ask)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("heading", name="Why")).to_be_visible(timeout=30_000)


def reach(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until what has the focus is what is wanted."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(" ".join(page.evaluate(FOCUSED).split()))
        if re.search(wanted, seen[-1]):
            return
    raise AssertionError(f"{most} times Tab do not reach {wanted!r}: {seen}")


def test_by_keyboard_alone(app: App, page: Page) -> None:
    lesson = lessons[NAMES[0]]()
    page.goto(f"{app.url}/labs")
    expect(page.get_by_role("link", name=re.compile("^1\\. "))).to_be_visible(timeout=30_000)
    quiet(page)
    reach(page, r"^A .*1\. ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep this prediction")).to_be_visible(timeout=30_000)
    quiet(page)
    reach(page, "^INPUT radio")
    page.keyboard.press("Space")
    quiet(page)
    reach(page, "^BUTTON .*Keep this prediction")
    page.keyboard.press("Enter")
    drawn = figure(page)
    quiet(page)
    before = drawn.get_attribute("aria-label")
    page.wait_for_function("document.activeElement.type === 'range'")  # where the button was that had the focus
    page.keyboard.press("End")
    expect(page.get_by_role("figure").first).not_to_have_attribute("aria-label", str(before), timeout=60_000)
    quiet(page)
    reach(page, "^INPUT (radio|number)")
    if isinstance(lesson.ask, Number):
        page.keyboard.type(f"{lesson.ask.value:g}")
    else:
        page.keyboard.press("Space")
        for _ in range(next(place for place, one in enumerate(lesson.ask.answers) if one.right)):
            page.keyboard.press("ArrowDown")
    quiet(page)
    reach(page, "^BUTTON .* Answer$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why")).to_be_visible(timeout=30_000)
    quiet(page)
    reach(page, "^A .*Next lesson")


@pytest.mark.parametrize("scheme, zoom", [("light", 1), ("dark", 1), ("light", 2)])
def test_it_can_be_read_in_the_dark_and_at_twice_the_size(
    app: App, chromium: Callable[..., BrowserContext], scheme: str, zoom: int
) -> None:
    size = {"width": 1280 // zoom, "height": 900 // zoom}
    context = chromium(color_scheme=scheme, viewport=size, device_scale_factor=zoom)
    page, name = context.new_page(), NAMES[0]
    page.goto(f"{app.url}/labs?lesson={name}")
    expect(page.get_by_role("button", name="Keep this prediction")).to_be_visible(timeout=30_000)
    assert not violations(page)
    gone_through(page, lessons[name]())
    assert not violations(page)
    for address in ("labs", "labs?view=Labs", f"labs?lab={lessons[name]().play.lab}"):
        page.goto(f"{app.url}/{address}")
        page.locator("[data-testid=stMainBlockContainer] h2").first.wait_for(timeout=30_000)
        quiet(page)
        assert not violations(page), address
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "the page scrolls sideways"
    context.close()


def test_a_link_for_a_class_and_a_projector(app: App, page: Page) -> None:
    name = lessons[NAMES[0]]().play.lab
    setting = labs.card(name).settings[0].name
    page.goto(f"{app.url}/labs?lab={name}&lock={setting}&hide=see&projector=1")
    figure(page)
    quiet(page)
    expect(page.get_by_text(f"Set by the link: {setting.replace('_', ' ')}")).to_be_visible()
    expect(page.get_by_text("See:")).to_have_count(0)
    expect(page.get_by_role("link", name="Estimators")).to_have_count(0)
    assert not violations(page)
    page.get_by_role("button", name="Leave the projector view").click()
    expect(page.get_by_role("link", name="All labs")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Link for a class").click()
    link = page.get_by_role("dialog").locator("code").first
    expect(link).to_contain_text(f"{app.url}/labs?lab={name}", timeout=30_000)


def test_back_from_another_page_shows_the_lab_again(app: App, page: Page) -> None:
    name = lessons[NAMES[0]]().play.lab
    title = labs.card(name).constants["TITLE"]
    page.goto(f"{app.url}/labs?lab={name}")
    said = str(figure(page).get_attribute("aria-label"))
    quiet(page)
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("heading", name=title)).to_have_count(0, timeout=30_000)
    quiet(page)
    page.go_back()
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=30_000)
    expect(figure(page)).to_have_attribute("aria-label", said)
    assert f"lab={name}" in page.url


def test_paper_notebook_and_answers_are_saved(app: App, page: Page, tmp_path: Path) -> None:
    name = NAMES[0]
    lesson = lessons[name]()
    page.goto(f"{app.url}/labs?lesson={name}")
    gone_through(page, lesson)
    page.get_by_text("Take it along, or to a class").click()
    saved = {}
    for label in ("My answers (CSV)", "Notebook of this lesson", "Page for the printer (HTML)"):
        with page.expect_download(timeout=60_000) as got:
            page.get_by_role("button", name=label).click()
        saved[label] = tmp_path / got.value.suggested_filename
        got.value.save_as(saved[label])
    assert lesson.ask.text in saved["My answers (CSV)"].read_text()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{saved['Page for the printer (HTML)']}")
    page.get_by_text("Only after the prediction").click()
    expect(page.locator("figure .main-svg").first).to_be_visible()
    assert all(one.startswith(("file:", "data:", "blob:")) for one in asked), asked
    assert not violations(page)
