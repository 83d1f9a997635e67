"""Record a trained network: name it and the data, see its layers, choose some, and a job writes the recording."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import streamlit as st

from explorer import arrays, jobs
from explorer.catalogue import models
from explorer.errors import UnknownNameError
from explorer.models._select import form_of
from explorer.settings import Setting
from explorer.sources._limits import size
from explorer.trained import recorded
from explorer.trained.recipe import POOLS, PREPARATION, STORING, Recipe, numbers
from explorer.ui import computing, files, form, making, pick, show

JOB = "record-job"
USUAL = "usual"
WHAT_TO_DO = "Change what the message names; nothing has been recorded."
NETWORK = (
    "Weights (.safetensors, .pt, .pth, .th, .ckpt), a program of torch.export (.pt2), a model of ONNX (.onnx), or a "
    "local folder of Hugging Face with safetensors. No code in it is run."
)
PROVENANCE = {
    "licence": ("Of the data, kept with the recording.", "CC BY 4.0"),
    "source": ("Where network and data are from, kept with the recording.", "https://"),
}
COLUMN = "FILE, FILE:NAME or FILE:a,b, of as many rows as the data."
OWN_CLASS = (
    "Weights alone need the class of their network, which is a program, and a server for several people runs none of "
    "theirs. Record with `explorer record` on your own computer, or export the network with torch.export or to ONNX."
)


def panel() -> None:
    """The network and the data; below them its layers, which to record, and the button that records them."""
    with show.told(WHAT_TO_DO):
        recipe = _asked()
        if recipe is not None:
            _layers(recipe)
    making.recording(JOB)


def _asked() -> Recipe | None:
    """What the widgets say; None until both network and data are named."""
    model = st.text_input(
        "File of the network", key="record-model", placeholder="resnet.pth, net.onnx or a folder", help=NETWORK
    )
    kind, settings = _form(model.strip())
    texts = _data()
    prepared = _prepared()
    if not kind or not texts["data"]:
        st.info("Name the file or folder of a trained network, and the data to feed it: images, numbers or texts.")
        return None
    for text in (texts["data"], texts["labels"], *texts["factors"]):
        if text:
            pick.allowed(arrays.path(text))
    return Recipe(str(Path(model.strip()).expanduser()), form=kind, settings=settings, **texts, **prepared).absolute()


def _data() -> dict[str, Any]:
    """Data, labels and factors, as texts."""
    data, labels, factors, upload = st.columns([3, 3, 3, 0.7], vertical_alignment="bottom")
    with upload.popover("", icon=":material/upload:", width="stretch", help="Upload the data"):
        files.taker("A file with the data", "record-data")
    found = {
        "data": data.text_input("Data", key="record-data", placeholder="test.npz:images", help="FILE or FILE:NAME."),
        "labels": labels.text_input("Labels", key="record-labels", placeholder="test.npz:labels", help=COLUMN),
    }
    more = factors.text_input("Factors", key="record-factors", placeholder="none", help=f"{COLUMN} With ; several.")
    listed = tuple(files.resolved(part.strip()) for part in more.split(";") if part.strip())
    return {name: files.resolved(text.strip()) for name, text in found.items()} | {"factors": listed}


def _form(model: str) -> tuple[str, dict[str, Any]]:
    """The form of a network and its settings; no form until there is one that can be recorded here."""
    if not model:
        return "", {}
    pick.allowed(Path(model).expanduser())
    kind = form_of(str(Path(model).expanduser()))
    if kind == "state_dict" and os.environ.get("EXPLORER_ROOTS"):
        st.info(OWN_CLASS)
        return "", {}
    card = models.card(kind)
    st.caption(show.plain(card.summary))
    given = {}
    for place, setting in zip(st.columns(max(1, len(card.settings))), card.settings, strict=False):
        with place:
            draw = form.widget if setting.type is not str or setting.choices else _typed
            given[setting.name] = draw(setting, f"record.{setting.name}")
    return kind, {
        setting.name: given[setting.name] for setting in card.settings if given[setting.name] != setting.default
    }


def _typed(setting: Setting, key: str) -> str:
    """A box for text; that of the class says what to type there."""
    if setting.name != "network":
        return form.text(setting, key)
    return st.text_input("Its class", key=key, placeholder="resnet.py:ResNet", help=setting.help or None)


def _prepared() -> dict[str, Any]:
    """What is done to the data, and how activations are kept."""
    before, after, origin, name = st.columns([1, 1, 1, 2], vertical_alignment="bottom")
    notes = origin.popover("Origin", icon=":material/license:", width="stretch")
    with before.popover("Preparation", icon=":material/tune:", width="stretch"):
        found = form.form(PREPARATION, "record")
        for one in ("mean", "std"):
            about = "Of each channel after the division, with commas; empty leaves the data."
            text = st.text_input(one, key=f"record.{one}", placeholder="0.485, 0.456, 0.406", help=about)
            found[one] = numbers(one, text)
    with after.popover("Keeping", icon=":material/save:", width="stretch"):
        about = "What makes one row a sample of a layer. The usual one is flatten, and masked_mean for texts."
        pool = st.selectbox("pool", (USUAL, *POOLS), key="record.pool", help=about, bind="query-params")
        found |= form.form(STORING, "record")
        text = st.text_input("budget", key="record.budget", placeholder="none", help="Most disk, as 2 GB.")
        found["budget"] = text.strip() or None
    for one, (about, hint) in PROVENANCE.items():
        found[one] = notes.text_input(one.capitalize(), key=f"record-{one}", placeholder=hint, help=about).strip()
    found["title"] = name.text_input("Title", key="record-title", placeholder="name of the network").strip()
    return found | {"pool": "" if pool == USUAL else pool}


def _layers(recipe: Recipe) -> None:
    """The layers with shapes and memory once a job has listed them, and which to record."""
    spec = recorded.specification(replace(recipe, title="", budget=None, licence="", source=""))
    job = _job(spec)
    if job is None or (not job.live and job.state != "done"):
        if job is not None and job.error:
            st.error(show.plain(job.error))
        st.button(
            "List layers", type="primary", icon=":material/list:", key="record-list", on_click=_list, args=(spec,)
        )
    elif job.live:
        computing.followed(lambda: None, True, spec)
    else:
        _chosen(recipe, job.result, job.id)


def _chosen(recipe: Recipe, listing: dict[str, Any], id: str) -> None:
    """The table of layers with a box to tick for each, what they take, and the button."""
    st.markdown("\n".join(f"- {show.plain(note)}" for note in listing["notes"]))
    asked = st.text_input(
        "Layers", key="record-layers", placeholder="the usual ones", help="Names or patterns such as layer?.?, linear."
    )
    patterns = [part.strip() for part in asked.split(",") if part.strip()]
    rows = [
        {"record": not one["reason"] and _wanted(one, patterns), "layer": one["name"], "class": one["kind"],
         "a sample": " × ".join(map(str, one["shape"])), "kept": _kept(one),
         "memory": one["reason"] or size(one["bytes"])}
        for one in listing["layers"]
    ]  # fmt: skip
    edited = st.data_editor(rows, hide_index=True, key=f"record-layers-{id}-{asked}", disabled=list(rows[0])[1:])
    names = [one["layer"] for one in edited if one["record"]]
    calls = {name.partition("#")[0] for name in names}
    taken = [one for one in listing["layers"] if one["name"].partition("#")[0] in calls]
    refused = next((one for one in taken if one["name"] in names and one["reason"]), None)
    words, button = st.columns([5, 1.3], vertical_alignment="center")
    total = size(sum(one["bytes"] for one in taken) + listing.get("probe", 0))
    words.markdown(f"**{len(names)} layers of {listing['samples']} samples: {total} on the disk with the probe.**")
    if refused is not None:
        st.warning(f"{show.plain(refused['name'])} cannot be recorded: {show.plain(refused['reason'])}.")
    chosen = replace(recipe, layers=tuple(dict.fromkeys(name.partition("#")[0] for name in names)))
    button.button(
        "Record", type="primary", icon=":material/radio_button_checked:", key="record-start", on_click=_start,
        args=(chosen,), disabled=not names or refused is not None,
    )  # fmt: skip
    _repeat(chosen)


def _wanted(layer: dict[str, Any], patterns: list[str]) -> bool:
    """Whether a layer is ticked at first: what the patterns match, or the usual ones where there are none."""
    return any(fnmatch(layer["name"], one) for one in patterns) if patterns else layer["chosen"]


def _kept(layer: dict[str, Any]) -> str:
    return "" if layer["reason"] else f"{layer['rows']} × {layer['width']}"


def _job(spec: jobs.Specification) -> jobs.Job | None:
    try:
        return jobs.job(spec.id)
    except UnknownNameError:
        return None


def _list(spec: jobs.Specification) -> None:
    jobs.submitted(spec, "Listing layers")


def _start(recipe: Recipe) -> None:
    st.session_state[JOB] = recorded.submitted(recipe).id


def _repeat(recipe: Recipe) -> None:
    """The same from the command line and from Python."""
    given = ", ".join(f"{name}={one!r}" for name, one in recipe.plain.items())
    with st.expander("Copy as Python"):
        show.code(
            "from explorer.trained.recipe import Recipe\nfrom explorer.trained.recorded import record\n\n"
            f"record(Recipe({given}), {(recipe.title or 'run')!r})\n",
            language="python",
        )
        show.code(command(recipe), language="bash")


def command(recipe: Recipe) -> str:
    """`explorer record` with the same recipe."""
    parts: list[tuple[str, Any]] = [("model", recipe.model), *(("data", one) for one in _texts(recipe.data))]
    parts += [("labels", recipe.labels), *(("pool", one) for one in _texts(recipe.pool))]
    parts += [("factors", one) for one in recipe.factors] + [("layer", one) for one in recipe.layers]
    parts += [("set", f"{name}={value}") for name, value in recipe.settings.items()]
    parts += [(one, ",".join(map(str, getattr(recipe, one)))) for one in ("mean", "std")]
    for setting in (*PREPARATION, *STORING):
        value = getattr(recipe, setting.name)
        parts += [(setting.name, value)] if value != setting.default and setting.type is not bool else []
    parts += [("budget", recipe.budget), ("title", recipe.title)]
    parts += [(one, getattr(recipe, one)) for one in PROVENANCE]
    flags = [f"--{name} {shlex.quote(str(value))}" for name, value in parts if value not in ("", None)]
    flags += [f"--{one.name}" for one in STORING if one.type is bool and getattr(recipe, one.name)]
    return " ".join(["explorer record", *flags])


def _texts(given: str | Mapping[str, str]) -> list[str]:
    """One text, or `name=text` for each of several."""
    return [given] if isinstance(given, str) else [f"{name}={text}" for name, text in given.items()]
