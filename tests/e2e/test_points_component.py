"""The cloud of points in a real browser: what it shows, how it is used, how little it sends and computes."""

import base64
import csv
import io
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from accessible import violations
from playwright.sync_api import BrowserContext, Dialog, Page, WebSocket, expect
from points_page import clouds

from explorer.numerics import polygon
from explorer.ui.components import points

pytestmark = pytest.mark.browser

HOST = "[data-testid=stBidiComponentIsolated]"
HOSTILE = "<img src=x onerror=alert(1)>"
SOURCE = Path(points.__file__).parent / "src"
MANY = {"n": "500000", "classes": "10"}
LIMIT = 4096
"""Bytes that one interaction may send, in either direction."""

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def url(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page of one cloud is served, with the product's headers."""
    home = tmp_path_factory.mktemp("home")
    return serve(Path(__file__).with_name("points_server.py"), EXPLORER_HOME=str(home))


@pytest.fixture(scope="module")
def context(chromium: Callable[..., BrowserContext]) -> BrowserContext:
    """The context of pages that need no other; sharing it keeps Streamlit's own files in the cache."""
    return chromium()


@pytest.fixture
def open_cloud(chromium: Callable[..., BrowserContext], context: BrowserContext, url: str) -> Iterator[Open]:
    """Opens the page with a query, in a context with the options given, and waits until the cloud is drawn."""
    pages = []

    def opened(
        query: dict[str, str] | None = None, before: Callable[[Page], Any] | None = None, **options: Any
    ) -> Page:
        pages.append((chromium(**options) if options else context).new_page())
        if before:
            before(pages[-1])
        pages[-1].goto(f"{url}/?{urlencode(query or {})}")
        pages[-1].locator(".points[data-ready]").wait_for()
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


class Traffic:
    """Bytes over the websocket since the last `clear`."""

    def __init__(self, page: Page):
        self.clear()
        page.on("websocket", self._watch)

    def clear(self) -> None:
        self.up = self.down = 0

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: setattr(self, "up", self.up + len(frame)))
        socket.on("framereceived", lambda frame: setattr(self, "down", self.down + len(frame)))


def cpu_seconds(page: Page) -> Callable[[], float]:
    """A clock of the CPU time of the page's main thread, which a busy machine does not stretch."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def clock() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "TaskDuration")

    return clock


def lasso(page: Page, across: float, down: float, radius: float, corners: int = 60) -> None:
    """Draw a circle with the Lasso button and leave the mouse pressed; its centre is a share of the stage."""
    page.get_by_role("button", name="Lasso").click()
    box = page.locator(".stage").bounding_box()
    assert box
    x, y = box["x"] + across * box["width"], box["y"] + down * box["height"]
    turns = [2 * math.pi * k / corners for k in range(corners)]
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for turn in turns:
        page.mouse.move(x + radius * math.cos(turn), y + radius * math.sin(turn))


def selected(page: Page) -> int:
    """How many points are selected."""
    return int(page.locator(".points").get_attribute("data-selected") or 0)


def ready(page: Page, version: str) -> None:
    """Wait for the view of a version."""
    expect(page.locator(".points")).to_have_attribute("data-ready", version)


def ink(page: Page) -> int:
    """How many pixels of the canvas differ from its first one, the ground."""
    return page.locator(".stage canvas").evaluate(
        """canvas => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          const pixels = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
          return pixels.reduce((sum, one) => sum + (one !== pixels[0]), 0);
        }"""
    )


def test_draws_what_it_is_given(open_cloud: Open) -> None:
    errors: list[str] = []
    scripts: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: scripts.append(request.url) if "bidi-components" in request.url else None)

    page = open_cloud(before=watch)
    assert ink(page) > 10_000
    expect(page.get_by_role("heading", name="The classes part")).to_be_visible()
    expect(page.get_by_role("img", name="Cloud of points that part into classes.")).to_be_visible()
    codes = clouds(3000, 1, 6)[1]
    counts = [int(text.replace("\u202f", "")) for text in page.locator(".legend .count").all_inner_texts()]
    assert counts == np.bincount(codes).tolist()
    assert page.locator(".overlay .name").all_text_contents() != []
    page.get_by_role("button", name="Recolour").click()
    ready(page, "3000-1-6-1")
    assert len(scripts) == 1 and scripts[0].endswith("/information-explorer.points/points.js")
    assert not errors


def test_the_policy_of_the_server_holds(open_cloud: Open) -> None:
    page = open_cloud()
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "unsafe-eval" not in policy and "script-src 'self'" in policy
    tried = "try { answer(Function('return 1')()) } catch (error) { answer(error.name) }"
    later = f"new Promise(answer => setTimeout(() => {{ {tried} }}))"  # what runs later is no longer the debugger's
    assert page.evaluate(later) == "EvalError"


def test_half_a_million_points_are_recoloured_with_few_bytes_and_little_work(open_cloud: Open) -> None:
    seen: list[Traffic] = []
    page = open_cloud(MANY, before=lambda one: seen.append(Traffic(one)))
    clock = cpu_seconds(page)
    of_class_two = int(np.bincount(clouds(500_000, 1, 10)[1])[2])
    for button, count in (("Recolour", 0), ("Class two", of_class_two), ("Every second row", 250_000)):
        page.wait_for_timeout(300)  # until what came before is at rest
        seen[0].clear()
        start = clock()
        page.get_by_role("button", name=button).click()
        ready(page, "500000-1-10-1")
        expect(page.locator(".points")).to_have_attribute("data-selected", str(count))
        page.wait_for_timeout(300)  # painting and the end of the run belong to it
        assert seen[0].up + seen[0].down <= LIMIT
        assert clock() - start <= 0.3


def test_a_lasso_around_many_points_sends_its_polygon(open_cloud: Open) -> None:
    seen: list[Traffic] = []
    page = open_cloud(MANY, before=lambda one: seen.append(Traffic(one)))
    clock = cpu_seconds(page)
    lasso(page, 0.75, 0.5, 220, corners=250)
    page.wait_for_timeout(300)
    seen[0].clear()
    start = clock()
    page.mouse.up()
    # the server decides by its own copy of the arithmetic, and by the polygon that came
    expect(page.get_by_text("server counts")).to_have_text(re.compile(rf"server counts {selected(page)}$"))
    page.wait_for_timeout(300)
    assert selected(page) >= 100_000
    assert 0 < seen[0].up <= LIMIT
    assert clock() - start <= 0.3


def test_scrubbing_sends_nothing(open_cloud: Open) -> None:
    seen: list[Traffic] = []
    page = open_cloud({"n": "10000", "steps": "50"}, before=lambda one: seen.append(Traffic(one)))
    expect(page.locator(".points")).to_have_attribute("data-loaded", "50")
    assert seen[0].up > 0, "the counter must see the frames of the first run"
    page.wait_for_timeout(300)
    seen[0].clear()
    page.get_by_role("button", name="Recolour").click()
    ready(page, "10000-50-6-1")
    page.wait_for_timeout(300)
    assert 0 < seen[0].up + seen[0].down <= LIMIT  # however many steps there are
    seen[0].clear()
    page.locator(".stage").focus()
    page.keyboard.press("Home")
    expect(page.locator(".readout")).to_have_text("step 0 · 1 of 50")
    box = page.locator(".step").bounding_box()
    assert box
    page.mouse.move(box["x"] + 12, box["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 14, steps=50)
    page.mouse.up()
    expect(page.locator(".points")).to_have_attribute("data-step", "490")
    page.locator(".stage").focus()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(page.locator(".points")).to_have_attribute("data-playing", "true")
    expect(page.locator(".points")).to_have_attribute("data-step", re.compile(r"^([3-9]\d|\d{3})$"))
    page.keyboard.press(" ")
    expect(page.locator(".points")).to_have_attribute("data-playing", "false")
    page.wait_for_timeout(800)  # longer than the rest after which a view with `report` would send
    assert seen[0].up == 0


def test_reports_once_when_asked(open_cloud: Open) -> None:
    page = open_cloud({"steps": "5", "report": "1"})
    page.locator(".stage").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("reported 20")).to_be_visible()


def test_goes_where_the_page_goes_and_else_stays_where_the_person_is(open_cloud: Open) -> None:
    page = open_cloud({"steps": "5"})
    cloud = page.locator(".points")
    page.get_by_role("button", name="Step back").click()
    expect(cloud).to_have_attribute("data-step", "30")
    page.locator(".stage").focus()
    page.keyboard.press("Home")
    expect(cloud).to_have_attribute("data-step", "0")
    page.get_by_role("button", name="Recolour").click()  # the same step as before comes with it
    ready(page, "3000-5-6-1")
    expect(cloud).to_have_attribute("data-step", "0")
    page.get_by_role("button", name="Step back").click()
    expect(cloud).to_have_attribute("data-step", "20")


def test_a_step_that_is_not_here_yet_says_so(open_cloud: Open) -> None:
    held: list[Any] = []

    def hold(page: Page) -> None:
        page.route("**/geometry/**", lambda route: held.append(route) if len(held) or seen_first(route) else None)

    taken: list[Any] = []

    def seen_first(route: Any) -> bool:
        """The first three requests, list of steps, classes and the step shown, go through."""
        taken.append(route)
        if len(taken) <= 3:
            route.continue_()
        return len(taken) > 3

    page = open_cloud({"steps": "3"}, before=hold)
    page.locator(".stage").focus()
    page.keyboard.press("Home")
    expect(page.locator(".readout")).to_have_text("step 0 · 1 of 3 · loading")
    for route in held:
        route.continue_()
    expect(page.locator(".readout")).to_have_text("step 0 · 1 of 3")


def test_a_class_is_selected_by_its_name_and_cleared_by_escape(open_cloud: Open) -> None:
    page = open_cloud()
    count = int(np.bincount(clouds(3000, 1, 6)[1])[1])
    page.locator(".legend button").nth(1).click()
    expect(page.get_by_text("selection {'category': 1}")).to_be_visible()
    assert selected(page) == count
    expect(page.locator(".announcer")).to_have_text(f"{count} of 3\u202f000 points selected")
    page.keyboard.press("Escape")
    expect(page.get_by_text("selection None")).to_be_visible()
    assert selected(page) == 0


def test_a_box_selects_and_what_is_not_selected_stays_in_grey(open_cloud: Open) -> None:
    page = open_cloud()
    before = ink(page)
    page.get_by_role("button", name="Box").click()
    box = page.locator(".stage").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4, steps=5)
    page.mouse.up()
    expect(page.get_by_text("server counts")).to_have_text(re.compile(rf"server counts {selected(page)}$"))
    assert 0 < selected(page) < 3000
    assert abs(ink(page) - before) < 0.1 * before
    greys = page.locator(".stage canvas").evaluate(
        """canvas => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          const p = copy.getImageData(0, 0, canvas.width, canvas.height).data;
          let grey = 0;
          for (let i = 0; i < p.length; i += 4) grey += p[i] < 230 && Math.abs(p[i] - p[i + 2]) < 14;
          return grey;
        }"""
    )
    assert greys > 0.2 * before


def test_a_click_and_a_hover_find_the_sample(open_cloud: Open) -> None:
    page = open_cloud({"n": "40", "images": "1"})
    page.get_by_role("button", name="Zoom in").click()
    xy, codes = clouds(40, 1, 6)
    place = page.locator(".overlay").bounding_box()
    extent = np.stack([xy[0].min(0), xy[0].max(0)], 1)
    assert place
    size = np.array([place["width"], place["height"]])
    scale = 1.4 * (0.84 * size / (extent[:, 1] - extent[:, 0])).min()
    row = int(np.abs(xy[0] - extent.mean(1)).max(1).argmin())
    offset = (xy[0][row] - extent.mean(1)) * scale * (1, -1)
    x, y = np.array([place["x"], place["y"]]) + size / 2 + offset
    page.mouse.move(x, y)
    expect(page.locator(".tip strong")).to_have_text(["zero", "one", "two", "three", "four", "five"][codes[row]])
    expect(page.locator(".tip")).to_contain_text(f"row {row}")
    expect(page.locator(".tip")).to_contain_text(f"word <b>{row}</b>")
    first = page.locator(".tip canvas").evaluate("one => one.getContext('2d').getImageData(0, 0, 1, 1).data[0]")
    assert first == 7 * row % 256
    page.mouse.click(x, y)
    expect(page.get_by_text(f"selection {{'index': {row}}}")).to_be_visible()
    assert selected(page) == 1


def test_names_are_text(open_cloud: Open) -> None:
    dialogs: list[Dialog] = []
    page = open_cloud({"name": HOSTILE}, before=lambda one: one.on("dialog", lambda dialog: dialogs.append(dialog)))
    assert page.locator(".legend .class").first.inner_text() == HOSTILE
    assert HOSTILE[:20] in page.locator(".overlay").text_content()
    page.mouse.move(*(700, 450))
    assert page.locator(".points img").count() == 0
    assert dialogs == []


@pytest.mark.parametrize("wanted, least", [("reduce", 6), ("no-preference", 0)])
def test_motion_is_left_out_where_it_is_not_wanted(open_cloud: Open, wanted: Any, least: int) -> None:
    page = open_cloud({"steps": "3"}, reduced_motion=wanted)
    expect(page.locator(".points")).to_have_attribute("data-loaded", "3")
    expect(page.locator(".points")).to_have_attribute("data-playing", "false")
    # names of classes are hidden while points move: the fewest over half a second of frames
    names = page.locator(".stage").evaluate(
        """async stage => {
          stage.dispatchEvent(new KeyboardEvent("keydown", {key: "Home", bubbles: true}));
          let least = Infinity;
          for (const end = performance.now() + 500; performance.now() < end;) {
            await new Promise(requestAnimationFrame);
            least = Math.min(least, stage.querySelectorAll(".name").length);
          }
          return least;
        }"""
    )
    assert names == least


def test_without_webgl_a_flat_figure_says_how_many_it_draws(open_cloud: Open) -> None:
    lost = """(canvas => {
      const get = canvas.getContext;
      canvas.getContext = function (kind, ...more) { return kind === "webgl2" ? null : get.call(this, kind, ...more) };
    })(HTMLCanvasElement.prototype)"""
    page = open_cloud({"n": "30000"}, before=lambda one: one.add_init_script(lost))
    expect(page.get_by_text("This browser cannot draw with WebGL 2")).to_be_visible()
    words = page.get_by_text("20\u202f000 of 30\u202f000 points are drawn")
    expect(words).to_be_visible(timeout=20_000)  # the browser loads Plotly and makes 20 000 nodes


def test_what_can_be_taken_away(open_cloud: Open) -> None:
    page = open_cloud()
    page.locator(".legend button").nth(2).click()
    codes = clouds(3000, 1, 6)[1]
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert [int(row["row"]) for row in rows] == np.flatnonzero(codes == 2).tolist()
    xy = clouds(3000, 1, 6)[0][0][int(rows[5]["row"])]
    assert np.float32([rows[5]["principal component 1"], rows[5]["principal component 2"]]).tolist() == xy.tolist()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "layer_3.png"
    assert Path(download.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_accessible(open_cloud: Open, theme: str) -> None:
    page = open_cloud({"theme": theme, "steps": "3"}, color_scheme=theme)
    page.get_by_role("button", name="Keys").click()
    page.locator(".legend button").first.click()
    assert not violations(page, HOST)
    for button in page.locator(".points button:visible").all():
        box = button.bounding_box()
        assert box and box["height"] >= 24 and box["width"] >= 24


def test_what_was_offered_to_one_session_is_not_given_away(open_cloud: Open) -> None:
    asked: list[str] = []
    page = open_cloud(before=lambda one: one.on("request", lambda request: asked.append(request.url)))
    asked = [one for one in asked if "/geometry/" in one]
    got = page.request.get(asked[0])
    assert got.status == 200 and "immutable" in got.headers["cache-control"]
    assert got.headers["x-content-type-options"] == "nosniff"
    host, _, token, name = asked[0].rsplit("/", 3)
    other = "A" * len(token)
    for path in (f"{other}/{name}", f"{token}/{'0' * 32}.bin", f"{token}/..%2f..%2fexplorer.sqlite"):
        assert page.request.get(f"{host}/geometry/{path}").status in (400, 404)


def test_browser_and_server_agree_on_ten_thousand_polygons(chromium_page: Page) -> None:
    rng = np.random.default_rng(1)
    corners, places = [], []
    for k in range(10_000):
        m = rng.integers(3, 12)
        # half of them on a coarse grid, where points meet vertices, edges and their own lines
        shape = rng.integers(0, 5, (m, 2)).astype(float) if k % 2 else rng.normal(size=(m, 2))
        ends = rng.integers(0, m, 4)
        on_edges = (shape[ends] + shape[(ends + 1) % m]) / 2
        near = rng.integers(0, 5, (8, 2)) if k % 2 else rng.normal(size=(8, 2))
        corners.append(shape)
        places.append(np.concatenate([shape[:3], on_edges, near, [[np.nan, 0.0]]]).astype(np.float32))
    ours = np.concatenate([polygon.inside(xy, shape) for xy, shape in zip(places, corners, strict=True)])
    theirs = chromium_page.evaluate(
        """async ({source, corners, places, sizes}) => {
          const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer;
          const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
          const {inside} = await import(url);
          const [shapes, xy] = [new Float64Array(bytes(corners)), new Float32Array(bytes(places))];
          const found = [];
          let at = 0;
          sizes.forEach((m, k) => {
            const shape = Array.from({length: m}, (_, i) => [shapes[at + 2 * i], shapes[at + 2 * i + 1]]);
            at += 2 * m;
            found.push(...inside(xy.subarray(32 * k, 32 * (k + 1)), shape));
          });
          return found;
        }""",
        {
            "source": (SOURCE / "polygon.js").read_text(),
            "corners": base64.b64encode(np.concatenate(corners).astype("<f8").tobytes()).decode(),
            "places": base64.b64encode(np.concatenate(places).astype("<f4").tobytes()).decode(),
            "sizes": [len(shape) for shape in corners],
        },
    )
    assert ours.size == 160_000 and 0.1 < ours.mean() < 0.9
    assert np.array_equal(np.array(theirs, dtype=bool), ours)
