"""In a browser, no words of any lab's picture cover other words or are cut, from 640 to 1000 pixels and narrow."""

from pathlib import Path
from typing import Any

import plotly
import pytest
from playwright.sync_api import Page

from explorer.catalogue import labs
from explorer.figures.theme import on
from explorer.labs.base import drawn
from explorer.results.pictures import Cloud, Panels

pytestmark = pytest.mark.browser

DRAW = """([figure, width]) => {
  const place = document.querySelector("#place"), said = JSON.parse(figure);
  Plotly.purge(place);
  place.style.width = `${width}px`;
  said.layout.width = width;
  return Plotly.newPlot(place, said.data, said.layout, { staticPlot: true });
}"""
FAULTS = """() => {
  const frame = document.querySelector("#place").getBoundingClientRect(), found = [];
  const texts = [...document.querySelectorAll("#place text")].filter((one) =>
    one.textContent.trim() && !/rotate\\((?!0|-90|90)/.test(one.getAttribute("transform") || ""));
  const words = texts.map((one) => [one.textContent, one.getBoundingClientRect()]);
  for (const [text, box] of words)
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1)
      found.push(`cut: ${text}`);
  words.forEach(([text, a], i) => words.slice(i + 1).forEach(([other, b]) => {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1 && high > 3) found.push(`${text} covers ${other}`);
  }));
  return found;
}"""


@pytest.fixture(scope="module")
def pictures() -> dict[str, Any]:
    """The picture of every lab that has one, without those whose many texts are the points themselves."""
    found = {name: getattr(drawn(name), "_picture", None) for name in labs}
    return {name: one for name, one in found.items() if one is not None and not texts_for_points(one)}


def texts_for_points(picture: Any) -> bool:
    parts = picture.parts if isinstance(picture, Panels) else [picture]
    return any(isinstance(one, Cloud) and one.texts is not None and len(one.texts) > 60 and all(one.texts)
               for one in parts)  # fmt: skip


@pytest.mark.timeout(900)
def test_no_words_of_a_lab_cover_other_words(chromium_page: Page, pictures: dict[str, Any]) -> None:
    page = chromium_page
    page.set_content("<body style='margin:0'><div id='place'></div></body>")
    page.add_script_tag(path=Path(plotly.__file__).parent / "package_data" / "plotly.min.js")
    faults = {}
    for name, picture in pictures.items():
        for width, narrow in ((640, False), (1000, False), (400, True)):
            with on("light", narrow):
                page.evaluate(DRAW, [picture.plot().to_json(), width])
            if found := page.evaluate(FAULTS):
                faults[name, width] = found
    assert len(pictures) > 80 and not faults
    figure = picture.plot()
    figure.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text="these words", showarrow=False)
    figure.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text="are covered", showarrow=False)
    page.evaluate(DRAW, [figure.to_json(), 640])
    assert "these words covers are covered" in page.evaluate(FAULTS), "covered words are seen"
