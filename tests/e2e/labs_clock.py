"""What only a browser can time on the page Labs: `python tests/e2e/labs_clock.py` prints it as a table.

The app as `explorer` starts it, in an empty home, and a Chromium on the same machine. A key moves the first slider of a
lab by one step, and the clock stops when the figure has another description; then the other key moves it back. Each
value is the median of `STEPS` keys, after the first one.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from conftest import FLAGS, chromium_path
from playwright.sync_api import Page, expect, sync_playwright
from serving import App

STEPS = 4
RIGHT, LEFT = ("ArrowRight", "ArrowLeft"), ("ArrowLeft", "ArrowRight")
PLAYED = {
    "two_by_two": ("quick", RIGHT),
    "bottleneck_curve": ("quick", RIGHT),
    "correlated_gaussian": ("in a worker", LEFT),
}
"""How a lab is drawn, and the keys that move its first slider to new values and back."""


def seconds(work: Callable[[], None]) -> float:
    """How long the work takes by the clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def key(page: Page, name: str) -> float:
    """From a key on the first slider to another figure, in seconds."""
    drawn = page.get_by_role("figure").first
    before = str(drawn.get_attribute("aria-label"))
    page.get_by_role("slider").first.focus()

    def moved() -> None:
        page.keyboard.press(name)
        expect(drawn).not_to_have_attribute("aria-label", before, timeout=60_000)

    return seconds(moved)


def lab(page: Page, url: str, name: str, keys: tuple[str, str]) -> tuple[float, float, float]:
    """The first figure, a key to a new value, and a key back to one seen before."""
    shown = page.get_by_role("figure").first
    page.goto(f"{url}/labs?view=Labs")
    expect(page.get_by_text(" labs").first).to_be_visible(timeout=60_000)

    def opened() -> None:
        page.goto(f"{url}/labs?lab={name}")
        expect(shown).to_be_visible(timeout=120_000)

    first = seconds(opened)
    page.wait_for_timeout(2000)
    new = [key(page, keys[0]) for _ in range(STEPS + 1)][1:]
    seen = [key(page, keys[1]) for _ in range(STEPS + 1)][1:]
    return first, statistics.median(new), statistics.median(seen)


def lesson(page: Page, url: str) -> tuple[float, float]:
    """From the Start page to the question of lesson 1, and from the prediction to the figure."""
    page.goto(url)
    start = page.get_by_role("link", name="Start lesson 1")
    expect(start).to_be_visible(timeout=60_000)
    keep = page.get_by_role("button", name="Keep this prediction")

    def asked() -> None:
        start.click()
        expect(keep).to_be_visible(timeout=60_000)

    def drawn() -> None:
        keep.click()
        expect(page.get_by_role("figure").first).to_be_visible(timeout=60_000)

    question = seconds(asked)
    page.wait_for_timeout(2000)
    page.get_by_role("radio").first.press("Space")
    page.wait_for_timeout(2000)
    return question, seconds(drawn)


def main() -> None:
    """Start the app and a browser, and print a table."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        app, browser = App(Path(home)), playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            print("| lab | first figure | key to a new figure | back to a value seen before |\n|---|---|---|---|")
            for name, (how, keys) in PLAYED.items():
                cells = " | ".join(f"{one:.2f} s" for one in lab(page, app.url, name, keys))
                print(f"| `{name}`, {how} | {cells} |", flush=True)
            question, figure = lesson(page, app.url)
            print(f"\nStart page to the question of lesson 1: {question:.1f} s; prediction to figure: {figure:.1f} s")
            print(f"load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        finally:
            browser.close()
            app.stop()


if __name__ == "__main__":
    main()
