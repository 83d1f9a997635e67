"""Latent traversals on the screen: a strip for every latent, one of them in motion, two of them as a grid."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from explorer.coded import traversal
from explorer.coded.traversal import MEAN, MOST, Route
from explorer.data import Recording
from explorer.results.metric_table import MetricTable
from explorer.results.representation import Traversal
from explorer.ui import computing, export, images, results, show, strips
from explorer.ui.codes import Chosen
from explorer.ui.form import widget

SHOWN = 10
"""Latents whose strips are shown at first."""
WIDTHS = (1.2, 2.4, 8)
FAINT = 0.01
"""Mean change of the grey scale below which a decoder is said hardly to listen."""
LATENT, OTHER, ANCHOR = "traverse.latent", "traverse.other", "traverse.anchor"


def panel(chosen: Chosen, table: MetricTable) -> None:
    """Strips of all latents from the code of one image, then one latent in motion and against another."""
    recording = chosen.recording
    if recording is None or (why := missing(chosen)):
        st.info(why if recording is not None else _of_files())
        return
    route = _controls(recording, table)
    asked = (recording, chosen.step, route)
    soon = "The decoder is drawing; the strips appear here by themselves."
    computing.shown(traversal, asked, partial(_strips, table), f"{route.pictures} pictures take", soon)
    found = traversal.collected(*asked)
    if found is not None:
        _exports(chosen, found, table, _closer(chosen, found, table))


def strip(chosen: Chosen, latent: int) -> None:
    """The strip of one latent, from the code of the image that the panel has."""
    recording = chosen.recording
    if recording is None or missing(chosen):
        st.caption(_of_files() if recording is None else missing(chosen))
        return
    whole = _route(recording)
    route = whole if latent in (whole.latents or ()) else _route(recording, (latent,))
    asked = (recording, chosen.step, route)
    computing.shown(
        traversal, asked, partial(_strip, latent), f"{route.pictures} pictures take", "The decoder is drawing."
    )


def _strip(latent: int, found: Traversal) -> None:
    place = found.latents.index(latent)
    st.image(strips.strip(found, place), alt=f"{strips.alternative(found, place)}.")
    kept = f"the others stay at those of image {found.about['anchor']}"
    st.caption(show.plain(f"Latent {latent} moves, {strips.ends(found, place)}; {kept}."))


def missing(chosen: Chosen) -> str:
    """Why a run has no traversal here and what to do; "" where it has one."""
    recording = chosen.recording
    if recording is None:
        return ""
    if MEAN not in recording.layers or not (known := traversal.models(recording)):
        return (
            "No decoder was kept with this run, so nothing can be drawn. Choose a trained autoencoder above, train one "
            "under *Train one*, or record one with `explorer demo vae`."
        )
    if recording.x is None:
        return "This run was recorded without its images; record it with probe=(x, y)."
    if chosen.layer != MEAN:
        return f"The decoder takes the layer called {MEAN}; choose it above."
    if chosen.step not in known:
        return f"No model of step {chosen.step} was kept; choose one of {', '.join(map(str, known[:20]))} above."
    return ""


def _of_files() -> str:
    return "Codes of files come without a decoder. Choose a run whose models were kept, or train one under *Train one*."


def _controls(recording: Recording, table: MetricTable) -> Route:
    """The image whose code is left, and how far latents move."""
    look, one, two, three = st.columns([1, 5, 2, 2], vertical_alignment="bottom")
    anchor = one.slider(
        "Image of the probe", 0, len(recording) - 1, len(recording) // 2, key=ANCHOR, bind="query-params",
        help="From the code of this image each latent moves by itself.",
    )  # fmt: skip
    values, span, share, _ = traversal.SETTINGS
    with two:
        widget(span, "traverse.span")
    with three.popover("Settings", icon=":material/tune:", width="stretch"):
        st.caption("The span is the middle share of the standard normal prior, or of the means over the probe.")
        widget(values, "traverse.values")
        widget(share, "traverse.share")
    look.image(
        images.png(images.enlarged(traversal.picture(recording, anchor), 72)),
        alt=f"Image {anchor} of the probe: {_factors(recording, anchor)}",
    )
    st.caption(show.plain(f"Image {anchor}: {_factors(recording, anchor) or 'without factors'}."))
    return _route(recording, [int(j) for j in table.order])


def _factors(recording: Recording, row: int) -> str:
    found = []
    for name, column in recording.factors.items():
        one = column[row]
        found.append(f"{name} {one:.3g}" if isinstance(one, float | np.floating) else f"{name} {one}")
    return ", ".join(found)


def _route(recording: Recording, latents: "tuple[int, ...] | list[int]" = ()) -> Route:
    """As the widgets say, of all latents in their order; where these are too many, of the first of `latents`."""
    said = {name: st.session_state.get(f"traverse.{name}") for name in ("anchor", "values", "span", "share")}
    given = {name: one for name, one in said.items() if one is not None}
    given.setdefault("anchor", len(recording) // 2)
    given["anchor"] = min(int(given["anchor"]), len(recording) - 1)
    d = int(np.prod(recording.shapes[MEAN][1:], dtype=int))
    room = MOST // (traversal.pixels_of(recording) * int(given.get("values", Route.values)))
    kept = None if d <= room else tuple(sorted(latents[: max(1, room)] or range(max(1, room))))
    return Route(latents=kept, **given).checked(recording)


def _strips(table: MetricTable, found: Traversal) -> None:
    """One row a latent, those that tell most of a factor first; those that hardly move the picture are folded away."""
    order = _order(found, table)
    moving = [latent for latent in order if _change(found, latent) >= FAINT]
    still = [latent for latent in order if latent not in moving]
    if not moving:
        moving, still = order, []
    every = len(moving) <= SHOWN or st.toggle(
        f"All {len(moving)} latents", key="traverse.all", help=f"{SHOWN} are shown without it.", bind="query-params"
    )
    if len(order) < len(table.latents):
        st.caption(f"{len(order)} of {len(table.latents)} latents are drawn: more pictures than these are not kept.")
    _, words, pictures = st.columns(WIDTHS, vertical_alignment="center")
    words.markdown("Image and reconstruction")
    pictures.image(
        images.png(strips.start(found)), alt=f"Image {found.about['anchor']} and what is decoded of its code"
    )
    for latent in moving if every else moving[:SHOWN]:
        _row(latent, found, table)
    if still:
        _folded(still, found, table)
    st.caption(
        "Shares are what a latent's mean tells of the factor that it tells most of; changes are the largest mean "
        "difference from the reconstruction, 100 % being black to white."
    )
    if found.change.max() < FAINT:
        st.warning(
            f"No latent changes the picture by more than {FAINT:.0%} of the grey scale: over this span the decoder "
            "hardly listens to the code, whatever the code tells of the factors."
        )
    if st.session_state.pop("traverse-clicked", False):
        st.rerun()


def _row(latent: int, found: Traversal, table: MetricTable) -> None:
    """A button that looks closer, what the latent tells and changes, and its pictures."""
    place = found.latents.index(latent)
    button, words, pictures = st.columns(WIDTHS, vertical_alignment="center")
    button.button(
        f"Latent {latent}", key=f"traverse-{latent}", on_click=_choose, args=(latent,), width="stretch",
        help="Look closer at this latent below.",
    )  # fmt: skip
    words.markdown(show.plain(f"{strips.tells(table, latent)}; {strips.moves(found, place)}"))
    pictures.image(
        strips.strip(found, place), alt=f"{strips.alternative(found, place)}: {strips.tells(table, latent)}."
    )


def _folded(still: list[int], found: Traversal, table: MetricTable) -> None:
    """The strips that look alike, closed, with their number and why they do."""
    most = max(_change(found, latent) for latent in still)
    drowned = [latent for latent in still if latent in table.about.get("drowned", ())]
    named = f"{len(still)} latent{'s' * (len(still) > 1)}"
    with st.expander(f"{named} without effect on the picture: at most {most:.1%} of the grey scale"):
        st.caption(
            f"Strips that change by {FAINT:.0%} or more stand above; these look alike. {len(drowned)} of {len(still)} "
            "drown in their noise: their means tell of factors, but vary too little for the decoder to draw it."
        )
        for latent in still:
            _row(latent, found, table)


def _order(found: Traversal, table: MetricTable) -> list[int]:
    """Latents that were drawn, those that tell most first."""
    return [int(j) for j in table.order if int(j) in found.latents]


def _change(found: Traversal, latent: int) -> float:
    """The most that a latent changes of the picture, 0 to 1 of the grey scale."""
    return float(found.change[found.latents.index(latent)].max())


def _choose(latent: int) -> None:
    st.session_state[LATENT] = latent
    st.session_state["traverse-clicked"] = True


def _closer(chosen: Chosen, found: Traversal, table: MetricTable) -> int:
    """One latent in motion, and two against each other; the first of them."""
    order = _order(found, table)
    one, two, three = st.columns([2, 2, 6], vertical_alignment="bottom")
    latent = one.selectbox("Look closer at latent", order, key=LATENT, bind="query-params")
    other = two.selectbox(
        "against latent", [j for j in order if j != latent], index=None, key=OTHER, bind="query-params",
        placeholder="none", help="Both move: the first from top to bottom, the second from left to right.",
    )  # fmt: skip
    play = three.toggle(
        "Play", True, key="traverse.play", bind="query-params",
        help="Where the system asks for less motion the pictures stand side by side.",
    )  # fmt: skip
    place = found.latents.index(latent)
    still = images.beside(images.enlarged(found.images[place], 96))
    left, right = st.columns([2, 8], vertical_alignment="top")
    with left:
        if play:
            frames = list(images.enlarged(found.images[place], 160))
            st.html(images.moving(frames, still, strips.alternative(found, place)))
        st.markdown(show.plain(f"Latent {latent}: {strips.tells(table, latent)}; {strips.moves(found, place)}"))
    with right:
        if other is None:
            st.image(images.png(still), alt=strips.alternative(found, place))
        else:
            _grid(chosen, found, (latent, other))
    return latent


def _grid(chosen: Chosen, found: Traversal, pair: tuple[int, int]) -> None:
    """Two latents against each other, by a job of its own."""
    recording, step = chosen.recording, chosen.step
    assert recording is not None
    names = ("anchor", "values", "span", "share")
    route = Route(latents=pair, grid=True, **{name: found.about[name] for name in names}).checked(recording)
    asked = (recording, step, route)
    computing.shown(traversal, asked, _square, f"{route.pictures} pictures take", "The decoder is drawing the grid.")


def _square(found: Traversal) -> None:
    a, b = found.latents
    picture = images.png(images.grid(images.enlarged(found.images, 44)))
    words = f"Latent {a} from {strips.ends(found, 0)} downward, latent {b} from {strips.ends(found, 1)} to the right"
    st.image(picture, alt=f"{len(found.images)} x {len(found.images)} pictures. {words}.")
    st.caption(show.plain(f"{words}."))
    st.download_button("Grid (PNG)", picture, f"latents-{a}-{b}.png", "image/png", on_click="ignore")


def _exports(chosen: Chosen, found: Traversal, table: MetricTable, latent: int) -> None:
    """The latent that is looked at and all of them in motion, the whole sheet, and what repeats them."""
    order, one = _order(found, table), found.images[found.latents.index(latent)]
    name = f"traversal-{found.about['step']}-{found.about['anchor']}"
    files: dict[str, tuple[Callable[[], bytes], str]] = {
        f"Latent {latent} (GIF)": (lambda: images.gif(list(images.enlarged(one, 160))), f"latent-{latent}.gif"),
        "All latents (GIF)": (lambda: images.gif(strips.frames(found, order)), f"{name}.gif"),
        "Sheet (PNG)": (lambda: images.png(strips.sheet(found, table, order)), f"{name}.png"),
    }
    with st.container(horizontal=True):
        for label, (content, file) in files.items():
            st.download_button(label, content, file, f"image/{file[-3:]}", on_click="ignore")
    note = f"{strips.described(found)}. Pictures are the means of the decoder's pixels, 256 grey levels."
    results.exports(python(chosen, found), export.used(["higgins2017"]), (name, note), found.to_frame)


def python(chosen: Chosen, found: Traversal) -> str:
    """Code that draws these strips."""
    assert chosen.recording is not None
    usual = {one.name: one.default for one in traversal.SETTINGS}
    given = {name: found.about[name] for name in ("values", "span", "share") if found.about[name] != usual[name]}
    if len(found.latents) < len(found.code):
        given["latents"] = list(found.latents)
    arguments = "".join(f", {name}={value!r}" for name, value in given.items())
    return (
        "import explorer\nfrom explorer.coded.traversal import traversal\n\n"
        f"recording = explorer.open({export.source(chosen.recording)!r})\n"
        f"found = traversal(recording, {found.about['step']}, anchor={found.about['anchor']}{arguments})\n"
        "found.images  # (latents, values, height, width), 0 to 255\n"
    )
