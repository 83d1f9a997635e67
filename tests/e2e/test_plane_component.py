"""The information plane in a real browser: what it shows, how it is used, and that it keeps to itself."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from accessible import violations
from plane_page import EPOCHS, LAYERS, view
from playwright.sync_api import BrowserContext, Dialog, Page, WebSocket, expect

pytestmark = pytest.mark.browser

HOST = "[data-testid=stBidiComponentIsolated]"
HOSTILE = "<img src=x onerror=alert(1)>"
TOTAL = len(EPOCHS)
PLANE = f"document.querySelector('{HOST}').shadowRoot.querySelector('.plane')"  # the component's root, in JavaScript

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def url(serve: Callable[..., str]) -> str:
    """Where the page of one plane is served."""
    return serve(Path(__file__).with_name("plane_page.py"))


@pytest.fixture(scope="module")
def context(chromium: Callable[..., BrowserContext]) -> BrowserContext:
    """The context of pages that need no other; sharing it keeps Streamlit's own files in the cache."""
    return chromium()


@pytest.fixture
def open_plane(chromium: Callable[..., BrowserContext], context: BrowserContext, url: str) -> Iterator[Open]:
    """Opens the page with a query, in a context with the options given, and waits until the plane is drawn."""
    pages = []

    def opened(
        query: dict[str, str] | None = None, before: Callable[[Page], Any] | None = None, **options: Any
    ) -> Page:
        pages.append((chromium(**options) if options else context).new_page())
        if before:
            before(pages[-1])
        pages[-1].goto(f"{url}/?{urlencode(query or {})}")
        pages[-1].locator(".plane[data-ready]").wait_for()
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


def press(page: Page, *keys: str) -> None:
    """Keys, with the focus on the drawing."""
    page.locator(".stage").focus()
    for key in keys:
        page.keyboard.press(key)


def step(page: Page) -> int:
    """Index of the step that is shown, from 0."""
    return int(page.locator(".readout").inner_text().split("·")[1].split(" of ")[0]) - 1


def saved(page: Page, button: str) -> tuple[str, bytes]:
    """Name and content of what a button downloads."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_draws_what_it_is_given(open_plane: Open) -> None:
    errors: list[str] = []
    page = open_plane(before=lambda one: one.on("pageerror", lambda error: errors.append(str(error))))
    assert page.locator(".plane").get_attribute("data-ready") == f"{TOTAL} steps"
    assert page.locator(".chart [data-layer]").count() == len(LAYERS)
    expect(page.get_by_role("heading", name="The 3-unit layer forgets 5.1 of 8.5 bits")).to_be_visible()
    expect(page.get_by_role("img", name="Information plane of six layers over 8 000 epochs.")).to_be_visible()
    words = page.locator(".chart text").all_text_contents()
    assert {"no point can be here: I(T;Y) ≤ H(Y) = 0.999 bit", "I(X;T) ≤ H(X) = 12 bits", "I(T;Y) ≤ I(X;T)"} <= set(
        words
    )
    assert {"epoch 25: peak 8.5 bits", "null", "↑ I(T;Y), bits", "I(X;T), bits →"} <= set(words)
    assert not errors


@pytest.mark.parametrize("query, drawn", [("empty", 0), ("unmeasured", len(LAYERS) - 1), ("live", len(LAYERS))])
def test_a_layer_without_any_point_is_not_drawn(open_plane: Open, query: str, drawn: int) -> None:
    page = open_plane({query: "1"})
    for nodes in (".chart [data-layer] > g > path", ".chart text[data-label]"):
        shown = page.locator(nodes).evaluate_all("all => all.map(one => getComputedStyle(one).visibility)")
        assert shown.count("visible") == drawn and len(shown) == len(LAYERS)


def test_sends_nothing_to_the_server(open_plane: Open) -> None:
    frames: list[object] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: frames.append(frame))

    page = open_plane(before=lambda one: one.on("websocket", watch))
    assert frames, "the counter must see the frames of the first run"
    frames.clear()
    strips = page.locator(".strips").bounding_box()
    assert strips
    page.mouse.move(strips["x"] + 700, strips["y"] + 40)
    page.mouse.down()
    page.mouse.move(strips["x"] + 200, strips["y"] + 40, steps=8)
    page.mouse.up()
    assert step(page) < TOTAL - 1
    page.locator(".chart").hover(position={"x": 335, "y": 60})
    press(page, "]", "Escape", "Home", " ")
    expect(page.locator(".plane")).to_have_attribute("data-playing", "true")
    page.wait_for_function(f"+{PLANE}.dataset.step >= 120")
    press(page, " ")
    page.get_by_role("button", name="By layer").click()
    page.wait_for_timeout(800)  # longer than the rest after which a plane with `report` would send
    assert frames == []


def test_reports_once_when_asked(open_plane: Open) -> None:
    page = open_plane({"report": "1"})
    press(page, "ArrowLeft", "ArrowLeft", "ArrowLeft")
    expect(page.get_by_text(f"reported {12 * EPOCHS[-4]}")).to_be_visible()
    assert step(page) == TOTAL - 4


def test_works_by_keyboard_alone(open_plane: Open) -> None:
    page = open_plane()
    page.locator(".stage").focus()
    press(page, "Home")
    expect(page.locator(".readout")).to_have_text(f"epoch 0 · 1 of {TOTAL}")
    press(page, "ArrowRight", "ArrowRight")
    assert step(page) == 2
    expect(page.locator(".announcer")).to_have_text(f"epoch {EPOCHS[2]} · 3 of {TOTAL}")
    press(page, "]", "]")
    expect(page.locator(".tip strong")).to_have_text("tanh 7")
    faded = page.locator(".chart [data-layer='tanh 3']")
    assert faded.get_attribute("opacity") == "0.25" and faded.is_visible()
    press(page, "[")
    expect(page.locator(".tip strong")).to_have_text("tanh 10")
    press(page, "Escape")
    expect(page.locator(".tip")).to_be_hidden()
    assert faded.get_attribute("opacity") == "1"
    press(page, "End", "?")
    expect(page.get_by_role("region", name="Keys")).to_be_visible()
    page.keyboard.press("Shift+Tab")  # from the drawing back to the switch
    page.keyboard.press(" ")
    press(page, "]", " ")
    expect(page.locator(".tip")).to_be_hidden()
    expect(page.locator(".plane")).to_have_attribute("data-playing", "false")
    page.get_by_label("Step", exact=True).and_(page.locator("input")).focus()
    page.keyboard.press("ArrowLeft")
    assert step(page) == TOTAL - 2


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_plays_between_steps_unless_motion_is_reduced(open_plane: Open, motion: str) -> None:
    page = open_plane(reduced_motion=motion)
    press(page, "Home")
    still = page.locator(".strips g").get_attribute("transform")
    page.wait_for_timeout(200)
    assert page.locator(".strips g").get_attribute("transform") == still, "nothing moves unasked"
    press(page, " ")
    seen = page.evaluate(f"""async () => {{
        const seen = new Map();
        for (let k = 0; k < 60; k += 1) {{
            await new Promise(requestAnimationFrame);
            const at = {PLANE}.querySelector('.strips g').getAttribute('transform');
            seen.set(at, {PLANE}.dataset.step);
        }}
        return [...seen.values()];
    }}""")
    between = len(seen) - len(set(seen))
    assert (between == 0) if motion == "reduce" else (between > 0)


def test_play_builds_no_nodes_and_ends_at_the_last_step(open_plane: Open) -> None:
    page = open_plane()
    page.get_by_label("Speed").select_option("4")
    page.evaluate(f"""() => {{
        window.built = 0;
        const elements = (one) => [...one.addedNodes].filter((node) => node.nodeType === 1).length;
        const count = (all) => all.forEach((one) => (window.built += elements(one)));
        new MutationObserver(count).observe({PLANE}, {{ subtree: true, childList: true }});
    }}""")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Play").wait_for()
    assert step(page) == TOTAL - 1
    assert page.evaluate("window.built") == 0


def test_points_out_what_is_under_the_pointer(open_plane: Open) -> None:
    page = open_plane()
    mark = page.locator(".chart [data-layer='softmax'] g").first.bounding_box()
    assert mark
    page.mouse.move(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    tip = page.locator(".tip")
    softmax = view()["series"][5]
    assert tip.locator("dd").all_inner_texts() == [f"{softmax['x'][-1]:.2f}", f"{softmax['y'][-1]:.3f}"]
    page.mouse.click(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    page.mouse.move(5, 5)
    expect(tip.locator("strong")).to_have_text("softmax")


def test_a_missing_value_leaves_a_gap(open_plane: Open) -> None:
    page = open_plane({"gaps": "1"})
    layer = page.locator(".chart [data-layer='tanh 3']")
    whole = layer.locator("path").first.get_attribute("d")
    assert whole and whole.count("M") == 2
    assert whole.count("L") == TOTAL - 10 - 2
    mark = layer.locator("g").first
    expect(mark).to_have_attribute("visibility", "inherit")
    press(page, "Home", *["ArrowRight"] * 25)
    expect(mark).to_have_attribute("visibility", "hidden")


def test_table_says_what_the_plane_shows(open_plane: Open) -> None:
    page = open_plane()
    page.get_by_role("button", name="Table").click()
    table = page.get_by_role("table")
    assert table.locator("thead th[scope=col]").count() == 5
    assert table.locator("tbody th[scope=row]").all_inner_texts() == LAYERS
    tanh = view()["series"][4]
    cells = table.locator("tbody tr").nth(4).locator("td")
    expected = [tanh["x"][-1], max(tanh["x"]) - tanh["x"][-1], tanh["y"][-1], tanh["null"][-1]]
    assert cells.all_inner_texts() == [
        f"{value:.{digits}f}" for value, digits in zip(expected, (2, 2, 3, 3), strict=True)
    ]
    assert table.locator("tbody tr").nth(0).locator("td").nth(3).inner_text() == "–"
    press(page, "Home")
    expect(cells.nth(1)).to_have_text("0.00")


def test_figures_open_elsewhere(open_plane: Open) -> None:
    page = open_plane()
    name, text = saved(page, "SVG")
    assert name == "twelve_bit_tanh.svg"
    svg = ElementTree.fromstring(text)
    words = " ".join(svg.itertext())
    assert "The 3-unit layer forgets" in words and "binning(bins=30) · n = 4096 · seed 0" in words
    assert b"class=" not in text and b"var(" not in text, "no style sheet goes with the file"
    name, image = saved(page, "PNG")
    assert name == "twelve_bit_tanh.png" and image.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(image[16:20]) == 2 * int(svg.attrib["width"])
    assert int.from_bytes(image[20:24]) == 2 * int(svg.attrib["height"])


def test_values_open_elsewhere(open_plane: Open) -> None:
    name, text = saved(open_plane(), "CSV")
    rows = list(csv.reader(io.StringIO(text.decode())))
    assert name == "twelve_bit_tanh.csv"
    assert len(rows) == 1 + TOTAL * len(LAYERS)
    last = dict(zip(rows[0], rows[-2], strict=True))
    tanh = view()["series"][4]
    assert (last["epoch"], last["layer"], float(last["I(X;T), bits"])) == ("8000", "tanh 3", tanh["x"][-1])
    assert float(last["null"]) == tanh["null"][-1]


def test_a_hostile_layer_name_is_only_a_name(open_plane: Open) -> None:
    dialogs: list[str] = []

    def close(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page = open_plane({"layer": HOSTILE}, before=lambda one: one.on("dialog", close))
    page.get_by_role("button", name="Table").click()
    page.get_by_role("button", name=HOSTILE).click()
    expect(page.locator(".tip strong")).to_have_text(HOSTILE)
    assert page.locator(".plane img").count() == 0
    svg = saved(page, "SVG")[1]
    assert f"{HOSTILE[:21]}…" in "".join(ElementTree.fromstring(svg).itertext())
    assert HOSTILE in saved(page, "CSV")[1].decode()
    assert dialogs == []


def test_new_data_keep_what_the_person_has_done(open_plane: Open) -> None:
    page = open_plane({"live": "1"})
    assert step(page) == 29
    page.get_by_role("button", name="More").click()
    page.locator(".plane[data-ready='40 steps']").wait_for()
    assert step(page) == 39, "a live plane follows the newest step"
    press(page, "]", *["ArrowLeft"] * 5)
    page.get_by_role("button", name="More").click()
    page.locator(".plane[data-ready='50 steps']").wait_for()
    assert step(page) == 34, "unless the person has scrubbed away"
    expect(page.locator(".tip strong")).to_have_text("tanh 10")
    press(page, " ")
    page.get_by_role("button", name="More").click()
    page.locator(f".plane[data-ready='{TOTAL} steps']").wait_for()
    expect(page.locator(".plane")).to_have_attribute("data-playing", "true")
    assert page.locator(".plane").count() == 1 and page.locator(".chart [data-layer]").count() == len(LAYERS)


def test_stops_when_it_is_taken_away(open_plane: Open) -> None:
    counting = (
        "const ask = requestAnimationFrame; window.asked = 0; window.requestAnimationFrame = (f) => (asked++, ask(f))"
    )
    page = open_plane(before=lambda one: one.add_init_script(counting))
    press(page, "Home", " ")
    page.get_by_text("Show", exact=True).click()
    expect(page.locator(".plane")).to_have_count(0)
    page.wait_for_timeout(300)
    page.evaluate("window.asked = 0")
    page.wait_for_timeout(300)
    assert page.evaluate("window.asked") == 0


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_fits_and_labels_stay_apart(open_plane: Open, width: int) -> None:
    page = open_plane(viewport={"width": width, "height": 900})
    for _ in range(4):
        boxes = page.locator(".chart [data-label]").evaluate_all(
            "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
        )
        clashes = [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if overlap(a, b)]
        assert clashes == []
        marks = page.locator(".chart [data-layer] > g > path").evaluate_all(
            "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
        )
        letters = [{**box, "bottom": box["bottom"] - 4} for box in boxes]  # the rest is room below the line of writing
        assert len(marks) == len(boxes) and not [(a, b) for a in letters for b in marks if overlap(a, b)]
        assert all(box["left"] >= 0 and box["right"] <= width for box in boxes)
        press(page, *["ArrowLeft"] * 12)
    for view_button in ("By layer", "Table"):
        page.get_by_role("button", name=view_button).click()
        assert page.evaluate(f"{PLANE}.scrollWidth - {PLANE}.clientWidth") <= 0


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    """Whether two boxes share more than their halo, 3 px."""
    across = min(a["right"], b["right"]) - max(a["left"], b["left"])
    along = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
    return across > 3 and along > 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_violation_of_accessibility(open_plane: Open, theme: str) -> None:
    page = open_plane({"theme": theme}, color_scheme=theme)
    for button in ("Keys", "Table"):
        page.get_by_role("button", name=button, exact=True).click()
    press(page, "]")
    found = violations(page, HOST)
    page.get_by_role("button", name="By layer").click()
    assert not found | violations(page, HOST)
