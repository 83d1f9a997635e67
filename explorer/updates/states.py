"""The state of a training as bytes: tensors in a safetensors file, all else as JSON in its header."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from explorer.data import digest

Tree = Any
"""Mappings with texts as keys, lists, numbers, texts, None and tensors, in each other."""

TENSOR, MAPPING = "tensor", "mapping"


def packed(state: Tree) -> bytes:
    """A state as a file, with a digest of all that is in it."""
    tensors: dict[str, torch.Tensor] = {}
    text = json.dumps(_told(state, tensors))
    return save(tensors, {"state": text, "digest": _digest(text, tensors)})


def unpacked(content: bytes) -> Tree:
    """The state that was packed, its tensors on the CPU.

    Raises:
        ValueError: for anything but a whole file of `packed`.
    """
    try:
        tensors = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        text, told = (header["__metadata__"][name] for name in ("state", "digest"))
        if told != _digest(text, tensors):
            raise ValueError("its digest is that of other content")
        return _rebuilt(json.loads(text), tensors)
    except (SafetensorError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is no file of a training: {' '.join(str(error).split())[:120]}") from error


def moments(optimiser: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """What Adam keeps of every parameter that has been updated, as "place/name"."""
    kept = optimiser.state_dict()["state"]
    return {f"{place}/{name}": value for place, one in kept.items() for name, value in one.items()}


def put_moments(optimiser: torch.optim.Optimizer, state: Mapping[str, torch.Tensor]) -> None:
    """Give Adam the `moments` of an optimiser of the same parameters.

    Raises:
        ValueError: for a moment that is of no parameter, missing, or of another shape.
    """
    found: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in state.items():
        place, _, name = key.partition("/")
        found.setdefault(int(place), {})[name] = value
    own = [one for group in optimiser.param_groups for one in group["params"]]
    for at, one in found.items():
        shape = own[at].shape if 0 <= at < len(own) else None
        if {name: value.shape for name, value in one.items()} != {"step": (), "exp_avg": shape, "exp_avg_sq": shape}:
            raise ValueError(f"the moments of parameter {at} do not fit it")
    optimiser.load_state_dict({"state": found, "param_groups": optimiser.state_dict()["param_groups"]})


def put(tensors: Sequence[torch.Tensor], state: Sequence[torch.Tensor]) -> None:
    """Give tensors the values of a state.

    Raises:
        ValueError: unless there are as many, each of its shape and type.
    """
    if [(one.shape, one.dtype) for one in tensors] != [(one.shape, one.dtype) for one in state]:
        raise ValueError("its tensors have other shapes than those of this training")
    with torch.no_grad():
        for one, other in zip(tensors, state, strict=True):
            one.copy_(other)


def _told(one: Tree, tensors: dict[str, torch.Tensor]) -> Any:
    """What JSON can hold, with tensors put aside under a number."""
    if isinstance(one, torch.Tensor):
        name = str(len(tensors))
        tensors[name] = one.detach().cpu().clone().contiguous()
        return {TENSOR: name}
    if isinstance(one, Mapping):
        return {MAPPING: {key: _told(value, tensors) for key, value in one.items()}}
    return [_told(value, tensors) for value in one] if isinstance(one, list | tuple) else one


def _rebuilt(one: Any, tensors: Mapping[str, torch.Tensor]) -> Tree:
    if isinstance(one, list):
        return [_rebuilt(value, tensors) for value in one]
    if not isinstance(one, dict):
        return one
    if TENSOR in one:
        return tensors[one[TENSOR]]
    return {key: _rebuilt(value, tensors) for key, value in one[MAPPING].items()}


def _digest(text: str, tensors: Mapping[str, torch.Tensor]) -> str:
    return digest(text, *(part for name in sorted(tensors) for part in (name, tensors[name].numpy())))
