"""Functions that a network calls, such as F.relu, as submodules that can be recorded."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple, Self

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from explorer.recordings import hooks

MOVES = frozenset({
    "get", "set", "getitem", "setitem", "view", "reshape", "flatten", "unflatten", "permute", "transpose", "t",
    "squeeze", "unsqueeze", "expand", "expand_as", "contiguous", "chunk", "split", "unbind", "to", "type",
    "float", "double", "half", "clone", "detach", "requires_grad",
})  # fmt: skip
"""Functions that compute nothing new: they move, cast or hand on values."""
NONLINEAR = frozenset(name.lower() for name in nn.modules.activation.__all__)


class Function(nn.Module):
    """A place in the network where a function is called; it hands its result on."""

    def __init__(self, name: str):
        super().__init__()
        self.is_nonlinear = name.replace("_", "") in NONLINEAR

    def forward(self, result: Any) -> Any:
        """The result."""
        return result


_NOWHERE = Function("")


class Traced(nn.Module):
    """A network with the same submodules and parameters, and a submodule for every function that it calls.

    In each module they are named after the function in the order of the calls: `relu`, `relu_1`, `block.relu`.
    The network itself runs, not a copy of its graph: what it decides on values or numbers of its own is decided anew
    in every call. Inside modules of torch and on what moves or casts values nothing is named.
    """

    model: nn.Module

    def __init__(self, model: nn.Module):
        super().__init__()
        self.__dict__["model"] = model  # its submodules keep their names
        self.functions: dict[str, Function] = {}
        self._taken = frozenset(hooks.named(model))
        self.found = False

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """What the network returns."""
        with _Calls(self):
            return self.model(*inputs, **named)

    def place(self, path: str, name: str, calls: Counter[str]) -> Function:
        """The submodule for the next call of a function in the module of that path; new ones are made until `found`."""
        while True:
            label = f"{name}_{calls[name]}" if calls[name] else name
            full = f"{path}.{label}" if path else label
            calls[name] += 1
            if full not in self._taken:
                break
        if not self.found:
            self.functions.setdefault(full, Function(name))
        return self.functions.get(full, _NOWHERE)

    def named_modules(
        self, memo: set[nn.Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, nn.Module]]:
        """The submodules of the network after those of its functions."""
        for name, module in self.functions.items():
            yield f"{prefix}.{name}" if prefix else name, module
        yield from self.model.named_modules(memo, prefix, remove_duplicate)

    def train(self, mode: bool = True) -> Self:
        """Training or evaluation, of the network."""
        self.model.train(mode)
        return self

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Self:
        self.model._apply(fn, recurse)
        return self


def traced(model: nn.Module, x: torch.Tensor | Mapping[str, torch.Tensor]) -> Traced:
    """The network with submodules for the functions that it calls on x.

    Args:
        x: some samples, (n, ...), or {argument: (n, ...)}; the network is left as it was.
    """
    whole = Traced(model)
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    with hooks.undisturbed(model):
        hooks.fed(whole, x, slice(None), device)
    whole.found = True
    return whole


class _Frame(NamedTuple):
    """A module that is being called: its path, the calls of each function in it, and whether it is one of torch."""

    path: str
    calls: Counter[str]
    sealed: bool


class _Calls(TorchFunctionMode):
    """Hands the result of every function to its submodule while the network runs."""

    def __init__(self, whole: Traced):
        super().__init__()
        self.whole, self.frames = whole, [_Frame("", Counter(), True)]
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        paths = {module: path for path, module in reversed(hooks.named(self.whole.model).items())}
        paths[self.whole.model] = ""
        for module, path in paths.items():
            self.stack.callback(module.register_forward_pre_hook(partial(self._enter, path)).remove)
            self.stack.callback(module.register_forward_hook(self._leave, always_call=True).remove)
        super().__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.stack.close()

    def __torch_function__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        path, calls, sealed = self.frames[-1]
        name = getattr(function, "__name__", "").strip("_")
        if sealed or not name or name in MOVES or next(hooks.tensors(result), None) is None:
            return result
        return self.whole.place(path, name, calls)(result)

    def _enter(self, path: str, module: nn.Module, _inputs: Any) -> None:
        self.frames.append(_Frame(path, Counter(), type(module).__module__.startswith("torch.nn.")))

    def _leave(self, _module: nn.Module, _inputs: Any, _output: Any) -> None:
        self.frames.pop()
