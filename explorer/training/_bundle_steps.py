"""Train a bundled classifier and keep its weights over training: `python -m explorer.training._bundle_steps NAME`.

NAME is digits_mlp, digits_mlp_shuffled or sprites_cnn. Written are weights.safetensors, metrics.jsonl and run.json of
assets/demo/NAME.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from explorer.device import one_thread
from explorer.examples import _images
from explorer.networks.classifiers import convolutional, dense
from explorer.packaged import assets
from explorer.training._loop import Lesson, epochs_of

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "digits_mlp": {
        "make": dense,
        "network": {"widths": [64, 64, 32, 16, 10], "activation": "relu"},
        "data": "digits", "images": {}, "probe": 899, "taught": 898, "seed": 0,
        "title": "digits, 64-64-32-16-10 units", "image_shape": [8, 8],
        "steps": [0, 1, 2, 3, 4, 5, 7, 10, 15, 22, 32, 47, 68, 100, 147, 200], "batch": 32, "learning_rate": 1e-3,
    },
    "digits_mlp_shuffled": {
        "make": dense,
        "network": {"widths": [64, 64, 32, 16, 10], "activation": "relu"},
        "data": "digits", "images": {}, "labels": "shuffled", "probe": 899, "taught": 898, "seed": 0,
        "title": "digits, shuffled labels, 64-64-32-16-10 units", "image_shape": [8, 8], "dtype": torch.float16,
        "steps": [0, 1, 2, 3, 4, 5, 7, 10, 15, 22, 32, 47, 68, 100, 147, 200], "batch": 32, "learning_rate": 1e-3,
    },
    "sprites_cnn": {
        "make": convolutional,
        "network": {"size": 32, "channels": [4, 16, 32], "width": 32, "classes": 3},
        "data": "sprites", "probe": 1500, "taught": 9000, "seed": 0,
        "images": {"size": 32, "scales": 3, "orientations": 20, "positions": 8, "distinct_orientations": True},
        "title": "sprites, three convolutions", "image_shape": [32, 32],
        "steps": [0, 1, 2, 5, 10, 15, 25, 50], "batch": 64, "learning_rate": 2e-3,
    },
}  # fmt: skip


def bundle(target: Path, about: dict[str, Any]) -> None:
    """Train with Adam on the rows that are taught, and keep the named epochs."""
    drawn, held_out, taught = _images.parts(about)
    rows = torch.cat([taught, held_out])
    first, then = torch.arange(len(rows)).split([len(taught), len(held_out)])
    order = torch.Generator().manual_seed(about["seed"])
    labels = torch.as_tensor(_images.labels(about, drawn, rows)).long()
    lesson = Lesson(drawn.pixels(rows).float(), labels, first, then, order)
    torch.manual_seed(about["seed"])
    model, dtype = about.pop("make")(**about["network"]), about.pop("dtype", torch.float32)
    with one_thread():
        keep(target, about, model, _steps(model, lesson, about), dtype)


def _steps(model: Any, lesson: Lesson, about: dict[str, Any]) -> Iterator[tuple[int, dict[str, float]]]:
    """Every epoch to be kept with its metrics."""
    optimiser, wanted = torch.optim.Adam(model.parameters(), lr=about["learning_rate"]), set(about["steps"])
    # the loss takes the softmax itself, in log space
    for epoch, metrics in epochs_of(model[:-1], lesson, optimiser, max(wanted), about["batch"], wanted):
        if epoch in wanted:
            yield epoch, {"epoch": float(epoch), **metrics}


def keep(
    target: Path,
    about: dict[str, Any],
    model: Any,
    steps: Iterator[tuple[int, dict[str, float]]],
    dtype: torch.dtype = torch.float32,
) -> None:
    """Write the weights that a network has at every step, their metrics, and what run.json says of them."""
    kept: dict[str, torch.Tensor] = {}
    lines: list[str] = []
    for step, metrics in steps:
        kept |= {f"{step:08d}/{name}": one.detach().to(dtype, copy=True) for name, one in model.state_dict().items()}
        lines.append(json.dumps({"step": step, **{name: float(f"{one:.6g}") for name, one in metrics.items()}}))
        print(lines[-1], flush=True)
    target.mkdir(parents=True, exist_ok=True)
    (target / "weights.safetensors").write_bytes(save(kept))
    (target / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    told = {name: about.pop(name) for name in ("title", "image_shape", "step") if name in about}
    settings = {name: about.pop(name) for name in ("batch", "learning_rate", "steps")}
    about["provenance"] = {"step": "epoch", "data": about["data"], **told, "settings": settings}
    (target / "run.json").write_text(json.dumps(about, indent=1))


if __name__ == "__main__":
    bundle(assets() / "demo" / sys.argv[1], dict(CLASSIFIERS[sys.argv[1]]))
