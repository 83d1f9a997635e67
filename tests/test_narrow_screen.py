"""Figures on the reader's screen: titles end within the narrowest figure, also in what is drawn anew by itself."""

import re
from dataclasses import replace

import numpy as np
import pytest
from pages_fixture import opened, quiet  # noqa: F401
from streamlit.testing.v1 import AppTest

import explorer
from explorer.catalogue import figures
from explorer.engines.plane.rulers import trail
from explorer.figures.theme import MOST, NARROW, THEMES, contrast, framed, narrow, on
from explorer.studies import trials
from explorer.ui import screen

TITLE = "barber_agakov stays near the truth up to 14.4 bits; at some step most readings of nwj, mine exceed it"
WORDS = "dashed: truth<br>dotted: no reading above it · ▲▼ most on the wrong side · " + "near: " * 14 + "0.1"


def lines(frame: dict, part: str) -> list[str]:
    found = re.search(part, frame["title"]["text"])
    return found[1].split("<br>") if found else []


@pytest.mark.parametrize("letters", [64, 80, 92])
def test_no_title_is_wider_than_the_narrowest_figure_beside_its_words(letters: int) -> None:
    wide = framed(TITLE, WORDS, "", THEMES["light"], 400, letters)
    with on("light", True):
        slim = framed(TITLE, WORDS, "", THEMES["light"], 400, letters)
    for frame, most in ((wide, MOST), (slim, NARROW)):
        title, words = lines(frame, "<b>(.*)</b>"), lines(frame, "<span[^>]*>(.*)</span>")
        assert max(map(len, title)) <= most["title"] and max(map(len, words)) <= most["words"]
        assert " ".join(title) == TITLE and " ".join(words) == WORDS.replace("<br>", " ")
        assert frame["height"] - 400 == 24 * (len(title) - 1 + len(words) - 2)


@pytest.mark.parametrize("slim", [False, True])
@pytest.mark.parametrize("kind", ["information_plane", "profile"])
def test_the_words_above_axes_end_above_them(kind: str, slim: bool) -> None:
    shown = trail("tanh", "bins on [-1, 1]", 8000)
    call = "diffusion_spectral_entropy(sigma=10.0, t=1.0, normalization='official', alpha=0.5, bandwidth='fixed')"
    shown = replace(shown, about={**shown.about, "call": call, "measure": "diffusion_spectral_entropy"})
    with on("light", slim):
        figure = figures[kind](shown, unit="bits")
    written = figure.layout.title.text.count("<br>") + 1
    assert written > 3 or not slim
    assert figure.layout.margin.t >= 24 + 24 * written - 12
    assert figure.layout.height - figure.layout.margin.t - figure.layout.margin.b > 300


def test_names_of_layers_are_legible_and_off_the_numbers_of_the_axis() -> None:
    for name, look in THEMES.items():
        assert all(contrast(look.legible(one), look.background) >= 4.5 for one in look.layer_colours(8))
        figure = figures["information_plane"](trail("tanh", "bins on [-1, 1]", 30), theme=name, slider=False)
        marks = {one.name: one for one in figure.data if one.name}
        assert all(contrast(one.textfont.color, look.background) >= 4.5 for one in marks.values())
        assert marks["softmax 2"].textposition == "top right"


def _page() -> None:
    import streamlit as st

    from explorer.figures.theme import narrow
    from explorer.ui import computing

    computing.followed(lambda: st.text(f"narrow: {narrow()}"), False, [])


def test_what_is_followed_is_drawn_for_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (False, True):
        monkeypatch.setattr(screen, "narrow", lambda said=one: said)
        assert AppTest.from_function(_page).run().text[0].value == f"narrow: {one}"
    assert not narrow()


@pytest.mark.usefixtures("quiet")
def test_every_page_is_drawn_for_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(screen, "narrow", lambda: True)
    monkeypatch.setattr("explorer.ui.labs_page.page", lambda: seen.append(narrow()))
    opened("8_labs.py")
    assert seen and all(seen)


def test_words_beside_axes_have_short_lines_on_a_narrow_screen(home) -> None:
    three = np.random.default_rng(0).integers(0, 2, (60, 3))
    with on("light", True):
        added = figures["interactions"](explorer.interactions(three, method="table", null=False, interval=False))
        tried = trials.run("bivariate_normal", ["gaussian"], values=(50,), seeds=1).plot()
    title = added.layout.xaxis2.title.text
    (shade,) = [one.text for one in tried.layout.annotations if one.text.startswith("shaded")]
    assert title.startswith("what each adds") and added.layout.xaxis2.automargin
    assert max(map(len, [*title.split("<br>"), *shade.split("<br>")])) <= 32
