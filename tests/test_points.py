"""The Python side of the point cloud: what is sent, how Streamlit finds the script, the figure without WebGL."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.figures import flat_cloud
from explorer.figures.theme import SHAPES, THEMES
from explorer.ui.components import points
from explorer.ui.components.points import _sent

HERE = Path(points.__file__).parent
ROOT = Path(__file__).parents[1]


def test_urls_are_sent_as_the_url_of_their_list(monkeypatch, tmp_path):
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr(st, "session_state", {})
    urls = [f"geometry/token/{k:032x}.bin" for k in range(500)]
    sent = _sent({"positions": urls, "n": 3})
    name = sent["positions"].split("/")[-1]
    assert json.loads((tmp_path / "geometry" / name).read_text()) == urls and sent["n"] == 3
    assert _sent({"positions": []})["positions"] is None


def cloud_page():
    import streamlit as st
    from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager

    from explorer.ui.components.points import NAME, points

    view = {"version": "1", "n": 1, "steps": [0], "positions": ["geometry/a/b.bin"], "names": ["x"], "alt": "",
            "colours": ["#000000"], "axes": ["x", "y"], "title": "t"}  # fmt: skip
    result = points(view, key="cloud")
    st.write(result.selection, result.step, result.webgl)
    st.text(str(get_bidi_component_manager().get_component_asset_root(NAME)))


@pytest.mark.parametrize("again", [False, True])  # each test has a runtime of its own, the definition is made once
def test_streamlit_finds_the_script(again):
    page = AppTest.from_function(cloud_page, default_timeout=10).run()
    assert not page.exception
    assert Path(page.text[0].value) == (HERE / "bundle").resolve()
    assert (HERE / "bundle" / "points.js").is_file()


def test_the_manifest_names_this_distribution():
    given = tomllib.loads((HERE / "pyproject.toml").read_text())
    name = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]
    assert given["project"]["name"] == name
    assert [f"{name}.{one['name']}" for one in given["tool"]["streamlit"]["component"]["components"]] == [points.NAME]


def test_every_shape_of_the_theme_can_be_drawn_and_shown():
    painter, marks = ((HERE / "src" / name).read_text() for name in ("painter.js", "svg.js"))
    drawn = set(re.findall(r'"([a-z-]+)"', painter.split("const SHAPES")[1].split("]")[0]))
    shown = set(re.findall(r'^  "?([a-z-]+)"?: "M', marks, flags=re.M))
    assert set(SHAPES) <= drawn == shown


def test_the_bundle_evaluates_no_text():
    code = (HERE / "bundle" / "points.js").read_text()
    assert not re.search(r"\beval\(|\bFunction\(|new Function|Function\.apply", code)
    assert not re.search(r"""["'`]https?://(?!www\.w3\.org)""", code), "nothing comes from another host"


@pytest.mark.parametrize("n, drawn", [(10, 10), (20_000, 20_000), (20_001, 20_000), (500_000, 20_000)])
def test_the_flat_cloud_says_how_many_it_draws(n, drawn):
    xy = np.random.default_rng(0).normal(size=(n, 2))
    codes = np.arange(n) % 3
    figure = flat_cloud.draw(xy, codes, names=["a", "b", "c"], axes=["u", "v"], title="found", theme="dark")
    rows = np.concatenate([np.asarray(trace.customdata) for trace in figure.data])
    assert len(rows) == drawn == len(set(rows.tolist())) and {0, n - 1} <= set(rows.tolist())
    assert np.allclose(np.concatenate([trace.x for trace in figure.data]), xy[rows, 0], atol=1e-6)
    for c, trace in enumerate(figure.data):
        assert (codes[np.asarray(trace.customdata)] == c).all()
    words = f"{drawn:,} of {n:,} points are drawn" if drawn < n else f"{n:,} points"
    assert words.replace(",", "\u202f") in figure.layout.title.text
    assert {trace.type for trace in figure.data} == {"scatter"} and figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.paper_bgcolor == THEMES["dark"].background


def test_names_are_not_read_as_markup():
    figure = flat_cloud.draw(np.zeros((2, 2)), [0, 1], names=["<b>x", "a & b"], title="<i>t")
    assert [trace.name for trace in figure.data] == ["&lt;b>x", "a &amp; b"] and "&lt;i>t" in figure.layout.title.text
