"""The probe: the fixed samples that go through the network, and the columns that are kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.errors import SampleError, SettingError


@dataclass(frozen=True)
class Probe:
    """What is fed to the network, and what is written once.

    Attributes:
        fed: (n, ...) on the CPU, in the type that the network takes.
        columns: x as it was given, y and factor.NAME, (n, ...) and (n,); texts as codes.
        categories: the words behind the codes of a column of texts.
    """

    fed: torch.Tensor
    columns: dict[str, np.ndarray]
    categories: dict[str, list[str]]


def probe_of(probe: Any, factors: Mapping[str, Any], model: nn.Module) -> Probe:
    """The probe of (x, y) or x, and the factors.

    A tensor is fed as it is. Anything else is fed in the floating type of the network's parameters,
    whole numbers too, unless the network has an embedding, which takes them as they are.

    Raises:
        SampleError: when there are no samples, or columns that cannot be kept or are not paired.
        SettingError: for a tuple of another length.
    """
    if isinstance(probe, tuple) and len(probe) != 2:
        raise SettingError(f"probe must be (x, y) or x; got a tuple of {len(probe)}")
    x, y = probe if isinstance(probe, tuple) else (probe, None)
    array = _inputs(x)
    columns, categories = {"x": array}, {}
    for name, column in {"y": y, **{f"factor.{key}": values for key, values in factors.items()}}.items():
        if column is not None:
            columns[name], words = _labels(name, column)
            if len(columns[name]) != len(array):
                raise SampleError(
                    f"probe x has {len(array)} samples and {name} has {len(columns[name])}; "
                    "they must be paired row by row"
                )
            if words is not None:
                categories[name] = words
    return Probe(_fed(x, array, model), columns, categories)


def _inputs(x: Any) -> np.ndarray:
    array = _array("x", x)
    if array.dtype == object:  # a table whose columns differ in type
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise SampleError(f"probe x holds {str(array.flat[0])[:30]!r}, ...; a network takes numbers") from error
    return _storable("x", array)


def _labels(name: str, column: Any) -> tuple[np.ndarray, list[str] | None]:
    array = _array(name, column)
    if array.dtype.kind in "OSUTMm":
        words, codes = np.unique(array.astype(str), return_inverse=True)
        return codes.reshape(array.shape), words.tolist()
    return _storable(name, array), None


def _array(name: str, values: Any) -> np.ndarray:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        values = (values.float() if values.dtype == torch.bfloat16 else values).numpy()
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        rule = "samples are needed, shape (n, ...), and (x, y) as a tuple"
        raise SampleError(f"probe {name} has rows that differ in length or type; {rule}") from error
    if array.ndim == 0 or not array.size:
        raise SampleError(f"probe {name} must hold samples, shape (n, ...); got shape {array.shape}")
    return array


def _storable(name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise SampleError(f"probe {name} has dtype {array.dtype}; real numbers of at most 64 bits are needed")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def _fed(x: Any, array: np.ndarray, model: nn.Module) -> torch.Tensor:
    if isinstance(x, torch.Tensor):
        return x.detach().cpu().clone()
    tensor = torch.from_numpy(array.copy())
    whole = not tensor.is_floating_point()
    if whole and any(isinstance(module, nn.Embedding | nn.EmbeddingBag) for module in model.modules()):
        return tensor
    floats = (p.dtype for p in model.parameters() if p.is_floating_point())
    return tensor.to(next(floats, torch.get_default_dtype()))
