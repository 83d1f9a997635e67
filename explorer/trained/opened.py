"""A recipe with its network and its data in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer import arrays
from explorer.device import resolve
from explorer.errors import SampleError
from explorer.models._preparation import Preparation, floating_type, has_embedding
from explorer.models._select import load
from explorer.models.base import Loaded
from explorer.recordings.images import drawn_rows
from explorer.trained.recipe import Recipe

ROWS = 2
"""Samples that are fed to learn the shapes of layers, and which functions a network calls."""


@dataclass(frozen=True)
class Opened:
    """A recipe whose network and data are in memory.

    Attributes:
        model: on its device; it prepares what it is called with.
        x: what it is called with, (n, ...), or {argument: (n, ...)}.
        y: (n,), or None.
        factors: by name, (n,) each.
        pool: what makes one row a sample of a layer, for all or by layer.
        notes: what was done to network and data, each a sentence.
    """

    recipe: Recipe
    loaded: Loaded
    model: nn.Module
    x: torch.Tensor | dict[str, torch.Tensor]
    y: np.ndarray | None
    factors: dict[str, np.ndarray]
    pool: str | Mapping[str, str]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(next(iter(self.x.values())) if isinstance(self.x, dict) else self.x)


def opened(recipe: Recipe, device: str = "auto") -> Opened:
    """Network and data of a recipe.

    Raises:
        FileError: for a file that is refused, damaged or too large.
        SampleError: for data that are not paired row by row, or that the network does not take.
        SettingError, UnknownNameError, InputError, MissingExtraError: as the form of network raises them.
    """
    loaded = load(recipe.model, recipe.form, **recipe.settings)
    columns, notes = _columns(recipe, loaded)
    x = {name: _tensor(name, one) for name, one in columns.inputs.items()}
    model = loaded.model.to(resolve(device)).eval()
    prepare = Preparation(
        recipe.layout, recipe.divide, recipe.mean, recipe.std, floating_type(model), has_embedding(model)
    )
    if "" not in x and prepare.text():
        raise SampleError(f"several inputs are fed as they are; {prepare.text()} applies to one array")
    if recipe.functional:
        from explorer.recordings.traced import traced

        model = traced(model, prepare(x[""][:ROWS]) if "" in x else {name: one[:ROWS] for name, one in x.items()})
    if "" in x:
        prepare.attach(model)
    notes += (f"Before the network, the data are: {prepare.text()}.",) if prepare.text() else ()
    usual = "tokens" if loaded.pool == "masked_mean" and "attention_mask" not in x else loaded.pool
    return Opened(
        recipe, loaded, model, x.get("", x), columns.y, columns.factors, recipe.pool or usual, (*loaded.notes, *notes)
    )


@dataclass(frozen=True)
class _Columns:
    """Arrays by argument of the network, one without a name under "", and what is known of their rows."""

    inputs: dict[str, np.ndarray]
    y: np.ndarray | None
    factors: dict[str, np.ndarray]


def _columns(recipe: Recipe, loaded: Loaded) -> tuple[_Columns, tuple[str, ...]]:
    """What is fed and known, as many rows as the recipe draws, and what was done to get there.

    Raises:
        SampleError: when the columns differ in length, or two factors have one name.
    """
    inputs, notes = _inputs(recipe, loaded)
    y, factors = None, _factors(recipe.factors)
    if recipe.labels:
        found = arrays.read(recipe.labels)
        y, notes = _column("labels", found.values), (*notes, *_of("labels", found.notes))
    whole = {name or "data": one for name, one in (*inputs.items(), ("labels", y), *factors.items()) if one is not None}
    n = len(next(iter(whole.values())))
    if not n or {len(one) for one in whole.values()} != {n}:
        told = ", ".join(f"{name} {len(one)}" for name, one in whole.items())
        raise SampleError(f"data, labels and factors must be paired row by row; the rows are {told}")
    if recipe.samples is None or recipe.samples >= n:
        return _Columns(inputs, y, factors), notes
    rows = drawn_rows(recipe.samples, n, recipe.seed).numpy()
    drawn = _Columns(_taken(inputs, rows), None if y is None else y[rows], _taken(factors, rows))
    return drawn, (*notes, f"{len(rows)} of {n} samples were drawn at random with seed {recipe.seed}.")


def _factors(texts: Iterable[str]) -> dict[str, np.ndarray]:
    """The columns that the texts name.

    Raises:
        SampleError: when two of them have one name.
    """
    found, places = dict[str, np.ndarray](), dict[str, str]()
    for text in texts:
        for name, one in arrays.columns(text).items():
            if name in found:
                raise SampleError(f"factor {name!r} is in {places[name]} and in {text}; choose columns, as in FILE:a,b")
            found[name], places[name] = one, text
    return found


def _of(what: str, notes: Iterable[str]) -> tuple[str, ...]:
    """Notes that say of which data they are."""
    return tuple(f"{what}: {note}" for note in notes)


def _taken(columns: Mapping[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    return {name: one[rows] for name, one in columns.items()}


def _inputs(recipe: Recipe, loaded: Loaded) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Arrays by argument of the network, one without a name under ""; texts are made into tokens."""
    if not isinstance(recipe.data, str):
        read = {name: arrays.read(text) for name, text in recipe.data.items()}
        told = tuple(note for name, one in read.items() for note in _of(name, one.notes))
        return {name: one.values for name, one in read.items()}, told
    found = arrays.read(recipe.data)
    if found.values.dtype.kind not in "OSU":
        return {"": found.values}, found.notes
    if loaded.encode is None:
        raise SampleError(f"{arrays.short(recipe.data)} holds text; a Hugging Face folder of a text model takes it")
    encoded, notes = loaded.encode([str(one) for one in _column("data", found.values)], recipe.tokens)
    return encoded, (*found.notes, *notes)


def _column(what: str, values: np.ndarray) -> np.ndarray:
    """One value a sample.

    Raises:
        SampleError: for any other shape.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise SampleError(f"{what} have shape {values.shape}; one value a sample is needed")
    return values


def _tensor(name: str, values: Any) -> torch.Tensor:
    if values.dtype.kind not in "biuf" or not values.ndim:
        raise SampleError(f"{name or 'data'} have dtype {values.dtype}; a network takes numbers")
    native = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    return torch.from_numpy(native)
