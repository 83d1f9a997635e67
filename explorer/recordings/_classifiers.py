"""The bundled 12-bit network: its probe, and its activations from its weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.distributions.twelve_bit import TwelveBit


@dataclass(frozen=True)
class Run:
    """What is recorded of a network as run.json describes it."""

    about: Mapping[str, Any]

    def probe(self) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
        """All 4096 inputs and their labels."""
        return {"x": TwelveBit.patterns().astype(np.float32), "y": TwelveBit.labels()}, {}

    def activations(self, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Of every layer."""
        return forward(TwelveBit.patterns().astype(np.float32), weights, self.about["activation"])

    def keep(self, folder: Path, step: int, weights: dict[str, np.ndarray]) -> None:
        """Nothing besides the activations."""


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
