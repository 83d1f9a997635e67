"""Weights and the class of their network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from explorer.errors import FileError, SettingError, UnknownNameError
from explorer.models._classes import built
from explorer.models.base import Loaded, opening
from explorer.sources import _pickled, safetensors

suffixes = (".safetensors", ".pt", ".pth", ".th", ".ckpt", ".bin")


def load(path: str, *, network: str = "", arguments: str = "", entry: str = "", prefix: str = "") -> Loaded:
    """Weights (.safetensors, or .pt, .pth, .th, .ckpt and .bin by weights_only) in a class of your own.

    The class is your program and is run; nothing in the file is. Every weight must find its place, and every place its
    weight. A prefix that all names share, such as `module.` of a data-parallel network, is taken off, and said.

    Args:
        path: the file of weights.
        network: your class as FILE.py:Class or package.module:Class; or a function with a parameter `weights` that
            returns the network, for weights under other names. A class must derive from torch.nn.Module; a function
            without `weights` must be defined in FILE.py.
        arguments: of the class, as in depth=20, wide=True.
        entry: the part of a checkpoint that holds the weights; none takes the only one that holds tensors.
        prefix: keep the weights whose names begin so, and take it off; none keeps all.

    Raises:
        FileError: for a file that is refused, damaged or does not fit the class.
        SettingError: without a network, for what is no class or function of one, or an argument that breaks its rule.
        UnknownNameError: for a class, entry or prefix that is not there.
        InputError: when the class raises.
    """
    if not network:
        name = Path(path).name
        raise SettingError(f"{name} holds weights alone; name their class with network='FILE.py:Class'")
    weights, notes = _weights(Path(path), entry)
    model, note = built(network, arguments, weights, prefix)
    return Loaded(model, notes=tuple(filter(None, (*notes, note))))


def _weights(path: Path, entry: str) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """The tensors by name, and what else the file holds."""
    if path.suffix.lower() == ".safetensors":
        return {name: torch.from_numpy(array) for name, array in safetensors.read(path).items()}, ()
    with opening(path, "a torch file"):
        found = _pickled.read(path)
    if not isinstance(found, Mapping):
        raise FileError(f"{path.name} holds {type(found).__name__}; weights by name are needed")
    parts = {str(name): part for name, part in found.items() if _is_weights(part)}
    parts = parts or ({"": found} if _is_weights(found) else {})
    if entry and entry not in parts:
        raise UnknownNameError(f"entry of {path.name} with tensors called", entry, parts)
    if len(parts) > 1 and not entry:
        raise SettingError(f"{path.name} holds weights under {', '.join(parts)}; choose one with entry")
    if not parts:
        raise FileError(f"{path.name} holds no tensors by name; it has {', '.join(map(str, list(found)[:8]))}")
    chosen = entry or next(iter(parts))
    weights = {str(name): one for name, one in parts[chosen].items() if isinstance(one, torch.Tensor)}
    return weights, (f"The weights are the entry {chosen!r} of the file.",) if chosen else ()


def _is_weights(part: Any) -> bool:
    return isinstance(part, Mapping) and any(isinstance(one, torch.Tensor) for one in part.values())
