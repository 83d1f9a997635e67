"""Reader of torch files: tensors by weights_only=True, after the classes in the file have been listed and judged."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.errors import FileError
from explorer.sources import _pickled
from explorer.sources._lazy import Lazy, whole
from explorer.sources._limits import readable

if TYPE_CHECKING:
    import torch

suffixes = (".pt", ".pth", ".th", ".ckpt")


def read(path: Path) -> dict[str, np.ndarray]:
    """Tensors that torch.save wrote (.pt, .pth, .th, .ckpt), by their path in the file; no object is rebuilt.

    bfloat16 becomes float32, which holds each of its values exactly. Numbers and words beside them are no arrays.

    Raises:
        FileError: when it is damaged, too large, or holds anything that could run a program.
    """
    return whole(_lazy(path, again=False), path)


def lazy(path: Path) -> dict[str, Lazy]:
    """The tensors by the description in the file, as `read`; their numbers are read when they are asked for.

    Raises:
        FileError: as `read`.
    """
    return _lazy(path, again=True)


def _lazy(path: Path, again: bool) -> dict[str, Lazy]:
    """The tensors; `again`: open the file for every reading, so that none is held open."""
    found = _named(path)
    with readable(path, "a torch file"):
        return {name: _one(name, tensor, path, again) for name, tensor in found.items()}


def _named(path: Path) -> dict[str, "torch.Tensor"]:
    pairs = _pickled.tensors(_pickled.read(path, mapped=True))
    found = {name or path.stem: tensor for name, tensor in pairs}
    if not pairs or len(found) < len(pairs):
        raise FileError(f"{path.name} holds {'two tensors of one name' if pairs else 'no tensors'}")
    return found


def _one(name: str, tensor: "torch.Tensor", path: Path, again: bool) -> Lazy:
    kind = _array(tensor[:0] if tensor.ndim else tensor, name, path).dtype
    held = None if again else tensor

    def values(begin: int, end: int) -> np.ndarray:
        values = _named(path)[name] if held is None else held
        return _array(values[begin:end] if values.ndim else values, name, path)

    return Lazy(tuple(tensor.shape), kind, values, path, "a torch file")


def _array(tensor: "torch.Tensor", name: str, path: Path) -> np.ndarray:
    import torch

    if tensor.is_complex() or tensor.is_meta:
        raise FileError(f"{path.name}: tensor {name[:80]!r} holds {tensor.dtype}; real numbers are read")
    tensor = tensor.detach()
    return tensor.float().numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy().copy()
