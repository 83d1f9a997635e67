"""One forward pass over the probe that leaves the network exactly as it was."""

import dataclasses
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.errors import UnknownNameError

POOLS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "flatten": lambda values: values.reshape(len(values), -1),
    "mean": lambda values: values if values.ndim < 3 else values.flatten(2).mean(2),
    "tokens": lambda values: values if values.ndim < 3 else values.mean(1).flatten(1),
}

FUNCTIONAL = (
    "a function such as F.relu has no name to record: make it a module, self.relu = nn.ReLU(), "
    "or name the module that takes its result"
)


def plain(model: nn.Module) -> nn.Module:
    """The module that a compiled or parallel wrapper holds."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if inner is None and isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            inner = model.module
        if inner is None:
            return model
        model = inner


def named(model: nn.Module) -> dict[str, nn.Module]:
    """Every submodule by its dotted path, shared ones under each of their names.

    A compiled submodule stands there as the module it wraps, without `_orig_mod` in the path.
    """
    modules = {_clean(path): module for path, module in model.named_modules(remove_duplicate=False)}
    modules.pop("")
    return modules


def automatic_layers(model: nn.Module) -> tuple[str, ...]:
    """Every nonlinearity and the last leaf module; all leaves where there is no nonlinearity.

    Raises:
        UnknownNameError: for a network without submodules.
    """
    first: dict[nn.Module, str] = {}
    for name, module in named(model).items():
        if next(module.children(), None) is None:
            first.setdefault(module, name)
    if not first:
        raise _no_layer("auto", ())
    nonlinear = [module for module in first if _is_nonlinear(module)]
    chosen = dict.fromkeys([*nonlinear, *list(first)[-1:]]) if nonlinear else first
    return tuple(first[module] for module in chosen)


def chosen_layers(model: nn.Module, layers: Iterable[str]) -> dict[str, nn.Module]:
    """The modules of those names.

    Raises:
        UnknownNameError: for a name that the network lacks.
    """
    modules = named(model)
    layers = [_clean(layer) for layer in layers]
    for layer in layers:
        if layer not in modules:
            raise _no_layer(layer, modules)
    return {layer: modules[layer] for layer in layers}


def probe_pass(
    model: nn.Module,
    layers: Iterable[str],
    x: torch.Tensor,
    pool: str = "flatten",
    dtype: torch.dtype = torch.float32,
    batch: int = 4096,
) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Activations of the layers on x, {name: (n, d) on the CPU}, and the reason for each that has none.

    They come in the order of the calls. A module called again in one pass gives `name#1`, `name#2`, ...

    Raises:
        UnknownNameError: for a layer that the network lacks.
    """
    modules = chosen_layers(model, layers)
    taken = _Taken(POOLS[pool], dtype)
    device = next((p.device for p in model.parameters()), x.device)
    with undisturbed(model), ExitStack() as hooks:
        for name, module in modules.items():
            hooks.callback(module.register_forward_hook(partial(taken.keep, name)).remove)
        for rows in x.split(batch):
            taken.begin(len(rows))
            model(rows.to(device, copy=True))  # a copy: the network may change its input in place
    return taken.joined(modules, len(x))


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Evaluation without gradients or compilation; training flags, buffers and random states are put back after.

    Not `inference_mode`: a tensor that the network keeps from such a pass, a cached mask say, could
    never take part in training.
    """
    flags = {module: module.training for module in model.modules()}
    buffers = [(m, name, b, b.clone()) for m in flags for name, b in m.named_buffers(recurse=False)]
    states = random.getstate(), np.random.get_state()
    devices = {tensor.device.index or 0 for tensor in (*model.parameters(), *model.buffers()) if tensor.is_cuda}
    try:
        model.eval()
        with torch.random.fork_rng(sorted(devices)), torch.no_grad(), _eager():
            yield
    finally:
        for module, training in flags.items():
            module.training = training
        for buffer in buffers:
            _put_back(*buffer)
        random.setstate(states[0])
        np.random.set_state(states[1])


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


class _Taken:
    """What the hooked modules returned, a batch at a time."""

    def __init__(self, pool: Callable[[torch.Tensor], torch.Tensor], dtype: torch.dtype):
        self.pool, self.dtype = pool, dtype
        self.parts: dict[str, list[torch.Tensor]] = {}
        self.reasons: dict[str, str] = {}

    def begin(self, rows: int) -> None:
        self.rows, self.calls = rows, Counter[str]()

    def keep(self, name: str, _module: nn.Module, _inputs: Any, output: Any) -> None:
        label = f"{name}#{self.calls[name]}" if self.calls[name] else name
        self.calls[name] += 1
        values = next(tensors(output), None)
        if values is None:
            self.reasons[label] = f"it returns {type(output).__name__} without a tensor"
        elif values.is_complex() or not values.numel() or values.shape[:1] != (self.rows,):
            what = "complex values, " if values.is_complex() else ""
            self.reasons[label] = f"its output has {what}shape {tuple(values.shape)} for {self.rows} samples"
        else:
            self.parts.setdefault(label, []).append(_stored(label, self.pool(values), self.dtype))

    def joined(self, names: Mapping[str, Any], n: int) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
        for name in names:
            if name not in self.parts and name not in self.reasons:
                self.reasons[name] = "it is not called in the forward pass"
        for label, parts in self.parts.items():
            if label not in self.reasons and sum(map(len, parts)) != n:
                self.reasons[label] = "it is called for some of the samples only"
        whole = {label: parts for label, parts in self.parts.items() if label not in self.reasons}
        return {label: torch.cat(p) if len(p) > 1 else p[0] for label, p in whole.items()}, self.reasons


def _stored(label: str, values: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    # a copy: a later in-place operation would otherwise overwrite what is kept
    stored = values.detach().to("cpu", dtype, copy=True)
    if values.is_floating_point() and torch.finfo(values.dtype).max > torch.finfo(dtype).max:
        lost = int(stored.isinf().sum()) - int(values.isinf().sum())
        if lost:
            largest = torch.finfo(dtype).max
            warnings.warn(
                f"layer {label!r}: {lost} values beyond {largest:g}, the largest of {dtype}, are stored as infinity",
                stacklevel=2,
            )
    return stored


def _put_back(module: nn.Module, name: str, buffer: torch.Tensor, value: torch.Tensor) -> None:
    if getattr(module, name, None) is not buffer:
        setattr(module, name, buffer)
    if not torch.equal(buffer, value):
        buffer.copy_(value)


def _eager() -> Any:
    """No compiled code while it holds: hooks that came after a compilation do not fire in it."""
    compiler = "torch._dynamo" in sys.modules  # else nothing can be compiled, and importing it takes seconds
    return torch.compiler.set_stance("force_eager") if compiler else nullcontext()


def _is_nonlinear(module: nn.Module) -> bool:
    return any(base.__module__ == nn.ReLU.__module__ for base in type(module).__mro__)


def _clean(path: str) -> str:
    return ".".join(part for part in path.split(".") if part != "_orig_mod")


def _no_layer(layer: str, known: Any) -> UnknownNameError:
    error = UnknownNameError("layer", layer, known)
    error.args = (f"{error}; {FUNCTIONAL}",)
    return error
