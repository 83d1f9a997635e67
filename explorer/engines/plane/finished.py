"""Curves over training that are bundled as finished results: read from the package, nothing is computed or written."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from explorer.catalogue import Card, estimators, measures
from explorer.errors import InputError
from explorer.packaged import assets
from explorer.result import NATS_PER

Plain = Mapping[str, Any]
XT, TY = "xt", "ty"
"""What a cell of a plane calls I(X;T) and I(T;Y)."""


@dataclass(frozen=True)
class Curve:
    """One number of a layer at every recorded step, in bits.

    Attributes:
        steps: recorded steps, ascending.
        bits: (steps,).
        low, high: the interval of each, NaN where there is none.
        null: what permuted labels read on average, NaN where that was not asked.
    """

    steps: np.ndarray
    bits: np.ndarray
    low: np.ndarray
    high: np.ndarray
    null: np.ndarray

    @property
    def start(self) -> float:
        """The number before training."""
        return float(self.bits[0])

    @property
    def end(self) -> float:
        """The last number."""
        return float(self.bits[-1])

    @property
    def peak(self) -> float:
        """The largest number."""
        return float(self.bits.max())

    @property
    def at(self) -> int:
        """The step of the largest number."""
        return int(self.steps[self.bits.argmax()])

    @property
    def lost(self) -> float:
        """From the peak to the end."""
        return self.peak - self.end

    @property
    def trained(self) -> "Curve":
        """The part after step 0, which has no place on a logarithmic axis."""
        return self._where(self.steps > 0)

    def until(self, step: int) -> "Curve":
        """The part up to a step; at least the first step."""
        return self._where(self.steps <= max(step, self.steps[0]))

    def _where(self, kept: np.ndarray) -> "Curve":
        return Curve(*(getattr(self, name)[kept] for name in ("steps", "bits", "low", "high", "null")))


def curve(run: str, entry: str, layer: str, quantity: str = "", target: str = "", **settings: Any) -> Curve:
    """A layer of a bundled run over its training, by an estimator of the plane or a measure.

    Args:
        run: name of the bundled run.
        entry: key of an estimator or measure.
        layer: name of the layer.
        quantity: "xt" or "ty", of an estimator; the first when left out.
        target: of a measure that takes one.
        settings: of the entry; what is left out has its default.

    Raises:
        UnknownNameError: for an entry that is not there.
        InputError: for a run, layer, settings or target of which nothing is bundled.
    """
    card = _card(entry)
    every = cells(run, entry, target, **settings)[1]
    chosen = {step: cell for (step, name), cell in every.items() if name == layer}
    if not chosen:
        raise InputError(f"nothing is bundled of {layer!r} of {run} by {entry}")
    quantity = "value" if entry in measures else quantity or XT
    scale = NATS_PER[card.constants["unit"] if entry in measures else "nats"] / NATS_PER["bits"]
    names = (quantity, "low", "high", "" if quantity == XT else "null")
    rows = [chosen[step] for step in sorted(chosen)]
    return Curve(np.array(sorted(chosen)), *(scale * _column(rows, name) for name in names))


def cells(run: str, entry: str, target: str = "", **settings: Any) -> tuple[Plain, dict[tuple[int, str], Plain]]:
    """The plan of which results are bundled, and its cells by step and layer, as `explorer.cells` makes them.

    Raises:
        UnknownNameError: for an entry that is not there.
        InputError: for a run, settings or a target of which nothing is bundled.
    """
    card = _card(entry)
    full = {setting.name: setting.default for setting in card.settings} | settings
    for one in _bundled(run):
        plan = one["plan"]
        same = card.name in (plan.get("estimator"), plan.get("measure")) and plan["settings"] == full
        if same and (not target or plan["target"] == target):
            split = ((name.partition("/"), cell) for name, cell in one["cells"].items())
            return plan, {(int(step), layer): cell for (step, _, layer), cell in split}
    raise InputError(f"nothing is bundled of {run} by {entry} with {settings} and target={target!r}")


def _card(entry: str) -> Card:
    return measures.card(entry) if entry in measures else estimators.card(entry)


def _column(rows: list[Plain], name: str) -> np.ndarray:
    return np.array([math.nan if row.get(name) is None else row[name] for row in rows], float)


@cache
def _bundled(run: str) -> list[dict[str, Any]]:
    """What is bundled of a run's planes and profiles."""
    folder = assets() / "demo" / run
    files = [file for name in ("plane.json", "profiles.json") if (file := folder / name).is_file()]
    return [one for file in files for one in json.loads(file.read_text())]
