"""What the hooked modules of a network return in one pass, a batch at a time."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import nn

from explorer.errors import SampleError
from explorer.recordings.gathered import Gathered
from explorer.recordings.pools import Pooling


def tensors(output: Any) -> Iterator[torch.Tensor]:
    """The tensors in what a module returns: itself, or those in a tuple, mapping, dataclass or model output."""
    if isinstance(output, torch.Tensor):
        yield output
        return
    if dataclasses.is_dataclass(output):
        output = vars(output)
    parts = output.values() if isinstance(output, Mapping) else output if isinstance(output, tuple | list) else ()
    for part in parts:
        yield from tensors(part)


class Taken:
    """A pass over the probe.

    Attributes:
        gathered: the rows of every layer that gave some; a module called again in a batch gives `name#1`, `name#2`, ...
        reasons: why a layer has no rows, by name.
        lost: how many values are stored as infinity that were none, by layer.
        row_bytes: of what the layers return for one sample, before pooling.
    """

    def __init__(self, pooling: Pooling, dtype: torch.dtype, gathered: Gathered):
        self.pooling, self.dtype, self.gathered = pooling, dtype, gathered
        self.reasons: dict[str, str] = {}
        self.lost = Counter[str]()
        self.row_bytes = 0
        self.begin(0, 0)

    def begin(self, start: int, rows: int) -> None:
        """The next calls are of these samples."""
        self.start, self.rows, self.calls = start, rows, Counter[str]()

    def keep(self, name: str, _module: nn.Module, _inputs: Any, output: Any) -> None:
        """A forward hook: keep the first tensor of the output, or note why it gives no row a sample."""
        label = f"{name}#{self.calls[name]}" if self.calls[name] else name
        self.calls[name] += 1
        values = next(tensors(output), None)
        if values is None:
            self.reasons[label] = f"it returns {type(output).__name__} without a tensor"
        elif values.is_complex() or not values.numel() or values.shape[:1] != (self.rows,):
            what = "complex values, " if values.is_complex() else ""
            self.reasons[label] = f"its output has {what}shape {tuple(values.shape)} for {self.rows} samples"
        else:
            self._pooled(label, values)

    def layers(self, names: Iterable[str], rows: int) -> list[str]:
        """The layers that gave all rows, in the order of their calls; the others get their reason."""
        counts = self.gathered.counts()
        for name in names:
            if name not in counts and name not in self.reasons:
                self.reasons[name] = "it is not called in the forward pass"
        for label, count in counts.items():
            if label not in self.reasons and count != rows:
                self.reasons[label] = "it is called for some of the samples only"
        return [label for label in counts if label not in self.reasons]

    def _pooled(self, label: str, values: torch.Tensor) -> None:
        if not self.start:
            self.row_bytes += values.element_size() * values.numel() // self.rows
        try:
            rows, lost = _stored(self.pooling(label, values, self.start), self.dtype)
        except SampleError as error:
            self.reasons[label] = str(error)
            return
        if lost:
            self.lost[label] += lost
        if not self.gathered.add(label, rows.numpy()):
            self.reasons[label] = f"its rows have another width in some batches, {rows.shape[1:].numel()} in one"


def beyond(label: str, lost: int, dtype: str) -> str:
    """What is said of values that a type cannot hold."""
    largest = torch.finfo(getattr(torch, dtype)).max
    return f"layer {label!r}: {lost} values beyond {largest:g}, the largest of {dtype}, are stored as infinity"


def _stored(values: torch.Tensor, dtype: torch.dtype) -> tuple[torch.Tensor, int]:
    """The values as they are kept, and how many became infinite by that."""
    # a copy: a later in-place operation would otherwise overwrite what is kept
    stored = values.detach().to("cpu", dtype, copy=True)
    if values.is_floating_point() and torch.finfo(values.dtype).max > torch.finfo(dtype).max:
        return stored, int(stored.isinf().sum()) - int(values.isinf().sum())
    return stored, 0
