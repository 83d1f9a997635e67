"""The probe: the fixed samples that go through the network, and the columns that are kept of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.errors import SampleError, SettingError

EMBEDDINGS = nn.Embedding | nn.EmbeddingBag


@dataclass(frozen=True)
class Probe:
    """What is fed to the network, and what is written once.

    Attributes:
        fed: (n, ...) on the CPU, in the type that the network takes; or {argument: (n, ...)}.
        columns: x as it was given, y and factor.NAME, (n, ...) and (n,); texts as codes. Of a mapping x is the first
            entry, and each other one is input.NAME.
        categories: the words behind the codes of a column of texts.
    """

    fed: torch.Tensor | dict[str, torch.Tensor]
    columns: dict[str, np.ndarray]
    categories: dict[str, list[str]]

    @property
    def first(self) -> torch.Tensor:
        """What is fed, or the first entry of it."""
        return self.fed if isinstance(self.fed, torch.Tensor) else next(iter(self.fed.values()))

    def some(self, n: int) -> torch.Tensor | dict[str, torch.Tensor]:
        """What is fed of the first n samples."""
        return self.fed[:n] if isinstance(self.fed, torch.Tensor) else {name: x[:n] for name, x in self.fed.items()}


def probe_of(probe: Any, factors: Mapping[str, Any], model: nn.Module) -> Probe:
    """The probe of (x, y) or x, and the factors.

    A tensor is fed as it is. Anything else is fed in the floating type of the network's parameters,
    whole numbers too, unless the network has an embedding, or x is {argument: values}: then they stay whole.

    Raises:
        SampleError: when there are no samples, or columns that cannot be kept or are not paired.
        SettingError: for a tuple of another length, or a mapping of nothing.
    """
    if isinstance(probe, tuple) and len(probe) != 2:
        raise SettingError(f"probe must be (x, y) or x; got a tuple of {len(probe)}")
    x, y = probe if isinstance(probe, tuple) else (probe, None)
    inputs = dict(x) if isinstance(x, Mapping) else {"x": x}
    if not inputs:
        raise SettingError("probe={} names no argument of the network")
    arrays = {name: _inputs(name, values) for name, values in inputs.items()}
    first, *others = arrays
    columns, categories = {"x": arrays[first]} | {f"input.{name}": arrays[name] for name in others}, {}
    for name, column in {"y": y, **{f"factor.{key}": values for key, values in factors.items()}}.items():
        if column is not None:
            columns[name], words = _labels(name, column)
            if words is not None:
                categories[name] = words
    _paired(columns)
    whole = isinstance(x, Mapping) or any(isinstance(module, EMBEDDINGS) for module in model.modules())
    fed = {name: _fed(values, arrays[name], model, whole) for name, values in inputs.items()}
    return Probe(fed if isinstance(x, Mapping) else fed["x"], columns, categories)


def by_token(probe: Probe, mask: np.ndarray) -> Probe:
    """The probe where every token that is no padding is a sample.

    y and factors are repeated for the tokens of a text, or taken token by token where they are (n, tokens). The factors
    token (the id that is fed), position and text (the number of the text) are added. A token's activations depend on
    its whole text, so no column is their x: what is fed stays as input.NAME, one row a text.

    Args:
        mask: (n, tokens), whether a token is no padding.

    Raises:
        SettingError: for a factor that has the name of one that is added.
    """
    text, position = map(np.ascontiguousarray, np.nonzero(mask))  # safetensors writes the bytes as they lie
    first = next(iter(probe.fed)) if isinstance(probe.fed, dict) else "x"
    columns = {f"input.{first}": probe.columns["x"]}
    for name, column in probe.columns.items():
        if name.startswith("input."):
            columns[name] = column
        elif name != "x":
            columns[name] = column[mask] if column.shape[:2] == mask.shape else column[text]
    ids = probe.columns["x"]
    added = {"factor.position": position, "factor.text": text}
    if ids.dtype.kind in "iu" and ids.shape == mask.shape:
        added = {"factor.token": ids[mask]} | added
    for name in added.keys() & columns.keys():
        raise SettingError(f"factors has {name.removeprefix('factor.')!r}, which pool='each_token' adds")
    return Probe(probe.fed, columns | added, probe.categories)


def _paired(columns: Mapping[str, np.ndarray]) -> None:
    n = len(columns["x"])
    for name, column in columns.items():
        if len(column) != n:
            raise SampleError(f"probe x has {n} samples and {name} has {len(column)}; they must be paired row by row")


def _inputs(name: str, x: Any) -> np.ndarray:
    array = _array(name, x)
    if array.dtype == object:  # a table whose columns differ in type
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise SampleError(
                f"probe {name} holds {str(array.flat[0])[:30]!r}, ...; a network takes numbers"
            ) from error
    return _storable(name, array)


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


def _fed(x: Any, array: np.ndarray, model: nn.Module, whole: bool) -> torch.Tensor:
    """What is fed; `whole` numbers stay so."""
    if isinstance(x, torch.Tensor):
        return x.detach().cpu().clone()
    tensor = torch.from_numpy(array.copy())
    if whole and not tensor.is_floating_point():
        return tensor
    floats = (p.dtype for p in model.parameters() if p.is_floating_point())
    return tensor.to(next(floats, torch.get_default_dtype()))
