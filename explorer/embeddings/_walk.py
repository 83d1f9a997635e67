"""Embed a layer step after step, in one frame, and say how far each picture can be trusted."""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch

from explorer import checks
from explorer.data import Recording
from explorer.device import resolve, seeded
from explorer.embeddings.base import Embedding
from explorer.numerics.procrustes import aligned

ROWS, NEIGHBOURS = 2000, 10
"""Rows on which trustworthiness is computed at most, drawn once for all steps, and neighbours that it looks at."""


class Walk:
    """The pictures of one layer; `steps` are all that share its frame."""

    def __init__(
        self, recording: Recording, layer: str, method: Embedding, steps: Sequence[int], seed: int, device: str
    ):
        self.recording, self.layer, self.steps = recording, layer, steps
        self.seed, self.device, self._method = seed, resolve(device), method

    def at(self, step: int, before: np.ndarray | None) -> tuple[np.ndarray, dict[str, Any]]:
        """Positions (n, 2) at a step, turned onto those of the step before, and what is known of them as plain data.

        trustworthiness: None with fewer than three rows, or where all of them are equal.
        rows, neighbours: that it looked at.
        unexplained: share of the variance outside the picture, None unless it is a projection.
        residual, degrees, mirrored: how the picture was turned, None where it was not; degrees are None in a mirror.

        References: venna2001.
        """
        values = self.values(step)
        found = self.method.of(values, before, self.seed)
        told: dict[str, Any] = {}
        if before is not None and not self.method.fixed:
            found, told = _turned(found, before, resized=not self.method.linear)
        told["unexplained"] = self._unexplained(values, found)
        return found, told | self._trust(values, found)

    @cached_property
    def method(self) -> Embedding:
        """The embedding, made ready for all steps."""
        with seeded(self.seed, self.device):
            return self._method.over(self._clouds)

    def values(self, step: int) -> torch.Tensor:
        """The activations as float64 (n, d); refused where they hold NaN or infinity."""
        taken = self.recording.activations(step, self.layer)
        return checks.variable(taken, f"{self.layer} at {step}", "continuous", "continuous", self.device).values

    def _clouds(self) -> Iterator[torch.Tensor]:
        return (self.values(step) for step in self.steps)

    @cached_property
    def _rows(self) -> np.ndarray:
        n = len(self.recording)
        if n <= ROWS:
            return np.arange(n)
        return np.sort(np.random.default_rng(self.seed).choice(n, ROWS, replace=False))

    def _trust(self, values: torch.Tensor, found: np.ndarray) -> dict[str, Any]:
        from sklearn.manifold import trustworthiness

        taken = values[torch.as_tensor(self._rows, device=values.device)].cpu().numpy()
        neighbours = min(NEIGHBOURS, (len(taken) - 1) // 2)  # it needs fewer than half the rows
        told = neighbours > 0 and (taken != taken[:1]).any()
        value = float(trustworthiness(taken, found[self._rows], n_neighbors=neighbours)) if told else None
        return {"trustworthiness": value, "rows": len(taken), "neighbours": neighbours}

    def _unexplained(self, values: torch.Tensor, found: np.ndarray) -> float | None:
        whole = float(values.var(0, correction=0).sum())
        if not self.method.linear or whole == 0:
            return None
        return 1 - float(found.astype(np.float64).var(0).sum()) / whole


def _turned(found: np.ndarray, before: np.ndarray, resized: bool) -> tuple[np.ndarray, dict[str, Any]]:
    """The positions turned onto those of the step before, at their size if `resized`; a single place is left alone."""
    if not found.any() or not before.any():
        return found, {}
    size = before.std() / found.std() if resized else 1.0
    turn = aligned(torch.from_numpy(size * found).double(), torch.from_numpy(before).double())
    (cosine, sine), _ = turn.rotation.tolist()
    degrees = None if turn.mirrored else math.degrees(math.atan2(sine, cosine))
    told = {"residual": turn.residual, "degrees": degrees, "mirrored": turn.mirrored}
    return turn.values.float().numpy(), told
