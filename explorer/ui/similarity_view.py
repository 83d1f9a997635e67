"""How alike layers, steps and runs are: a matrix, a map, and what shuffled rows read."""

from functools import partial

import numpy as np
import streamlit as st

from explorer.catalogue import measures
from explorer.data import Recording
from explorer.profiles import Profile
from explorer.result import Doubt
from explorer.results.representation import Similarity
from explorer.studies import likeness
from explorer.studies.likeness import Pairs
from explorer.ui import computing, export, pick, results, show
from explorer.ui.cell import Cell
from explorer.ui.form import form


def panel(recording: Recording, cell: Cell, plan: Profile, unit: str) -> None:
    """Layers at the chosen step, layers between two steps, or the chosen layer over steps or runs."""
    recordings, pairs = _controls(recording, cell)
    pairs = pairs.checked()
    found = likeness.collected(recordings, pairs)
    spec = likeness.specification(recordings, pairs)
    submit = partial(likeness.submitted, recordings, pairs)
    live = computing.started(spec, 0.0 if found else 1.0, submit, f"{pairs.measure} of all pairs takes")

    def draw() -> None:
        found = likeness.collected(recordings, pairs)
        if found is None:
            st.info("The matrix is being computed.")
            return
        picture, side = st.columns([5, 2], gap="large")
        with picture:
            drawn = found.plot(theme=st.context.theme.type or "light")
            results.figure(drawn, "similarity", f"{recording.name}-{pairs.measure}")
            with st.expander("Table"):
                st.dataframe(found.to_frame(), hide_index=True, alt=drawn.layout.meta["alt"])
        with side:
            show.doubts(doubts(found))
            keys = export.used(measures.card(pairs.measure).references)
            about = (f"{recording.name}-{pairs.measure}", f"{pairs.measure} of {len(found.names)} representations.")
            results.exports(python(recordings, pairs), keys, about, found.to_frame)

    computing.followed(draw, live, spec)


def _controls(recording: Recording, cell: Cell) -> tuple[list[Recording], Pairs]:
    """Which representations, by which measure."""
    one, two, three, four = st.columns([2.4, 2.4, 3, 1.5], vertical_alignment="bottom")
    names = [name for name in measures if _of_pairs(name)]
    name = one.selectbox(
        "Similarity", names, names.index("linear_cka"), key="similarity.measure", bind="query-params",
        help="Measures that compare two representations.",
    )  # fmt: skip
    card = measures.card(name)
    what = two.selectbox(
        "Of", ["layers", "layers of two steps", "steps", "runs"], key="similarity.of", bind="query-params",
        help="Layers at the chosen step, with another step beside it, the chosen layer over steps, or over runs.",
    )  # fmt: skip
    recordings, layers = [recording], None
    steps: tuple[int, ...] = (cell.step,)
    if what == "layers of two steps":
        other = three.select_slider(
            "and", recording.steps, recording.steps[0], key="similarity.step", bind="query-params"
        )
        steps = tuple(sorted({other, cell.step}))
    elif what == "steps":
        even = np.linspace(0, len(recording.steps) - 1, min(12, len(recording.steps))).round().astype(int)
        steps, layers = tuple(recording.steps[i] for i in even), (cell.layer,)
        three.caption(f"{cell.layer} at {len(steps)} of {len(recording.steps)} recorded steps, evenly spaced.")
    elif what == "runs":
        recordings += _others(recording, three)
        layers = (cell.layer,) if len(recordings) > 1 else None
    with four.popover("Settings", icon=":material/tune:", width="stretch"):
        st.markdown(show.plain(card.summary))
        settings = form(card.settings, f"similarity.{name}")
    given = None if what == "runs" else steps
    return recordings, Pairs(name, settings, given, layers)


def _of_pairs(name: str) -> bool:
    constants = measures.card(name).constants
    return constants.get("against") == "representation" and not constants.get("tracks")


def _others(recording: Recording, place: st.delta_generator.DeltaGenerator) -> list[Recording]:
    """The other runs to compare with, at their last steps."""
    known = {path: title for path, title in pick.runs().items() if path != export.source(recording)}
    chosen = place.multiselect(
        "with", list(known), format_func=known.__getitem__, key="similarity.runs",
        help="Runs of the same samples, each at its last step; without one the layers of this run are compared.",
    )  # fmt: skip
    return [found for path in chosen if (found := pick.opened(path))]


def doubts(found: Similarity) -> list[Doubt]:
    """What fired on how many pairs, and why pairs have no value."""
    said = [
        Doubt(f"{rule} ({one['pairs']} pair(s), such as {one['pair']})", one["text"])
        for rule, one in found.about["doubts"].items()
    ]
    return said + [Doubt(f"no value: {pair}", f"{why}.") for pair, why in list(found.about["errors"].items())[:5]]


def python(recordings: list[Recording], pairs: Pairs) -> str:
    """Code that computes and draws this matrix."""
    defaults = {one.name: one.default for one in measures.card(pairs.measure).settings}
    options = {name: list(value) for name in ("steps", "layers") if (value := getattr(pairs, name))}
    given = {name: value for name, value in pairs.settings.items() if value != defaults[name]}
    call = export.called(measures, pairs.measure, given, options)
    opened = ", ".join(f"explorer.open({export.source(one)!r})" for one in recordings)
    runs = f"[{opened}]" if len(recordings) > 1 else opened
    return f"import explorer\n\nfound = explorer.similarity({runs}, {call})\nfound.plot()\n"
