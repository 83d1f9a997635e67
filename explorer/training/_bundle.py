"""Make a bundled run: `python -m explorer.training._bundle assets/demo/twelve_bit [tanh|relu]`.

Keeps the 294 parameters at every recorded epoch, the metrics, and the finished planes and profiles. The profiles take
all eigenvalues of 4096 x 4096 operators, a quarter of an hour on two cores.
"""

import json
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from explorer.bundle import fingerprint
from explorer.cells import Cells
from explorer.engines.plane.noisy import by_neighbours
from explorer.examples.twelve_bit import write
from explorer.plan import Plan
from explorer.profiles import Profile
from explorer.readings import Readings
from explorer.recordings.schedule import log_steps
from explorer.recordings.store import open_folder
from explorer.training.twelve_bit import epochs_of, inputs, network

PLANS = (
    Plan("binning"),
    Plan("binning", {"width": 0.07}),
    Plan("adaptive_binning"),
    Plan("kde_bounds"),
    Plan("kde_bounds", {"bound": "lower"}),
)

DEVIATION = 1e-3**0.5
"""Of the noise for nearest neighbours: that of `kde_bounds`."""
DSE = "diffusion_spectral_entropy"
PROFILES = (Profile(DSE), Profile(DSE, {"bandwidth": "median"}))


def weights(folder: Path, activation: str = "tanh", epochs: int = 8000, seed: int = 0) -> None:
    """Train as `twelve_bit.train` does by default, and keep weights instead of activations."""
    x, y = inputs("")
    model, every = network(activation, seed), set(log_steps(epochs))
    kept: dict[str, Any] = {}
    lines: list[dict[str, float]] = []
    for epoch, metrics in epochs_of(model, x, y, epochs, 512, 4e-4, seed, every):
        if epoch in every:
            kept |= {f"{epoch:08d}/{name}": value.clone() for name, value in model.state_dict().items()}
            lines.append({"step": epoch, "epoch": float(epoch), **{name: round(v, 6) for name, v in metrics.items()}})
    save_file(kept, str(folder / "weights.safetensors"))
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    title = f"12-bit {activation}, seed {seed}"
    settings = {"activation": activation, "epochs": epochs, "batch": 512, "learning_rate": 4e-4, "seed": seed}
    about = {
        "title": title,
        "settings": settings,
        "data": "built-in rule",
        "step": "epoch",
        "id": f"bundled-{folder.name}",
    }
    (folder / "run.json").write_text(json.dumps({"activation": activation, "provenance": about}, indent=1))


def fingerprints(recording: Any, folder: Path) -> None:
    """What tells whether results belong to a recording, of every layer at every step, as activations.json."""
    cells = [(step, layer) for step in recording.steps for layer in recording.layers]
    found = {f"{step}/{layer}": fingerprint(recording.activations(step, layer)) for step, layer in cells}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "activations.json").write_text(json.dumps(found, separators=(",", ":")))


def planes(folder: Path) -> None:
    """Every cell of every plan, as plane.json."""
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), folder)
        recording = open_folder(scratch)
        fingerprints(recording, folder)
        found = [_plane(recording, plan.checked(recording)) for plan in PLANS]
    (folder / "plane.json").write_text(json.dumps(found, separators=(",", ":")))


def _plane(recording: Any, plan: Plan) -> dict[str, Any]:
    cells = Cells(recording, plan, "cpu")
    values = {f"{step}/{layer}": cells.at(step, layer) for step in recording.steps for layer in recording.layers}
    return {"plan": asdict(plan), "cells": values}


def neighbours(folder: Path) -> None:
    """What nearest neighbours read of every layer with noise on it, in nats to seven digits, as neighbours.json."""
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), folder)
        recording = open_folder(scratch)
        cells = {
            f"{step}/{layer}": float(f"{by_neighbours(recording.activations(step, layer), DEVIATION):.7g}")
            for step in recording.steps
            for layer in recording.layers
        }
    told = {"deviation": DEVIATION, "k": 5, "seed": 0, "cells": cells}
    (folder / "neighbours.json").write_text(json.dumps(told, separators=(",", ":")))


def profiles(folder: Path) -> None:
    """Every cell of every profile, as profiles.json."""
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), folder)
        recording = open_folder(scratch)
        fingerprints(recording, folder)
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            found = [_profile(pool, scratch, recording, plan.checked(recording)) for plan in PROFILES]
    (folder / "profiles.json").write_text(json.dumps(found, separators=(",", ":")))


def _profile(pool: ProcessPoolExecutor, scratch: str, recording: Any, plan: Profile) -> dict[str, Any]:
    wanted = [(step, layer) for step in recording.steps for layer in recording.layers]
    cells = pool.map(_reading, *zip(*((scratch, plan, *cell) for cell in wanted), strict=True))
    return {"plan": asdict(plan), "cells": {f"{s}/{one}": cell for (s, one), cell in zip(wanted, cells, strict=True)}}


def _reading(scratch: str, plan: Profile, step: int, layer: str) -> dict[str, Any]:
    """One cell, in a process of its own, to six digits."""
    cell = Readings(open_folder(scratch), plan, "cpu").at(step, layer)
    return cell | {"value": cell["value"] and float(f"{cell['value']:.7g}"), "details": {}}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    weights(target, sys.argv[2] if len(sys.argv) > 2 else "tanh")
    planes(target)
    neighbours(target)
    profiles(target)
