"""The bundled runs: weights over training, from which the activations are computed on first opening."""

import hashlib
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save

from explorer.errors import UnknownNameError
from explorer.home import home
from explorer.packaged import assets
from explorer.recordings.manifest import (
    LayerEntry,
    Manifest,
    ProbeEntry,
    read_manifest,
    recorded_steps,
    step_path,
    write_atomically,
    write_manifest,
    write_step,
)

NAMES = {
    "twelve_bit": "12-bit tanh network",
    "sprites_vae": "VAE on sprites",
    "sprites_beta_tcvae": "β-TCVAE on sprites",
    "digits_beta_vae": "β-VAE on digits",
}


def bundled() -> dict[str, str]:
    """Names of the bundled runs and what they are."""
    return NAMES


def materialised(name: str) -> Path:
    """The folder of a bundled run; its activations are computed when they are not there, or of other weights.

    Every file is renamed into place and the manifest comes last, so several processes may do it at once.

    Raises:
        UnknownNameError: when no run of that name is bundled.
        FileError: when the folder cannot be written.
    """
    if name not in NAMES:
        raise UnknownNameError("bundled run", name, NAMES)
    folder, source = home() / "recordings" / f"bundled-{name}", assets() / "demo" / name
    there = (folder / "manifest.json").exists()
    if not there or read_manifest(folder).provenance.get("weights") != _weights_digest(source):
        write(folder, source)
    return folder


def write(folder: Path, source: Path) -> None:
    """A recording of a network from its weights, {"0042/linear_10.weight": array, ...}, and run.json.

    With "network" in run.json it is an autoencoder, whose models are written too; else the 12-bit network.
    """
    about: dict[str, Any] = json.loads((source / "run.json").read_text(encoding="utf-8"))
    steps = _by_step(load_file(source / "weights.safetensors"))
    run = _run(about)
    (folder / "steps").mkdir(parents=True, exist_ok=True)
    for stale in set(recorded_steps(folder)) - steps.keys():
        step_path(folder, stale).unlink(missing_ok=True)
    columns, categories = run.probe()
    write_atomically(folder / "probe.safetensors", save(columns))
    for step, weights in steps.items():
        arrays = run.activations(weights)
        write_step(folder, step, arrays)
        run.keep(folder, step, weights)
    write_atomically(folder / "metrics.jsonl", (source / "metrics.jsonl").read_bytes())
    write_manifest(folder, _manifest(about, steps, arrays, columns["x"], categories, _weights_digest(source)))


def _run(about: Mapping[str, Any]) -> Any:
    """What is recorded, by the kind of network; only that of the autoencoders needs torch."""
    kind = "_autoencoders" if "network" in about else "_classifiers"
    return import_module(f"explorer.recordings.{kind}").Run(about)


def _manifest(
    about: Mapping[str, Any],
    steps: Mapping[int, Any],
    arrays: Mapping[str, np.ndarray],
    x: np.ndarray,
    categories: dict[str, list[str]],
    weights: str,
) -> Manifest:
    return Manifest(
        schema_version=1,
        layers={layer: LayerEntry(shape=list(array.shape)) for layer, array in arrays.items()},
        steps=list(steps),
        probe=ProbeEntry(n=len(x), shape=list(x.shape), fed=str(x.dtype), categories=categories),
        provenance=about["provenance"] | {"weights": weights},
        complete=True,
    )


def _weights_digest(source: Path) -> str:
    return hashlib.blake2b((source / "weights.safetensors").read_bytes(), digest_size=16).hexdigest()


def _by_step(arrays: dict[str, np.ndarray]) -> dict[int, dict[str, np.ndarray]]:
    steps: dict[int, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        step, _, parameter = name.partition("/")
        steps.setdefault(int(step), {})[parameter] = array
    return dict(sorted(steps.items()))
