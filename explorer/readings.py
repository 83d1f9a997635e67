"""One cell of a profile: a layer at a step, read by a measure."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from explorer import checks
from explorer.catalogue import measures
from explorer.data import Recording
from explorer.device import resolve
from explorer.errors import InputError
from explorer.factors import factors, posterior
from explorer.plan import Cell, columns
from explorer.reliability.scores import shuffled

LONGEST = 512
"""Numbers by unit or class that a cell keeps; longer lists are read anew when they are looked at."""


class Readings:
    """Reads cells of one profile; labels and inputs are prepared once."""

    def __init__(self, recording: Recording, plan: Any, device: str = "auto"):
        self.recording, self.plan, self.device = recording, plan, resolve(device)
        self.entry = measures[plan.measure](**plan.settings)
        self._fixed: checks.Variable | None = None

    def at(self, step: int, layer: str) -> dict[str, Any]:
        """The cell as plain data: value, low, high, null, doubts, details; error says why it has no value."""
        try:
            z, y = self.samples(step, layer)
            if y is None and self.entry.against:
                return {"value": None}  # the first step has no previous one
            score = self.entry.on(z, y, self.plan.seed)
            low, high = score.interval or (None, None)
            null = self._null(z.values, y.values if y else None)
        except InputError as error:
            return {"error": str(error)}
        doubts = [[doubt.rule, doubt.text] for doubt in score.warnings if not doubt.note]
        kept = {"value": score.value, "unit": score.unit, "low": low, "high": high, "null": null, "doubts": doubts}
        return kept | {"details": {key: one for key, one in score.details.items() if key != "spectrum" and _short(one)}}

    def groups(self, cells: Sequence[Cell]) -> Iterator[Sequence[Cell]]:
        """The cells one by one: a measure reads none faster beside another."""
        return ([cell] for cell in cells)

    def together(self, cells: Sequence[Cell]) -> dict[Cell, dict[str, Any]]:
        """Cells as `at` gives them."""
        return {cell: self.at(*cell) for cell in cells}

    def samples(self, step: int, layer: str) -> tuple[checks.Variable, checks.Variable | None]:
        """The layer and what it is compared with."""
        activations = self.recording.activations(step, layer)
        if self.entry.posterior == "needed":
            raise InputError(f"{self.entry.name} needs the noise of a code; the Disentanglement page reads it")
        if self.entry.posterior:
            z = posterior(activations, layer, self.device)
        else:
            z = checks.variable(activations, layer, "continuous", "continuous", self.device)
        return z, None if self.entry.against is None else self._partner(step, layer)

    def _partner(self, step: int, layer: str) -> checks.Variable | None:
        target = self.plan.target
        if self.entry.against != "representation" or target == "x":
            return self._column()
        other = self.plan.partner(self.recording, step)
        if other is None:
            return None
        layer = target if target in self.recording.layers else layer
        activations = self.recording.activations(other, layer)
        return checks.variable(activations, f"{layer} at {other}", "continuous", "continuous", self.device)

    def _column(self) -> checks.Variable:
        """The labels, factor or inputs, which stay over the run."""
        if self._fixed is None:
            if self.plan.target == "x" and self.recording.x is not None:
                inputs = self.recording.x.reshape(len(self.recording), -1)
                self._fixed = checks.variable(inputs, "x", "continuous", "continuous", self.device)
            elif self.entry.against == "factors":
                self._fixed = factors(columns(self.recording, self.plan.target), self.device)
            else:
                column, need = self.recording.target(self.plan.target), self.entry.against
                need = "discrete" if need == "labels" else "any"
                self._fixed = checks.variable(column, self.plan.target, "auto", need, self.device)
        return self._fixed

    def _null(self, z: torch.Tensor, y: torch.Tensor | None) -> float | None:
        """The mean reading of shuffled rows."""
        rng, count = np.random.default_rng(self.plan.seed), self.plan.permutations
        read = [self.entry.read(*shuffled(z, y, rng), seed=self.plan.seed).value for _ in range(count)]
        return float(np.mean(read)) if read else None


def _short(value: Any) -> bool:
    """Whether a detail is a number, a word or a short list of them."""
    return not isinstance(value, list | tuple | dict) or (isinstance(value, list) and len(value) <= LONGEST)
