"""The bundled runs: weights over training, from which the activations are computed on first opening."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

from explorer.distributions.twelve_bit import TwelveBit
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

NAMES = {"twelve_bit": "12-bit tanh network"}


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
    """A recording of the 12-bit network from its weights, {"0042/linear_10.weight": array, ...}."""
    about = json.loads((source / "run.json").read_text(encoding="utf-8"))
    steps = _by_step(load_file(source / "weights.safetensors"))
    x = TwelveBit.patterns().astype(np.float32)
    (folder / "steps").mkdir(parents=True, exist_ok=True)
    for stale in set(recorded_steps(folder)) - steps.keys():
        step_path(folder, stale).unlink(missing_ok=True)
    write_atomically(folder / "probe.safetensors", save({"x": x, "y": TwelveBit.labels()}))
    for step, weights in steps.items():
        arrays = forward(x, weights, about["activation"])
        write_step(folder, step, arrays)
    write_atomically(folder / "metrics.jsonl", (source / "metrics.jsonl").read_bytes())
    manifest = Manifest(
        schema_version=1,
        layers={layer: LayerEntry(shape=list(array.shape)) for layer, array in arrays.items()},
        steps=list(steps),
        probe=ProbeEntry(n=len(x), shape=list(x.shape)),
        provenance=about["provenance"] | {"weights": _weights_digest(source)},
        complete=True,
    )
    write_manifest(folder, manifest)


def forward(x: np.ndarray, weights: dict[str, np.ndarray], activation: str) -> dict[str, np.ndarray]:
    """Activations of every layer of a fully connected network with softmax outputs, float32."""
    known: dict[str, Callable[[np.ndarray], np.ndarray]] = {"tanh": np.tanh, "relu": lambda t: np.maximum(t, 0)}
    squash = known[activation]
    widths = [name.removeprefix("linear_").removesuffix(".weight") for name in weights if name.endswith(".weight")]
    widths.sort(key=lambda width: -int(width))
    arrays, t = {}, x
    for width in widths:
        t = t @ weights[f"linear_{width}.weight"].T + weights[f"linear_{width}.bias"]
        last = width == widths[-1]
        t = _softmax(t) if last else squash(t)
        arrays[f"{'softmax' if last else activation}_{width}"] = np.ascontiguousarray(t, dtype=np.float32)
    return arrays


def _weights_digest(source: Path) -> str:
    return hashlib.blake2b((source / "weights.safetensors").read_bytes(), digest_size=16).hexdigest()


def _softmax(t: np.ndarray) -> np.ndarray:
    powers = np.exp(t - t.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def _by_step(arrays: dict[str, np.ndarray]) -> dict[int, dict[str, np.ndarray]]:
    steps: dict[int, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        step, _, parameter = name.partition("/")
        steps.setdefault(int(step), {})[parameter] = array
    return dict(sorted(steps.items()))
