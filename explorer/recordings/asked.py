"""What a recorder is asked for, once it is known to be right."""

import json
import platform
import time
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import nn

import explorer
from explorer.errors import SettingError, UnknownNameError
from explorer.recordings import hooks


def ready(model: nn.Module) -> nn.Module:
    """The network without its wrappers.

    Raises:
        SettingError: when weights are still to be made by the first call.
    """
    if any(nn.parameter.is_lazy(parameter) for parameter in model.parameters()):
        raise SettingError("model has lazy modules without weights yet; call it once on a batch before recording")
    return hooks.plain(model)


def names(model: nn.Module, layers: str | Collection[str], strip_prefix: str) -> tuple[str, ...]:
    """The names of the layers to record.

    Raises:
        SettingError: when no layer is named.
    """
    if isinstance(layers, str) and layers == "auto":
        return hooks.automatic_layers(model, strip_prefix)
    asked = (layers,) if isinstance(layers, str) else tuple(layers)
    if not asked:
        raise SettingError("layers=() names no layer; give names, or 'auto'")
    return tuple(hooks.chosen_layers(model, asked, strip_prefix))


def by_layer(pool: Any, model: nn.Module, layers: Collection[str], strip_prefix: str) -> Any:
    """The pools under the names that the layers are recorded by.

    Raises:
        UnknownNameError: for a layer that is not recorded.
    """
    if not isinstance(pool, Mapping):
        return pool
    named = {name: pool[layer] for layer in pool for name in hooks.chosen_layers(model, [layer], strip_prefix)}
    for name in named:
        if name not in layers:
            raise UnknownNameError("recorded layer", name, layers)
    return named


def number(name: str, value: Any) -> float | None:
    """A metric as a number.

    Raises:
        SettingError: when it is none.
    """
    try:
        return None if value is None else float(value.detach() if isinstance(value, torch.Tensor) else value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        text = " ".join(repr(value).split())[:60]
        raise SettingError(f"{name}={text} must be one number") from error


def provenance(model: nn.Module, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Where a recording comes from, with what the user gives.

    Raises:
        SettingError: when that is no plain data.
    """
    try:
        plain = json.loads(json.dumps(dict(given or {}), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise SettingError(f"provenance must be plain data for JSON: {error}") from error
    return {
        "id": uuid.uuid4().hex,
        "explorer": explorer.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "model": type(model).__name__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    } | plain
