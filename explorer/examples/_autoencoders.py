"""The bundled autoencoders: their codes come from their weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.examples import _bundle, _images

LAYERS = ("mean", "variance")


def write(folder: Path, source: Path, progress: Callable[..., None] = lambda *_: None) -> None:
    """Mean and variance of q(z|x) at every step, and the networks themselves."""
    from explorer.networks.kinds import build, save

    (folder / "models").mkdir(parents=True, exist_ok=True)

    def keep(step: int, model: Any) -> None:
        save(model, folder / "models" / f"{step:08d}.safetensors")

    _images.record(folder, source, build(**_bundle.about(source)["network"]), LAYERS, progress, keep=keep)
