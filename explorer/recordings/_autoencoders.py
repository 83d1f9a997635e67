"""The bundled autoencoders: their probe is drawn anew, and its codes come from their weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from explorer.recordings.hooks import probe_pass
from explorer.recordings.images import drawn_rows, images
from explorer.recordings.probe import Probe, probe_of

LAYERS = ("mean", "variance")


@dataclass(frozen=True)
class Run:
    """What is recorded of an autoencoder as run.json describes it: network, images, rows of the probe and its seed."""

    about: Mapping[str, Any]

    def probe(self) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
        """Images, label and factors."""
        return self._probe.columns, self._probe.categories

    def activations(self, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Mean and variance of q(z|x)."""
        taken, _ = probe_pass(self._network(weights), LAYERS, self._probe.fed)
        return {name: values.numpy() for name, values in taken.items()}

    def keep(self, folder: Path, step: int, weights: dict[str, np.ndarray]) -> None:
        """The network itself, as models/00000042.safetensors."""
        from explorer.networks.kinds import save

        (folder / "models").mkdir(exist_ok=True)
        save(self._network(weights), folder / "models" / f"{step:08d}.safetensors")

    @cached_property
    def _probe(self) -> Probe:
        from explorer.networks.kinds import build

        drawn = images(self.about["data"], self.about["images"])
        rows = drawn_rows(self.about["probe"], len(drawn), self.about["seed"])
        return probe_of((drawn.pixels(rows), drawn.labels(rows)), drawn.factors(rows), build(**self.about["network"]))

    def _network(self, weights: dict[str, np.ndarray]) -> Any:
        import torch

        from explorer.networks.kinds import from_weights

        return from_weights(dict(self.about["network"]), {name: torch.tensor(one) for name, one in weights.items()})
