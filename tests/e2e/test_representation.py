"""What a person does on the Representation page, in a real browser, with the real server and the real jobs."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect
from serving import App

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RUN = "representation?run=twelve_bit&measure=participation_ratio&layer=tanh_3"
MOST = 4096
"""Bytes that a gesture may send to the server."""


def cloud_of(page: Page, place: int = 0) -> Locator:
    """The cloud, when every step is there."""
    cloud = page.locator(".points[data-ready]").nth(place)
    cloud.wait_for(timeout=90_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=120_000)
    page.locator("[data-test-script-state=notRunning]").wait_for()
    return cloud


def sent(page: Page) -> list[int]:
    """Sizes of the messages that the browser sends from now on."""
    sizes: list[int] = []
    page.on("websocket", lambda socket: _watch(socket, sizes))
    return sizes


def _watch(socket: WebSocket, sizes: list[int]) -> None:
    socket.on("framesent", lambda frame: sizes.append(len(frame)))


def draw(page: Page, cloud: Locator, low: float, high: float) -> None:
    """A box around a part of the picture, by its button and the mouse."""
    cloud.get_by_role("button", name="Box").click()
    box: Any = cloud.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + low * box["width"], box["y"] + low * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + high * box["width"], box["y"] + high * box["height"], steps=8)
    page.mouse.up()


def test_a_box_selects_everywhere_and_is_in_the_url(app: App, page: Page) -> None:
    sizes = sent(page)
    page.goto(f"{app.url}/{RUN}")
    cloud = cloud_of(page)
    sizes.clear()
    draw(page, cloud, 0.05, 0.95)
    expect(page).to_have_url(re.compile("sel=polygon"), timeout=20_000)
    expect(page.get_by_role("figure", name=re.compile(r"selected samples"))).to_have_count(1, timeout=20_000)
    expect(page.get_by_role("figure", name=re.compile(r"selected"))).not_to_have_count(0)
    assert sum(sizes) <= MOST, sizes
    count = cloud.get_attribute("data-selected")
    assert count and int(count) > 500
    page.reload()
    assert cloud_of(page).get_attribute("data-selected") == count
    page.get_by_role("button", name="Select nothing").click()
    expect(page).not_to_have_url(re.compile("sel="))
    expect(cloud_of(page)).to_have_attribute("data-selected", "0")


def test_scrubbing_the_cloud_sends_nothing(app: App, page: Page) -> None:
    sizes = sent(page)
    page.goto(f"{app.url}/{RUN}")
    cloud = cloud_of(page)
    slider = cloud.locator("input[type=range]").first
    slider.focus()
    page.wait_for_timeout(500)
    sizes.clear()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(1000)
    assert sum(sizes) == 0


def test_a_click_on_the_heat_map_opens_that_layer(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{RUN}")
    cloud_of(page)
    plot = page.locator("[data-testid=stPlotlyChart]").first
    area: Any = plot.locator(".nsewdrag").first.bounding_box()
    page.mouse.click(area["x"] + 0.5 * area["width"], area["y"] + area["height"] / 12)
    expect(page).to_have_url(re.compile("layer=tanh_10"), timeout=30_000)
    expect(page).to_have_url(re.compile(r"step=\d+"))


def test_a_class_is_selected_in_the_legend_and_in_the_bars(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{RUN}")
    cloud = cloud_of(page)
    cloud.get_by_role("button", name=re.compile("^1")).first.click()
    expect(page).to_have_url(re.compile("sel=class%3A1"), timeout=20_000)
    expect(cloud).to_have_attribute("data-selected", "2048", timeout=20_000)
    page.get_by_role("button", name="Undo").click()
    expect(page).not_to_have_url(re.compile("sel="))
    page.get_by_role("button", name="Redo").click()
    expect(page).to_have_url(re.compile("sel=class%3A1"))


def test_two_steps_share_one_selection(app: App, page: Page) -> None:
    page.goto(f"{app.url}/{RUN}&look=Two+steps&sel=class%3A0")
    first, second = cloud_of(page), cloud_of(page, 1)
    expect(first).to_have_attribute("data-selected", "2048")
    expect(second).to_have_attribute("data-selected", "2048")
    expect(page.get_by_text("Moves from epoch 0 to 8000")).to_be_visible()
