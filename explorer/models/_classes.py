"""The user's own class of a network: found by name, built, and filled with weights.

This runs the user's program, as `python FILE.py` would. Only what makes networks is called: a class that derives from
torch.nn.Module, or a function that the file defines itself; in a package, a function that the module defines itself and
that takes `weights`.
"""

import ast
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from explorer.errors import ExplorerError, FileError, InputError, SettingError, UnknownNameError

RULE = "must read FILE.py:Class or package.module:Class"
CALLED = (
    "a class that derives from torch.nn.Module is needed, or a function defined in that file (in a package: with a "
    "parameter `weights`)"
)


def built(network: str, arguments: str, weights: Mapping[str, torch.Tensor], prefix: str) -> tuple[nn.Module, str]:
    """The network filled with weights, and what was done to their names, or "".

    A function with a parameter `weights` is given them and returns the network; a class, or any other function, is
    called with the arguments and the weights must fit what it returns, name by name.

    Raises:
        SettingError: for a name or arguments that cannot be read, or what is no class or function of a network.
        UnknownNameError: for a class that the module lacks.
        FileError: for a file that is not there, or weights that do not fit.
        InputError: when the user's program raises; the message says what.
    """
    make, given = _found(network), parsed(arguments)
    if not inspect.isclass(make) and "weights" in _parameters(make):
        chosen, note = _stripped(weights, (), prefix)
        return _module(network, _run(network, lambda: make(weights=chosen, **given))), note
    model = _module(network, _run(network, lambda: make(**given)))
    chosen, note = _stripped(weights, model.state_dict(), prefix)
    _fit(model, chosen)
    try:
        model.load_state_dict(chosen)
    except RuntimeError as error:
        raise FileError(f"the weights do not fit {network}: {' '.join(str(error).split())[:300]}") from error
    return model, note


def parsed(arguments: str) -> dict[str, Any]:
    """Arguments as they are written in a call, literals all: "depth=20, widths=(16, 32)".

    Raises:
        SettingError: for a text that is something else.
    """
    try:
        call = ast.parse(f"f({arguments})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args or not isinstance(call.func, ast.Name):
            raise ValueError("every argument needs its name")
        if not all(one.arg for one in call.keywords):
            raise ValueError("no mapping is taken apart")
        return {str(one.arg): ast.literal_eval(one.value) for one in call.keywords}
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError) as error:
        raise SettingError(f"arguments={arguments[:80]!r} must read like depth=20, wide=True, with literals") from error


def _found(network: str) -> Callable[..., Any]:
    where, _, name = network.rpartition(":")
    if not where or not name:
        raise SettingError(f"network={network!r} {RULE}")
    module = _run(network, lambda: _of_file(Path(where)) if where.endswith(".py") else import_module(where))
    make = getattr(module, name, None)
    if not callable(make):
        known = [one for one, value in vars(module).items() if inspect.isclass(value) and issubclass(value, nn.Module)]
        raise UnknownNameError(f"class in {where} called", name, known)
    if not _makes_networks(make, module, where.endswith(".py")):
        raise SettingError(f"network={network!r} is not called: {CALLED}")
    return make


def _makes_networks(make: Callable[..., Any], module: ModuleType, own: bool) -> bool:
    """Whether something may be called: nothing that a module has only imported, and no function of the system."""
    if inspect.isclass(make):
        return issubclass(make, nn.Module)
    here = inspect.isfunction(make) and make.__module__ == module.__name__
    return here and (own or "weights" in _parameters(make))


def _of_file(file: Path) -> ModuleType:
    """A module of a file, which may import its neighbours; all of them are read anew each time."""
    spec = spec_from_file_location(f"explorer_user_{file.stem}", file.resolve())
    if not file.is_file() or spec is None or spec.loader is None:
        raise FileError(f"{file} is not there; network {RULE}")
    module = module_from_spec(spec)
    folder, before = str(file.resolve().parent), set(sys.modules)
    sys.modules[spec.name] = module
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
        for name in set(sys.modules) - before:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(f"{folder}{os.sep}"):
                del sys.modules[name]
    return module


def _run(network: str, work: Callable[[], Any]) -> Any:
    """What the user's program returns; an exception in it in one sentence."""
    try:
        return work()
    except ExplorerError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise InputError(f"network={network!r} raised {type(error).__name__}: {text}") from error


def _module(network: str, made: Any) -> nn.Module:
    if not isinstance(made, nn.Module):
        raise InputError(f"network={network!r} gave {type(made).__name__}; a torch.nn.Module is needed")
    return made.eval()


def _parameters(make: Callable[..., Any]) -> Iterable[str]:
    try:
        return inspect.signature(make).parameters
    except (TypeError, ValueError):
        return ()


def _stripped(
    weights: Mapping[str, torch.Tensor], wanted: Iterable[str], prefix: str
) -> tuple[dict[str, torch.Tensor], str]:
    """The weights by the network's names, and what was done to get there.

    A wrapper puts its own name before every name: `module.`, `_orig_mod.`, `net.`. As long as no name is one of the
    network's and all begin alike, the beginning is taken off; a given prefix chooses the names that begin with it.
    """
    chosen, wanted = dict(weights), set(wanted)
    if prefix:
        chosen = {name.removeprefix(prefix): one for name, one in weights.items() if name.startswith(prefix)}
        if not chosen:
            starts = {f"{name.partition('.')[0]}." for name in weights}
            raise UnknownNameError("weights that begin with", prefix, sorted(starts))
        left = [name for name in weights if not name.startswith(prefix)]
        more = f"; {len(left)} others, such as {left[0]!r}, were left out" if left else ""
        return chosen, f"{prefix!r} was taken off the names of {len(chosen)} weights{more}."
    off = ""
    while wanted and not wanted & set(chosen) and len(starts := {name.partition(".")[0] for name in chosen}) == 1:
        if any("." not in name for name in chosen):
            break
        off += f"{starts.pop()}."
        chosen = {name.partition(".")[2]: one for name, one in chosen.items()}
    return chosen, f"{off!r} was taken off the names of all weights." if off else ""


def _fit(model: nn.Module, weights: Mapping[str, torch.Tensor]) -> None:
    """Raise unless every weight has its place and every place its weight.

    Counters of batches that a normalisation has seen are younger than some files, and may be absent.
    """
    own = model.state_dict()
    lacking = [name for name in own if name not in weights and not name.endswith("num_batches_tracked")]
    idle = [name for name in weights if name not in own]
    shapes = [
        f"{name} is {tuple(one.shape)} in the file and {tuple(own[name].shape)} in the network"
        for name, one in weights.items()
        if name in own and not nn.parameter.is_lazy(own[name]) and own[name].shape != one.shape
    ]
    told = [_few("the file lacks", lacking), _few("the network has no", idle), _few("", shapes)]
    if any(told):
        raise FileError(f"the weights do not fit {type(model).__name__}: {'; '.join(filter(None, told))}")


def _few(what: str, names: list[str]) -> str:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{what} {shown}".strip() if names else ""
