"""The 12-bit network of the first information planes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from explorer.distributions.twelve_bit import TwelveBit
from explorer.examples import _bundle
from explorer.recordings.manifest import LayerEntry, Manifest, ProbeEntry, write_atomically, write_manifest, write_step

TITLE = "12-bit tanh network"
LOOK = "How the narrow layers give up the input while they keep the label, and whether that is compression."
LICENCE = "BSD-3-Clause"
SOURCE = "trained for this program on a rule of its own"
EXTRA = ""
PAGE = "plane"
VIEW: dict[str, str] = {}
PLACE = 1
QUICK = True


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Six layers of a 12-10-7-5-4-3-2 network on all 4096 inputs, at 55 epochs of 8000.

    References: shwartz2017, section 3.
    """
    write(folder, _bundle.weights_of("twelve_bit"))


def write(folder: Path, source: Path) -> None:
    """The recording of the weights in a folder, {"0042/linear_10.weight": array, ...}, without torch."""
    about, steps = _bundle.about(source), _bundle.steps(source)
    (folder / "steps").mkdir(parents=True, exist_ok=True)
    x = TwelveBit.patterns().astype(np.float32)
    write_atomically(folder / "probe.safetensors", save({"x": x, "y": TwelveBit.labels()}))
    for step, weights in steps.items():
        arrays = forward(x, weights, about["activation"])
        write_step(folder, step, arrays)
    write_atomically(folder / "metrics.jsonl", (source / "metrics.jsonl").read_bytes())
    layers = {layer: LayerEntry(shape=list(array.shape)) for layer, array in arrays.items()}
    probe = ProbeEntry(n=len(x), shape=list(x.shape))
    told = {"provenance": about["provenance"], "complete": True}
    write_manifest(folder, Manifest(schema_version=1, layers=layers, steps=list(steps), probe=probe, **told))


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


def _softmax(t: np.ndarray) -> np.ndarray:
    powers = np.exp(t - t.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)
