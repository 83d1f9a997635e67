"""One forward pass over the probe that leaves the network exactly as it was."""

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.errors import SettingError, UnknownNameError
from explorer.models.hugging_face import blocks
from explorer.recordings.gathered import Gathered
from explorer.recordings.pools import Pooling
from explorer.recordings.taken import Taken, tensors

__all__ = ["automatic_layers", "chosen_layers", "named", "plain", "probe_pass", "tensors", "undisturbed"]

Inputs = torch.Tensor | Mapping[str, torch.Tensor]

FUNCTIONAL = (
    "a function such as F.relu has no name of its own: record with functional=True, make it a module, "
    "self.relu = nn.ReLU(), or name the module that takes its result"
)
NO_LAYERS = ("torch.nn.modules.loss", "torchmetrics.", "torch.nn.modules.dropout")
"""Where modules come from that compute nothing of a sample in evaluation, although a network holds them."""


def plain(model: nn.Module) -> nn.Module:
    """The module that a compiled or parallel wrapper holds."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if inner is None and isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            inner = model.module
        if inner is None:
            return model
        model = inner


def named(model: nn.Module, strip_prefix: str = "") -> dict[str, nn.Module]:
    """Every submodule by its dotted path, shared ones under each of their names.

    A compiled submodule stands there as the module it wraps, without `_orig_mod` in the path.

    Args:
        strip_prefix: what paths under it lose, as "net" or "net.".

    Raises:
        SettingError: for a prefix that no path has, or that leaves one name to two modules.
    """
    modules = {_clean(path): module for path, module in model.named_modules(remove_duplicate=False)}
    modules.pop("")
    short = {path: _stripped(path, strip_prefix) for path in modules}
    if strip_prefix and modules and short == {path: path for path in modules}:
        raise SettingError(f"strip_prefix={strip_prefix!r} is the beginning of no layer, such as {next(iter(short))!r}")
    for path, name in short.items():
        if name != path and name in modules:
            raise SettingError(f"strip_prefix={strip_prefix!r} gives {path!r} the name of the layer {name!r}")
    return {short[path]: module for path, module in modules.items()}


def automatic_layers(model: nn.Module, strip_prefix: str = "") -> tuple[str, ...]:
    """Every nonlinearity and the last leaf module that is no loss; all leaves where there is no nonlinearity.

    Of a network of transformers: the members of its lists of modules and what stands beside them, without the
    head that gives one number a word.

    Raises:
        UnknownNameError: for a network without submodules.
        SettingError: for a prefix that breaks its rule.
    """
    first: dict[nn.Module, str] = {}
    for name, module in named(model, strip_prefix).items():
        if next(module.children(), None) is None and not _comes_from(module, *NO_LAYERS):
            first.setdefault(module, name)
    if not first:
        raise _no_layer("auto", (), model)
    if _comes_from(model, "transformers."):
        return tuple(_stripped(name, strip_prefix) for name in _blocks(model))
    nonlinear = [module for module in first if _is_nonlinear(module)]
    chosen = dict.fromkeys([*nonlinear, *list(first)[-1:]]) if nonlinear else first
    return tuple(first[module] for module in chosen)


def chosen_layers(model: nn.Module, layers: Iterable[str], strip_prefix: str = "") -> dict[str, nn.Module]:
    """The modules of those names, which may have the prefix that is stripped.

    Raises:
        UnknownNameError: for a name that the network lacks.
        SettingError: for a prefix that breaks its rule.
    """
    modules = named(model, strip_prefix)
    clean = [_clean(str(layer)) for layer in layers]
    names = [name if name in modules else _stripped(name, strip_prefix) for name in clean]
    for name in names:
        if name not in modules:
            raise _no_layer(name, modules, model)
    return {name: modules[name] for name in names}


def probe_pass(
    model: nn.Module,
    modules: Mapping[str, nn.Module],
    x: Inputs,
    pooling: Pooling,
    dtype: torch.dtype,
    batch: int,
    gathered: Gathered,
    progress: Callable[..., None] | None = None,
) -> Taken:
    """Feed x to the network, and gather what the modules return.

    Args:
        modules: of the network, by the names they are kept under.
        x: fed as model(x), or {argument: values} as model(**x), `batch` samples at a time.
        dtype: that is kept.
        progress: called with samples done, their number and "samples"; what it raises ends the pass.
    """
    taken = Taken(pooling, dtype, gathered)
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    with undisturbed(model), ExitStack() as hooks:
        for name, module in modules.items():
            hooks.callback(module.register_forward_hook(partial(taken.keep, name)).remove)
        for start in range(0, pooling.n, batch):
            rows = min(batch, pooling.n - start)
            taken.begin(start, rows)
            fed(model, x, slice(start, start + rows), device)
            if progress is not None:
                progress(start + rows, pooling.n, "samples")
    return taken


def fed(model: nn.Module, x: Inputs, rows: slice, device: torch.device) -> Any:
    """What the network returns for some of the samples."""
    # a copy: the network may change its input in place
    if isinstance(x, Mapping):
        return model(**{name: values[rows].to(device, copy=True) for name, values in x.items()})
    return model(x[rows].to(device, copy=True))


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


def _put_back(module: nn.Module, name: str, buffer: torch.Tensor, value: torch.Tensor) -> None:
    if getattr(module, name, None) is not buffer:
        setattr(module, name, buffer)
    if not torch.equal(buffer, value):
        buffer.copy_(value)


def _eager() -> Any:
    """No compiled code while it holds: hooks that came after a compilation do not fire in it."""
    compiler = "torch._dynamo" in sys.modules  # else nothing can be compiled, and importing it takes seconds
    return torch.compiler.set_stance("force_eager") if compiler else nullcontext()


def kind_of(module: nn.Module) -> str:
    """What a module is: its class, or the class or operator that the graph it was made of names."""
    return str(vars(module).get("_operator") or type(module).__name__)


def _is_nonlinear(module: nn.Module) -> bool:
    return _comes_from(module, nn.ReLU.__module__) or getattr(module, "is_nonlinear", False) is True


def _comes_from(module: nn.Module, *places: str) -> bool:
    return any(base.__module__.startswith(places) for base in type(module).__mro__)


def _blocks(model: nn.Module) -> Iterator[str]:
    """The layers of a network of transformers; a number for each word of a vocabulary is none."""
    modules, words = named(model), getattr(model, "get_output_embeddings", lambda: None)()
    for name in blocks(model):
        module = modules[_clean(name)]
        if module is not words and not _comes_from(module, *NO_LAYERS):
            yield _clean(name)


def _clean(path: str) -> str:
    return ".".join(part for part in path.split(".") if part != "_orig_mod")


def _stripped(path: str, prefix: str) -> str:
    return path.removeprefix(prefix.rstrip(".") + ".") if prefix else path


def _no_layer(layer: str, known: Any, model: nn.Module) -> UnknownNameError:
    error = UnknownNameError("layer", layer, known)
    if not hasattr(model, "functions"):
        error.args = (f"{error}; {FUNCTIONAL}",)
    return error
