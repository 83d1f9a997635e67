"""What a network would record: its layers with shapes and bytes, from one pass over two samples."""

import fnmatch
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch
from torch import nn

from explorer.errors import ExplorerError, InputError, SampleError
from explorer.recordings import hooks
from explorer.recordings.budget import stored
from explorer.recordings.recorder import DTYPES
from explorer.trained.opened import ROWS, Opened

CHANNELS = (1, 2, 3, 4)
"""How many channels images have."""


@dataclass(frozen=True)
class Layer:
    """A module as one pass over a few samples shows it.

    Attributes:
        name: its path, with #1, #2 and so on for later calls.
        kind: its class, or its operator where an exported graph has no classes.
        shape: of one sample, before pooling.
        rows: that are kept of all samples.
        width: values in one of them.
        bytes: on the disk.
        chosen: whether it is to be recorded.
        reason: why it cannot be; "" when it can.
    """

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    rows: int = 0
    width: int = 0
    bytes: int = 0
    chosen: bool = False
    reason: str = ""


def listed(given: Opened) -> list[Layer]:
    """Every module in the order of its calls, then those that give no rows with the reason.

    Raises:
        InputError: when the network cannot take the data.
        UnknownNameError: for a layer of the recipe that the network lacks.
    """
    seen = _Seen(min(ROWS, len(given)))
    known = hooks.named(given.model)
    asked = _asked(given, known)
    with hooks.undisturbed(given.model), ExitStack() as stack:
        for name, module in known.items():
            stack.callback(module.register_forward_hook(seen.listener(name)).remove)
        _called(given, seen.rows)
    usual = () if asked else given.loaded.layers or hooks.automatic_layers(given.model)
    asked = asked or [name for name in usual if name in seen.shapes]
    found = [_layer(given, label, kind, shape, asked) for label, (kind, shape) in seen.shapes.items()]
    silent = {name: "it is not called" for name in known if name not in seen.calls}
    refused = {**seen.reasons, **silent}.items()
    return found + [
        Layer(name, hooks.kind_of(known[name.partition("#")[0]]), chosen=name in asked, reason=why)
        for name, why in refused
    ]


def chosen(layers: list[Layer]) -> tuple[str, ...]:
    """The names of the layers to record.

    Raises:
        SampleError: for one that was asked for and cannot be recorded, or when there is none.
    """
    for layer in layers:
        if layer.chosen and layer.reason:
            raise SampleError(f"layer {layer.name!r} cannot be recorded: {layer.reason}")
    names = tuple(dict.fromkeys(layer.name.partition("#")[0] for layer in layers if layer.chosen))
    if not names:
        raise SampleError("no layer is chosen; the network has none that gives a row a sample")
    return names


def probe_bytes(given: Opened, layers: list[Layer]) -> int:
    """Bytes on the disk of what is kept once beside the layers: inputs, labels and factors.

    Where every token is a sample, labels and factors stand once a token, and its position, text and id beside them.
    """
    inputs = list(given.x.values()) if isinstance(given.x, dict) else [given.x]
    beside = sum(stored(one) // len(given) for one in (given.y, *given.factors.values()) if one is not None)
    rows = len(given)
    if given.pool == "each_token":
        rows = max((one.rows for one in layers if one.chosen), default=rows)
        beside += 16 + (0 if inputs[0].is_floating_point() else inputs[0].element_size())
    return sum(one.numel() * one.element_size() for one in inputs) + rows * beside


@dataclass
class _Seen:
    """What the modules return for a few rows: class and shape of one sample by call, or the reason for none."""

    rows: int
    shapes: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)

    def listener(self, name: str) -> Any:
        """A forward hook that notes what the module of that name returns."""

        def note(module: nn.Module, _inputs: Any, output: Any) -> None:
            call = self.calls[name] = self.calls.get(name, -1) + 1
            label, values = f"{name}#{call}" if call else name, next(hooks.tensors(output), None)
            if values is None:
                self.reasons[label] = f"it returns {type(output).__name__} without a tensor"
            elif values.is_complex() or not values.numel() or values.shape[:1] != (self.rows,):
                self.reasons[label] = f"its output has shape {tuple(values.shape)} for {self.rows} samples"
            else:
                self.shapes[label] = hooks.kind_of(module), tuple(values.shape[1:])

        return note


def _called(given: Opened, rows: int) -> None:
    """One pass over the first rows.

    Raises:
        InputError: with what the network said.
    """
    device = next((one.device for one in given.model.parameters()), torch.device("cpu"))
    try:
        if isinstance(given.x, dict):
            given.model(**{name: one[:rows].to(device, copy=True) for name, one in given.x.items()})
        else:
            given.model(given.x[:rows].to(device, copy=True))
    except ExplorerError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:240]
        told = f"the network cannot take {_shape(given)}: {type(error).__name__}: {text}{_hint(given)}"
        raise InputError(told) from error


def _hint(given: Opened) -> str:
    """What mends images whose channels stand where a network looks for pixels."""
    if isinstance(given.x, dict) or given.recipe.layout != "as_is" or given.x.ndim not in (3, 4):
        return ""
    if given.x.ndim == 3:
        return "; where these are images without channels, --layout one_channel adds one (layout='one_channel')"
    last = given.x.shape[-1] in CHANNELS and given.x.shape[1] not in CHANNELS
    return "; channels stand last here: --layout channels_last moves them (layout='channels_last')" if last else ""


def _shape(given: Opened) -> str:
    if isinstance(given.x, dict):
        return ", ".join(f"{name} of shape {tuple(one.shape)}" for name, one in given.x.items())
    return f"data of shape {tuple(given.x.shape)} and type {str(given.x.dtype).removeprefix('torch.')}"


def _asked(given: Opened, known: Mapping[str, nn.Module]) -> list[str]:
    """The names that the recipe asks for; a pattern stands for all that it matches.

    Raises:
        UnknownNameError: for a name or pattern that no module has.
    """
    found: dict[str, None] = {}
    for one in given.recipe.layers:
        alike = fnmatch.filter(known, one) if one not in known else []
        found |= dict.fromkeys(alike or hooks.chosen_layers(given.model, [one]))
    return list(found)


def _layer(given: Opened, label: str, kind: str, shape: tuple[int, ...], asked: Collection[str]) -> Layer:
    name = label.partition("#")[0]
    pool = given.pool if isinstance(given.pool, str) else given.pool.get(name, "flatten")
    rows, width = _kept(given, pool, shape)
    item = torch.empty(0, dtype=DTYPES[given.recipe.dtype]).element_size()
    return Layer(label, kind, shape, rows, width, rows * width * item, name in asked)


def _kept(given: Opened, pool: str, shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows, and values in a row, that a pool keeps of a layer."""
    if pool == "flatten" or len(shape) < 2:
        return len(given), prod(shape)
    if pool in ("mean", "channels"):
        return len(given), shape[0]
    if pool != "each_token":
        return len(given), prod(shape[1:])
    mask = given.x.get("attention_mask") if isinstance(given.x, dict) else None
    return len(given) * shape[0] if mask is None else int((mask != 0).sum()), prod(shape[1:])
