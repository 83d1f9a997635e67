"""Build a network by its kind, keep it in one file, and read it again."""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as packed

from explorer.errors import FileError, SettingError, UnknownNameError
from explorer.networks.autoencoder import Autoencoder
from explorer.networks.conv import Conv
from explorer.networks.denoiser import Denoiser
from explorer.networks.dense import Dense

KINDS: dict[str, type[Autoencoder]] = {one.kind: one for one in (Conv, Denoiser, Dense)}


def build(kind: str, **settings: Any) -> Autoencoder:
    """A network of that kind with torch's initial weights.

    Raises:
        UnknownNameError: when there is no such kind.
        SettingError: for a setting that the kind does not have, or one out of its rule.
    """
    if kind not in KINDS:
        raise UnknownNameError("network", kind, KINDS)
    try:
        return KINDS[kind](**settings)
    except TypeError as error:
        raise SettingError(f"the network {kind!r} cannot be built with {settings}: {error}") from error


def save(model: Autoencoder, path: str | Path) -> None:
    """Keep weights and settings in one safetensors file, which is renamed into place.

    Raises:
        FileError: when it cannot be written.
    """
    about = json.dumps({"kind": model.kind, **model.settings})
    weights = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    target = Path(path)
    scratch = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        scratch.write_bytes(packed(weights, {"network": about}))
        scratch.replace(target)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}") from error


def load(path: str | Path) -> Autoencoder:
    """The network that `save` kept, on the CPU and in evaluation mode.

    Raises:
        FileError: when the file is missing, damaged or holds no such network.
    """
    if not Path(path).is_file():
        raise FileError(f"{path} is not there")
    try:
        with safe_open(str(path), "pt") as file:
            about = json.loads((file.metadata() or {})["network"])
            weights = {name: file.get_tensor(name) for name in list(file.keys())}
        return from_weights(about, weights)
    except KeyError as error:
        raise FileError(f"{path} does not say which network its weights are of") from error
    except (SafetensorError, OSError, ValueError, RuntimeError, AttributeError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FileError(f"{path} cannot be read as a network: {reason}") from error


def from_weights(about: dict[str, Any], weights: dict[str, torch.Tensor]) -> Autoencoder:
    """The network of {"kind": ..., settings} with these weights, in evaluation mode.

    Raises:
        RuntimeError: when the weights are of another network.
    """
    model = build(**about)
    model.load_state_dict(weights)
    return model.eval()
