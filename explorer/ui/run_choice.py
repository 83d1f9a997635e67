"""Which runs are compared, and what is read of them: the two bars above a comparison."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.catalogue import Card, estimators, measures
from explorer.data import Recording, digest
from explorer.errors import ExplorerError
from explorer.examples.base import bundled, folder_of, network_of
from explorer.plan import Plan, takes_layers
from explorer.profiles import STEPS, Profile
from explorer.recordings.manifest import read_manifest
from explorer.recordings.store import open_folder
from explorer.runs.groups import AnyPlan, partners
from explorer.ui import computing, export, pick, show
from explorer.ui.form import form

ONE = "one group"
AS = ("each by itself", ONE)
TYPED = "The folder of one that is not in the list is typed."


def runs() -> tuple[list[Recording], list[list[Recording]]]:
    """The baseline's recordings, and those of every side that is compared with it."""
    if not st.query_params.get_all("baseline"):
        st.query_params["baseline"] = (
            st.query_params.get("run") or st.session_state.get("run-in-use") or next(iter(pick.runs()))
        )
    known = pick.runs(*st.query_params.get_all("baseline"), *st.query_params.get_all("with"))
    one, two, three = st.columns([4, 4, 2.2], vertical_alignment="bottom")
    with one:
        help = f"A run, or several seeds of one training, which are read by their mean. {TYPED}"
        chosen = _several("Baseline", "baseline", known, help)
    with two:
        rest = {path: title for path, title in known.items() if path not in chosen}
        help = f"Runs that were recorded with layers of the same names, or as many. {TYPED}"
        others = _several("Compared with it", "with", rest, help)
    grouping = three.segmented_control(
        "Compared runs are", AS, default=None if "as" in st.session_state else AS[0], required=True, key="as",
        bind="query-params",
        help="Each by itself, or seeds of one training that are read by their mean.",
    )  # fmt: skip
    if not chosen:
        st.info("Choose a baseline above: one run, or several seeds of one training.")
    base, sides = _opened(chosen), [found for path in others if (found := _opened([path]))]
    return base, [[one for side in sides for one in side]] if grouping == ONE and sides else sides


def _several(label: str, name: str, known: Mapping[str, str], help: str) -> list[str]:
    """Runs by their paths, which the URL's parameter `name` holds; a bound widget would write their titles there."""
    named, key, seen = st.query_params.get_all(name), f"{name}-runs", f"{name}-seen"
    if st.session_state.get(seen) != named:  # a link, or the browser's way back
        st.session_state[key], st.session_state[seen] = named, named
    st.session_state[key] = [path for path in st.session_state.get(key, named) if path in known]
    return st.multiselect(label, list(known), format_func=lambda path: known.get(path, path), key=key, help=help,
                          on_change=_write, args=(name,), accept_new_options=True)  # fmt: skip


def _write(name: str) -> None:
    """Put the chosen runs into the URL; a job that it named belongs to the runs before."""
    chosen = [pick.typed(path) for path in st.session_state[f"{name}-runs"]]
    st.query_params[name] = list(dict.fromkeys(path for path in chosen if path))
    st.query_params.pop("job", None)


def _opened(paths: Sequence[str]) -> list[Recording]:
    """The recordings that can be opened and hold a step; a message for each other."""
    found = []
    for path in paths:
        recording = pick.opened(path)
        if recording is not None and recording.steps:
            found.append(recording)
        elif recording is not None or pick.waiting(path):
            computing.waiting(path)
    return found


def controls(recordings: Sequence[Recording]) -> tuple[AnyPlan, str]:
    """What is read of every layer at every step, and the unit."""
    zero, one, two, three, four = st.columns([2, 3.4, 2, 1.7, 1.6], vertical_alignment="bottom")
    what = zero.segmented_control(
        "Read by", ["estimator", "measure"], default="estimator", required=True, key="what", bind="query-params",
        help="An estimator: I(X;T) and I(T;Y), as on the Information plane. A measure, as on the Representation page.",
    )  # fmt: skip
    planes = what == "estimator"
    names = (
        [name for name in estimators if takes_layers(name)]
        if planes
        else [name for name in measures if measures.card(name).constants["posterior"] != "needed"]
    )
    usual = "binning" if planes else "diffusion_spectral_entropy"
    name = one.selectbox(
        str(what).capitalize(), names, names.index(usual), key="est" if planes else "measure", bind="query-params"
    )
    card = estimators.card(name) if planes else measures.card(name)
    target = _target(two, recordings, card, planes)
    unit = three.segmented_control(
        "Unit", ["bits", "nats"], default="bits", required=True, key="unit", bind="query-params"
    )
    with four.popover("Settings", icon=":material/tune:", width="stretch"):
        st.markdown(show.plain(card.summary))
        settings = form(card.settings, name)
        st.divider()
        noise = st.number_input("noise on T", 0.0, 1e3, 0.0, format="%g", key="noise", bind="query-params",
                                help="Deviation of Gaussian noise added to T.") if planes else 0.0  # fmt: skip
        usual_count = Plan().permutations if planes else 0
        permutations = st.number_input("permutations", 0, 100, usual_count, key=f"permutations.{what}",
                                       bind="query-params", help="Shuffles whose mean is the null.")  # fmt: skip
        seed = st.number_input("seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
    if planes:
        return Plan(name, settings, target, noise, permutations, seed), str(unit)
    return Profile(name, settings, target, permutations, seed), str(unit)


def _target(place: Any, recordings: Sequence[Recording], card: Card, planes: bool) -> str:
    """What layers are compared with; nothing for a measure of a layer alone."""
    against = card.constants.get("against")
    if not planes and against is None:
        place.caption("Reads a layer alone.")
        return ""
    kind = "label" if planes else "pair" if against == "representation" else "column"
    return str(place.selectbox(
        "Target", _targets(recordings, kind, str(against)), key=f"target.{kind}", bind="query-params",
        help="What layers are read against: a label, factor, layer or step that all runs have.",
    ))  # fmt: skip


def _targets(recordings: Sequence[Recording], kind: str, against: str) -> list[str]:
    """What all recordings have of a kind of target."""
    first = recordings[0]
    columns = [name for name in ("y", *first.factors) if all(_has(one, name) for one in recordings)]
    layers = [name for name in first.layers if all(name in one.layers for one in recordings)]
    if kind == "pair":
        return [*STEPS, *(["x"] if all(one.x is not None for one in recordings) else []), *layers]
    if kind == "label":
        return [*columns, *layers] or ["y"]
    factors = ["factors"] if against == "factors" and all(one.factors for one in recordings) else []
    return [*factors, *columns] or ["y"]


def _has(recording: Recording, column: str) -> bool:
    return column in recording.factors or (column == "y" and recording.y is not None)


def offer(baseline: Sequence[Recording], others: Sequence[Sequence[Recording]]) -> None:
    """A button for the training against the held-out probe of the baseline's networks, where both were recorded."""
    known = {path: about for path in pick.runs() if (about := _provenance(path)) is not None}
    found = [partners(one, known, _probe) for one in baseline]
    compared = {export.source(one) for side in others for one in side}
    if not all(found) or compared & {path for some in found for path in some}:
        return
    mine, theirs = [export.source(one) for one in baseline], [some[0] for some in found]
    if all(one.provenance.get("probe") == "training" for one in baseline):
        mine, theirs = theirs, mine
    st.button("Training against held-out probe of the same network", key="offer", icon=":material/compare_arrows:",
              on_click=_take, args=(mine, theirs))  # fmt: skip


def _take(baseline: list[str], others: list[str]) -> None:
    """Compare these, several as one group."""
    st.query_params["baseline"], st.query_params["with"] = baseline, others
    st.session_state["as"] = ONE if len(others) > 1 else AS[0]


def _provenance(path: str) -> Mapping[str, Any] | None:
    """Of a recording in a folder or an example; None for one that cannot be read, or has no step yet."""
    if path in bundled():
        return {"id": folder_of(path).name, "network": network_of(path)}
    try:
        manifest = read_manifest(Path(path))
    except ExplorerError:
        return None
    return manifest.provenance if manifest.steps else None


def _probe(path: str) -> str:
    """The digest of the inputs of a recording; "" where they are not at hand."""
    folder = folder_of(path) if path in bundled() else Path(path)
    try:
        return _digest(str(folder), (folder / "probe.safetensors").stat().st_mtime_ns)
    except (ExplorerError, OSError):
        return ""


@st.cache_data(max_entries=1000, show_spinner=False)
def _digest(folder: str, written: int) -> str:
    """Read again when the probe was written again."""
    x = open_folder(folder).x
    return "" if x is None else digest(x)
