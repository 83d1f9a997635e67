"""The command `explorer record`: a trained network becomes a recording."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from explorer import catalogue
from explorer.commands.options import Device, Json, Set, progress, settings_of
from explorer.errors import SettingError
from explorer.result import to_json

Data = Annotated[list[str], typer.Option(help="FILE, FILE:NAME or FILE:a,b; argument=FILE:NAME for several inputs.")]
Layers = Annotated[list[str] | None, typer.Option("--layer", help="A name or a pattern such as layer*; repeat.")]
Pools = Annotated[
    list[str] | None,
    typer.Option(
        "--pool", help="mean, channels, tokens, cls, masked_mean, last_token, each_token, flatten; LAYER=pool."
    ),
]
Numbers = Annotated[str, typer.Option(help="Of each channel after the division, as 0.5,0.5,0.5.")]


def record(
    model: Annotated[str, typer.Option(help="Weights, .pt2, .onnx or a Hugging Face folder.")],
    data: Data,
    network: Annotated[
        str, typer.Option(help="Class of a file of weights: FILE.py:Class or package.module:Class.")
    ] = "",
    labels: Annotated[str, typer.Option(help="As --data: one value a sample.")] = "",
    factors: Annotated[list[str] | None, typer.Option(help="As --data: columns; repeat for more.")] = None,
    layer: Layers = None,
    pool: Pools = None,
    layout: Annotated[str, typer.Option(help="as_is, channels_last, one_channel or flat.")] = "as_is",
    divide: Annotated[float, typer.Option(help="The data by this number, as 255.")] = 1.0,
    mean: Numbers = "",
    std: Numbers = "",
    tokens: Annotated[int, typer.Option(help="At most so many of one text.")] = 128,
    samples: Annotated[int | None, typer.Option(help="So many, drawn at random; else all.")] = None,
    dtype: Annotated[str, typer.Option(help="float32, float16 or float64, as stored.")] = "float32",
    batch: Annotated[int, typer.Option(help="Samples in one pass.")] = 256,
    budget: Annotated[str | None, typer.Option(help="Most disk for layers and probe, as '2 GB'.")] = None,
    functional: Annotated[bool, typer.Option("--functional", help="Record functions such as F.relu too.")] = False,
    accuracy: Annotated[
        bool, typer.Option("--accuracy", help="The share of samples whose largest output is at their label's place.")
    ] = False,
    form: Annotated[str, typer.Option(help="auto, state_dict, hugging_face, exported or onnx.")] = "auto",
    set_: Set = None,
    title: Annotated[str, typer.Option(help="Of the recording.")] = "",
    licence: Annotated[str, typer.Option(help="Of the data, kept with the recording.")] = "",
    source: Annotated[str, typer.Option(help="Where network and data are from, kept with the recording.")] = "",
    out: Annotated[str, typer.Option(help="Folder of the recording; else one among yours.")] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the recording in --out.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List layers with shapes and memory only.")] = False,
    seed: Annotated[int, typer.Option(help="Of the samples drawn.")] = 0,
    device: Device = "auto",
    json_: Json = False,
) -> None:
    """Record the layers of a trained network on your data; list them first with --list."""
    from explorer.models._select import check_class, form_of
    from explorer.recordings import library
    from explorer.trained import recorded
    from explorer.trained.listing import listed, probe_bytes
    from explorer.trained.opened import opened
    from explorer.trained.recipe import Recipe, numbers

    if out and not list_:
        recorded.check_free(Path(out), overwrite)
    kind = form_of(model) if form == "auto" else form
    if network:
        check_class(model, kind)
    settings = settings_of(catalogue.models, kind, [*(set_ or ()), *([f"network={network}"] if network else [])])
    recipe = Recipe(
        model, _data(data), kind, settings, labels, tuple(factors or ()), tuple(layer or ()), _pools(pool or []), dtype,
        batch, samples, seed, layout, divide, numbers("mean", mean), numbers("std", std), tokens, budget, functional,
        accuracy, title, licence, source,
    )  # fmt: skip
    given = opened(recipe, device)
    layers = listed(given)
    told: dict[str, Any] = {
        "notes": list(given.notes),
        "samples": len(given),
        "probe": probe_bytes(given, layers),
        "layers": [asdict(one) for one in layers],
    }
    if not json_:
        print("\n".join([*given.notes, *_table(layers, whole=list_), _total(layers, len(given), told["probe"])]))
    if not list_:
        folder = Path(out or library.fresh(recorded.stem(recipe)))
        recorded.record(given, folder, overwrite=overwrite, progress=_still if json_ else progress)
        told |= _kept(folder)
        if not json_:
            print(*(f"{name} {one:.4g}" for name, one in told["metrics"].items()), f"explorer open {folder}", sep="\n")
    if json_:
        print(to_json(told))


def _kept(folder: Any) -> dict[str, Any]:
    import explorer

    metrics = explorer.open(folder).metrics
    found = metrics[0] if metrics else {}
    return {"recording": str(folder), "metrics": {name: one for name, one in found.items() if name == "accuracy"}}


def _data(texts: list[str]) -> str | dict[str, str]:
    """One array, or several by the network's arguments.

    Raises:
        SettingError: when only some have an argument.
    """
    pairs = [text.partition("=") for text in texts]
    named = {name: text for name, equals, text in pairs if equals and name.isidentifier() and not os.path.exists(name)}
    if not named and len(texts) == 1:
        return texts[0]
    if len(named) < len(texts):
        raise SettingError("several --data each need the network's argument, as in --data input_ids=FILE:ids")
    return named


def _pools(texts: list[str]) -> str | dict[str, str]:
    """One pool for all layers, or some by layer.

    Raises:
        SettingError: for two pools for all.
    """
    named = dict(text.split("=", 1) for text in texts if "=" in text)
    plain = [text for text in texts if "=" not in text]
    if len(plain) > 1 or (plain and named):
        raise SettingError("--pool is given once for all layers, or as LAYER=pool for some; the others are flattened")
    return named or (plain[0] if plain else "")


def _table(layers: list[Any], whole: bool) -> list[str]:
    """One line a layer: mark of the chosen, name, class, shape of a sample, what is kept, bytes or the reason."""
    from explorer.sources._limits import size

    rows = [("", "layer", "class", "a sample", "kept", "memory")]
    for one in layers:
        if whole or one.chosen:
            kept = "" if one.reason else f"{one.rows} x {one.width}"
            shape = " x ".join(map(str, one.shape))
            rows.append(("*" * one.chosen, one.name, one.kind, shape, kept, one.reason or size(one.bytes)))
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    return ["  ".join([*map(str.ljust, row, widths), row[-1]]) for row in rows]


def _total(layers: list[Any], n: int, probe: int) -> str:
    from explorer.sources._limits import size

    chosen = [one for one in layers if one.chosen and not one.reason]
    each = sum(one.bytes for one in chosen)
    return f"{len(chosen)} layers of {n} samples are recorded: {size(each)}, and {size(probe)} of the probe"


def _still(done: int, total: int, note: str = "") -> None:
    """No line on the terminal."""
